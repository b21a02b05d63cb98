"""Read stage: the images of a source, joined and judged, as columns in one file.

An image is put together when it is asked for, so memory holds no more than the pages of the file
that were looked at, and a file that lies in the cache is opened in milliseconds.
"""

import sys
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from mmap import ACCESS_READ, mmap
from struct import Struct
from typing import Any, BinaryIO, Literal, overload

import msgspec

from datagen.records import AnnotatedImage, Box, ImageSet, Outline, RoundedImage, Trouble

VERSION = 1
"""Of the format and of the rules of reading: a change of either makes kept files useless."""

_MAGIC = f"datagen images {VERSION} {sys.byteorder}".encode().ljust(32)
_FRONT = Struct(
    "<32sQQI"
)  # magic, place and size of the head, checksum of them and all behind the front
_UNIT = 8  # bytes; sections begin at multiples of it
_BLOCK = 1 << 20
_AT_ONCE = 512  # images
_DOUBTFUL = 0.4999  # thousandths from the nearest one: there the product's own rounding may decide

# What stands in a section: the code of its numbers, or "" for bytes. `ends` belong to the texts or
# boxes of the image at that place; the first is 0.
_SECTIONS: Mapping[str, Literal["", "B", "I", "Q", "d"]] = {
    "ids": "",
    "id_ends": "Q",
    "order": "Q",  # places of the images in the order of their ids as texts
    "names": "",
    "name_ends": "Q",
    "sides": "Q",  # width and height in turn
    "captions": "",  # each with a line break behind it
    "caption_ends": "Q",
    "box_ends": "Q",
    "categories": "I",  # places in the head's list
    "corners": "d",  # four a box
    "areas": "d",
    "crowds": "B",
}


class _Head(msgspec.Struct):
    sections: dict[str, tuple[int, int]]
    categories: list[str]
    troubles: tuple[Trouble, ...]


class DamagedIndexError(ValueError):
    """A file that is no index, or not what was written."""


class IndexWriter:
    """Writes an index, one section after the other."""

    def __init__(self, file: BinaryIO) -> None:
        """Begin in an empty file, which is left open."""
        self._file = file
        self._sections: dict[str, tuple[int, int]] = {}
        self._checksum = 0
        self._end = _FRONT.size
        file.write(bytes(_FRONT.size))

    def write(self, section: str, data: Any) -> None:  # noqa: ANN401 - any buffer
        """Write bytes to the end of a section; the ones before it must be whole."""
        if section not in self._sections:
            self._append(bytes(-self._end % _UNIT))
            self._sections[section] = (self._end, self._end)
        self._append(data)
        self._sections[section] = (self._sections[section][0], self._end)

    def finish(self, categories: Sequence[str], troubles: Sequence[Trouble]) -> None:
        """Write what makes it an index."""
        head = msgspec.msgpack.encode(_Head(self._sections, list(categories), tuple(troubles)))
        place = self._end
        self._append(head)
        self._file.seek(0)
        checksum = _add_place(self._checksum, place, len(head))
        self._file.write(_FRONT.pack(_MAGIC, place, len(head), checksum))
        self._file.flush()

    def _append(self, data: Any) -> None:  # noqa: ANN401 - any buffer
        view = memoryview(data)
        if not view.nbytes:
            return
        view = view.cast("B")
        self._file.write(view)
        self._checksum = zlib.crc32(view, self._checksum)
        self._end += len(view)


def open_index(
    file: BinaryIO, *, verify: bool = True
) -> tuple["IndexedImages", tuple[Trouble, ...]]:
    """The images and troubles of an index; the file may be closed afterwards.

    Args:
        file: as `IndexWriter` has left it.
        verify: whether all of it is held against its checksum.

    Raises:
        DamagedIndexError: it is not what was written.
    """
    file.seek(0)
    front = file.read(_FRONT.size)
    if len(front) < _FRONT.size or not front.startswith(_MAGIC):
        raise DamagedIndexError("no index of this version")
    _, place, size, checksum = _FRONT.unpack(front)
    if verify and _add_place(_sum_up(file), place, size) != checksum:
        raise DamagedIndexError("another checksum than was written")
    file.seek(place)
    head = msgspec.msgpack.decode(file.read(size), type=_Head)
    content = memoryview(mmap(file.fileno(), 0, access=ACCESS_READ))
    return IndexedImages(content, head), head.troubles


def _add_place(checksum: int, place: int, size: int) -> int:
    return zlib.crc32(b"%d %d" % (place, size), checksum)


def _sum_up(file: BinaryIO) -> int:
    checksum = 0
    while block := file.read(_BLOCK):
        checksum = zlib.crc32(block, checksum)
    return checksum


