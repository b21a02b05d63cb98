"""Read stage: the annotations of an instances file; their boxes lie in a spool until sorted."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from operator import attrgetter
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import UNSET, Raw

from datagen.sources.annotations import (
    Annotations,
    Flags,
    Integers,
    count_rows,
    label_annotation,
    list_numbers,
    order_rows,
    show_value,
)
from datagen.sources.boxes import HALF_PIXEL
from datagen.sources.entries import EntryId, InstanceEntry, PlainInstance
from datagen.sources.index import IndexWriter
from datagen.sources.instances import place_instance
from datagen.sources.pictures import NONE, PictureTable, fits_column
from datagen.sources.spool import Spool

_RECORD = np.dtype(
    [("corners", "f8", 4), ("area", "f8"), ("category", "i8"), ("crowd", "u1")], align=False
)
_FIELDS = {
    "categories": ("category", np.uint32),
    "corners": ("corners", np.float64),
    "areas": ("area", np.float64),
    "crowds": ("crowd", np.uint8),
}
_NUMBERS = ("id", "image_id", "category_id")
_AT_ONCE = 1 << 16  # boxes that are written

Floats = npt.NDArray[np.float64]


class _Captioned(msgspec.Struct):
    caption: Raw = Raw()


class BoxColumns(Annotations[InstanceEntry]):
    """Takes the annotations of an instances file.

    Attributes:
        has_categories: whether any of them has a category, of whatever kind.
        has_captions: whether any of those without a category has a caption.
    """

    def __init__(self, path: Path, find_table: Callable[[], PictureTable | None]) -> None:
        """Begin with none.

        Args:
            path: of the file.
            find_table: gives the images, once they are known; without them every entry is odd.
        """
        super().__init__(InstanceEntry, path)
        self.has_categories = self.has_captions = False
        self._find_table = find_table
        self._decode_plain = msgspec.json.Decoder(list[PlainInstance]).decode
        self._decode = msgspec.json.Decoder(list[InstanceEntry]).decode
        self._boxes = Spool()

    def take(self, chunk: memoryview) -> None:
        """Take a chunk; see `stream.Taker`."""
        table = self._find_table()
        plain = self._take_plain(chunk, table) if table is not None else False
        if not plain:
            entries = self._decode(chunk)
            if not self.has_categories and all(each.category_id is UNSET for each in entries):
                named = msgspec.json.decode(chunk, type=list[_Captioned])
                self.has_captions |= any(bytes(each.caption) for each in named)
            self.add_odd(entries)

    def take_one(self, raw: object) -> None:
        """Take one decoded entry; see `stream.Taker`."""
        self.has_captions |= isinstance(raw, dict) and "caption" in raw
        super().take_one(raw)

    def add_odd(self, entries: Sequence[InstanceEntry]) -> None:
        """Add entries that are all judged by themselves."""
        self.has_categories |= any(entry.category_id is not UNSET for entry in entries)
        super().add_odd(entries)
        self._boxes.write(bytes(len(entries) * _RECORD.itemsize))

    def _take_plain(self, chunk: memoryview, table: PictureTable) -> bool:
        """Take a chunk of plain entries; False where it is none."""
        try:
            entries = self._decode_plain(chunk)
            ids, image_ids, categories = (list_numbers(entries, name) for name in _NUMBERS)
        except (msgspec.DecodeError, OverflowError):
            return False
        count = len(entries)
        areas = np.fromiter(map(attrgetter("area"), entries), np.float64, count)
        crowds = list_numbers(entries, "iscrowd")
        flat = chain.from_iterable([entry.bbox for entry in entries])
        boxes = np.fromiter(flat, np.float64, 4 * count).reshape(count, 4)
        rows = table.locate_all(image_ids)
        widths, heights = table.widths[rows], table.heights[rows]
        corners, is_plain = fit_boxes(boxes, widths, heights)
        pixels = widths.astype(np.float64) * heights
        is_plain &= (areas > 0) & (areas <= pixels) & ((crowds == 0) | (crowds == 1))
        records = np.zeros(count, _RECORD)
        records["corners"], records["category"], records["crowd"] = corners, categories, crowds
        np.divide(areas, pixels, out=records["area"], where=is_plain)
        odd = np.flatnonzero(~is_plain & (rows != NONE)).tolist()
        whole = self._decode(chunk) if odd else []
        self.has_categories = True
        self._boxes.write(records)
        self._add(ids, image_ids, {place: whole[place] for place in odd})
        return True

    def settle(
        self, table: PictureTable, names: Mapping[EntryId | None, str]
    ) -> tuple[Integers, Sequence[str]]:
        """Judge what is open.

        Args:
            table: all images.
            names: of the categories, by their ids.

        Returns:
            The row of every box, `NONE` for those that are left out; the categories in use.
        """
        ids, rows = self.admit(table)
        categories = list(dict.fromkeys(names.values()))
        places = {name: place for place, name in enumerate(categories)}
        codes = {key: places[name] for key, name in names.items()}
        self._records = np.frombuffer(self._boxes.show(), _RECORD) if len(ids) else _NOTHING
        self._name_categories(ids, rows, codes)
        for position, entry in self.iterate_odd(rows):
            label = label_annotation(entry.id, entry.image_id)
            name = None if entry.category_id is UNSET else names.get(entry.category_id)
            row = int(rows[position])
            if name is None:
                self.notes.note("unknown-category", label, show_value(entry.category_id))
                rows[position] = NONE
                continue
            box = place_instance(entry, table.show(row), name, label, self.notes)
            if box is None:
                rows[position] = NONE
            else:
                record = (box.corners, box.area, places[box.category], box.crowd)
                self._records[position] = record
        return rows, categories

    def _name_categories(
        self, ids: Integers, rows: Integers, codes: Mapping[EntryId | None, int]
    ) -> None:
        """Put codes in the place of the categories' ids; the odd entries are passed over."""
        is_open = rows != NONE
        is_open[self._odd_positions] = False
        numbers = sorted(key for key in codes if isinstance(key, int) and fits_column(key))
        known = np.array([*numbers, 0], np.int64)
        coded = np.array([*(codes[key] for key in numbers), NONE], np.int64)
        for first in range(0, len(ids), _AT_ONCE):
            part = self._records["category"][first : first + _AT_ONCE]
            places = np.searchsorted(known[:-1], part)
            found = np.where(known[places] == part, coded[places], NONE)
            for place in np.flatnonzero((found == NONE) & is_open[first : first + _AT_ONCE]):
                position = first + int(place)
                self.notes.position = position
                label = f"annotation {ids[position]}"
                self.notes.note("unknown-category", label, repr(int(part[place])))
                rows[position] = NONE
            part[:] = np.maximum(found, 0)

    def write(self, writer: IndexWriter, rows: Integers, keep: Flags) -> None:
        """Write the boxes of the kept rows, after `settle`."""
        order = order_rows(rows, keep)
        for section, (field, kind) in _FIELDS.items():
            writer.write(section, b"")
            column = self._records[field]
            for first in range(0, len(order), _AT_ONCE):
                writer.write(section, column[order[first : first + _AT_ONCE]].astype(kind))
        ends = count_rows(rows, len(keep))[keep].cumsum()
        writer.write("box_ends", np.append(0, ends).astype(np.uint64))


_NOTHING = np.zeros(0, _RECORD)


def fit_boxes(boxes: Floats, widths: Integers, heights: Integers) -> tuple[Floats, Flags]:
    """`fit_box` for many, each with its own picture, as far as there is nothing to say about them.

    Args:
        boxes: n by 4; left, top, width and height in pixels.
        widths: of the pictures; 0 where unknown.
        heights: likewise.

    Returns:
        The corners in 0-1, n by 4, and of which boxes they are right; the others need `fit_box`.
    """
    with np.errstate(over="ignore"):  # a box of endless width is not right
        starts, ends = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    sides = np.stack((widths, heights), axis=1).astype(np.float64)
    is_right = (ends > starts) & (ends > 0) & (starts < sides)
    is_right &= (starts > -HALF_PIXEL) & (ends - sides < HALF_PIXEL)
    clipped = np.concatenate((np.where(starts <= 0, 0.0, starts), np.minimum(ends, sides)), axis=1)
    is_fit: Flags = np.logical_and.reduce(is_right, axis=1)
    corners = np.zeros_like(clipped)
    np.divide(clipped, np.tile(sides, 2), out=corners, where=is_fit[:, None])
    return corners, is_fit
