"""What is no COCO file stops with one error that names the file and the place."""

import gzip
import json
import os
from pathlib import Path

import pytest

from datagen.errors import SourceError
from datagen.sources import read_coco
from datagen.sources.files import describe_refusal

IMAGES = [{"id": 1, "file_name": "1.jpg", "width": 100, "height": 50}]
CAPTIONS = {"images": IMAGES, "annotations": [{"id": 1, "image_id": 1, "caption": "A cat."}]}
INSTANCES = {
    "images": IMAGES,
    "annotations": [{"id": 1, "image_id": 1, "category_id": 5, "bbox": [1, 1, 5, 5], "area": 9}],
    "categories": [{"id": 5, "name": "cat"}],
}
GOOD = json.dumps(CAPTIONS, indent=1)

BROKEN: dict[str, tuple[str, str, str]] = {
    # name: (content, place, what the problem says)
    "prose": ("Here are the captions.", "line 1, column 1", "is not JSON"),
    "web page": ("<!DOCTYPE html>\n<html></html>", "line 1, column 1", "is not JSON"),
    "cut off": (GOOD[:-3], "line 16, column 2", "is cut off"),
    "cut off in a text": (GOOD[: GOOD.index("A cat") + 2], "line 14, column 15", "is cut off"),
    "second object": (GOOD + "{}", "line 17, column 2", "is not JSON: Extra data; JSONL"),
    "trailing comma": ('{"images": [1,\n], "annotations": []}', "line 2, column 1", "is not JSON"),
    "list": ("[]", "$", "is a list, not an object with `images`, `annotations`"),
    "number": ("5", "$", "is a number"),
    "text": ('"a"', "$", "is a text"),
    "null": ("null", "$", "is null"),
    "truth value": ("true", "$", "is a truth value"),
    "no annotations": ('{"images": []}', "$", "has no `annotations`"),
    "no keys": ("{}", "$", "has no `images`, `annotations`"),
    "null list": ('{"images": null, "annotations": []}', "$.images", "is null, not a list"),
    "object for list": (
        '{"images": [], "annotations": {}}',
        "$.annotations",
        "is an object, not a list",
    ),
    "empty": ("", "", "is empty"),
    "blanks": (" \n", "line 2, column 1", "is empty"),
    "nested too deeply": ("[" * 200_000, "", "is nested too deeply"),
    "endless number": ('{"images": ' + "9" * 5000 + "}", "", "cannot be decoded"),
}


def refuse(captions: Path, instances: Path | None = None) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read_coco(captions, instances)
    return caught.value


def write(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_refused_by_name_and_place(tmp_path: Path, case: str) -> None:
    content, place, problem = BROKEN[case]
    path = tmp_path / "captions.json"
    path.write_text(content, encoding="utf-8")
    error = refuse(path)
    assert (error.path, error.place) == (path, place)
    assert problem in error.problem


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_instances_file_is_refused_too(tmp_path: Path, case: str) -> None:
    path = tmp_path / "instances.json"
    path.write_text(BROKEN[case][0], encoding="utf-8")
    assert refuse(write(tmp_path / "captions.json", CAPTIONS), path).path == path


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert refuse(tmp_path / "none.json").problem == "no such file"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert refuse(tmp_path).problem == "is a folder; give the file itself"


def test_a_file_that_must_not_be_read_says_so() -> None:
    assert "permissions" in describe_refusal(PermissionError(13, "Permission denied"))


def test_a_disk_error_is_told_in_its_own_words() -> None:
    assert describe_refusal(OSError(5, "Input/output error")) == (
        "cannot be read: Input/output error"
    )


@pytest.mark.parametrize("damage", ["cut off", "overwritten", "header only"])
def test_a_damaged_gzip_file_is_refused(tmp_path: Path, damage: str) -> None:
    packed = bytearray(gzip.compress(GOOD.encode() * 50))
    if damage == "overwritten":
        packed[20:40] = b"\0" * 20
    path = tmp_path / "captions.json.gz"
    path.write_bytes(packed[: {"cut off": len(packed) - 9, "header only": 4}.get(damage)])
    assert "damaged gzip file" in refuse(path).problem


def test_an_empty_gzip_file_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "captions.json.gz"
    path.write_bytes(gzip.compress(b""))
    assert refuse(path).problem == "is empty"


def test_a_pipe_can_be_read() -> None:
    reading, writing = os.pipe()
    os.write(writing, GOOD.encode())
    os.close(writing)
    try:
        assert len(read_coco(Path(f"/dev/fd/{reading}")).images) == 1
    finally:
        os.close(reading)


def test_an_instances_file_given_as_captions_is_recognized(tmp_path: Path) -> None:
    error = refuse(write(tmp_path / "instances.json", INSTANCES))
    assert "none of its annotations has a `caption`; is it an instances file?" in error.problem


@pytest.mark.parametrize("categories", [{}, {"categories": []}], ids=["none", "some"])
def test_a_captions_file_given_as_instances_is_recognized(
    tmp_path: Path, categories: dict[str, object]
) -> None:
    captions = write(tmp_path / "captions.json", CAPTIONS)
    error = refuse(captions, write(tmp_path / "other.json", CAPTIONS | categories))
    assert error.path == tmp_path / "other.json"
    assert "is a captions file" in error.problem


def test_a_file_of_another_task_given_as_instances_is_refused(tmp_path: Path) -> None:
    panoptic = INSTANCES | {"annotations": [{"image_id": 1, "segments_info": []}]}
    captions = write(tmp_path / "captions.json", CAPTIONS)
    error = refuse(captions, write(tmp_path / "panoptic.json", panoptic))
    assert "one of another task: none of its annotations has a `category_id`" in error.problem


def test_instances_without_categories_are_refused(tmp_path: Path) -> None:
    content = {key: INSTANCES[key] for key in ("images", "annotations")}
    captions = write(tmp_path / "captions.json", CAPTIONS)
    error = refuse(captions, write(tmp_path / "instances.json", content))
    assert error.problem.startswith("has no `categories`")


def test_text_ids_and_number_ids_cannot_be_joined(tmp_path: Path) -> None:
    content = INSTANCES | {"images": [IMAGES[0] | {"id": "1"}]}
    captions = write(tmp_path / "captions.json", CAPTIONS)
    error = refuse(captions, write(tmp_path / "instances.json", content))
    assert error.problem == (
        "its image ids are texts, those of captions.json are numbers; they cannot be joined"
    )


def test_a_picture_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    captions = write(tmp_path / "captions.json", CAPTIONS)
    with pytest.raises(SourceError, match="is no folder"):
        read_coco(captions, images=tmp_path / "none")
