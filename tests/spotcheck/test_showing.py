"""Every subject is shown under each control that there is, and what cannot be shown is noted."""

from pathlib import Path

from datagen.config import shipped_folder
from datagen.records import AnnotatedImage, Turn
from datagen.sources import read_contexts
from datagen.spotcheck.measuring import Observer
from datagen.spotcheck.probes import Probe
from datagen.spotcheck.showing import (
    answer_probes,
    answer_subjects,
    count_looks,
    score_subjects,
    set_stage,
)
from datagen.spotcheck.subjects import Subject
from datagen.store import LookStore
from tests.spotcheck.seeing import Oracle

SAMPLES = shipped_folder("samples")
TURNS = (Turn("What is it?", "A bus."), Turn("Is there a dog?", "Yes."))


def _images() -> dict[str, AnnotatedImage]:
    contexts = SAMPLES / "output" / "contexts.jsonl"
    return {image.file_name: image for image in read_contexts(contexts).images}


def _subject(name: str, image: str) -> Subject:
    return Subject(name, "conversation", image, SAMPLES / "images" / image, TURNS)


ONE, TWO = _subject("1", "000000001001.jpg"), _subject("2", "000000001002.jpg")
GONE = _subject("gone", "nowhere.jpg")


def test_the_shuffled_picture_is_that_of_another_subject() -> None:
    stage = set_stage([ONE, TWO], [], seed=0)
    assert stage.shuffled == {"1": TWO.picture, "2": ONE.picture}
    assert [control for _, control, _ in stage.list_views()] == ["right", "shuffled", "blank"] * 2


def test_subjects_that_share_one_picture_have_no_shuffled_one() -> None:
    stage = set_stage([ONE, _subject("3", ONE.image)], [], seed=0)
    assert [control for _, control, _ in stage.list_views()] == ["right", "blank"] * 2


def test_scores_and_answers_come_back_by_subject_and_control(tmp_path: Path) -> None:
    stage = set_stage([ONE, TWO], [], seed=0)
    with LookStore(tmp_path, write=True) as store:
        observer = Observer(Oracle(_images()), store, max_tokens=8)
        scores, answers = score_subjects(stage, observer), answer_subjects(stage, observer)
    assert {name: set(row) for name, row in scores.items()} == {
        name: {"right", "shuffled", "blank"} for name in ("1", "2")
    }
    assert all(len(answer) == len(TURNS) for answer in scores["1"].values())
    assert answers["2"]["right"] == ("No.", "Yes.")  # the oracle knows the dog of the second one
    assert answers["2"]["blank"] == ("No.", "No.")


def test_known_records_are_asked_about_their_own_picture_only(tmp_path: Path) -> None:
    stage = set_stage([ONE], [TWO], seed=0)
    with LookStore(tmp_path, write=True) as store:
        answers = answer_subjects(stage, Observer(Oracle(_images()), store, max_tokens=8))
    assert set(answers["1"]) == {"right", "shuffled", "blank"}
    assert set(answers["2"]) == {"right"}


def test_a_picture_that_is_gone_is_noted_and_its_blank_control_still_shown(tmp_path: Path) -> None:
    stage = set_stage([ONE, GONE], [], seed=0)
    with LookStore(tmp_path, write=True) as store:
        scores = score_subjects(stage, Observer(Oracle(_images()), store, max_tokens=8))
    assert stage.problems == {"gone": "There is no such picture."}
    assert "right" not in scores["gone"]
    assert set(scores["1"]) == {"right", "blank"}


def test_probes_are_asked_under_each_control_and_all_looks_are_counted(tmp_path: Path) -> None:
    stage = set_stage([ONE, TWO], [], seed=0)
    probes = {"1": [Probe("boxed", "bus", "Is there a bus?", "yes")]}
    model = Oracle(_images())
    with LookStore(tmp_path, write=True) as store:
        observer = Observer(model, store, max_tokens=8)
        answered = answer_probes(stage, probes, observer)
        score_subjects(stage, observer)
        answer_subjects(stage, observer)
    assert [(control, look.text) for _, control, look in answered] == [
        ("right", "No."),
        ("shuffled", "Yes."),
        ("blank", "No."),
    ]
    assert count_looks(stage, probes, can_score=True) == 3 + 2 * 3 + 2 * 2 * 3
