"""Read stage: one annotation of an instances file -> a `Box`, or the reason why there is none."""

from datagen.records import Box
from datagen.sources.boxes import Corners, fit_box, measure_corners
from datagen.sources.entries import CROWD_FLAGS, InstanceEntry
from datagen.sources.images import Picture
from datagen.sources.masks import Extent, MaskError, measure_mask
from datagen.sources.troubles import Ledger


def place_instance(
    entry: InstanceEntry, picture: Picture, category: str, label: str, ledger: Ledger
) -> Box | None:
    """Turn an annotation into a box in 0-1 of its picture; None, with a note, when it has none.

    A box that is not given comes from the mask; an area that is not given from the mask, else from
    the box.

    Args:
        entry: box and area in pixels.
        picture: with width and height known.
        category: name of its category.
        label: how to call the annotation in the ledger.
        ledger: of the instances file.
    """
    bbox, extent = entry.bbox, None
    if bbox is None:
        extent, problem = _measure(entry, picture)
        if extent is None:
            ledger.note("box-missing", label, problem)
            return None
        bbox = extent.bbox
    corners = _place(bbox, picture, label, ledger)
    if corners is None:
        return None
    if entry.iscrowd not in CROWD_FLAGS:
        ledger.note("crowd-flag-unusable", label, str(entry.iscrowd), "repaired")
    pixels = picture.width * picture.height
    area = entry.area
    if area is None or not 0 < area <= pixels:
        area = _replace_area(entry, picture, extent, label, ledger)
    share = measure_corners(corners) if area is None else area / pixels
    return Box(category, corners, share, bool(entry.iscrowd))


def _place(bbox: tuple[float, ...], picture: Picture, label: str, ledger: Ledger) -> Corners | None:
    if len(bbox) != 4:
        ledger.note("box-not-four-numbers", label, str(list(bbox)))
        return None
    x, y, width, height = bbox
    corners, code = fit_box((x, y, x + width, y + height), picture.width, picture.height)
    if code:
        detail = f"{list(bbox)} in {picture.width} x {picture.height}"
        ledger.note(code, label, detail, "clipped" if corners else "left out")
    return corners


def _replace_area(
    entry: InstanceEntry, picture: Picture, extent: Extent | None, label: str, ledger: Ledger
) -> float | None:
    """The mask's area where the entry has no usable one; None when the box must do."""
    if entry.area is not None:
        ledger.note("area-unusable", label, str(entry.area), "repaired")
    if extent is None:
        extent, problem = _measure(entry, picture)
        if problem:
            ledger.note("mask-unusable", label, problem, "repaired")
    return extent.area if extent else None


def _measure(entry: InstanceEntry, picture: Picture) -> tuple[Extent | None, str]:
    try:
        return measure_mask(memoryview(entry.segmentation), picture.width, picture.height), ""
    except MaskError as exc:
        return None, str(exc)
