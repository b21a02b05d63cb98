"""The tables of the offline writer: complete, and never saying more than their conditions allow."""

import re

import pytest

from datagen.llm.offline.reasoning import Angle, load_angles
from datagen.llm.offline.talk import load_wording
from datagen.llm.offline.vocabulary import (
    find_mentions,
    is_hinted,
    load_categories,
    split_words,
)
from datagen.llm.offline.words import load_lexicon, load_table

LEAKS = re.compile(
    r"\b(captions?|bounding|annotat\w*|coordinat\w*|description says|context|provided|"
    r"as described|according to)\b",
    re.IGNORECASE,
)
ANGLES = {angle.name: angle for angle in load_angles()}
ALLOWED_SLOTS = {"who", "does", "thing", "things"}


def list_lines(table: object) -> list[str]:
    if isinstance(table, str):
        return [table]
    if isinstance(table, dict):
        table = list(table.values())
    if not isinstance(table, list):
        return []  # a switch of an angle
    return [line for part in table for line in list_lines(part)]


def lines_of(angle: Angle) -> tuple[str, ...]:
    return (*angle.questions, *angle.inferences, *angle.conclusions)


def test_all_eighty_categories_are_there() -> None:
    assert len(load_categories()) == 80
    assert {"person", "hair drier", "teddy bear", "toothbrush"} <= load_categories().keys()


def test_every_near_category_is_a_category() -> None:
    near = {
        name.replace("_", " ")
        for row in load_lexicon()["closeness"]["near"]
        for name in row.split()
    }
    assert near <= load_categories().keys()


def test_no_wording_names_its_source() -> None:
    assert [line for line in list_lines(load_wording()) if LEAKS.search(line)] == []
    assert [line for line in list_lines(load_table("reasoning.toml")) if LEAKS.search(line)] == []


@pytest.mark.parametrize("name", ANGLES)
def test_an_angle_names_no_object_that_need_not_be_there(name: str) -> None:
    angle = ANGLES[name]
    # The word of a sport is the one for its ball as well.
    text = " ".join(lines_of(angle)).replace("baseball", "sport")
    named = {mention.category for mention in find_mentions(split_words(text))}
    assert named - angle.all - {"person"} == set()


@pytest.mark.parametrize("name", ANGLES)
def test_an_angle_has_choices_and_known_slots(name: str) -> None:
    angle = ANGLES[name]
    assert min(len(angle.questions), len(angle.inferences), len(angle.conclusions)) >= 2
    assert all(question.endswith("?") for question in angle.questions)
    assert all(line.endswith(".") for line in (*angle.inferences, *angle.conclusions))
    slots = set(re.findall(r"\{(\w+)\}", " ".join(lines_of(angle))))
    assert slots <= ALLOWED_SLOTS
    assert not slots & {"thing", "things"} or angle.any


@pytest.mark.parametrize("name", ANGLES)
def test_an_angle_speaks_of_people_only_where_they_are_required(name: str) -> None:
    angle = ANGLES[name]
    if "{who}" in " ".join(lines_of(angle)):
        assert angle.person or angle.company


@pytest.mark.parametrize("name", ANGLES)
def test_an_inference_is_marked_as_one(name: str) -> None:
    hedges = r"\b(may|might|could|would|likely|probably|seems?|suggests?|appears?|perhaps|usually|tends?|often|rarely|hints?|plausible|thus|reasonable|fair|fits)\b"
    angle = ANGLES[name]
    for inference in angle.inferences:
        for conclusion in angle.conclusions:
            assert re.search(hedges, f"{inference} {conclusion}")


def test_an_angle_without_conditions_fits_any_scene() -> None:
    assert any(
        not (a.all or a.any or a.words or a.person is not None or a.empty or a.crowded or a.company)
        for a in ANGLES.values()
    )


@pytest.mark.parametrize(
    ("name", "caption"),
    [
        ("dog", "A puppy on a lawn."),
        ("dog", "A pet on a lawn."),
        ("car", "A van at a curb."),
        ("person", "A player with a bat."),
        ("train", "A train station."),
        ("couch", "A room with furniture."),
    ],
)
def test_a_loose_word_forbids_to_deny_a_category(name: str, caption: str) -> None:
    assert is_hinted(name, split_words(caption))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a hot dog on a plate", {"hot dog"}),
        ("a teddy bear", {"teddy bear"}),
        ("a train station", set()),
        ("two wine glasses and knives", {"wine glass", "knife"}),
        ("an adult bear", {"bear"}),
        ("a family of elephants", {"elephant"}),
        ("a family at a table", {"person", "dining table"}),
        ("a man at a parking meter", {"person", "parking meter"}),
    ],
)
def test_words_speak_of_the_right_categories(text: str, names: set[str]) -> None:
    assert {mention.category for mention in find_mentions(split_words(text))} == names
