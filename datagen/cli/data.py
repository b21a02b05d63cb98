"""Commands about files: check a data set, write contexts."""

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from datagen import pipeline
from datagen.cli.options import CONTEXT, READ, settle, takes_settings

console = Console(highlight=False, soft_wrap=True)
