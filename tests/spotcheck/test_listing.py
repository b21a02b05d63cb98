"""Records of a run and of any LLaVA file are listed lightly, and the drawn ones come whole."""

import json
from pathlib import Path
from typing import Any

import pytest

from datagen import cli
from datagen.config import make_settings, shipped_folder
from datagen.errors import RunError
from datagen.records import Turn
from datagen.spotcheck.listing import FileRecords, RunRecords, open_records

SAMPLES = shipped_folder("samples")
OFFLINE = {"offline": True, "captions": SAMPLES / "captions.json"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of the samples."""
    folder = tmp_path_factory.mktemp("run")
    cli.main(["demo", "--out", str(folder)], standalone=False)
    return folder


def _write(folder: Path, records: list[Any]) -> Path:
    path = folder / "foreign.json"
    path.write_text(json.dumps(records), encoding="utf-8")
    return path


def _record(name: str, image: object, *texts: str) -> dict[str, Any]:
    speakers = ("human", "gpt") * len(texts)
    turns = [{"from": who, "value": text} for who, text in zip(speakers, texts, strict=False)]
    return {"id": name, "image": image, "conversations": turns}


def test_a_run_lists_every_record_once_with_type_and_risk(run: Path) -> None:
    entries = list(RunRecords(run).list_entries())
    lines = (run / "dataset.jsonl").read_text(encoding="utf-8").splitlines()
    ids = [json.loads(line)["id"] for line in lines]
    assert [entry.id for entry in entries] == ids
    assert [entry.position for entry in entries] == list(range(len(ids)))
    assert {entry.response_type for entry in entries} == {
        "conversation",
        "detail_description",
        "complex_reasoning",
    }
    assert {entry.risk for entry in entries} == {"high", "low"}


def test_records_of_a_run_come_with_the_annotations_they_were_made_from(run: Path) -> None:
    records = RunRecords(run)
    entries = list(records.list_entries())
    loaded = records.load([7, 40])
    assert sorted(loaded) == [7, 40]
    for position, listed in loaded.items():
        assert (listed.id, listed.response_type) == (
            entries[position].id,
            entries[position].response_type,
        )
        assert listed.annotated is not None
        assert listed.annotated.file_name == listed.image
        assert listed.turns
        assert all(turn.question and turn.answer for turn in listed.turns)
        assert "<image>" not in "".join(turn.question for turn in listed.turns)


def test_bare_image_ids_in_the_records_do_no_harm(run: Path, tmp_path: Path) -> None:
    cli.main(["demo", "--out", str(tmp_path)], standalone=False)
    cli.main(["build", str(tmp_path), "--llava-ids"], standalone=False)
    assert list(RunRecords(tmp_path).list_entries()) == list(RunRecords(run).list_entries())
    assert RunRecords(tmp_path).load([5]) == RunRecords(run).load([5])


def test_all_annotated_images_of_a_run_are_known(run: Path) -> None:
    assert len({image.id for image in RunRecords(run).iterate_images()}) == 15


def test_a_run_without_a_data_set_is_refused_with_the_way_out(run: Path, tmp_path: Path) -> None:
    (tmp_path / "run.sqlite").write_bytes((run / "run.sqlite").read_bytes())
    with pytest.raises(RunError, match="datagen build"):
        open_records(tmp_path, make_settings(OFFLINE))


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="is no run folder"):
        open_records(tmp_path, make_settings(OFFLINE))


def test_a_foreign_file_is_listed_with_its_places_and_held_against_annotations(
    tmp_path: Path,
) -> None:
    path = _write(
        tmp_path,
        [
            _record("7", "000000001002.jpg", "<image>\nWhat is it?", "A yellow bus."),
            _record("7", "000000001002.jpg", "Is there a dog?\n<image>", "Yes, there is a dog."),
            _record("8", "unknown.jpg", "<image>\nWhat is it?", "A spaceship."),
        ],
    )
    settings = make_settings(OFFLINE | {"instances": SAMPLES / "instances.json"})
    records = FileRecords(path, settings)
    entries = list(records.list_entries())
    assert [entry.id for entry in entries] == ["7 (record 1)", "7 (record 2)", "8 (record 3)"]
    assert entries[2].risk == "unknown"
    loaded = records.load([1, 2])
    assert loaded[1].turns == (Turn("Is there a dog?", "Yes, there is a dog."),)
    assert not loaded[1].image_first
    assert loaded[1].annotated is not None
    assert loaded[2].image_first
    assert loaded[2].annotated is None


def test_records_that_cannot_be_shown_are_left_out_and_counted(tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        [
            _record("1", "a.jpg", "<image>\nWhat?", "A cat."),
            _record("2", None, "What?", "A cat."),
            _record("3", "a.jpg", "<image>\nWhat?"),
            _record("4", "a.jpg", "<image>\nWhat?", ""),
            "no record",
        ],
    )
    settings = make_settings(OFFLINE).model_copy(update={"captions": None})
    records = FileRecords(path, settings)
    assert [(entry.position, entry.risk) for entry in records.list_entries()] == [(0, "unknown")]
    assert records.left_out == {
        "names no picture": 1,
        "has no question with an answer": 2,
        "is no record": 1,
    }


def test_what_comes_behind_a_break_in_the_dialogue_is_left(tmp_path: Path) -> None:
    record = _record("1", "a.jpg", "<image>\nWhat?", "A cat.", "And?", "")
    settings = make_settings(OFFLINE).model_copy(update={"captions": None})
    records = FileRecords(_write(tmp_path, [record]), settings)
    assert records.load([0])[0].turns == (Turn("What?", "A cat."),)
