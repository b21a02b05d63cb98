"""Commands that look at the pictures: spotcheck, search."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from datagen.cli.options import CHECKED, settle_check, takes_settings
from datagen.config import RUN_FILE, RunSettings, load_settings
from datagen.errors import SettingsError

if TYPE_CHECKING:
    from datagen.spotcheck.models import ImageTextModel, VisionModel
    from datagen.spotcheck.results import Results

LLAVA = "llava-hf/llava-1.5-7b-hf"
CLIP = "openai/clip-vit-base-patch32"
OFF = "off"

MODELS = "Who looks, and how"
SAMPLE = "What is looked at"

console = Console(highlight=False, soft_wrap=True)

Device = Annotated[
    Literal["auto", "cpu", "cuda", "mps"], typer.Option(help="Where.", rich_help_panel=MODELS)
]
Dtype = Annotated[
    Literal["auto", "float32", "float16", "bfloat16"],
    typer.Option(
        help="Number format; auto: half on a GPU, float32 on a CPU.", rich_help_panel=MODELS
    ),
]
Clip = Annotated[
    str,
    typer.Option(
        help="CLIP checkpoint, a hub name or a folder; off for none.", rich_help_panel=MODELS
    ),
]


@takes_settings(CHECKED)
def spotcheck(
    given: dict[str, Any],
    target: Annotated[
        Path | None, typer.Argument(help="Run folder, or any LLaVA file.", show_default=False)
    ] = None,
    model: Annotated[
        str,
        typer.Option(
            help="LLaVA-1.5 or LLaVA-NeXT checkpoint, a hub name or a folder; with --base-url the"
            " endpoint's name of the model; off for none.",
            rich_help_panel=MODELS,
        ),
    ] = LLAVA,
    clip: Clip = CLIP,
    base_url: Annotated[
        str | None,
        typer.Option(
            help="An OpenAI-compatible endpoint that sees, in place of a local LLaVA.",
            rich_help_panel=MODELS,
            show_default=False,
        ),
    ] = None,
    api_key_env: Annotated[
        str,
        typer.Option(help="Variable (or .env entry) with its key.", rich_help_panel=MODELS),
    ] = "OPENAI_API_KEY",
    device: Device = "auto",
    dtype: Dtype = "auto",
    quantize: Annotated[
        int | None,
        typer.Option(
            help="8 or 4 bits, through bitsandbytes.", rich_help_panel=MODELS, show_default=False
        ),
    ] = None,
    batch_size: Annotated[
        int, typer.Option(help="Dialogues at once.", min=1, rich_help_panel=MODELS)
    ] = 8,
    max_tokens: Annotated[
        int, typer.Option(help="Longest own answer.", min=1, rich_help_panel=MODELS)
    ] = 64,
    sample: Annotated[
        int | None,
        typer.Option(help="Records looked at; default 400.", min=1, rich_help_panel=SAMPLE),
    ] = None,
    margin: Annotated[
        float | None,
        typer.Option(
            help="In place of --sample: as many as an interval of plus or minus that needs.",
            min=0.001,
            max=0.5,
            rich_help_panel=SAMPLE,
            show_default=False,
        ),
    ] = None,
    references: Annotated[
        int,
        typer.Option(
            help="True records composed from the annotations, and a false twin of each, by which"
            " the models are measured.",
            min=0,
            rich_help_panel=SAMPLE,
        ),
    ] = 200,
    seed: Annotated[int, typer.Option(help="Decides what is drawn.", rich_help_panel=SAMPLE)] = 0,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for the result; default the run folder, or FILE-spotcheck."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print spotcheck.json.")] = False,
    ask: Annotated[
        str | None,
        typer.Option(help="Only ask this about the picture --image.", show_default=False),
    ] = None,
    image: Annotated[
        Path | None, typer.Option(help="With --ask: the picture.", show_default=False)
    ] = None,
) -> None:
    """Let a local LLaVA and CLIP look at the pictures of a sample of records, with controls.

    Writes spotcheck.html, spotcheck.json and, for `datagen build --drop-flagged`, the flags. What
    was looked at is kept: the same command again goes on.

    Example: [bold]datagen spotcheck run --images train2017 --sample 400[/bold]
    """
