"""Viewer: what the store of a run knows of its items, walked along in their order."""

from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from pathlib import Path
from types import TracebackType
from typing import Self

from datagen.config import RunSettings
from datagen.pipeline import find_run_price
from datagen.prices import cost
from datagen.records import AnnotatedImage, Item, Usage
from datagen.store import RunStore
from datagen.store.survey import iterate_usage
from datagen.viewer.rows import Facts

_MANY = 10**6  # tokens whose price is taken


class RunFacts:
    """Tells cost and categories of one item after the other; use it in a `with` block.

    Items are walked along in their order, which takes some microseconds each. One that comes out
    of order is looked up by itself.
    """

    def __init__(self, folder: Path, settings: RunSettings) -> None:
        """Prepare; the store is opened by the `with` block."""
        self._folder = folder
        price = find_run_price(settings)
        self._price = price
        if price is not None:
            units = (Usage(_MANY), Usage(_MANY, 0, _MANY), Usage(0, _MANY))
            self._plain, self._cached, self._written = (cost(each, price) / _MANY for each in units)

    def __enter__(self) -> Self:
        """Open the store.

        Raises:
            RunError: it cannot be read.
        """
        self._store = RunStore(self._folder)
        self._usage: Iterator[tuple[Item, Usage] | None] = chain(
            iterate_usage(self._store) if self._price is not None else (), repeat(None)
        )
        self._images: Iterator[AnnotatedImage | None] = chain(
            self._store.iterate_images(), repeat(None)
        )
        self._used = next(self._usage)
        self._image = next(self._images)
        self._objects: Sequence[str] = list_objects(self._image)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the store, after what still reads from it."""
        self._usage, self._images = repeat(None), repeat(None)
        self._store.close()

    def get(self, item: Item) -> Facts:
        """What is known of an item."""
        return Facts(self._find_cost(item), self._find_objects(item.image_id))

    def _find_cost(self, item: Item) -> float | None:
        if self._price is None:
            return None
        place = _place(item)
        while self._used is not None:
            used = _place(self._used[0])
            if used == place:
                return self._sum_up(self._used[1])
            if used > place:
                break
            self._used = next(self._usage)
        found = self._store.find_request(item.id)
        answers = found[1] if found is not None else []
        return sum(self._sum_up(answer.reply.usage) for answer in answers)

    def _sum_up(self, usage: Usage) -> float:
        """USD; prices are by token, so this is what `cost` says, and takes a tenth of the time."""
        cached = min(usage.cached_tokens, usage.prompt_tokens)
        plain = (usage.prompt_tokens - cached) * self._plain
        return plain + cached * self._cached + usage.completion_tokens * self._written

    def _find_objects(self, image_id: str) -> Sequence[str]:
        while self._image is not None and self._image.id < image_id:
            self._image = next(self._images)
            self._objects = list_objects(self._image)
        if self._image is not None and self._image.id == image_id:
            return self._objects
        return list_objects(self._store.find_images([image_id]).get(image_id))


def list_objects(image: AnnotatedImage | None) -> Sequence[str]:
    """The categories with a box in a picture."""
    return sorted({box.category for box in image.boxes}) if image is not None else ()


def _place(item: Item) -> tuple[str, str, int]:
    return item.image_id, item.response_type, item.index
