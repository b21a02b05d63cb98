"""COCO files come out as a plain loop over pycocotools' own index gives them."""

import contextlib
import io
import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

from datagen.records import AnnotatedImage, Box, Source
from datagen.sources import read_coco
from tests.sources.making import make_image_set

REAL = Path(__file__).parents[2].parent / "shared" / "coco"
CATEGORIES = [{"id": 77, "name": "cell phone"}, {"id": 0, "name": "cat"}]

CocoFiles = tuple[dict[str, object], dict[str, object]]


def write(path: Path, **content: object) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def load_reference(path: Path) -> COCO:
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(path))


def expect(captions: Path, instances: Path) -> list[AnnotatedImage]:
    """The images as a plain loop over pycocotools' index gives them."""
    said, drawn = load_reference(captions), load_reference(instances)
    expected = []
    for image_id in sorted(said.imgs):
        width, height = said.imgs[image_id]["width"], said.imgs[image_id]["height"]
        boxes = []
        for entry in drawn.loadAnns(drawn.getAnnIds(imgIds=[image_id])):
            if "bbox" in entry:
                (x, y, w, h), area = entry["bbox"], entry["area"]
            else:
                runs = drawn.annToRLE(entry)
                (x, y, w, h), area = coco_mask.toBbox(runs).tolist(), float(coco_mask.area(runs))
            right, bottom = min((x + w) / width, 1.0), min((y + h) / height, 1.0)
            category = drawn.cats[entry["category_id"]]["name"]
            corners = (x / width, y / height, right, bottom)
            boxes.append(Box(category, corners, area / (width * height), entry["iscrowd"] == 1))
        texts = [entry["caption"] for entry in said.loadAnns(said.getAnnIds(imgIds=[image_id]))]
        expected.append(
            AnnotatedImage(
                f"{image_id:012d}",
                said.imgs[image_id]["file_name"],
                tuple(text.strip().replace("\n", " ") for text in texts),
                tuple(boxes),
                width,
                height,
            )
        )
    return expected


@st.composite
def draw_mask(draw: st.DrawFn, width: int, height: int) -> object:
    """A segmentation in one of COCO's three ways of writing; it covers one pixel at least."""
    pixels = np.zeros((height, width), dtype=np.uint8, order="F")
    for _ in range(draw(st.integers(1, 3))):
        x, y = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
        pixels[y : y + draw(st.integers(1, 9)), x : x + draw(st.integers(1, 9))] = 1
    style = draw(st.sampled_from(["polygons", "runs", "packed"]))
    if style == "packed":
        packed = coco_mask.encode(pixels)
        return {"size": [height, width], "counts": packed["counts"].decode()}
    if style == "runs":
        flat = [0, *pixels.flatten(order="F").tolist()]
        edges = [n for n in range(1, len(flat)) if flat[n] != flat[n - 1]]
        counts = np.diff([1, *edges, len(flat)]).tolist()
        return {"size": [height, width], "counts": counts}
    x, y = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    return [[x, y, width, y, width, height], [x, y, x, height, width, height]]


@st.composite
def draw_instance(draw: st.DrawFn, image_id: int, width: int, height: int) -> dict[str, object]:
    entry: dict[str, object] = {
        "image_id": image_id,
        "category_id": draw(st.sampled_from([0, 77])),
        "iscrowd": draw(st.sampled_from([0, 0, 0, 1])),
    }
    if draw(st.booleans()):
        return entry | {"segmentation": draw(draw_mask(width, height))}
    x, right = sorted(draw(st.sets(st.integers(0, 100 * width), min_size=2, max_size=2)))
    y, bottom = sorted(draw(st.sets(st.integers(0, 100 * height), min_size=2, max_size=2)))
    bbox = [x / 100, y / 100, (right - x) / 100, (bottom - y) / 100]
    area = draw(st.floats(0.01, width * height))
    return entry | {"bbox": bbox, "area": area}


@st.composite
def draw_coco(draw: st.DrawFn) -> CocoFiles:
    """A captions file and an instances file, with gaps in the ids and nothing in order."""
    words = st.text(st.sampled_from('ab "\\\n,.é猫🐈'), min_size=1).filter(str.strip)
    images, texts, boxes = [], [], []
    for image_id in draw(st.lists(st.integers(0, 10**13), unique=True, max_size=4)):
        width, height = draw(st.integers(1, 60)), draw(st.integers(1, 60))
        images.append(
            {"id": image_id, "file_name": f"{image_id}.jpg", "width": width, "height": height}
        )
        for text in draw(st.lists(words, min_size=1, max_size=7)):
            texts.append({"image_id": image_id, "caption": text})
        boxes += draw(st.lists(draw_instance(image_id, width, height), max_size=4))
    texts = [{"id": n} | entry for n, entry in enumerate(draw(st.permutations(texts)))]
    boxes = [{"id": n} | entry for n, entry in enumerate(draw(st.permutations(boxes)))]
    said: dict[str, object] = {"images": draw(st.permutations(images)), "annotations": texts}
    drawn: dict[str, object] = {"images": images, "annotations": boxes, "categories": CATEGORIES}
    return said, drawn


@settings(deadline=None, max_examples=60)
@given(draw_coco())
def test_every_image_equals_what_pycocotools_gives(
    files: CocoFiles,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        captions = write(Path(folder) / "captions.json", **files[0])
        instances = write(Path(folder) / "instances.json", **files[1])
        assert read_coco(captions, instances) == Source(make_image_set(expect(captions, instances)))


@settings(deadline=None, max_examples=30)
@given(draw_coco())
def test_the_slow_decoder_gives_what_the_fast_one_gives(
    files: CocoFiles,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        captions = write(Path(folder) / "captions.json", **files[0])
        instances = write(Path(folder) / "instances.json", **files[1])
        fast = read_coco(captions, instances)
        write(captions, **files[0], info=float("nan"))
        write(instances, **files[1], info=float("nan"))
        assert read_coco(captions, instances) == fast


@pytest.mark.skipif(not REAL.is_dir(), reason="the real COCO files are optional data")
def test_real_files_equal_what_pycocotools_gives() -> None:
    captions, instances = REAL / "captions_train2017.json", REAL / "instances_train2017.json"
    source = read_coco(captions, instances)
    assert len(source.images) == 80
    assert source == Source(make_image_set(expect(captions, instances)))