class IndexedImages(ImageSet):
    """The images of an index; reading from several threads is safe."""

    def __init__(self, content: memoryview, head: _Head) -> None:
        """Find the sections in the content of the file."""
        self._categories = head.categories
        parts: dict[str, memoryview[Any]] = {}
        for name, code in _SECTIONS.items():
            start, end = head.sections[name]
            part = content[start:end]
            parts[name] = part.cast(code) if code else part
        self._ids, self._id_ends, self._order = parts["ids"], parts["id_ends"], parts["order"]
        self._names, self._name_ends = parts["names"], parts["name_ends"]
        self._sides = parts["sides"]
        self._captions, self._caption_ends = parts["captions"], parts["caption_ends"]
        self._box_ends, self._kinds = parts["box_ends"], parts["categories"]
        self._corners, self._areas = parts["corners"], parts["areas"]
        self._crowds = parts["crowds"]

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, place: int) -> AnnotatedImage: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[AnnotatedImage]: ...
    def __getitem__(self, place: int | slice) -> AnnotatedImage | Sequence[AnnotatedImage]:
        if isinstance(place, slice):
            return tuple(self[each] for each in range(len(self))[place])
        place = range(len(self))[place]
        return self._make(place, place + 1)[0]

    def __iter__(self) -> Iterator[AnnotatedImage]:
        for first in range(0, len(self), _AT_ONCE):
            yield from self._make(first, min(first + _AT_ONCE, len(self)))

    def find(self, image_id: str) -> AnnotatedImage | None:
        """The image of this id, if there is one."""
        place = bisect_left(self._order, image_id, key=self._read_id)
        row: int = self._order[place] if place < len(self) else -1
        return self[row] if row >= 0 and self._read_id(row) == image_id else None

    def iterate_outlines(self) -> Iterator[Outline]:
        """The outline of every image, in order."""
        captions, boxes = self._caption_ends, self._box_ends
        for place in range(len(self)):
            name = self._read(self._names, self._name_ends, place)
            has_captions = captions[place] < captions[place + 1]
            has_boxes = boxes[place] < boxes[place + 1]
            yield Outline(self._read_id(place), name, has_captions, has_boxes)

    def iterate_rounded(self) -> Iterator[RoundedImage]:
        """What the context of every image shows, in order."""
        for first in range(0, len(self), _AT_ONCE):
            last = min(first + _AT_ONCE, len(self))
            ends = self._box_ends[first : last + 1].tolist()
            low, high = ends[0], ends[-1]
            names = self._categories
            categories = [names[kind] for kind in self._kinds[low:high].tolist()]
            thousandths = _round_corners(self._corners[4 * low : 4 * high])
            for place, start, end in zip(range(first, last), ends, ends[1:], strict=False):
                captions = self._read(self._captions, self._caption_ends, place)[:-1]
                start, end = start - low, end - low
                yield RoundedImage(
                    captions, categories[start:end], thousandths[4 * start : 4 * end]
                )

    def _make(self, first: int, last: int) -> list[AnnotatedImage]:
        """The images from `first` up to `last`."""
        ends = self._box_ends[first : last + 1].tolist()
        low, high = ends[0], ends[-1]
        flat = iter(self._corners[4 * low : 4 * high].tolist())
        kinds = self._kinds[low:high].tolist()
        boxes = list(
            map(
                Box,
                map(self._categories.__getitem__, kinds),
                zip(flat, flat, flat, flat, strict=True),
                self._areas[low:high].tolist(),
                map(bool, self._crowds[low:high].tolist()),
            )
        )
        sides = self._sides[2 * first : 2 * last].tolist()
        return [
            AnnotatedImage(
                self._read_id(place),
                self._read(self._names, self._name_ends, place),
                self._read_captions(place),
                tuple(boxes[ends[n] - low : ends[n + 1] - low]),
                sides[2 * n],
                sides[2 * n + 1],
            )
            for n, place in enumerate(range(first, last))
        ]

    def _read_captions(self, place: int) -> tuple[str, ...]:
        text = self._read(self._captions, self._caption_ends, place)
        return tuple(text[:-1].split("\n")) if text else ()

    def _read_id(self, place: int) -> str:
        return self._read(self._ids, self._id_ends, place)

    @staticmethod
    def _read(texts: memoryview, ends: memoryview, place: int) -> str:
        return str(texts[ends[place] : ends[place + 1]], "utf-8")


def _round_corners(corners: Any) -> list[int]:  # noqa: ANN401 - a view of numbers
    """`round(corner, 3) * 1000` of every corner, exactly as Python rounds."""
    # Imported here because one image after the other is made without it.
    import numpy as np

    values = np.frombuffer(corners, np.float64) * 1000
    near = np.rint(values)
    found: list[int] = near.astype(np.int64).tolist()
    for place in np.flatnonzero(np.abs(values - near) > _DOUBTFUL).tolist():
        found[place] = round(round(corners[place], 3) * 1000)
    return found
