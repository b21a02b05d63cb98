"""Validate stage: keys of an item -> earlier items that share one of them.

The table behind locality-sensitive hashing, in flat arrays: an entry costs 4 bytes a key, where a
dictionary takes a hundred. Near-duplicate texts and look-alike pictures are both found through it.
"""

from array import array
from collections.abc import Iterator, Sequence


class BandTable:
    """Remembers items 0, 1, 2, … by one key a band, and finds those that may share a key.

    Two keys of a band fall into one slot when they differ by a multiple of the number of slots, so
    what is found is a candidate only and the caller compares for itself.

    Args:
        sharing: items found by one key at most, the newest ones; a key that very many items have
            then costs no more than this.

    >>> table = BandTable(bands=2, slots=8, sharing=10)
    >>> table.add([3, 5]), table.add([4, 5])
    (0, 1)
    >>> sorted(table.find([3, 5])), list(table.find([6, 6]))
    ([0, 1], [])
    """

    def __init__(self, *, bands: int, slots: int, sharing: int) -> None:
        self._bands = bands
        self._slots = slots
        self._sharing = sharing
        # Entries of a slot are chained: the newest one, from 1 (0: none), then what each follows.
        self._newest = array("I", bytes(4 * bands * slots))
        self._before = array("I")
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, keys: Sequence[int]) -> int:
        """Remember the next item by its keys, one a band, and return its number."""
        number = self._count
        self._count += 1
        for band, key in enumerate(keys):
            slot = band * self._slots + key % self._slots
            self._before.append(self._newest[slot])
            self._newest[slot] = self._count
        return number

    def find(self, keys: Sequence[int]) -> Iterator[int]:
        """Numbers of the items that may share a key, each once, in no useful order."""
        found: set[int] = set()
        for band, key in enumerate(keys):
            entry = self._newest[band * self._slots + key % self._slots]
            for _ in range(self._sharing):
                if not entry:
                    break
                found.add(entry - 1)
                entry = self._before[(entry - 1) * self._bands + band]
        return iter(found)
