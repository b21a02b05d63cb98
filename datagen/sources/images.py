"""Read stage: the image entries of two files -> one picture for every id, with name and size."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeGuard

import msgspec

from datagen.sources.entries import EntryId, ImageEntry, name_image
from datagen.sources.troubles import Ledger

LARGEST_SIDE = 2**31
"""Pixels; a side that is not below it is no size."""


class Picture(msgspec.Struct, gc=False, frozen=True):
    """One image, settled: `file_name` relative to the image folder; sizes in pixels, 0 if unknown."""

    file_name: str
    width: int
    height: int


def index_images(entries: Sequence[ImageEntry], ledger: Ledger) -> dict[EntryId, ImageEntry]:
    """Index entries by id; the first of an id stays, text ids count only if all ids are text."""
    text_ids = all(isinstance(entry.id, str) for entry in entries)
    index: dict[EntryId, ImageEntry] = {}
    for entry in entries:
        first = index.setdefault(entry.id, entry)
        if isinstance(entry.id, str) and (not text_ids or not entry.id):
            del index[entry.id]
            code = "entry-malformed" if text_ids else "id-of-other-kind"
            ledger.note(code, _label(entry), f"id {entry.id!r}")
        elif first is not entry:
            code = "image-repeated" if first == entry else "image-conflict"
            ledger.note(code, _label(entry), _describe(entry))
    return index


def join_images(
    captioned: dict[EntryId, ImageEntry], boxed: dict[EntryId, ImageEntry], ledger: Ledger
) -> dict[EntryId, ImageEntry]:
    """Unite the images of two files.

    For an image in both, the captions file gives the name and the instances file, in whose pixels
    the boxes are, the size; each fills what the other lacks. `ledger` is that of the instances file.
    """
    joined = captioned | boxed
    for image_id, theirs in boxed.items():
        ours = captioned.get(image_id, theirs)
        if ours == theirs:
            continue
        joined[image_id] = united = _unite(ours, theirs)
        differences = f"{_describe(theirs)}; {_describe(ours)}"
        if _contradict(ours, theirs):
            ledger.note("image-conflict", _label(theirs), differences, "repaired")
        elif _is_sized(united) and (_is_senseless(ours) or _is_senseless(theirs)):
            ledger.note("image-size-unusable", _label(theirs), differences, "repaired")
    return joined


def _unite(ours: ImageEntry, theirs: ImageEntry) -> ImageEntry:
    sized = theirs if _is_sized(theirs) else ours
    return msgspec.structs.replace(
        ours,
        file_name=ours.file_name or theirs.file_name,
        coco_url=ours.coco_url or theirs.coco_url,
        width=sized.width,
        height=sized.height,
    )


def _contradict(ours: ImageEntry, theirs: ImageEntry) -> bool:
    if ours.file_name and theirs.file_name and ours.file_name != theirs.file_name:
        return True
    sizes = [(each.width, each.height) for each in (ours, theirs) if _is_sized(each)]
    return len(sizes) == 2 and sizes[0] != sizes[1]


def take_stated(entry: ImageEntry) -> Picture | None:
    """Name and size of an image where its entry states them; `settle_picture` for the others."""
    if not (_is_side(entry.width) and _is_side(entry.height)):
        return None
    name = _find_name(entry)
    return Picture(name, int(entry.width), int(entry.height)) if name else None


def settle_picture(
    entry: ImageEntry, folder: Path | None, needs_size: bool, ledger: Ledger
) -> Picture | None:
    """Find what an image's entry does not state; None, with a note, when it is unusable.

    Args:
        entry: the image.
        folder: the pictures, for sizes that the file does not state.
        needs_size: whether something on it is measured in pixels.
        ledger: of the file it stands in.
    """
    name = _find_name(entry)
    if not name:
        ledger.note("image-without-file-name", _label(entry))
        return None
    size = _find_size(entry, name, folder, needs_size, ledger)
    return Picture(name, *size) if size else None


def _find_name(entry: ImageEntry) -> str:
    return entry.file_name or _name_from_url(entry.coco_url)


def _name_from_url(url: str | None) -> str:
    """Folder and name at the end of `coco_url`: LVIS draws on several folders of COCO.

    >>> _name_from_url("http://images.cocodataset.org/train2017/000000391895.jpg")
    'train2017/000000391895.jpg'
    """
    path = (url or "").partition("://")[2].partition("/")[2] or (url or "")
    return "/".join(path.split("/")[-2:])


def _is_side(side: float | None) -> TypeGuard[float]:
    return side is not None and 0 < side < LARGEST_SIDE and side == int(side)


def _is_sized(entry: ImageEntry) -> bool:
    return _is_side(entry.width) and _is_side(entry.height)


def _is_senseless(entry: ImageEntry) -> bool:
    return any(side is not None and not _is_side(side) for side in (entry.width, entry.height))


def _find_size(
    entry: ImageEntry, name: str, folder: Path | None, needs_size: bool, ledger: Ledger
) -> tuple[int, int] | None:
    if folder is not None:
        try:
            size = read_size(folder / name)
        except ValueError as exc:
            ledger.note("image-unreadable", _label(entry), str(exc))
            return None
    elif needs_size:
        ledger.note("image-size-missing", _label(entry), _describe(entry))
        return None
    else:
        size = (0, 0)
    if _is_senseless(entry):
        ledger.note("image-size-unusable", _label(entry), _describe(entry), "repaired")
    return size


def read_size(path: Path) -> tuple[int, int]:
    """Width and height of a picture as stored; an EXIF rotation is not applied, as in COCO.

    Raises:
        ValueError: it cannot be read as a picture; the message says why.
    """
    # Imported here because hardly any file lacks its sizes.
    from PIL import Image

    try:
        with Image.open(path) as picture:
            return picture.size
    except (OSError, ValueError, Image.DecompressionBombError) as exc:
        raise ValueError(f"{path}: {exc}") from exc


def _label(entry: ImageEntry) -> str:
    return f"image {name_image(entry.id)}"


def _describe(entry: ImageEntry) -> str:
    return f"{entry.file_name or entry.coco_url}, {entry.width} x {entry.height}"
