"""The samples: the files are what the script draws, and the annotations are true to the pixel."""

import json
import re
import sys
from functools import cache
from io import BytesIO
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

# The script and its package are not installed.
sys.path.insert(0, str(Path(__file__).parents[1] / "samples"))

from draw_scenes import encode_picture, write_samples
from drawing.annotations import (
    CATEGORY_IDS,
    annotate,
    build_captions,
    build_instances,
    mask_of,
    outline_or_run_lengths,
    plain_run_lengths,
    to_json,
)
from drawing.canvas import Canvas
from drawing.scene import Scene
from drawing.scenes import SCENES
from drawing.shapes import box, oval

# pycocotools 2.0.11 has not followed numpy 2 yet; its decode() warns of that.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SAMPLES = Path(__file__).parents[1] / "samples"
CAPTIONS_TEXT = (SAMPLES / "captions.json").read_text(encoding="utf-8")
INSTANCES_TEXT = (SAMPLES / "instances.json").read_text(encoding="utf-8")
CAPTIONS: dict[str, Any] = json.loads(CAPTIONS_TEXT)
INSTANCES: dict[str, Any] = json.loads(INSTANCES_TEXT)
NAMES = {category["id"]: category["name"] for category in INSTANCES["categories"]}

every_scene = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.draw.__name__)


@cache
def redraw(scene_id: int) -> tuple[Image.Image, list[dict[str, Any]]]:
    scene = next(scene for scene in SCENES if scene.id == scene_id)
    canvas = scene.paint()
    return canvas.finish(), annotate(scene, canvas)


def annotations_of(scene: Scene) -> list[dict[str, Any]]:
    return [entry for entry in INSTANCES["annotations"] if entry["image_id"] == scene.id]


def captions_of(scene: Scene) -> list[str]:
    entries = CAPTIONS["annotations"]
    return [entry["caption"] for entry in entries if entry["image_id"] == scene.id]


def pixels(image: Image.Image) -> NDArray[np.int16]:
    return np.asarray(image.convert("RGB"), dtype=np.int16)


def masks_of(scene: Scene) -> list[NDArray[np.uint8]]:
    width, height = scene.size
    return [mask_of(entry["segmentation"], (height, width)) for entry in annotations_of(scene)]


def test_the_captions_file_is_rebuilt_byte_for_byte() -> None:
    assert to_json(build_captions(SCENES)) == CAPTIONS_TEXT


def test_the_instances_file_is_laid_out_byte_for_byte_around_its_annotations() -> None:
    assert to_json(build_instances(SCENES, INSTANCES["annotations"])) == INSTANCES_TEXT


@every_scene
def test_the_annotations_of_a_picture_are_drawn_again_exactly(scene: Scene) -> None:
    assert redraw(scene.id)[1] == annotations_of(scene)


@every_scene
def test_a_picture_is_drawn_again_up_to_the_jpeg_encoder(scene: Scene) -> None:
    drawn = Image.open(BytesIO(encode_picture(redraw(scene.id)[0])))
    with Image.open(SAMPLES / "images" / scene.file_name) as kept:
        difference = np.abs(pixels(drawn) - pixels(kept))
    assert difference.mean() < 0.5
    assert (difference > 24).mean() < 0.001


@every_scene
def test_a_box_is_the_tight_box_of_its_mask_and_the_area_its_pixels(scene: Scene) -> None:
    for entry, mask in zip(annotations_of(scene), masks_of(scene), strict=True):
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        tight = [columns[0], rows[0], np.ptp(columns) + 1, np.ptp(rows) + 1]
        assert entry["bbox"] == tight
        assert entry["area"] == mask.sum()


@every_scene
def test_no_pixel_belongs_to_two_things(scene: Scene) -> None:
    width, height = scene.size
    owners = sum(masks_of(scene), np.zeros((height, width), dtype=np.uint8))
    assert owners.max() <= 1


@every_scene
def test_the_file_on_disk_has_the_size_the_annotations_say(scene: Scene) -> None:
    entry = next(entry for entry in INSTANCES["images"] if entry["id"] == scene.id)
    with Image.open(SAMPLES / "images" / entry["file_name"]) as kept:
        assert kept.size == (entry["width"], entry["height"]) == scene.size
    assert min(scene.size) >= 640
    assert re.fullmatch(r"\d{12}\.jpg", entry["file_name"])


