"""LLaVA's context JSONL is read; bad records and boxes are listed, a broken line stops."""

import json
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.context import to_context_record
from datagen.errors import SourceError
from datagen.records import AnnotatedImage, Box, Source
from datagen.sources import read_contexts
from tests.sources.making import make_image_set

CAT = {"category": "cat", "bbox": [0.1, 0.2, 0.5, 0.6]}


def record(image_id: object = "000000000001", **fields: object) -> dict[str, Any]:
    default = {"image": "1.jpg", "captions": ["A cat."], "instances": [CAT]}
    return {"id": image_id} | default | fields


def write(folder: Path, *records: object) -> Path:
    path = folder / "contexts.jsonl"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in records), encoding="utf-8")
    return path


def read(folder: Path, *records: object) -> Source:
    return read_contexts(write(folder, *records))


def read_boxes(
    folder: Path, *instances: object
) -> tuple[tuple[Box, ...], list[tuple[str, str, str]]]:
    source = read(folder, record(instances=instances))
    troubles = [(each.code, each.entry, each.action) for each in source.troubles]
    return source.images[0].boxes, troubles


def refuse(path: Path) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read_contexts(path)
    return caught.value


def test_a_record_becomes_an_image_of_unknown_size(tmp_path: Path) -> None:
    box = Box("cat", (0.1, 0.2, 0.5, 0.6), (0.5 - 0.1) * (0.6 - 0.2))
    image = AnnotatedImage("000000000001", "1.jpg", ("A cat.",), (box,))
    assert read(tmp_path, record()) == Source(make_image_set([image]))


def test_number_ids_become_twelve_digits_and_text_ids_stay(tmp_path: Path) -> None:
    source = read(tmp_path, record(7), record("kitchen_2"), record("8"))
    assert [image.id for image in source.images] == ["000000000007", "kitchen_2", "8"]


def test_images_keep_the_order_of_the_file(tmp_path: Path) -> None:
    source = read(tmp_path, record(3), record(1), record(2))
    assert [int(image.id) for image in source.images] == [3, 1, 2]


def test_crowd_and_area_are_read_where_they_are_given(tmp_path: Path) -> None:
    boxes, troubles = read_boxes(tmp_path, CAT | {"iscrowd": 1, "area": 0.05})
    assert boxes == (Box("cat", (0.1, 0.2, 0.5, 0.6), 0.05, crowd=True),)
    assert troubles == []


@pytest.mark.parametrize("instances", [[], None, ...])
def test_a_record_may_have_no_instances(tmp_path: Path, instances: object) -> None:
    raw = record(instances=instances)
    if instances is ...:
        del raw["instances"]
    source = read(tmp_path, raw)
    assert source.images[0].boxes == ()
    assert source.troubles == ()


def test_captions_are_cleaned_as_in_coco_files(tmp_path: Path) -> None:
    source = read(tmp_path, record(captions=[" A\ncat. ", "", None, "\ud83d", "A dog."]))
    assert source.images[0].captions == ("A cat.", "A dog.")
    assert [(each.code, each.entry) for each in source.troubles] == [
        ("caption-empty", "image 000000000001, captions[1]"),
        ("caption-not-text", "image 000000000001, captions[2]"),
        ("text-not-unicode", "image 000000000001, captions[3]"),
    ]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"bbox": [0.1, 0.2, nan, 0.6]}, "box-not-finite"),
        ({"bbox": [0.1, 0.2, inf, 0.6]}, "box-not-finite"),
        ({"bbox": [0.5, 0.2, 0.1, 0.6]}, "box-size-not-positive"),
        ({"bbox": [1.2, 0.2, 1.5, 0.6]}, "box-outside"),
        ({"bbox": [12, 40, 200, 300]}, "box-not-normalized"),
        ({"bbox": [0, 0, 200, 300]}, "box-not-normalized"),
        ({"bbox": [0.1, 0.2, 0.5]}, "box-not-four-numbers"),
        ({"bbox": [0.1, 0.2, 0.5, 0.6, 0.7]}, "box-not-four-numbers"),
        ({"bbox": ["0.1", 0.2, 0.5, 0.6]}, "box-not-four-numbers"),
        ({"bbox": None}, "box-not-four-numbers"),
        ({"category": None}, "entry-malformed"),
        ({"category": "\ud83d"}, "text-not-unicode"),
        ({"iscrowd": "no"}, "entry-malformed"),
    ],
)
def test_a_bad_box_is_left_out_and_listed(
    tmp_path: Path, fields: dict[str, object], code: str
) -> None:
    boxes, troubles = read_boxes(tmp_path, CAT, CAT | fields)
    assert len(boxes) == 1
    assert troubles == [(code, "image 000000000001, instances[1]", "left out")]


def test_a_box_that_sticks_out_is_clipped_and_listed(tmp_path: Path) -> None:
    boxes, troubles = read_boxes(tmp_path, CAT | {"bbox": [-0.1, 0.5, 0.5, 1.01]})
    assert boxes[0].corners == (0.0, 0.5, 0.5, 1.0)
    assert troubles == [("box-clipped", "image 000000000001, instances[0]", "clipped")]


