"""A finished canvas -> what COCO's files say about it: boxes, areas and masks, true to the pixel.

A box is the tight box of the pixels that can be seen, as `[x, y, width, height]`; the area is their
number. The three kinds of segmentation that occur in COCO data all occur here: polygons for simple
outlines, compressed run lengths for the others, plain run lengths for a crowd.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as rle

from drawing.canvas import Canvas, Thing
from drawing.scene import Scene

Mask = NDArray[np.uint8]
Record = dict[str, Any]

LONGEST_POLYGON = 90  # corners; beyond that run lengths are the shorter text

SUPERCATEGORIES: Mapping[str, Mapping[int, str]] = MappingProxyType({
    "person": {1: "person"},
    "vehicle": {
        2: "bicycle", 3: "car", 4: "motorcycle", 5: "airplane", 6: "bus", 7: "train", 8: "truck", 9: "boat",
    },
    "outdoor": {10: "traffic light", 11: "fire hydrant", 13: "stop sign", 14: "parking meter", 15: "bench"},
    "animal": {
        16: "bird", 17: "cat", 18: "dog", 19: "horse", 20: "sheep", 21: "cow", 22: "elephant", 23: "bear",
        24: "zebra", 25: "giraffe",
    },
    "accessory": {27: "backpack", 28: "umbrella", 31: "handbag", 32: "tie", 33: "suitcase"},
    "sports": {
        34: "frisbee", 35: "skis", 36: "snowboard", 37: "sports ball", 38: "kite", 39: "baseball bat",
        40: "baseball glove", 41: "skateboard", 42: "surfboard", 43: "tennis racket",
    },
    "kitchen": {44: "bottle", 46: "wine glass", 47: "cup", 48: "fork", 49: "knife", 50: "spoon", 51: "bowl"},
    "food": {
        52: "banana", 53: "apple", 54: "sandwich", 55: "orange", 56: "broccoli", 57: "carrot", 58: "hot dog",
        59: "pizza", 60: "donut", 61: "cake",
    },
    "furniture": {62: "chair", 63: "couch", 64: "potted plant", 65: "bed", 67: "dining table", 70: "toilet"},
    "electronic": {72: "tv", 73: "laptop", 74: "mouse", 75: "remote", 76: "keyboard", 77: "cell phone"},
    "appliance": {78: "microwave", 79: "oven", 80: "toaster", 81: "sink", 82: "refrigerator"},
    "indoor": {
        84: "book", 85: "clock", 86: "vase", 87: "scissors", 88: "teddy bear", 89: "hair drier",
        90: "toothbrush",
    },
})  # fmt: skip
"""COCO's 80 categories with its ids, which leave gaps."""

CATEGORY_IDS = {name: id_ for group in SUPERCATEGORIES.values() for id_, name in group.items()}

INFO: Record = {
    "description": "Illustrated sample scenes of datagen, drawn by samples/draw_scenes.py",
    "version": "1.0",
    "year": 2026,
}
LICENSES: list[Record] = [
    {"id": 1, "name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"}
]


def annotate(scene: Scene, canvas: Canvas) -> list[Record]:
    """One annotation for each thing on the canvas, in the order of drawing.

    Raises:
        ValueError: a thing cannot be seen at all; the scene has to be drawn otherwise.
    """
    labels = canvas.finish_labels()
    return [_annotate_thing(scene, thing, labels == thing.number) for thing in canvas.things]


def _annotate_thing(scene: Scene, thing: Thing, seen: NDArray[np.bool_]) -> Record:
    if not seen.any():
        raise ValueError(
            f"scene {scene.id}: {thing.category} (thing {thing.number}) is not to be seen"
        )
    mask = np.asfortranarray(seen, dtype=np.uint8)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    left, top = int(columns[0]), int(rows[0])
    return {
        "id": scene.id * 1000 + thing.number,
        "image_id": scene.id,
        "category_id": CATEGORY_IDS[thing.category],
        "iscrowd": int(thing.crowd),
        "area": int(mask.sum()),
        "bbox": [left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1],
        "segmentation": plain_run_lengths(mask) if thing.crowd else outline_or_run_lengths(mask),
    }


