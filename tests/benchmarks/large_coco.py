"""A captions file and an instances file of COCO train2017's shape and size, invented, by a seed.

As many images, captions and instances as there; polygons that go around their box with as many
points as COCO's have on average, more of them for larger things; crowds as run lengths; keys, their
order and the spaces as in COCO's own files; nothing sorted by image. Written as it is made, so
memory does not grow with it.
"""

import math
import random
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

CAPTIONS_FILE, INSTANCES_FILE = "captions_train2017.json", "instances_train2017.json"

_CATEGORIES = 80
_CROWDS = 0.0116  # share of the instances of train2017 that are crowds
_EMPTY = 0.0086  # share of its images without an instance
_SIZES = ((640, 480), (480, 640), (640, 427), (427, 640), (500, 375), (612, 612))
_SUBJECTS = (
    "A man",
    "Two women",
    "A group of people",
    "A small dog",
    "A large white truck",
    "A cat",
)
_ACTIONS = ("standing next to", "sitting on top of", "walking past", "looking at", "parked near")
_THINGS = (
    "a wooden table",
    "a parked red car",
    "an old stone building",
    "the green field",
    "a sink",
)
_ENDS = ("in the kitchen.", "on a sunny day.", "with a book in hand.", "at night.", "by the sea.")


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is to be; the defaults are train2017's counts."""

    images: int = 118_287
    instances: int = 860_001
    captions: int = 591_753

    def shrink(self, by: int) -> "Size":
        """The same shape with so many times less of everything."""
        return Size(self.images // by, self.instances // by, self.captions // by)


def write_large(folder: Path, size: Size = Size(), seed: int = 0) -> tuple[Path, Path]:
    """Write both files and return where they are; about 540 MB in the full size."""
    rng = random.Random(seed)
    ids = rng.sample(range(1, 5 * size.images), size.images)
    sizes = [rng.choice(_SIZES) for _ in ids]
    said, drawn = folder / CAPTIONS_FILE, folder / INSTANCES_FILE
    _write(said, ids, sizes, "annotations", _list_captions(ids, size.captions, rng))
    shapes = np.random.default_rng(seed)
    categories = [
        {"supercategory": f"kind {n // 8}", "id": n, "name": f"category {n}"}
        for n in range(1, _CATEGORIES + 1)
    ]
    boxes = _list_instances(list(zip(ids, sizes, strict=True)), size.instances, rng, shapes)
    _write(drawn, ids, sizes, "annotations", boxes, categories)
    return said, drawn


def _write(
    path: Path,
    ids: list[int],
    sizes: list[tuple[int, int]],
    key: str,
    entries: Iterable[dict[str, Any]],
    categories: list[dict[str, Any]] | None = None,
) -> None:
    head = {"info": {"description": "invented", "year": 2017}, "licenses": [{"id": 1, "url": ""}]}
    with path.open("wb") as file:
        file.write(_encode(head)[:-1])
        pictures = (_describe_picture(*each) for each in zip(ids, sizes, strict=True))
        lists = chain(
            (("images", pictures), (key, iter(entries))),
            () if categories is None else (("categories", iter(categories)),),
        )
        for name, listed in lists:
            file.write(f',"{name}": ['.encode())
            file.write(_encode(next(listed)))
            for entry in listed:
                file.write(b"," + _encode(entry))
            file.write(b"]")
        file.write(b"}")


def _encode(entry: object) -> bytes:
    # COCO writes `"key": value` and commas without a space.
    return msgspec.json.format(msgspec.json.encode(entry), indent=0).replace(b", ", b",")


def _describe_picture(number: int, size: tuple[int, int]) -> dict[str, Any]:
    name = f"{number:012d}.jpg"
    return {
        "license": 1 + number % 8,
        "file_name": name,
        "coco_url": f"http://images.cocodataset.org/train2017/{name}",
        "height": size[1],
        "width": size[0],
        "date_captured": "2013-11-14 11:18:45",
        "flickr_url": f"http://farm{number % 9}.staticflickr.com/8186/{number:010d}_z.jpg",
        "id": number,
    }


def _list_captions(ids: list[int], count: int, rng: random.Random) -> Iterator[dict[str, Any]]:
    places = [ids[n % len(ids)] for n in range(count)]
    rng.shuffle(places)
    for number, image_id in enumerate(places):
        parts = (rng.choice(each) for each in (_SUBJECTS, _ACTIONS, _THINGS, _ENDS))
        yield {"image_id": image_id, "id": number + 37, "caption": " ".join(parts)}


def _list_instances(
    pictures: list[tuple[int, tuple[int, int]]],
    count: int,
    rng: random.Random,
    shapes: np.random.Generator,
) -> Iterator[dict[str, Any]]:
    boxed = pictures[: len(pictures) - int(_EMPTY * len(pictures))]
    weights = shapes.gamma(1.0, size=len(boxed)).cumsum().tolist()
    crowds = int(_CROWDS * count)
    numbers = rng.sample(range(1, 3 * count), count - crowds)
    numbers += [900_100_000_000 + n for n in range(crowds)]
    places = rng.choices(boxed, cum_weights=weights, k=count)
    for index, (number, (image_id, (width, height))) in enumerate(
        zip(numbers, places, strict=True)
    ):
        crowd = index >= count - crowds
        outline, box, area = _draw_outline(width, height, shapes)
        yield {
            "segmentation": _draw_runs(width, height, shapes) if crowd else [outline],
            "area": area,
            "iscrowd": int(crowd),
            "image_id": image_id,
            "bbox": box,
            "category_id": 1 + int(_CATEGORIES * rng.random() ** 3),
            "id": number,
        }


def _draw_outline(
    width: int, height: int, shapes: np.random.Generator
) -> tuple[list[float], list[float], float]:
    """A star-shaped outline inside the picture, as x and y in turn, with its box and area."""
    spread = shapes.random(4)
    reach_x, reach_y = (0.01 + 0.45 * spread[:2] ** 2) * (width, height)
    middle_x = reach_x + spread[2] * (width - 2 * reach_x)
    middle_y = reach_y + spread[3] * (height - 2 * reach_y)
    points = 4 + int(shapes.gamma(1.6, 5.4 + 0.06 * math.sqrt(reach_x * reach_y) * 2))
    turns = np.linspace(0, 2 * math.pi, points, endpoint=False)
    radii = 1 - 0.5 * shapes.random(points)
    xs = np.round(middle_x + reach_x * radii * np.cos(turns), 2)
    ys = np.round(middle_y + reach_y * radii * np.sin(turns), 2)
    area = abs(float(np.dot(xs, np.roll(ys, 1)) - np.dot(ys, np.roll(xs, 1)))) / 2
    left, top = float(xs.min()), float(ys.min())
    box = [left, top, round(float(xs.max()) - left, 2), round(float(ys.max()) - top, 2)]
    return np.stack((xs, ys), axis=1).ravel().tolist(), box, area


def _draw_runs(width: int, height: int, shapes: np.random.Generator) -> dict[str, Any]:
    """Run lengths down the columns of the picture that add up to its pixels."""
    runs = shapes.integers(1, 2 * height // 3, size=int(shapes.integers(40, 400))).tolist()
    return {"counts": [*runs, width * height - sum(runs)], "size": [height, width]}


if __name__ == "__main__":
    target, by = Path(sys.argv[1]), int(sys.argv[2])
    sys.stdout.write("\n".join(map(str, write_large(target, Size().shrink(by)))) + "\n")
