"""Keys of a thing -> the earlier things that share one of them.

The table behind locality-sensitive hashing: near-duplicate texts and look-alike pictures are found
through it, and so is whatever has a digest, which is a thing with one key. The things lie in a
temporary file without a name (in the folder of TMPDIR), which goes when the table does: memory
stays the same however large the set is.
"""

import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from mmap import mmap
from struct import Struct
from typing import Generic, TypeVar
from weakref import finalize

import msgspec

from datagen.errors import FileError

_T = TypeVar("_T")

_UNIT = 8
"""Rows of the file begin at multiples of so many bytes: 32 bits tell any place in 32 GB."""

_FIRST_READ = 1024
"""Bytes read at a time; most rows are shorter."""


class BandTable(Generic[_T]):
    """Remembers things by one key a band, and finds those that may share a key with another.

    Two keys of a band fall into one slot when they differ by a multiple of the number of slots, so
    what is found is a candidate only and the caller compares for itself.

    Args:
        kind: type of the things, one that msgspec can write; text that may hold half a surrogate
            pair must be bytes.
        bands: keys a thing has.
        slots: for each band; 4 bytes of memory for each that is used.
        sharing: things found by one key at most, the newest ones; a key that very many things have
            then costs no more than this.

    >>> table = BandTable(str, bands=2, slots=8, sharing=10)
    >>> table.add([3, 5], "one"), table.add([4, 5], "other")
    (None, None)
    >>> list(table.find([3, 5])), list(table.find([6, 6]))
    (['one', 'other'], [])
    """

    def __init__(
        self, kind: type[_T], *, bands: int = 1, slots: int = 1 << 17, sharing: int = sys.maxsize
    ) -> None:
        self._slots = slots
        self._sharing = sharing
        # The rows of a slot are chained: the newest one (0: none), then what each follows.
        # Mapped, because a page of it takes no memory before it is written to.
        self._newest = memoryview(mmap(-1, 4 * bands * slots)).cast("I")
        self._head = Struct(f"<{bands}II")
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(kind).decode
        self._end = 1  # in units; no row has place 0
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open for as long as the table is there
        self._descriptor = self._file.fileno()
        self._file.write(bytes(_UNIT))
        finalize(self, self._file.close)

    def add(self, keys: Sequence[int], thing: _T) -> None:
        """Remember a thing by its keys, one a band.

        Raises:
            FileError: the temporary file cannot be written.
        """
        slots = self._list_slots(keys)
        data = self._encode(thing)
        row = self._head.pack(*[self._newest[slot] for slot in slots], len(data)) + data
        row += bytes(-len(row) % _UNIT)
        try:
            self._file.write(row)
            self._file.flush()
        except OSError as exc:
            advice = f"{exc.strerror}; free some space, or name another folder in TMPDIR"
            raise FileError(
                tempfile.gettempdir(), f"no temporary file fits there: {advice}"
            ) from exc
        for slot in slots:
            self._newest[slot] = self._end
        self._end += len(row) // _UNIT

    def find(self, keys: Sequence[int]) -> Iterator[_T]:
        """The things that may share a key, each once; those of one band newest first."""
        rows: dict[int, tuple[int, ...]] = {}
        for band, slot in enumerate(self._list_slots(keys)):
            place = self._newest[slot]
            for _ in range(self._sharing):
                if not place:
                    break
                if place not in rows:
                    rows[place], thing = self._read(place)
                    yield thing
                place = rows[place][band]

    def _list_slots(self, keys: Sequence[int]) -> list[int]:
        return [band * self._slots + key % self._slots for band, key in enumerate(keys)]

    def _read(self, place: int) -> tuple[tuple[int, ...], _T]:
        """What a row follows in each band, and its thing."""
        start = place * _UNIT
        row = os.pread(self._descriptor, _FIRST_READ, start)
        head: tuple[int, ...] = self._head.unpack_from(row)
        end = self._head.size + head[-1]
        if end > len(row):
            row += os.pread(self._descriptor, end - len(row), start + len(row))
        return head, self._decode(row[self._head.size : end])


class SeenDigests:
    """Remembers which texts there were, by 64 bits of each.

    Among a million texts the chance of one false match is 3 in 100 million.
    """

    def __init__(self) -> None:
        self._table = BandTable(int)

    def add(self, text: str) -> bool:
        """Remember a text; true when it was among the known ones."""
        digest = digest_text(text)
        if digest in self._table.find([digest]):
            return True
        self._table.add([digest], digest)
        return False


def digest_text(text: str) -> int:
    """64 bits that stand for a text, whatever it holds."""
    raw = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(raw)