def plain_run_lengths(mask: Mask) -> Record:
    """COCO's uncompressed run lengths: column by column, beginning with the pixels outside."""
    flat = mask.flatten(order="F")
    changes = np.flatnonzero(np.diff(flat)) + 1
    edges = [0, *changes.tolist(), flat.size]
    counts = [end - start for start, end in pairwise(edges)]
    return {"size": list(mask.shape), "counts": [0, *counts] if flat[0] else counts}


def outline_or_run_lengths(mask: Mask) -> list[list[int]] | Record:
    """Polygons `[x1, y1, x2, y2, ...]` where few corners tell the mask exactly, else run lengths."""
    outlines = trace_outlines(mask)
    if (
        sum(map(len, outlines)) <= 2 * LONGEST_POLYGON
        and (mask_of(outlines, mask.shape) == mask).all()
    ):
        return outlines
    packed = rle.encode(mask)
    return {"size": list(packed["size"]), "counts": packed["counts"].decode("ascii")}


def mask_of(segmentation: list[list[int]] | Record, shape: Sequence[int]) -> Mask:
    """The mask that a segmentation stands for, as pycocotools reads it."""
    found = rle.frPyObjects(segmentation, *shape) if _is_raw(segmentation) else segmentation
    decoded: Mask = rle.decode(rle.merge(found) if isinstance(found, list) else found)
    return decoded


def _is_raw(segmentation: list[list[int]] | Record) -> bool:
    return isinstance(segmentation, list) or isinstance(segmentation["counts"], list)


def trace_outlines(mask: Mask) -> list[list[int]]:
    """The borders of the mask along the edges of pixels, only the corners, holes included."""
    steps = _border_steps(mask)
    outlines = []
    while steps:
        at = next(iter(steps))  # the topmost of the leftmost points: a corner
        corners: list[int] = []
        heading = None
        while at in steps:
            after = steps[at].pop()
            if not steps[at]:
                del steps[at]
            direction = (after[0] - at[0], after[1] - at[1])
            if direction != heading:
                corners += at
            heading, at = direction, after
        outlines.append(corners)
    return outlines


def _border_steps(mask: Mask) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Steps of one pixel around the mask, clockwise on the screen, by their starting point."""
    inside = np.pad(mask.astype(bool), 1)
    core = inside[1:-1, 1:-1]
    steps: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for outside, start, end in (
        (inside[:-2, 1:-1], (0, 0), (1, 0)),
        (inside[1:-1, 2:], (1, 0), (1, 1)),
        (inside[2:, 1:-1], (1, 1), (0, 1)),
        (inside[1:-1, :-2], (0, 1), (0, 0)),
    ):
        for y, x in np.argwhere(core & ~outside).tolist():
            steps.setdefault((x + start[0], y + start[1]), []).append((x + end[0], y + end[1]))
    return dict(sorted(steps.items()))


def describe_image(scene: Scene) -> Record:
    """The entry of a picture in `images`."""
    width, height = scene.size
    return {
        "id": scene.id,
        "file_name": scene.file_name,
        "width": width,
        "height": height,
        "license": 1,
    }


def build_instances(scenes: Iterable[Scene], annotations: Iterable[Record]) -> Record:
    """The content of `instances.json`."""
    categories = [
        {"supercategory": group, "id": id_, "name": name}
        for group, members in SUPERCATEGORIES.items()
        for id_, name in members.items()
    ]
    return {**_build_head(scenes), "annotations": list(annotations), "categories": categories}


def build_captions(scenes: Sequence[Scene]) -> Record:
    """The content of `captions.json`."""
    annotations = [
        {"image_id": scene.id, "id": scene.id * 10 + index, "caption": caption}
        for scene in scenes
        for index, caption in enumerate(scene.captions)
    ]
    return {**_build_head(scenes), "annotations": annotations}


def _build_head(scenes: Iterable[Scene]) -> Record:
    return {
        "info": INFO,
        "licenses": LICENSES,
        "images": [describe_image(scene) for scene in scenes],
    }


def to_json(content: Record) -> str:
    """JSON with one entry on a line, so that a change of one object is a change of one line."""
    parts = []
    for key, value in content.items():
        lines = (
            ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in value)
            if isinstance(value, list)
            else ""
        )
        text = (
            f"[\n{lines}\n]" if isinstance(value, list) else json.dumps(value, ensure_ascii=False)
        )
        parts.append(f"{json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"
