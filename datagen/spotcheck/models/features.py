"""Spot-check, what sees: pictures -> what a LLaVA's language model reads of them, kept for a while.

The same picture comes back in several dialogues: under other texts, as the picture of another
record, as probes. What the vision tower made of it is kept in main memory, the least recently
used thrown out first.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from datagen.spotcheck.models import Unseen

Pixels = Mapping[str, Any]
"""What an image processor makes of one picture: `pixel_values`, for LLaVA-NeXT `image_sizes`."""

KEPT_BYTES = 512 * 2**20


class Features:
    """Embeddings of pictures, each of shape (tokens, hidden size)."""

    def __init__(
        self,
        load: Callable[[Path | None], Pixels | Unseen],
        embed: Callable[[list[Pixels]], list[Any]],
        *,
        kept_bytes: int = KEPT_BYTES,
    ) -> None:
        """Start with none.

        Args:
            load: decodes and processes one picture, the blank one for None.
            embed: sends processed pictures through the vision tower and the projector.
            kept_bytes: of embeddings, in main memory.
        """
        self._load = load
        self._embed = embed
        self._room = kept_bytes
        self._kept: OrderedDict[Path | None, Any] = OrderedDict()

    def prepare(self, pictures: Iterable[Path | None]) -> dict[Path | None, Pixels | Unseen]:
        """Decode those that are not known yet; may run in another thread than `find`."""
        unknown = {picture for picture in pictures if picture not in self._kept}
        return {picture: self._load(picture) for picture in unknown}

    def find(
        self,
        pictures: Iterable[Path | None],
        prepared: Mapping[Path | None, Pixels | Unseen],
    ) -> dict[Path | None, Any]:
        """The embeddings of each picture, or why it cannot be seen."""
        found: dict[Path | None, Any] = {}
        fresh: dict[Path | None, Pixels] = {}
        for picture in dict.fromkeys(pictures):
            if picture in self._kept:
                self._kept.move_to_end(picture)
                found[picture] = self._kept[picture]
                continue
            # What was known when the batch was prepared may have been thrown out since.
            pixels = prepared[picture] if picture in prepared else self._load(picture)
            if isinstance(pixels, Unseen):
                found[picture] = pixels
            else:
                fresh[picture] = pixels
        if fresh:
            made = self._embed(list(fresh.values()))
            for picture, embedding in zip(fresh, made, strict=True):
                found[picture] = embedding
                self._keep(picture, embedding)
        return found

    def _keep(self, picture: Path | None, embedding: Any) -> None:  # noqa: ANN401 - a tensor
        self._kept[picture] = embedding
        self._room -= embedding.nbytes
        while self._room < 0 and len(self._kept) > 1:
            _, old = self._kept.popitem(last=False)
            self._room += old.nbytes
