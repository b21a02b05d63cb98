"""Read stage: the annotations of one file, as columns: nearly all as numbers, the odd ones whole.

An entry's position counts the readable entries of its file from 0. What is plain is judged a whole
chunk at a time; what deserves a second look is odd, and judged by itself in the end, when all of
the images and categories are known.
"""

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt
from msgspec import UNSET

from datagen.records import Trouble
from datagen.sources.entries import (
    CaptionEntry,
    EntryError,
    EntryId,
    InstanceEntry,
    convert_entry,
    name_image,
    name_raw,
)
from datagen.sources.pictures import NONE, PictureTable, fits_column
from datagen.sources.spool import ObjectSpool
from datagen.sources.troubles import Action, Ledger

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_Entry = TypeVar("_Entry", CaptionEntry, InstanceEntry)


class PlacedLedger(Ledger):
    """A ledger whose troubles are met in any order, each with the position of its entry.

    Attributes:
        position: of the entry that is judged now.
    """

    position = 0

    def __init__(self, path: Path) -> None:
        """Open an empty ledger for the file at `path`."""
        super().__init__(path)
        self._positions: list[int] = []

    def note(self, code: str, entry: str, detail: str = "", action: Action = "left out") -> None:
        """Add one trouble of the entry at `position`."""
        super().note(code, entry, detail, action)
        self._positions.append(self.position)

    def list_troubles(self) -> list[Trouble]:
        """The troubles in the order of their entries."""
        order = sorted(range(len(self.troubles)), key=self._positions.__getitem__)
        return [self.troubles[place] for place in order]


class Annotations(Generic[_Entry]):
    """What captions and instances have in common: ids, images, odd entries, and their troubles.

    Attributes:
        malformed: entries that could not be read.
        notes: what is wrong with the others.
    """

    def __init__(self, kind: type[_Entry], path: Path) -> None:
        """Begin with none.

        Args:
            kind: of the entries.
            path: of the file.
        """
        self.malformed = Ledger(path)
        self.notes = PlacedLedger(path)
        self._kind: type[_Entry] = kind
        self._count = 0
        self._ids: list[Integers] = []
        self._image_ids: list[Integers] = []
        self._odd: ObjectSpool[_Entry] = ObjectSpool()
        self._odd_positions: list[int] = []
        self._unreadable = 0

    def __len__(self) -> int:
        return self._count

    def take_one(self, raw: object) -> None:
        """Take one decoded entry; see `stream.Taker`."""
        try:
            entry = convert_entry(raw, self._kind)
        except EntryError as exc:
            name = name_raw(raw, "annotations", self._count + self._unreadable)
            self.malformed.note(exc.code, name, str(exc))
            self._unreadable += 1
        else:
            self.add_odd([entry])

    def add_odd(self, entries: Sequence[_Entry]) -> None:
        """Add entries that are all judged by themselves."""
        nothing = np.zeros(len(entries), np.int64)
        self._add(nothing, nothing, dict(enumerate(entries)))

    def _add(self, ids: Integers, image_ids: Integers, odd: Mapping[int, _Entry]) -> None:
        """Add a chunk; `odd` are entries of it by their place in it."""
        for place, entry in odd.items():
            self._odd_positions.append(self._count + place)
            self._odd.add(entry)
        self._ids.append(ids)
        self._image_ids.append(image_ids)
        self._count += len(ids)

    def list_measured(self) -> set[EntryId]:
        """Images that odd entries are on; all entries are odd on an image of unknown size."""
        return {entry.image_id for entry in self._odd}

    def iterate_odd(self, rows: Integers) -> Iterator[tuple[int, _Entry]]:
        """The odd entries that have an image, each with its position; `notes` is told where it is."""
        for position, entry in zip(self._odd_positions, self._odd, strict=True):
            if rows[position] != NONE:
                self.notes.position = position
                yield position, entry

    def admit(self, table: PictureTable) -> tuple[Integers, Integers]:
        """Find the row of every entry's image; `NONE` where there is none or the id came before.

        Returns:
            Ids and rows by position; an odd entry has the id 0 where it has no number.
        """
        ids = np.concatenate([_NOTHING, *self._ids])
        image_ids = np.concatenate([_NOTHING, *self._image_ids])
        self._ids, self._image_ids = [], []
        rows = table.find_all(image_ids)
        is_odd = np.zeros(self._count, np.bool_)
        is_odd[self._odd_positions] = True
        for position in np.flatnonzero((rows == NONE) & ~is_odd).tolist():
            self._note_unknown(table, position, int(ids[position]), int(image_ids[position]))
        is_numbered = ~is_odd
        self._admit_odd(table, ids, rows, is_numbered)
        repeated = _find_repeated(ids, np.flatnonzero(is_numbered & (rows != NONE)))
        for position in repeated:
            self._note_repeated(position, int(ids[position]), table.ids[rows[position]])
        rows[repeated] = NONE
        return ids, rows

    def _admit_odd(
        self, table: PictureTable, ids: Integers, rows: Integers, is_numbered: Flags
    ) -> None:
        """Fill in ids and rows of the odd entries, and drop repeated ids that are no numbers."""
        seen: set[EntryId] = set()
        for position, entry in zip(self._odd_positions, self._odd, strict=True):
            rows[position] = row = table.find(entry.image_id)
            if row == NONE:
                self._note_unknown(table, position, entry.id, entry.image_id)
            elif isinstance(entry.id, int) and fits_column(entry.id):
                ids[position], is_numbered[position] = entry.id, True
            elif entry.id is not None:
                if entry.id in seen:
                    self._note_repeated(position, entry.id, entry.image_id)
                    rows[position] = NONE
                seen.add(entry.id)

    def _note_repeated(self, position: int, entry_id: EntryId, image_id: EntryId) -> None:
        self.notes.position = position
        label = label_annotation(entry_id, image_id)
        self.notes.note("annotation-repeated", label, f"image {image_id!r}")

    def _note_unknown(
        self, table: PictureTable, position: int, entry_id: EntryId | None, image_id: EntryId
    ) -> None:
        self.notes.position = position
        code = "id-of-other-kind" if table.is_strange(image_id) else "unknown-image"
        self.notes.note(code, label_annotation(entry_id, image_id), f"image {image_id!r}")


