"""Annotated pictures for tests: the project's own."""

from functools import cache

from datagen.config import shipped_folder
from datagen.records import AnnotatedImage
from datagen.sources import read_contexts


@cache
def list_samples() -> tuple[AnnotatedImage, ...]:
    """The shipped samples with their boxes and captions."""
    return tuple(read_contexts(shipped_folder("samples") / "output" / "contexts.jsonl").images)
