"""Read stage: a COCO file -> typed entries.

The usual file is decoded in one go into the few fields that are needed; polygons stay as text.
A file that does not fit (one NaN or one wrong type is enough) is decoded slowly, entry by entry, so
that only the bad entries are lost.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import UNSET, Raw, UnsetType

from datagen.errors import SourceError
from datagen.sources.captions import is_unicode
from datagen.sources.files import decode_loosely, read_content
from datagen.sources.troubles import Ledger

EntryId = int | str

CROWD_FLAGS = (0, 1, None)
"""What `iscrowd` may be (true and false are 1 and 0); LVIS has none."""

# Everything by which msgspec may refuse a file; the slow decoder finds out what it really is.
_MISFITS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class ImageEntry(msgspec.Struct, gc=False, frozen=True):
    """An entry of `images`; LVIS has `coco_url` instead of `file_name`."""

    id: EntryId
    file_name: str | None = None
    coco_url: str | None = None
    width: int | float | None = None
    height: int | float | None = None


class CategoryEntry(msgspec.Struct, gc=False, frozen=True):
    """An entry of `categories`."""

    id: EntryId
    name: str


class CaptionEntry(msgspec.Struct, gc=False, frozen=True):
    """An annotation of a captions file."""

    image_id: EntryId
    id: EntryId | None = None
    caption: str | UnsetType | None = UNSET


class InstanceEntry(msgspec.Struct, gc=False, frozen=True):
    """An annotation of an instances file; `bbox` is (x, y, width, height) in pixels."""

    image_id: EntryId
    id: EntryId | None = None
    category_id: EntryId | UnsetType | None = UNSET
    bbox: tuple[float, ...] | None = None
    area: float | None = None
    iscrowd: int | bool | None = 0
    segmentation: Raw = Raw()


class _CaptionsShape(msgspec.Struct):
    images: list[ImageEntry]
    annotations: list[CaptionEntry]


class _InstancesShape(msgspec.Struct):
    images: list[ImageEntry]
    annotations: list[InstanceEntry]
    categories: list[CategoryEntry]


_Struct = TypeVar("_Struct", bound=msgspec.Struct)
_Annotation = TypeVar("_Annotation", CaptionEntry, InstanceEntry)


@dataclass(frozen=True, slots=True)
class CocoFile(Generic[_Annotation]):
    """The readable entries of one file; the ledger holds the unreadable ones."""

    path: Path
    ledger: Ledger
    images: list[ImageEntry]
    annotations: list[_Annotation]
    categories: list[CategoryEntry]


def load_captions(path: Path) -> CocoFile[CaptionEntry]:
    """Read a captions file, `.json` or `.json.gz`.

    Raises:
        SourceError: it cannot be read, is no COCO file, or is one without captions.
    """
    ledger = Ledger(path)
    content = read_content(path)
    try:
        shape = msgspec.json.decode(content, type=_CaptionsShape)
    except _MISFITS:
        loose = decode_loosely(path, content, ("images", "annotations"))
        shape = _CaptionsShape(
            _convert_all(loose, "images", ImageEntry, ledger),
            _convert_all(loose, "annotations", CaptionEntry, ledger),
        )
    if shape.annotations and all(entry.caption is UNSET for entry in shape.annotations):
        raise SourceError(
            path,
            "none of its annotations has a `caption`; is it an instances file? Give the captions "
            "file here (such as captions_train2017.json)",
            "$.annotations",
        )
    return CocoFile(path, ledger, shape.images, shape.annotations, [])


def load_instances(path: Path) -> CocoFile[InstanceEntry]:
    """Read an instances file (COCO, LVIS or person keypoints), `.json` or `.json.gz`.

    Raises:
        SourceError: it cannot be read, is no COCO file, or is one without instances.
    """
    ledger = Ledger(path)
    content = read_content(path)
    try:
        shape = msgspec.json.decode(content, type=_InstancesShape)
    except _MISFITS:
        loose = decode_loosely(path, content, ("images", "annotations", "categories"))
        shape = _InstancesShape(
            _convert_all(loose, "images", ImageEntry, ledger),
            _convert_all(loose, "annotations", InstanceEntry, ledger),
            _convert_all(loose, "categories", CategoryEntry, ledger),
        )
    if shape.annotations and all(entry.category_id is UNSET for entry in shape.annotations):
        raise SourceError(
            path,
            "is a captions file or one of another task: none of its annotations has a "
            "`category_id`; give the instances file here (such as instances_train2017.json)",
            "$.annotations",
        )
    return CocoFile(path, ledger, shape.images, shape.annotations, shape.categories)


class EntryError(ValueError):
    """An entry that does not fit its type; `code` is the reason code."""

    def __init__(self, code: str, problem: str) -> None:
        """Keep the code beside the message."""
        self.code = code
        super().__init__(problem)


def convert_entry(raw: object, kind: type[_Struct]) -> _Struct:
    """Convert one decoded entry to its type.

    Raises:
        EntryError: a field is missing or of a wrong type, or a text holds half a character.
    """
    try:
        entry = msgspec.convert(raw, kind)
    except msgspec.ValidationError as exc:
        field = re.search(r"`\$\.(\w+)", str(exc))
        code = _CODES_BY_FIELD.get(field[1] if field else "", "entry-malformed")
        raise EntryError(code, str(exc)) from exc
    except UnicodeEncodeError as exc:  # half a character where a number or a list belongs
        raise EntryError("text-not-unicode", ascii(exc.object)) from exc
    for value in msgspec.structs.astuple(entry):
        if isinstance(value, str) and not is_unicode(value):
            raise EntryError("text-not-unicode", ascii(value))
    return entry


def _convert_all(
    loose: Mapping[str, list[Any]], key: str, kind: type[_Struct], ledger: Ledger
) -> list[_Struct]:
    entries = []
    for index, raw in enumerate(loose[key]):
        try:
            entries.append(convert_entry(raw, kind))
        except EntryError as exc:
            ledger.note(exc.code, _name_raw(raw, key, index), str(exc))
    return entries


_SINGULAR = {"images": "image", "annotations": "annotation", "categories": "category"}
_CODES_BY_FIELD = {"bbox": "box-not-four-numbers", "caption": "caption-not-text"}


def _name_raw(raw: object, key: str, index: int) -> str:
    """How an entry is called that could not be converted: by its id, else by its place."""
    given = raw.get("id") if isinstance(raw, dict) else None
    if isinstance(given, bool) or not isinstance(given, int | str):
        return f"$.{key}[{index}]"
    shown = name_image(given) if key == "images" else str(given)
    return f"{_SINGULAR[key]} {shown if is_unicode(shown) else ascii(shown)}"


def name_image(image_id: EntryId) -> str:
    """The id by which an image is known from here on: 12 digits for a number, else as it is.

    >>> name_image(33471)
    '000000033471'
    """
    return f"{image_id:012d}" if isinstance(image_id, int) else image_id