@every_scene
def test_a_picture_has_at_least_five_captions_of_one_line(scene: Scene) -> None:
    captions = captions_of(scene)
    assert len(captions) >= 5
    assert len(set(captions)) == len(captions)
    assert not any("\n" in caption for caption in captions)


@every_scene
def test_a_caption_never_counts_more_than_is_drawn(scene: Scene) -> None:
    numbers = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
    drawn = [NAMES[entry["category_id"]] for entry in annotations_of(scene)]
    for name in CATEGORY_IDS:
        plural = "sheep" if name == "sheep" else f"{name}s"
        pattern = rf"\b({'|'.join(numbers)}) (?:\w+ )?{plural}\b"
        for number in re.findall(pattern, " ".join(captions_of(scene)).lower()):
            assert drawn.count(name) >= numbers[number]


def test_every_picture_belongs_to_a_scene() -> None:
    kept = {path.name for path in (SAMPLES / "images").iterdir()}
    assert kept == {scene.file_name for scene in SCENES}


def test_there_are_twelve_scenes_or_more_with_ids_of_their_own() -> None:
    assert len({scene.id for scene in SCENES}) == len(SCENES) >= 12


def test_exactly_one_region_is_a_crowd_and_it_has_plain_run_lengths() -> None:
    crowds = [entry for entry in INSTANCES["annotations"] if entry["iscrowd"]]
    assert [NAMES[crowd["category_id"]] for crowd in crowds] == ["person"]
    assert isinstance(crowds[0]["segmentation"]["counts"], list)


def test_exactly_one_picture_has_no_objects() -> None:
    assert [scene.id for scene in SCENES if not annotations_of(scene)] == [1015]


def test_single_things_come_with_polygons_and_with_packed_run_lengths() -> None:
    kinds = [type(e["segmentation"]) for e in INSTANCES["annotations"] if not e["iscrowd"]]
    assert kinds.count(list) > 10
    assert kinds.count(dict) > 10


def test_boxes_of_different_things_overlap() -> None:
    def is_overlapping(a: list[int], b: list[int]) -> bool:
        return all(a[i] < b[i] + b[i + 2] and b[i] < a[i] + a[i + 2] for i in (0, 1))

    overlapping = [
        scene.id
        for scene in SCENES
        for a, b in combinations(annotations_of(scene), 2)
        if is_overlapping(a["bbox"], b["bbox"])
    ]
    assert len(set(overlapping)) >= 10


def test_the_categories_are_cocos_eighty_with_its_gaps() -> None:
    gaps = {12, 26, 29, 30, 45, 66, 68, 69, 71, 83}
    assert set(NAMES) == set(range(1, 91)) - gaps
    known = {1: "person", 13: "stop sign", 44: "bottle", 67: "dining table", 90: "toothbrush"}
    assert known.items() <= NAMES.items()
    assert {name: id_ for id_, name in NAMES.items()} == CATEGORY_IDS


def test_annotation_ids_are_unique() -> None:
    for content in (CAPTIONS, INSTANCES):
        ids = [entry["id"] for entry in content["annotations"]]
        assert len(set(ids)) == len(ids)


def test_the_captions_have_the_quirks_of_real_ones() -> None:
    captions = [entry["caption"] for entry in CAPTIONS["annotations"]]
    assert any(caption != caption.strip() for caption in captions)
    assert any('"' in caption for caption in captions)
    assert any(len(captions_of(scene)) == 6 for scene in SCENES)


def test_the_script_writes_the_three_parts(tmp_path: Path) -> None:
    lake = [scene for scene in SCENES if scene.id == 1015]
    assert write_samples(tmp_path, lake) == 0
    assert json.loads((tmp_path / "captions.json").read_text("utf-8"))["images"][0]["id"] == 1015
    assert json.loads((tmp_path / "instances.json").read_text("utf-8"))["annotations"] == []
    with Image.open(tmp_path / "images" / "000000001015.jpg") as picture:
        assert picture.size == (864, 648)


def draw_nothing(_: object) -> None:
    """Stand in where only a scene's id matters."""


BLANK = Scene(1, (60, 40), draw_nothing, ())


def boxes_on(canvas: Canvas) -> list[list[int]]:
    return [entry["bbox"] for entry in annotate(BLANK, canvas)]


def test_a_drawn_rectangle_has_its_own_box() -> None:
    canvas = Canvas(60, 40)
    pen = canvas.pen()
    with pen.thing("book"):
        pen.fill(box(10, 5, 20, 12), "#2a9d8f")
    assert boxes_on(canvas) == [[10, 5, 20, 12]]
    assert annotate(BLANK, canvas)[0]["area"] == 240


