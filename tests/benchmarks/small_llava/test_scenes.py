import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops

from datagen.sources.coco import read_coco
from tests.benchmarks.small_llava.icons import COLORS, ICONS, draw_icon
from tests.benchmarks.small_llava.scenes import SIDE, draw_scene, make_scene, write_scenes

_SCENES = [make_scene(3, id_) for id_ in range(1, 41)]


def test_a_scene_is_the_same_whenever_it_is_made() -> None:
    again = [make_scene(3, id_) for id_ in range(1, 41)]
    assert again == _SCENES
    for scene in _SCENES[:5]:
        first, second = draw_scene(scene)[0], draw_scene(scene)[0]
        assert first.tobytes() == second.tobytes()
    assert make_scene(4, 1) != make_scene(3, 1)


def test_boxes_lie_inside_the_picture_and_do_not_overlap() -> None:
    for scene in _SCENES:
        boxes = [box for kind in draw_scene(scene)[1] for box in kind]
        taken = np.zeros((SIDE, SIDE), int)
        for x1, y1, x2, y2 in boxes:
            assert 0 <= x1 < x2 <= SIDE
            assert 0 <= y1 < y2 <= SIDE
            taken[y1:y2, x1:x2] += 1
        assert taken.max() == 1


def test_a_box_holds_what_was_drawn_and_nothing_less() -> None:
    for scene in _SCENES[:10]:
        picture, boxes = draw_scene(scene)
        bare = draw_scene(replace(scene, kinds=()))[0]
        changed = np.asarray(ImageChops.difference(picture, bare)).sum(axis=2) > 0
        for kind, corners in zip(scene.kinds, boxes, strict=True):
            for thing, (x1, y1, x2, y2) in zip(kind.things, corners, strict=True):
                changed[y1:y2, x1:x2] = False
                assert x2 - x1 <= thing.side
        # What is left are pixels at the edges that a thing covers by less than half.
        assert changed.mean() < 0.02


def test_no_two_icons_have_the_same_outline() -> None:
    outlines = {
        name: np.asarray(draw_icon(name, "red", 26, flip=False).getchannel("A")) > 127
        for name in ICONS
    }
    names = sorted(outlines)
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            shared = (outlines[one] & outlines[other]).sum()
            either = (outlines[one] | outlines[other]).sum()
            assert shared / either < 0.8, (one, other)


def test_every_colour_shows_in_every_icon() -> None:
    for name in ICONS:
        for color, value in COLORS.items():
            icon = np.asarray(draw_icon(name, color, 26, flip=False))
            seen = icon[icon[..., 3] > 127][:, :3].astype(int)
            is_near = np.abs(seen - np.array(value)).max(axis=1) < 40
            assert is_near.mean() > 0.4, (name, color)


def test_the_product_reads_the_files_without_a_trouble(tmp_path: Path) -> None:
    write_scenes(tmp_path, _SCENES)
    source = read_coco(tmp_path / "captions.json", tmp_path / "instances.json")
    assert not source.troubles
    assert len(source.images) == len(_SCENES)
    for image, scene in zip(source.images, _SCENES, strict=True):
        assert image.captions == scene.captions
        assert [box.category for box in image.boxes] == [
            kind.category for kind in scene.kinds for _ in kind.things
        ]
        with Image.open(tmp_path / "images" / image.file_name) as picture:
            assert picture.size == (image.width, image.height) == (SIDE, SIDE)
    counts = json.loads((tmp_path / "instances.json").read_text())
    assert {row["name"] for row in counts["categories"]} == set(ICONS)


def test_the_first_caption_tells_every_kind_with_number_and_colour() -> None:
    for scene in _SCENES:
        for kind in scene.kinds:
            assert kind.phrase in scene.captions[0].lower()
