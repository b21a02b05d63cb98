"""Read stage: what stands in a COCO file, typed: the few fields that are needed of each entry."""

import re
from typing import TypeVar

import msgspec
from msgspec import UNSET, Raw, UnsetType

from datagen.sources.captions import is_unicode

EntryId = int | str

CROWD_FLAGS = (0, 1, None)
"""What `iscrowd` may be (true and false are 1 and 0); LVIS has none."""


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


class PlainCaption(msgspec.Struct, gc=False):
    """A caption as nearly all are; the fields are in COCO's order, which makes decoding faster."""

    image_id: int
    id: int
    caption: str


class PlainInstance(msgspec.Struct, gc=False, kw_only=True):
    """An instance as nearly all are, likewise; its segmentation is passed over."""

    area: float
    iscrowd: int = 0
    image_id: int
    bbox: tuple[float, float, float, float]
    category_id: int
    id: int


_Struct = TypeVar("_Struct", bound=msgspec.Struct)


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


_SINGULAR = {"images": "image", "annotations": "annotation", "categories": "category"}
_CODES_BY_FIELD = {"bbox": "box-not-four-numbers", "caption": "caption-not-text"}


def name_raw(raw: object, key: str, index: int) -> str:
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
