"""Scenes of the small world: a seed -> pictures with exact boxes and captions, as COCO files.

One to four kinds of things stand in the cells of a three-by-three grid, up to three of a kind and
all of one kind in one colour. Which kind, colour, number and place come together is drawn
independently, so nothing about a picture can be guessed from its text.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from PIL import Image

from datagen.llm.offline.words import add_article, join_list, lift_first, make_plural, spell_number
from tests.benchmarks.small_llava.icons import COLORS, ICONS, draw_icon

SIDE, CELL = 96, 32
"""Pixels of a picture's side and of a cell's."""

_SMALLEST, _LARGEST = 25, 31
_MOST_THINGS = 6
_KINDS, _KIND_WEIGHTS = (1, 2, 3, 4), (2, 4, 4, 2)
_COUNTS, _COUNT_WEIGHTS = (1, 2, 3), (5, 3, 2)
_SETTINGS = {
    "in a field": (120, 176, 92),
    "on a beach": (226, 202, 150),
    "on a street": (150, 150, 156),
}
_SPREAD = 9.0  # of the ground's brightness, in levels of 255
_CAPTIONS = 5
_POSES = {
    **dict.fromkeys(("bicycle", "car", "airplane", "bus", "train"), "parked"),
    **dict.fromkeys(("bird", "dog", "horse", "cow"), "standing"),
    **dict.fromkeys(("boat", "umbrella", "kite"), "lying"),
}

Corners = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing of a kind: where its square is, how large, and whether it is mirrored."""

    left: int
    top: int
    side: int
    flip: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """All things of one category in a scene."""

    category: str
    color: str
    things: tuple[Thing, ...]

    @property
    def phrase(self) -> str:
        """As a caption calls it.

        >>> Kind("dog", "red", (Thing(0, 0, 24, False),) * 2).phrase
        'two red dogs'
        """
        name = f"{self.color} {self.category}"
        count = len(self.things)
        return add_article(name) if count == 1 else f"{spell_number(count)} {make_plural(name)}"


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture to be drawn and what is said about it."""

    id: int
    setting: str
    kinds: tuple[Kind, ...]
    captions: tuple[str, ...]
    grain: int

    @property
    def file_name(self) -> str:
        """As COCO names it."""
        return f"{self.id:012}.png"


def make_scene(seed: int, id_: int) -> Scene:
    """The scene of that id; the same seed and id always give the same one."""
    rng = Random(f"{seed}:{id_}")
    wanted = rng.choices(_KINDS, _KIND_WEIGHTS)[0]
    cells = [(column, row) for row in range(3) for column in range(3)]
    rng.shuffle(cells)
    kinds: list[Kind] = []
    left = _MOST_THINGS
    for category in rng.sample(sorted(ICONS), wanted):
        most = left - (wanted - len(kinds) - 1)
        count = min(most, rng.choices(_COUNTS, _COUNT_WEIGHTS)[0])
        things = tuple(_place(cells.pop(), rng) for _ in range(count))
        kinds.append(Kind(category, rng.choice(list(COLORS)), things))
        left -= count
    setting = rng.choice(list(_SETTINGS))
    captions = tuple(_write_caption(kinds, setting, rng) for _ in range(_CAPTIONS - 1))
    whole = lift_first(f"{join_list([kind.phrase for kind in kinds])} {setting}.")
    return Scene(id_, setting, tuple(kinds), (whole, *captions), rng.randrange(2**32))


def _place(cell: tuple[int, int], rng: Random) -> Thing:
    side = rng.randint(_SMALLEST, _LARGEST)
    column, row = cell
    x, y = rng.randint(0, CELL - side), rng.randint(0, CELL - side)
    return Thing(column * CELL + x, row * CELL + y, side, rng.random() < 0.5)


def _write_caption(kinds: Sequence[Kind], setting: str, rng: Random) -> str:
    """One of the usual forms, about one to three of the kinds in any order."""
    told = rng.sample(kinds, min(len(kinds), rng.randint(1, 3)))
    first, *others = told
    pose = _POSES[first.category]
    be = "is" if len(first.things) == 1 else "are"
    beside = f" next to {join_list([kind.phrase for kind in others])}" if others else ""
    forms = [
        f"{first.phrase} {be} {pose} {setting}{beside}.",
        f"{first.phrase} {pose} {setting}{beside}.",
        f"there {be} {first.phrase} {setting}{beside}.",
    ]
    return lift_first(rng.choice(forms))


def draw_scene(scene: Scene) -> tuple[Image.Image, list[list[Corners]]]:
    """The picture, and for each kind the tight boxes `(x1, y1, x2, y2)` of its things in pixels.

    A pixel counts to a thing where the thing covers at least half of it.
    """
    grain = np.random.default_rng(scene.grain).normal(0, _SPREAD, (SIDE // 4, SIDE // 4, 1))
    ground = np.array(_SETTINGS[scene.setting]) + grain.repeat(4, 0).repeat(4, 1)
    picture = Image.fromarray(ground.clip(0, 255).astype(np.uint8))
    boxes = []
    for kind in scene.kinds:
        boxes.append([_draw_thing(picture, kind, thing) for thing in kind.things])
    return picture, boxes


def _draw_thing(picture: Image.Image, kind: Kind, thing: Thing) -> Corners:
    icon = draw_icon(kind.category, kind.color, thing.side, flip=thing.flip)
    picture.paste(icon, (thing.left, thing.top), icon)
    seen = np.asarray(icon.getchannel("A")) >= 128
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    return (
        thing.left + int(columns[0]),
        thing.top + int(rows[0]),
        thing.left + int(columns[-1]) + 1,
        thing.top + int(rows[-1]) + 1,
    )


def write_scenes(folder: Path, scenes: Sequence[Scene]) -> None:
    """Write `images/`, `captions.json` and `instances.json`, as COCO has them."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    ids = {name: number for number, name in enumerate(sorted(ICONS), start=1)}
    images: list[dict[str, Any]] = []
    captions: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for scene in scenes:
        picture, boxes = draw_scene(scene)
        picture.save(folder / "images" / scene.file_name)
        images.append({"id": scene.id, "file_name": scene.file_name, "width": SIDE, "height": SIDE})
        for text in scene.captions:
            captions.append({"id": len(captions) + 1, "image_id": scene.id, "caption": text})
        for kind, corners in zip(scene.kinds, boxes, strict=True):
            for box in corners:
                number = len(annotations) + 1
                annotations.append(_annotate(number, scene.id, ids[kind.category], box))
    categories = [{"id": number, "name": name} for name, number in ids.items()]
    _write(folder / "captions.json", {"images": images, "annotations": captions})
    _write(
        folder / "instances.json",
        {"images": images, "annotations": annotations, "categories": categories},
    )


def _annotate(number: int, image_id: int, category_id: int, box: Corners) -> dict[str, Any]:
    x1, y1, x2, y2 = box
    width, height = x2 - x1, y2 - y1
    return {
        "id": number,
        "image_id": image_id,
        "category_id": category_id,
        "iscrowd": 0,
        "bbox": [x1, y1, width, height],
        "area": width * height,
    }


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")
