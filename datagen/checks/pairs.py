"""Validate stage: texts -> pairs of neighbouring words, by which those that are near are found.

Two texts are near when at least 70% of the pairs that either has are in both (their Jaccard index):
one word in about a dozen may differ. MinHash (rensa) proposes which of the earlier texts to compare
with; the comparison itself is exact.
"""

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar
from zlib import crc32

from datagen.bands import BandTable

_T = TypeVar("_T")

THRESHOLD = 0.7
"""Jaccard index of the word pairs from which on two texts are near."""

# Chinese and Japanese write no blanks: there each sign counts as a word.
_SIGNS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[^\W{_SIGNS}]+|[{_SIGNS}]")

# 24 bands of 5 rows propose 98.8% of the texts at the threshold, and 99.98% at 0.8.
_BANDS, _ROWS, _SEED = 24, 5, 1
_SLOTS = 1 << 17
_SHARING = 32

Pairs = bytes
"""The pairs of neighbouring words of a text: sorted 32-bit digests, each once."""


def split_words(text: str) -> list[str]:
    """Words in lower case, without marks.

    >>> split_words("Don't look: two dogs!")
    ['don', 't', 'look', 'two', 'dogs']
    """
    return _WORD.findall(text.casefold())


def digest_pairs(words: Sequence[str]) -> Pairs:
    """The word pairs of a text; the word itself where there is but one."""
    pairs = map(" ".join, pairwise(words)) if len(words) > 1 else words
    return _pack({crc32(pair.encode("utf-8", "surrogatepass")) for pair in pairs})


def join_pairs(texts: Iterable[Pairs]) -> Pairs:
    """The word pairs of several texts together."""
    return _pack(set().union(*map(_unpack, texts)))


def compare_pairs(one: Pairs, others: Iterable[tuple[Pairs, _T]]) -> Iterator[tuple[float, _T]]:
    """Those of the other texts that are near: Jaccard index, 0 to 1, and what stands for the other.

    >>> fox, dog, cat = (digest_pairs(f"the quick brown fox likes the {x}".split()) for x in "abc")
    >>> [number for _, number in compare_pairs(fox, [(dog, 7), (b"", 8), (fox, 9)])]
    [7, 9]
    """
    own = set(_unpack(one))
    least, most = len(one) * THRESHOLD, len(one) / THRESHOLD
    for other, name in others:
        if least <= len(other) <= most:  # else the lengths alone keep them apart
            shared = len(own.intersection(_unpack(other)))
            either = (len(one) + len(other)) // 4 - shared
            if either and shared >= THRESHOLD * either:
                yield shared / either, name


class Told(NamedTuple):
    """A text of a set: its pairs, and the record that it stands in.

    Attributes:
        number: of the record in its set.
        id: of the record, in UTF-8.
        image: digest of its picture's name; 0 for none.
    """

    pairs: Pairs
    number: int
    id: bytes
    image: int


class NearTexts:
    """Finds the nearest of all earlier texts; of a group of near ones only the first is kept."""

    def __init__(self) -> None:
        # Imported where it is needed, so that no other command waits for it.
        from rensa import RMinHash  # type: ignore[import-untyped]  # it ships no type hints

        self._sketch = RMinHash
        self._table = BandTable(Told, bands=_BANDS, slots=_SLOTS, sharing=_SHARING)

    def find(self, text: Told) -> Told | None:
        """The nearest earlier text, of equally near ones the first; without one, it is kept."""
        keys = self._band_keys(text.pairs)
        found = ((other.pairs, other) for other in self._table.find(keys))
        near = list(compare_pairs(text.pairs, found))
        if near:
            return min(near, key=lambda one: (-one[0], one[1].number))[1]
        self._table.add(keys, text)
        return None

    def _band_keys(self, pairs: Pairs) -> list[int]:
        sketch = self._sketch(_BANDS * _ROWS, _SEED)
        sketch.update([pairs[at : at + 4] for at in range(0, len(pairs), 4)])
        rows = array("I", sketch.digest()).tobytes()
        width = 4 * _ROWS
        return [crc32(rows[at : at + width]) for at in range(0, len(rows), width)]


def _pack(digests: set[int]) -> Pairs:
    return array("I", sorted(digests)).tobytes()


def _unpack(pairs: Pairs) -> Iterable[int]:
    return memoryview(pairs).cast("I")