_NOTHING = np.zeros(0, np.int64)
_POSITION_BITS = 36  # 68 billion annotations, 134 million images


def _find_repeated(ids: Integers, positions: Integers) -> list[int]:
    """Those of the positions whose id stands at an earlier one."""
    given = ids[positions]
    if (np.diff(np.sort(given)) != 0).all():
        return []
    order = np.argsort(given, kind="stable")
    repeats = np.flatnonzero(np.diff(given[order]) == 0) + 1
    return sorted(positions[order[repeats]].tolist())


def label_annotation(entry_id: EntryId | None, image_id: EntryId) -> str:
    """How an annotation is called in a list of troubles."""
    if entry_id is None:
        return f"annotation without id on image {name_image(image_id)}"
    return f"annotation {entry_id}"


def list_numbers(entries: Sequence[object], name: str) -> Integers:
    """A field of many entries.

    Raises:
        OverflowError: a number that does not fit.
    """
    return np.fromiter(map(attrgetter(name), entries), np.int64, len(entries))


def show_value(value: object) -> str:
    """A value of an entry for a list of troubles."""
    return "missing" if value is UNSET else repr(value)


def order_rows(rows: Integers, keep: Flags) -> Integers:
    """Positions by row, in the order of the file within one; only those on rows that are kept."""
    positions = np.flatnonzero(rows != NONE)
    positions = positions[keep[rows[positions]]]
    # As one number each, they are sorted several times as fast as by a stable order of the rows.
    pairs = rows[positions] << _POSITION_BITS | positions
    pairs.sort()
    return pairs & ((1 << _POSITION_BITS) - 1)


def count_rows(rows: Integers, size: int) -> Integers:
    """How many positions there are on each of the rows."""
    return np.bincount(rows[rows != NONE], minlength=size)
