import json
from collections import Counter
from pathlib import Path

import pytest

from datagen.checks import check_structure
from tests.audit.corpus import (
    DATA,
    choose_half,
    has_coco,
    load_cases,
    read_samples,
    read_written,
)

FILES = ("clean_samples.jsonl", "clean_coco.jsonl")
RECORDS = [
    json.loads(line)
    for name in FILES
    for line in (DATA / name).read_text(encoding="utf-8").splitlines()
]
TYPES = {"conversation", "detail_description", "complex_reasoning"}


def test_there_are_200_hand_written_records_or_more_with_ids_of_their_own() -> None:
    assert len({record["id"] for record in RECORDS}) == len(RECORDS) >= 200


def test_hand_written_records_are_of_all_types() -> None:
    types = Counter(record["id"].split("_", 1)[1].rsplit("_", 1)[0] for record in RECORDS)
    assert types.keys() == TYPES
    assert min(types.values()) >= 50


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record["id"])
def test_a_hand_written_record_is_well_formed(record: dict[str, object]) -> None:
    assert check_structure(record) == []


def test_both_halves_are_of_a_size() -> None:
    halves = Counter(choose_half(record["id"].split("_")[0]) for record in RECORDS)
    assert min(halves.values()) >= 0.4 * len(RECORDS)


def test_an_id_that_is_no_number_has_a_half_too() -> None:
    assert {choose_half(f"street-{number}") for number in range(20)} == {"tune", "report"}


def test_records_of_unknown_pictures_are_left_out() -> None:
    samples = read_samples()
    assert len(list(read_written(DATA / "clean_samples.jsonl", samples))) == 90
    assert list(read_written(DATA / "clean_coco.jsonl", samples)) == []


def test_without_coco_the_projects_own_pictures_are_enough() -> None:
    origins = Counter(case.origin for case in load_cases(None))
    assert origins == {"hand": 90, "offline": 45}


def test_a_folder_without_the_two_files_is_no_coco(tmp_path: Path) -> None:
    assert not has_coco(tmp_path)
