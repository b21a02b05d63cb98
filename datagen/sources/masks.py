"""Read stage: the box and the area of a segmentation, for annotations that lack them.

COCO writes a segmentation as polygons, as run lengths (`counts` a list) or as packed run lengths
(`counts` a text). pycocotools measures them; as it trusts its input and reads past the end of a
damaged one, everything is checked before it gets there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import msgspec

LONGEST_SIDE = 65_535
"""Pixels; JPEG ends here, and pycocotools counts the pixels of a picture in 32 bits."""


class MaskError(ValueError):
    """A segmentation that cannot be measured; the message says why."""


class RunLengths(msgspec.Struct):
    """A mask as lengths of runs of 0 and 1 in turn, down the columns; `size` is (height, width)."""

    size: tuple[int, int]
    counts: list[int] | str


@dataclass(frozen=True, slots=True)
class Extent:
    """What a mask covers: `bbox` as (x, y, width, height) in pixels, `area` in pixels."""

    bbox: tuple[float, float, float, float]
    area: float


def measure_mask(segmentation: bytes | memoryview, width: int, height: int) -> Extent | None:
    """Measure a segmentation as it stands in the file.

    Args:
        segmentation: its JSON text; empty where the annotation has none.
        width: pixels of the picture.
        height: pixels of the picture.

    Returns:
        Its extent, or None when there is no segmentation: absent, null or an empty list.

    Raises:
        MaskError: it is damaged, belongs to a picture of another size, or covers nothing.
    """
    shape = _decode_shape(segmentation)
    if not shape:
        return None
    if max(width, height) > LONGEST_SIDE:
        raise MaskError(f"the picture is over {LONGEST_SIDE} pixels wide or high")
    if isinstance(shape, RunLengths):
        return _measure_runs(shape, width, height)
    return _measure_polygons(shape, width, height)


def _decode_shape(segmentation: bytes | memoryview) -> list[list[float]] | RunLengths | None:
    if not len(segmentation):
        return None
    try:
        return msgspec.json.decode(segmentation, type=list[list[float]] | RunLengths | None)
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise MaskError(f"neither polygons nor run lengths: {exc}") from exc


def _measure_polygons(polygons: list[list[float]], width: int, height: int) -> Extent:
    for polygon in polygons:
        if len(polygon) < 6 or len(polygon) % 2:
            raise MaskError(f"a polygon of {len(polygon)} numbers, not three points or more")
    # pycocotools walks an outline pixel by pixel, so a far-off point would eat all the memory.
    if not all(
        -width <= x <= 2 * width for x in chain.from_iterable(p[::2] for p in polygons)
    ) or not all(
        -height <= y <= 2 * height for y in chain.from_iterable(p[1::2] for p in polygons)
    ):
        raise MaskError("a polygon reaches farther than one picture size outside the picture")
    return _measure(polygons, width, height)


def _measure_runs(mask: RunLengths, width: int, height: int) -> Extent:
    if mask.size != (height, width):
        raise MaskError(f"a mask of size {list(mask.size)} on a picture of {[height, width]}")
    counts = unpack_counts(mask.counts) if isinstance(mask.counts, str) else mask.counts
    if any(count < 0 for count in counts) or sum(counts) != width * height:
        raise MaskError(f"the runs do not add up to the {width * height} pixels of the picture")
    return _measure({"size": [height, width], "counts": counts}, width, height)


def unpack_counts(text: str) -> list[int]:
    """Unpack COCO's packed run lengths.

    Each number is written in groups of 5 bits, low ones first, as the characters from `0` on; a
    sixth bit says that another group follows, the highest bit of the last group is the sign. From
    the fourth number on, the difference to the last but one is stored.

    Raises:
        MaskError: a character that cannot occur, or a text cut off within a number.

    >>> unpack_counts("5141O14")
    [5, 1, 4, 2, 3, 3, 7]
    """
    counts: list[int] = []
    value = shift = 0
    for char in text:
        group = ord(char) - ord("0")
        if not 0 <= group < 64:
            raise MaskError(f"the packed run lengths hold the character {char!r}")
        value |= (group & 31) << shift
        shift += 5
        if group & 32:
            continue
        if group & 16:
            value -= 1 << shift
        counts.append(value + counts[-2] if len(counts) > 2 else value)
        value = shift = 0
    if shift:
        raise MaskError("the packed run lengths are cut off")
    return counts


def _measure(shape: Sequence[Any] | dict[str, Any], width: int, height: int) -> Extent:
    # Imported here because it brings numpy, which most files do not need.
    from pycocotools import mask as coco_mask

    runs = coco_mask.frPyObjects(shape, height, width)
    merged = coco_mask.merge(runs) if isinstance(runs, list) else runs
    area = float(coco_mask.area(merged))
    if not area:
        raise MaskError("the mask covers no pixel")
    x, y, box_width, box_height = coco_mask.toBbox(merged).tolist()
    return Extent((x, y, box_width, box_height), area)
