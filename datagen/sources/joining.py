"""Read stage: a captions file and an instances file -> one index of images, joined and judged.

The entries are judged one by one, `troubles.py` lists the rules; the troubles come in the order of
the files, whatever the order in which they were met.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np

from datagen.errors import SourceError
from datagen.sources.annotations import Flags, Integers, count_rows
from datagen.sources.box_columns import BoxColumns
from datagen.sources.caption_columns import CaptionColumns
from datagen.sources.entries import (
    CategoryEntry,
    EntryError,
    EntryId,
    ImageEntry,
    convert_entry,
    name_image,
    name_raw,
)
from datagen.sources.files import quote
from datagen.sources.images import index_images, join_images
from datagen.sources.index import IndexWriter
from datagen.sources.pictures import ImageEntries, PictureTable
from datagen.sources.stream import BLOCK, Taker, read_lists
from datagen.sources.troubles import Ledger, Policy

Images = dict[EntryId, ImageEntry]


class _Categories:
    """Takes the entries of `categories`."""

    def __init__(self, path: Path) -> None:
        self.entries: list[CategoryEntry] = []
        self.malformed = Ledger(path)
        self._given = 0

    def take(self, chunk: memoryview) -> None:
        entries = msgspec.json.decode(chunk, type=list[CategoryEntry])
        self.entries += entries
        self._given += len(entries)

    def take_one(self, raw: object) -> None:
        try:
            self.entries.append(convert_entry(raw, CategoryEntry))
        except EntryError as exc:
            name = name_raw(raw, "categories", self._given)
            self.malformed.note(exc.code, name, str(exc))
        self._given += 1

    def name_all(self, ledger: Ledger) -> Mapping[EntryId | None, str]:
        """Names by id; the first of an id stays."""
        names: dict[EntryId | None, str] = {}
        for entry in self.entries:
            label = f"category {entry.id}"
            if not entry.name.strip():
                ledger.note("entry-malformed", label, "the name is empty")
            elif entry.id not in names:
                names[entry.id] = entry.name
            elif names[entry.id] == entry.name:
                ledger.note("category-repeated", label, repr(entry.name))
            else:
                ledger.note(
                    "category-conflict", label, f"{entry.name!r}; {names[entry.id]!r} stays"
                )
        return names


class _Said:
    """The captions file."""

    def __init__(self, path: Path, block: int) -> None:
        self.path = path
        images = ImageEntries(path)
        self.captions = CaptionColumns(path)
        takers: dict[str, Taker] = {"images": images, "annotations": self.captions}
        _demand_lists(path, read_lists(path, takers, block=block), takers)
        if len(self.captions) and not self.captions.has_captions:
            raise SourceError(
                path,
                "none of its annotations has a `caption`; is it an instances file? Give the "
                "captions file here (such as captions_train2017.json)",
                "$.annotations",
            )
        self.malformed = [images.malformed, self.captions.malformed]
        self.ledger = Ledger(path)
        self.images: Images = index_images(images.entries, self.ledger)


class _Drawn:
    """The instances file, or nothing in its place."""

    def __init__(self, path: Path | None, said: _Said, block: int) -> None:
        self.path = path or said.path
        self.ledger = Ledger(self.path)
        self.images: Images = {}
        self._said = said
        self._entries = ImageEntries(self.path)
        self._table: PictureTable | None = None
        self.boxes = BoxColumns(self.path, self._find_table)
        self.categories = _Categories(self.path)
        self.malformed = [
            self._entries.malformed,
            self.boxes.malformed,
            self.categories.malformed,
        ]
        if path is not None:
            self._read(path, block)

    def _read(self, path: Path, block: int) -> None:
        takers: dict[str, Taker] = {
            "images": self._entries,
            "annotations": self.boxes,
            "categories": self.categories,
        }
        met = read_lists(path, takers, block=block)
        if set(takers) - set(met) == {"categories"} and self.boxes.has_captions:
            raise SourceError(
                path, "is a captions file; give it as captions, and the instances file as instances"
            )
        _demand_lists(path, met, takers)
        if len(self.boxes) and not self.boxes.has_categories:
            raise SourceError(
                path,
                "is a captions file or one of another task: none of its annotations has a "
                "`category_id`; give the instances file here (such as instances_train2017.json)",
                "$.annotations",
            )

    def _find_table(self) -> PictureTable | None:
        """The images of both files, once those of this file have been met."""
        table = self.join() if self._entries.entries or self._table else None
        return table if table is not None and table.ids else None

    def join(self) -> PictureTable:
        """The images of both files.

        Raises:
            SourceError: the ids of one file are texts, those of the other numbers.
        """
        if self._table is None:
            captioned, self.images = (
                self._said.images,
                index_images(self._entries.entries, self.ledger),
            )
            self._entries.entries = []
            if captioned and self.images and _has_text_ids(captioned) != _has_text_ids(self.images):
                kinds = ("texts", "numbers") if _has_text_ids(self.images) else ("numbers", "texts")
                problem = (
                    f"its image ids are {kinds[0]}, those of {self._said.path.name} are {kinds[1]}"
                )
                raise SourceError(self.path, f"{problem}; they cannot be joined", "$.images")
            self._table = PictureTable(join_images(captioned, self.images, self.ledger))
        return self._table


def _has_text_ids(index: Images) -> bool:
    return isinstance(next(iter(index)), str)


def _demand_lists(path: Path, met: Mapping[str, str], wanted: Mapping[str, object]) -> None:
    missing = [key for key in wanted if key not in met]
    if missing:
        raise SourceError(path, f"has no {quote(missing)}; is it a COCO annotation file?", "$")
    for key in wanted:
        if met[key]:
            raise SourceError(path, f"is {met[key]}, not a list", f"$.{key}")


def join_files(
    file: BinaryIO,
    captions: Path,
    instances: Path | None,
    images: Path | None,
    policy: Policy,
    *,
    block: int = BLOCK,
) -> bool:
    """Read both files into an index; whether picture files were looked at.

    Raises:
        SourceError: see `read_coco`.
    """
    said = _Said(captions, block)
    drawn = _Drawn(instances, said, block)
    table = drawn.join()
    measured = drawn.boxes.list_measured() if table.is_open() else ()
    has_looked = table.settle(
        images, measured, lambda each: said.ledger if each in said.images else drawn.ledger
    )
    prefix = f"{policy.image_prefix.rstrip('/')}/" if policy.image_prefix else ""
    table.names = [name and prefix + name for name in table.names]
    said_rows = said.captions.settle(table)
    names = drawn.categories.name_all(drawn.ledger)
    drawn_rows, categories = drawn.boxes.settle(table, names)
    uncaptioned, unboxed = Ledger(said.path), Ledger(drawn.path)
    keep = np.array([name is not None for name in table.names], np.bool_)
    # Last in the list: there may be as many of these as images, and bad entries matter more.
    if policy.without_captions == "skip":
        keep = _skip_lacking(table, keep, said_rows, "captions", uncaptioned)
    if policy.without_boxes == "skip":
        keep = _skip_lacking(table, keep, drawn_rows, "boxes", unboxed)
    writer = IndexWriter(file)
    _write_pictures(writer, table, keep)
    said.captions.write(writer, said_rows, keep)
    drawn.boxes.write(writer, drawn_rows, keep)
    ledgers = [
        *said.malformed,
        said.ledger,
        said.captions.notes,
        *drawn.malformed,
        drawn.ledger,
        drawn.boxes.notes,
        uncaptioned,
        unboxed,
    ]
    writer.finish(categories, list(chain.from_iterable(each.list_troubles() for each in ledgers)))
    return has_looked


def _skip_lacking(
    table: PictureTable, keep: Flags, rows: Integers, part: str, ledger: Ledger
) -> Flags:
    """Keep of the images only those on which there is such a part; note the others."""
    has_part = count_rows(rows, len(keep)) > 0
    for row in np.flatnonzero(keep & ~has_part).tolist():
        label = f"image {name_image(table.ids[row])}"
        ledger.note(f"image-without-{part}", label, table.names[row] or "")
    return keep & has_part


def _write_pictures(writer: IndexWriter, table: PictureTable, keep: Flags) -> None:
    """Write ids, names and sizes of the kept images."""
    rows = np.flatnonzero(keep)
    ids = [name_image(table.ids[row]) for row in rows.tolist()]
    _write_texts(writer, "ids", "id_ends", ids)
    order = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.uint64)
    writer.write("order", order)
    _write_texts(writer, "names", "name_ends", [table.names[row] or "" for row in rows.tolist()])
    sides = np.stack((table.widths[rows], table.heights[rows]), axis=1)
    writer.write("sides", sides.astype(np.uint64))


def _write_texts(writer: IndexWriter, section: str, ends: str, texts: Sequence[str]) -> None:
    joined = "".join(texts)
    data = joined.encode()
    if len(data) == len(joined):
        lengths = [len(text) for text in texts]
    else:
        lengths = [len(text.encode()) for text in texts]
    writer.write(section, data)
    writer.write(ends, np.array([0, *lengths], np.uint64).cumsum(dtype=np.uint64))