def test_a_later_thing_takes_the_pixels_it_covers() -> None:
    canvas = Canvas(60, 40)
    pen = canvas.pen()
    for left in (10, 20):
        with pen.thing("book"):
            pen.fill(box(left, 5, 20, 10), "#2a9d8f")
    assert boxes_on(canvas) == [[10, 5, 10, 10], [20, 5, 20, 10]]


def test_scenery_in_front_of_a_thing_hides_it() -> None:
    canvas = Canvas(60, 40)
    pen = canvas.pen()
    with pen.thing("cow"):
        pen.fill(box(10, 5, 20, 10), "#ffffff")
        with pen.scenery():
            pen.fill(box(10, 5, 5, 10), "#7b5440")
    assert boxes_on(canvas) == [[15, 5, 15, 10]]


def test_light_and_shade_leave_the_owners_alone() -> None:
    canvas = Canvas(60, 40)
    pen = canvas.pen()
    with pen.thing("cup"):
        pen.fill(box(10, 5, 20, 10), "#e4572e")
        pen.tint(box(0, 0, 60, 40), "#000000", 0.5)
        pen.shadow(box(0, 0, 30, 30), 0.5, 2)
        pen.glow(20, 20, 15, "#ffffff", 0.5)
    assert boxes_on(canvas) == [[10, 5, 20, 10]]


def test_glass_belongs_to_its_thing_although_one_sees_through() -> None:
    canvas = Canvas(60, 40)
    pen = canvas.pen()
    with pen.thing("vase"):
        pen.glass(box(10, 5, 20, 10), "#cfe0ea", 0.5)
    assert boxes_on(canvas) == [[10, 5, 20, 10]]
    assert canvas.finish().getpixel((20, 10)) == (231, 239, 244)


def test_what_is_drawn_inside_a_shape_ends_at_its_edge() -> None:
    canvas = Canvas(60, 40)
    pen = canvas.pen()
    with pen.thing("ball"), pen.inside(box(10, 5, 20, 10)):
        pen.fill(oval(20, 10, 50), "#e4572e")
    assert [int(n) for n in np.unique(canvas.finish_labels(), return_counts=True)[1]] == [2200, 200]


def test_a_mirrored_and_turned_pen_draws_where_its_frame_says() -> None:
    canvas = Canvas(60, 40)
    pen = canvas.pen()
    with pen.thing("book"):
        pen.at(30, 20, 2, flip=True).fill(box(0, 0, 5, 3), "#2a9d8f")
    with pen.thing("book"):
        pen.at(50, 20, turn=90).fill(box(0, 0, 8, 3), "#2a9d8f")
    assert boxes_on(canvas) == [[20, 20, 10, 6], [47, 20, 3, 8]]


def test_a_thing_that_cannot_be_seen_is_refused() -> None:
    canvas = Canvas(60, 40)
    pen = canvas.pen()
    with pen.thing("book"):
        pen.fill(box(10, 5, 20, 10), "#2a9d8f")
    pen.fill(box(0, 0, 60, 40), "#ffffff")
    with pytest.raises(ValueError, match=r"scene 1: book \(thing 1\) is not to be seen"):
        annotate(BLANK, canvas)


def test_a_shape_outside_the_canvas_draws_nothing() -> None:
    canvas = Canvas(60, 40)
    pen = canvas.pen()
    before = canvas.finish().tobytes()
    pen.fill(box(100, 100, 20, 10), "#2a9d8f")
    pen.shadow(box(-90, 0, 5, 5), 0.5, 2)
    assert canvas.finish().tobytes() == before


@st.composite
def masks(draw: st.DrawFn) -> NDArray[np.uint8]:
    width, height = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    bits = draw(st.lists(st.booleans(), min_size=width * height, max_size=width * height))
    return np.asfortranarray(np.array(bits, dtype=np.uint8).reshape(height, width))


@given(masks())
def test_plain_run_lengths_read_back_as_the_mask(mask: NDArray[np.uint8]) -> None:
    assert (mask_of(plain_run_lengths(mask), mask.shape) == mask).all()


@given(masks().filter(lambda mask: bool(mask.any())))
def test_outlines_or_packed_run_lengths_read_back_as_the_mask(mask: NDArray[np.uint8]) -> None:
    assert (mask_of(outline_or_run_lengths(mask), mask.shape) == mask).all()
