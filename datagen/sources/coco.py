"""Read stage: COCO captions + instances -> `AnnotatedImage`, joined on the image id.

What pycocotools gives for an image is what comes out for it: captions and boxes in file order. On
top of that the entries are judged one by one; `troubles.py` lists the rules.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Literal, TypeVar

from msgspec import UNSET

from datagen.errors import SourceError
from datagen.records import AnnotatedImage, Box, Source
from datagen.sources.captions import clean_caption
from datagen.sources.entries import (
    CaptionEntry,
    CategoryEntry,
    CocoFile,
    EntryId,
    ImageEntry,
    InstanceEntry,
    load_captions,
    load_instances,
    name_image,
)
from datagen.sources.images import Picture, index_images, join_images, settle_picture
from datagen.sources.instances import place_instance
from datagen.sources.troubles import Ledger

_Annotation = TypeVar("_Annotation", CaptionEntry, InstanceEntry)


def read_coco(
    captions: Path,
    instances: Path | None = None,
    *,
    images: Path | None = None,
    without_captions: Literal["skip", "keep"] = "skip",
    without_boxes: Literal["keep", "skip"] = "keep",
    image_prefix: str = "",
) -> Source:
    """Read COCO annotation files, `.json` or `.json.gz`.

    Args:
        captions: the captions file.
        instances: the instances file (COCO, LVIS, person keypoints); without it no image has boxes.
        images: folder of the pictures, in which the file names (without `image_prefix`) are looked
            up; read only for images whose width or height is not stated.
        without_captions: what becomes of an image without a usable caption; of an image that stands
            in the instances file only, too.
        without_boxes: what becomes of an image without a usable box.
        image_prefix: folder put in front of every file name, such as `coco/train2017`.

    Returns:
        The images in id order (as numbers where the ids are numbers), and every entry that was left
        out, clipped or repaired: the captions file's, the instances file's, then skipped images.

    Raises:
        SourceError: a file that cannot be read or is no COCO file of its kind, two files whose ids
            are of different kinds, or `images` that is no folder.
    """
    if images is not None and not images.is_dir():
        raise SourceError(images, "is no folder; give the folder of the pictures")
    said = load_captions(captions)
    drawn = load_instances(instances) if instances else _hold_nothing(captions)
    pictures = _settle_pictures(said, drawn, images)
    found = _assemble(
        pictures, _gather_captions(said, pictures), _gather_boxes(drawn, pictures), image_prefix
    )
    # Last in the list: there may be as many of these as images, and bad entries matter more.
    uncaptioned, unboxed = Ledger(said.path), Ledger(drawn.path)
    if without_captions == "skip":
        found = _skip_lacking(found, "captions", uncaptioned)
    if without_boxes == "skip":
        found = _skip_lacking(found, "boxes", unboxed)
    ledgers = (said.ledger, drawn.ledger, uncaptioned, unboxed)
    return Source(tuple(found), tuple(chain.from_iterable(each.troubles for each in ledgers)))


def _assemble(
    pictures: Mapping[EntryId, Picture],
    captions: Mapping[EntryId, Sequence[str]],
    boxes: Mapping[EntryId, Sequence[Box]],
    image_prefix: str,
) -> list[AnnotatedImage]:
    prefix = f"{image_prefix.rstrip('/')}/" if image_prefix else ""
    return [
        AnnotatedImage(
            name_image(image_id),
            prefix + pictures[image_id].file_name,
            tuple(captions.get(image_id, ())),
            tuple(boxes.get(image_id, ())),
            pictures[image_id].width,
            pictures[image_id].height,
        )
        for image_id in sorted(pictures, key=_rank_id)
    ]


def _hold_nothing(path: Path) -> CocoFile[InstanceEntry]:
    return CocoFile(path, Ledger(path), [], [], [])


def _settle_pictures(
    said: CocoFile[CaptionEntry], drawn: CocoFile[InstanceEntry], folder: Path | None
) -> dict[EntryId, Picture]:
    captioned = index_images(said.images, said.ledger)
    boxed = index_images(drawn.images, drawn.ledger)
    if captioned and boxed and _has_text_ids(captioned) != _has_text_ids(boxed):
        kinds = ("texts", "numbers") if _has_text_ids(boxed) else ("numbers", "texts")
        problem = f"its image ids are {kinds[0]}, those of {said.path.name} are {kinds[1]}"
        raise SourceError(drawn.path, f"{problem}; they cannot be joined", "$.images")
    measured = {entry.image_id for entry in drawn.annotations}
    pictures = {}
    for image_id, entry in join_images(captioned, boxed, drawn.ledger).items():
        ledger = said.ledger if image_id in captioned else drawn.ledger
        picture = settle_picture(entry, folder, image_id in measured, ledger)
        if picture:
            pictures[image_id] = picture
    return pictures


def _has_text_ids(index: Mapping[EntryId, ImageEntry]) -> bool:
    return isinstance(next(iter(index)), str)


def _gather_captions(
    file: CocoFile[CaptionEntry], pictures: Collection[EntryId]
) -> Mapping[EntryId, list[str]]:
    captions = defaultdict(list)
    for entry in _admit(file, pictures):
        text, code = clean_caption(entry.caption)
        if code:
            file.ledger.note(code, _label(entry), _show(entry.caption))
        else:
            captions[entry.image_id].append(text)
    return captions


def _gather_boxes(
    file: CocoFile[InstanceEntry], pictures: Mapping[EntryId, Picture]
) -> Mapping[EntryId, list[Box]]:
    names = _name_categories(file.categories, file.ledger)
    boxes = defaultdict(list)
    for entry in _admit(file, pictures):
        category = None if entry.category_id is UNSET else names.get(entry.category_id)
        if category is None:
            file.ledger.note("unknown-category", _label(entry), _show(entry.category_id))
            continue
        picture = pictures[entry.image_id]
        box = place_instance(entry, picture, category, _label(entry), file.ledger)
        if box:
            boxes[entry.image_id].append(box)
    return boxes


def _name_categories(
    entries: Sequence[CategoryEntry], ledger: Ledger
) -> Mapping[EntryId | None, str]:
    names: dict[EntryId | None, str] = {}
    for entry in entries:
        label = f"category {entry.id}"
        if not entry.name.strip():
            ledger.note("entry-malformed", label, "the name is empty")
        elif entry.id not in names:
            names[entry.id] = entry.name
        elif names[entry.id] == entry.name:
            ledger.note("category-repeated", label, repr(entry.name))
        else:
            ledger.note("category-conflict", label, f"{entry.name!r}; {names[entry.id]!r} stays")
    return names


def _admit(file: CocoFile[_Annotation], pictures: Collection[EntryId]) -> Iterator[_Annotation]:
    """The annotations on a known image, each id once."""
    text_ids = isinstance(next(iter(pictures), 0), str)
    seen: set[EntryId] = set()
    for entry in file.annotations:
        if entry.image_id not in pictures:
            strange = bool(pictures) and isinstance(entry.image_id, str) != text_ids
            code = "id-of-other-kind" if strange else "unknown-image"
            file.ledger.note(code, _label(entry), f"image {entry.image_id!r}")
        elif entry.id is not None and entry.id in seen:
            file.ledger.note("annotation-repeated", _label(entry), f"image {entry.image_id!r}")
        else:
            if entry.id is not None:
                seen.add(entry.id)
            yield entry


def _skip_lacking(
    images: Sequence[AnnotatedImage], part: Literal["captions", "boxes"], ledger: Ledger
) -> list[AnnotatedImage]:
    kept = []
    for image in images:
        if getattr(image, part):
            kept.append(image)
        else:
            ledger.note(f"image-without-{part}", f"image {image.id}", image.file_name)
    return kept


def _label(entry: CaptionEntry | InstanceEntry) -> str:
    if entry.id is None:
        return f"annotation without id on image {name_image(entry.image_id)}"
    return f"annotation {entry.id}"


def _show(value: object) -> str:
    return "missing" if value is UNSET else repr(value)


def _rank_id(image_id: EntryId) -> tuple[int, str]:
    """Order ids as numbers where they are numbers, as texts where they are texts."""
    return (image_id, "") if isinstance(image_id, int) else (0, image_id)