def test_the_noise_of_a_division_is_clipped_without_a_word(tmp_path: Path) -> None:
    boxes, troubles = read_boxes(tmp_path, CAT | {"bbox": [0.5, 0.5, 1.0000000001, 1]})
    assert boxes[0].corners == (0.5, 0.5, 1.0, 1.0)
    assert troubles == []


def test_a_box_that_rounding_made_flat_stays(tmp_path: Path) -> None:
    boxes, troubles = read_boxes(tmp_path, CAT | {"bbox": [0.5, 0.2, 0.5, 0.6]})
    assert boxes == (Box("cat", (0.5, 0.2, 0.5, 0.6), 0.0),)
    assert troubles == []


@pytest.mark.parametrize("area", [0, -1, 1.5, nan])
def test_a_senseless_area_is_taken_from_the_box(tmp_path: Path, area: float) -> None:
    boxes, troubles = read_boxes(tmp_path, CAT | {"area": area})
    assert boxes[0].area == pytest.approx(0.16)
    assert troubles == [("area-unusable", "image 000000000001, instances[0]", "repaired")]


def test_a_crowd_flag_other_than_0_and_1_counts_as_a_crowd(tmp_path: Path) -> None:
    boxes, troubles = read_boxes(tmp_path, CAT | {"iscrowd": 7})
    assert boxes[0].crowd
    assert troubles == [("crowd-flag-unusable", "image 000000000001, instances[0]", "repaired")]


@pytest.mark.parametrize("area", [0, 0.5])
def test_a_box_that_is_no_object_is_listed(tmp_path: Path, area: float) -> None:
    boxes, troubles = read_boxes(tmp_path, [area])
    assert boxes == ()
    assert troubles == [("entry-malformed", "image 000000000001, instances[0]", "left out")]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"captions": "A cat."}, "entry-malformed"),
        ({"captions": None}, "entry-malformed"),
        ({"instances": {}}, "entry-malformed"),
        ({"image": None}, "entry-malformed"),
        ({"image": ""}, "image-without-file-name"),
        ({"image": "\ud83d"}, "text-not-unicode"),
        ({"id": None}, "entry-malformed"),
        ({"id": ""}, "entry-malformed"),
        ({"id": 1.5}, "entry-malformed"),
    ],
)
def test_a_bad_record_is_left_out_and_listed(
    tmp_path: Path, fields: dict[str, object], code: str
) -> None:
    source = read(tmp_path, record(1), record(2) | fields, record(3))
    assert [int(image.id) for image in source.images] == [1, 3]
    assert [(each.code, each.entry, each.action) for each in source.troubles] == [
        (code, "record 2", "left out")
    ]


@pytest.mark.parametrize(
    ("fields", "code"), [({}, "image-repeated"), ({"captions": ["B."]}, "image-conflict")]
)
def test_of_two_records_with_one_id_the_first_stays(
    tmp_path: Path, fields: dict[str, object], code: str
) -> None:
    source = read(tmp_path, record(1), record(1, **fields))
    assert [image.captions for image in source.images] == [("A cat.",)]
    assert [(each.code, each.entry, each.detail) for each in source.troubles] == [
        (code, "image 000000000001", "record 2")
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"id": 1, "image"', "is not JSON"),
        ("A cat.", "is not JSON"),
        ("[1]", "is no JSON object"),
        ("null", "is no JSON object"),
        ('{"id": 1, "image": "1.jpg"}', "has no `captions`; is it a contexts file?"),
        ('{"images": [], "annotations": []}', "this is a COCO file"),
        ("[" * 200_000, "is nested too deeply"),
    ],
)
def test_a_broken_line_stops_with_its_number(tmp_path: Path, line: str, problem: str) -> None:
    path = write(tmp_path, record(1))
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    error = refuse(path)
    assert (error.path, error.place) == (path, "line 3")
    assert problem in error.problem


def test_a_line_that_is_no_utf8_stops_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "contexts.jsonl"
    path.write_bytes(b'{"id": "caf\xe9"}\n')
    assert refuse(path).place == "line 1"


def test_a_missing_contexts_file_and_a_folder_are_named(tmp_path: Path) -> None:
    assert refuse(tmp_path / "none.jsonl").problem == "no such file"
    assert refuse(tmp_path).problem == "is a folder; give the file itself"


def test_an_empty_contexts_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "contexts.jsonl"
    path.write_text("\n", encoding="utf-8")
    assert refuse(path).problem == "is empty"


thousandths = st.integers(0, 1000).map(lambda n: n / 1000)


@settings(deadline=None)
@given(
    st.tuples(thousandths, thousandths, thousandths, thousandths),
    st.text(min_size=1).filter(str.strip),
)
def test_what_the_writer_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    sides: tuple[float, float, float, float],
    text: str,
) -> None:
    left, right = sorted(sides[:2])
    top, bottom = sorted(sides[2:])
    box = Box("cat", (left, top, right, bottom), crowd=False)
    image = AnnotatedImage("000000000001", "1.jpg", (" ".join(text.strip().splitlines()),), (box,))
    source = read(tmp_path_factory.mktemp("contexts"), to_context_record(image))
    (found,) = source.images
    assert source.troubles == ()
    assert (found.id, found.file_name, found.captions) == (image.id, "1.jpg", image.captions)
    assert [each.corners for each in found.boxes] == [box.corners]
