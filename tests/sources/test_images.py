"""Names and sizes of images: from either file, from the URL, from the picture."""

import json
from pathlib import Path

import pytest
from PIL import Image

from datagen.records import Source
from datagen.sources import read_coco


def read_sizeless(
    folder: Path, images: Path | None, boxes: bool = True, **fields: object
) -> Source:
    """Read one image whose size is not stated, or badly."""
    entries = [{"id": 1, "file_name": "sub/1.png"} | fields]
    texts = [{"id": 1, "image_id": 1, "caption": "A cat."}]
    found = {"id": 1, "image_id": 1, "category_id": 5, "bbox": [1, 0, 2, 2], "area": 4}
    captions, instances = folder / "captions.json", folder / "instances.json"
    captions.write_text(json.dumps({"images": entries, "annotations": texts}), encoding="utf-8")
    drawn = {"images": entries, "annotations": [found], "categories": [{"id": 5, "name": "cat"}]}
    instances.write_text(json.dumps(drawn), encoding="utf-8")
    return read_coco(captions, instances if boxes else None, images=images)


def codes(source: Source) -> list[tuple[str, str]]:
    return [(trouble.code, trouble.action) for trouble in source.troubles]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    (tmp_path / "pictures" / "sub").mkdir(parents=True)
    Image.new("L", (4, 2)).save(tmp_path / "pictures" / "sub" / "1.png")
    return tmp_path / "pictures"


def test_a_missing_size_is_read_from_the_picture(tmp_path: Path, pictures: Path) -> None:
    source = read_sizeless(tmp_path, pictures, width=None)
    assert (source.images[0].width, source.images[0].height) == (4, 2)
    assert source.images[0].boxes[0].corners == (0.25, 0.0, 0.75, 1.0)
    assert source.troubles == ()


def test_a_stated_size_is_believed_and_no_picture_opened(tmp_path: Path, pictures: Path) -> None:
    (pictures / "sub" / "1.png").unlink()
    source = read_sizeless(tmp_path, pictures, width=8.0, height=4)
    assert (source.images[0].width, source.images[0].height) == (8, 4)
    assert source.troubles == ()


@pytest.mark.parametrize("width", [0, -5, 2.5, float("nan"), float("inf"), 10**30])
def test_a_senseless_size_is_replaced_by_that_of_the_picture(
    tmp_path: Path, pictures: Path, width: float
) -> None:
    source = read_sizeless(tmp_path, pictures, width=width, height=2)
    assert (source.images[0].width, source.images[0].height) == (4, 2)
    assert codes(source) == [("image-size-unusable", "repaired")]


def test_a_picture_that_cannot_be_read_is_left_out(tmp_path: Path, pictures: Path) -> None:
    (pictures / "sub" / "1.png").write_bytes(b"not a picture")
    source = read_sizeless(tmp_path, pictures, boxes=False)
    assert source.images == ()
    assert codes(source)[0] == ("image-unreadable", "left out")


def test_a_picture_that_is_not_there_is_left_out(tmp_path: Path) -> None:
    source = read_sizeless(tmp_path, tmp_path, boxes=False)
    assert codes(source)[0] == ("image-unreadable", "left out")
    assert "sub/1.png" in source.troubles[0].detail


def test_without_pictures_an_image_with_boxes_and_no_size_is_left_out(tmp_path: Path) -> None:
    source = read_sizeless(tmp_path, None)
    assert source.images == ()
    assert codes(source)[0] == ("image-size-missing", "left out")


def test_without_boxes_no_size_is_needed(tmp_path: Path) -> None:
    source = read_sizeless(tmp_path, None, boxes=False)
    assert (source.images[0].width, source.images[0].height) == (0, 0)
    assert source.troubles == ()


def test_a_senseless_size_that_nothing_needs_is_left_unknown(tmp_path: Path) -> None:
    source = read_sizeless(tmp_path, None, boxes=False, width=0, height=5)
    assert (source.images[0].width, source.images[0].height) == (0, 0)
    assert codes(source) == [("image-size-unusable", "repaired")]


def read_pair(folder: Path, ours: dict[str, object], theirs: dict[str, object]) -> Source:
    """Read one image that the captions file and the instances file describe differently."""
    texts = [{"id": 1, "image_id": 1, "caption": "A cat."}]
    captions, instances = folder / "captions.json", folder / "instances.json"
    said = {"images": [{"id": 1} | ours], "annotations": texts}
    drawn = {"images": [{"id": 1} | theirs], "annotations": [], "categories": []}
    captions.write_text(json.dumps(said), encoding="utf-8")
    instances.write_text(json.dumps(drawn), encoding="utf-8")
    return read_coco(captions, instances)


def test_each_file_fills_what_the_other_lacks(tmp_path: Path) -> None:
    source = read_pair(tmp_path, {"file_name": "a.jpg"}, {"width": 6, "height": 3})
    assert source.images[0].file_name == "a.jpg"
    assert (source.images[0].width, source.images[0].height) == (6, 3)
    assert source.troubles == ()


def test_a_contradiction_is_listed_and_the_instances_file_gives_the_size(tmp_path: Path) -> None:
    ours: dict[str, object] = {"file_name": "a.jpg", "width": 60, "height": 30}
    theirs: dict[str, object] = {"file_name": "b.jpg", "width": 6, "height": 3}
    source = read_pair(tmp_path, ours, theirs)
    assert source.images[0].file_name == "a.jpg"
    assert (source.images[0].width, source.images[0].height) == (6, 3)
    assert codes(source) == [("image-conflict", "repaired")]
    assert source.troubles[0].detail == "b.jpg, 6 x 3; a.jpg, 60 x 30"


@pytest.mark.parametrize("senseless", ["ours", "theirs"])
def test_a_senseless_size_in_one_file_is_replaced_by_that_of_the_other(
    tmp_path: Path, senseless: str
) -> None:
    good: dict[str, object] = {"file_name": "a.jpg", "width": 6, "height": 3}
    bad = good | {"width": 0}
    ours, theirs = (bad, good) if senseless == "ours" else (good, bad)
    source = read_pair(tmp_path, ours, theirs)
    assert (source.images[0].width, source.images[0].height) == (6, 3)
    assert codes(source) == [("image-size-unusable", "repaired")]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://images.cocodataset.org/train2017/000000391895.jpg", "train2017/000000391895.jpg"),
        ("https://x.org/a/b/c/1.jpg", "c/1.jpg"),
        ("https://x.org/1.jpg", "1.jpg"),
        ("train2017/1.jpg", "train2017/1.jpg"),
        ("1.jpg", "1.jpg"),
    ],
)
def test_a_url_gives_folder_and_name(tmp_path: Path, url: str, name: str) -> None:
    source = read_pair(tmp_path, {"coco_url": url}, {})
    assert source.images[0].file_name == name
