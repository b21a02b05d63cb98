"""Read stage: LLaVA's context JSONL -> `AnnotatedImage`.

One record a line: `{"id", "image", "captions": [text], "instances": [{"category", "bbox"}]}` with
`bbox` as `[x1, y1, x2, y2]` in 0-1. An instance may also carry `iscrowd` (0 or 1) and `area` (its
share of the picture). Sizes in pixels are not in such a file, so they are 0 in what comes out.
"""

import json
from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import Any

import jsonlines
import msgspec

from datagen.errors import SourceError
from datagen.records import AnnotatedImage, Box, Source
from datagen.sources.boxes import Corners, fit_box, measure_corners
from datagen.sources.captions import clean_caption
from datagen.sources.entries import CROWD_FLAGS, EntryError, EntryId, convert_entry, name_image
from datagen.sources.files import describe_refusal
from datagen.sources.image_rows import ImageRows
from datagen.sources.troubles import Ledger

_NEEDED = ("id", "image", "captions")
_ROUNDING = 1e-6
"""What may exceed 0-1 unmentioned: the noise of a division, no more."""


class _ContextEntry(msgspec.Struct):
    id: EntryId
    image: str
    captions: list[Any]
    instances: list[Any] | None = None


class _PlacedEntry(msgspec.Struct):
    category: str
    bbox: tuple[float, float, float, float]
    iscrowd: int | bool | None = 0
    area: float | None = None


def read_contexts(path: Path) -> Source:
    """Read a contexts file; images stay in file order, the first of an id stays.

    A box of no width or height is taken here: rounding to three places makes that of a sliver.

    Raises:
        SourceError: it cannot be read or is empty, or a line of it is no JSON object with `id`, `image` and
            `captions`; the message names the line.
    """
    ledger = Ledger(path)
    rows = ImageRows()
    number = 0
    for number, raw in enumerate(_iterate_records(path), start=1):
        image = _read_record(raw, number, ledger)
        if image is None:
            continue
        is_same = rows.add(image)
        if is_same is not None:
            code = "image-repeated" if is_same else "image-conflict"
            ledger.note(code, f"image {image.id}", f"record {number}")
    if not number:
        raise SourceError(path, "is empty")
    return rows.show(ledger.troubles)


def _iterate_records(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open("rb") as handle, jsonlines.Reader(handle, loads=_parse_line) as reader:
            yield from reader.iter(type=dict, skip_empty=True)
    except jsonlines.InvalidLineError as exc:
        problem = str(exc.__cause__ or exc)
        raise SourceError(path, problem, f"line {exc.lineno}") from exc
    except OSError as exc:
        raise SourceError(path, describe_refusal(exc)) from exc


def _parse_line(line: str | bytes) -> dict[str, Any]:
    """Decode one line; what it raises, jsonlines passes on with the number of the line."""
    try:
        raw = json.loads(line)
    except RecursionError as exc:
        raise ValueError("is nested too deeply for a contexts file") from exc
    except ValueError as exc:
        raise ValueError(f"is not JSON ({exc}); a contexts file has one object a line") from exc
    if not isinstance(raw, dict):
        raise ValueError("is no JSON object; a contexts file has one object a line")  # noqa: TRY004 - jsonlines adds the line to ValueErrors only
    missing = [key for key in _NEEDED if key not in raw]
    if missing:
        names = ", ".join(f"`{key}`" for key in missing)
        hint = "; this is a COCO file" if "annotations" in raw else "; is it a contexts file?"
        raise ValueError(f"has no {names}{hint}")
    return raw


def _read_record(raw: dict[str, Any], number: int, ledger: Ledger) -> AnnotatedImage | None:
    try:
        entry = convert_entry(raw, _ContextEntry)
    except EntryError as exc:
        ledger.note(exc.code, f"record {number}", str(exc))
        return None
    if entry.id == "" or not entry.image:
        code = "image-without-file-name" if entry.id else "entry-malformed"
        ledger.note(code, f"record {number}")
        return None
    name = name_image(entry.id)
    captions = _read_captions(entry.captions, f"image {name}", ledger)
    boxes = _read_boxes(entry.instances or [], f"image {name}", ledger)
    return AnnotatedImage(name, entry.image, captions, boxes)


def _read_captions(captions: list[Any], label: str, ledger: Ledger) -> tuple[str, ...]:
    clean = []
    for index, raw in enumerate(captions):
        text, code = clean_caption(raw)
        if code:
            ledger.note(code, f"{label}, captions[{index}]", repr(raw))
        else:
            clean.append(text)
    return tuple(clean)


def _read_boxes(instances: list[Any], label: str, ledger: Ledger) -> tuple[Box, ...]:
    boxes = []
    for index, raw in enumerate(instances):
        place = f"{label}, instances[{index}]"
        try:
            box = _read_box(convert_entry(raw, _PlacedEntry), place, ledger)
        except EntryError as exc:
            ledger.note(exc.code, place, str(exc))
        else:
            boxes += [box] if box else []
    return tuple(boxes)


def _read_box(entry: _PlacedEntry, label: str, ledger: Ledger) -> Box | None:
    if any(not -1 <= side <= 2 for side in entry.bbox if isfinite(side)):
        ledger.note("box-not-normalized", label, str(list(entry.bbox)))
        return None
    corners, code = fit_box(entry.bbox, 1, 1, slack=_ROUNDING, flat=True)
    if code:
        ledger.note(code, label, str(list(entry.bbox)), "clipped" if corners else "left out")
    if corners is None:
        return None
    if entry.iscrowd not in CROWD_FLAGS:
        ledger.note("crowd-flag-unusable", label, str(entry.iscrowd), "repaired")
    return Box(
        entry.category, corners, _find_area(entry, corners, label, ledger), bool(entry.iscrowd)
    )


def _find_area(entry: _PlacedEntry, corners: Corners, label: str, ledger: Ledger) -> float:
    if entry.area is not None:
        if 0 < entry.area <= 1:
            return entry.area
        ledger.note("area-unusable", label, str(entry.area), "repaired")
    return measure_corners(corners)
