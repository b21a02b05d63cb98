"""Spot-check, probes and twins: how often categories stand in pictures, and which stand together."""

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import permutations

from datagen.records import AnnotatedImage


class CategoryCounts:
    """Pictures with a box of a category, and of two; as small as there are pairs of categories."""

    def __init__(self, images: Iterable[AnnotatedImage] = ()) -> None:
        """Count images as they come; more can be added later."""
        self._pictures: Counter[str] = Counter()
        self._pairs: Counter[tuple[str, str]] = Counter()
        for image in images:
            self.add(image)

    def add(self, image: AnnotatedImage) -> None:
        """Count one image; however many boxes a category has, it counts once."""
        names = sorted({box.category for box in image.boxes})
        self._pictures.update(names)
        self._pairs.update(permutations(names, 2))

    def list_names(self) -> list[str]:
        """Every category that stands in any picture, by name."""
        return sorted(self._pictures)

    def rank_popular(self, names: Collection[str]) -> list[str]:
        """Those of some categories that stand in any picture, the most frequent first."""
        found = (name for name in names if self._pictures[name])
        return sorted(found, key=lambda name: (-self._pictures[name], name))

    def rank_companions(self, present: Collection[str], names: Collection[str]) -> list[str]:
        """Those that stand together with any of the present ones, the likeliest company first.

        By the sum over present categories p of the share of p's pictures that have the category,
        so that the company of a rare thing counts as much as that of a frequent one.
        """
        there = [each for each in sorted(set(present)) if self._pictures[each]]
        weights = {
            name: sum(self._pairs[other, name] / self._pictures[other] for other in there)
            for name in names
        }
        found = (name for name in names if weights[name] > 0)
        return sorted(found, key=lambda name: (-weights[name], name))
