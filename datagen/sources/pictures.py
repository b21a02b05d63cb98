"""Read stage: the images of both files as a table, a row an image, in the order of their ids."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from datagen.sources.entries import EntryError, EntryId, ImageEntry, convert_entry, name_raw
from datagen.sources.images import LARGEST_SIDE, Picture, settle_picture, take_stated
from datagen.sources.troubles import Ledger

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NONE = -1
"""The row of an image that is not there."""

_DENSE, _FEW = 16, 1 << 16  # numbers for an image, and beyond, that a table of all of them may have


class ImageEntries:
    """Takes the entries of `images`.

    Attributes:
        entries: what could be read.
        malformed: what could not.
    """

    def __init__(self, path: Path) -> None:
        """Begin with none."""
        self.entries: list[ImageEntry] = []
        self.malformed = Ledger(path)
        self._decode = msgspec.json.Decoder(list[ImageEntry]).decode
        self._unreadable = 0

    def take(self, chunk: memoryview) -> None:
        """Take a chunk; see `stream.Taker`."""
        self.entries += self._decode(chunk)

    def take_one(self, raw: object) -> None:
        """Take one decoded entry; see `stream.Taker`."""
        try:
            self.entries.append(convert_entry(raw, ImageEntry))
        except EntryError as exc:
            name = name_raw(raw, "images", len(self.entries) + self._unreadable)
            self.malformed.note(exc.code, name, str(exc))
            self._unreadable += 1


class PictureTable:
    """The images of both files; those whose name or size is not stated are settled last.

    Attributes:
        ids: by row, in order.
        names: file names by row; None where the image is left out, or not settled yet.
        widths, heights: pixels by row; 0 where unknown.
    """

    def __init__(self, entries: Mapping[EntryId, ImageEntry]) -> None:
        """Put the images in order; `entries` as `join_images` unites them."""
        self.ids: list[EntryId] = sorted(entries)  # all are numbers, or all are texts
        self._open: dict[EntryId, ImageEntry] = {}
        rows: list[ImageEntry] | list[Picture] = [entries[image_id] for image_id in self.ids]
        sizes = np.array([[row.width for row in rows], [row.height for row in rows]])
        self.names = [row.file_name or None for row in rows]
        is_plain = sizes.dtype == np.int64 and ((sizes > 0) & (sizes < LARGEST_SIDE)).all()
        if not is_plain or None in self.names:
            rows = [take_stated(entries[image_id]) or _UNKNOWN for image_id in self.ids]
            sizes = np.array([[row.width for row in rows], [row.height for row in rows]], np.int64)
            self.names = [row.file_name or None for row in rows]
        self.widths, self.heights = sizes
        if None in self.names:
            is_open = {self.ids[row] for row, name in enumerate(self.names) if name is None}
            self._open = {each: entry for each, entry in entries.items() if each in is_open}
        self._is_there: Flags | None = None
        self._rows: dict[EntryId, int] = {}
        self._numbers: Integers | None = None
        self._by_number: Integers | None = None
        if all(isinstance(each, int) and fits_column(each) for each in self.ids):
            self._numbers = np.array(self.ids, np.int64)
            self._by_number = _list_by_number(self._numbers)

    def settle(
        self,
        folder: Path | None,
        measured: Collection[EntryId],
        find_ledger: Callable[[EntryId], Ledger],
    ) -> bool:
        """Settle the images whose name or size is not stated; whether a picture was looked at.

        Args:
            folder: the pictures, for sizes that no file states.
            measured: images on which something is measured in pixels.
            find_ledger: of the file that an image stands in.
        """
        for image_id, entry in self._open.items():
            row, is_measured = self._locate(image_id), image_id in measured
            picture = settle_picture(entry, folder, is_measured, find_ledger(image_id))
            if picture is not None:
                self.names[row] = picture.file_name
                self.widths[row], self.heights[row] = picture.width, picture.height
        return bool(self._open) and folder is not None

    def is_open(self) -> bool:
        """Whether there are images to settle."""
        return bool(self._open)

    def show(self, row: int) -> Picture:
        """Name and size of an image that is not left out."""
        return Picture(self.names[row] or "", int(self.widths[row]), int(self.heights[row]))

    def find(self, image_id: EntryId) -> int:
        """The row of an image that is not left out, or `NONE`."""
        row = self._locate(image_id)
        return NONE if row == NONE or self.names[row] is None else row

    def find_all(self, image_ids: Integers) -> Integers:
        """`find`, for many, once all images are settled."""
        rows = self.locate_all(image_ids)
        if self._is_there is None:
            self._is_there = np.array([*(name is not None for name in self.names), False])
        return np.where(self._is_there[rows], rows, NONE)

    def locate_all(self, image_ids: Integers) -> Integers:
        """The rows of images, of those that are left out too."""
        if self._numbers is None or not len(self._numbers):
            return np.array([self._locate(each) for each in image_ids.tolist()], np.int64)
        if self._by_number is not None:
            # What lies outside falls on the last place, which is nobody's.
            last = len(self._by_number) - 1
            return self._by_number[np.where((image_ids < 0) | (image_ids > last), last, image_ids)]
        rows = np.searchsorted(self._numbers, image_ids)
        rows[rows == len(self._numbers)] = 0
        return np.where(self._numbers[rows] == image_ids, rows, NONE)

    def is_strange(self, image_id: EntryId) -> bool:
        """Whether an id is a text where those of the images are numbers, or the reverse."""
        there = next((each for each in self.ids if self.find(each) != NONE), None)
        return there is not None and isinstance(there, str) != isinstance(image_id, str)

    def _locate(self, image_id: EntryId) -> int:
        if not self._rows:
            self._rows = {each: row for row, each in enumerate(self.ids)}
        return self._rows.get(image_id, NONE)


_UNKNOWN = Picture("", 0, 0)


def _list_by_number(numbers: Integers) -> Integers | None:
    """The row of every number up to the largest id, and of one more; None for far-off ids."""
    if not len(numbers) or numbers[0] < 0 or numbers[-1] > _DENSE * len(numbers) + _FEW:
        return None
    rows = np.full(int(numbers[-1]) + 2, NONE, np.int64)
    rows[numbers] = np.arange(len(numbers))
    return rows


def fits_column(number: int) -> bool:
    """Whether a number can stand in a column."""
    return -(2**63) <= number < 2**63
