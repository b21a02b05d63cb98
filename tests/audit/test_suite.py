"""What is planted is planted as said: it can be undone, and it is the same for the same seed."""

from collections import Counter
from functools import cache
from random import Random

import pytest

from tests.audit.categories import name_all
from tests.audit.corpus import DATA, Case, read_samples, read_written
from tests.audit.planting import Plant, Setting, is_asserted, list_clauses, undo
from tests.audit.speech import read_examples
from tests.audit.structures import DAMAGES, damage
from tests.audit.suite import PLANTERS, VISUAL, list_facts, plant_all


@cache
def _cases() -> tuple[Case, ...]:
    return tuple(read_written(DATA / "clean_samples.jsonl", read_samples()))


@cache
def _plants() -> tuple[Plant, ...]:
    return tuple(plant_all(_cases(), seed=0))


def _of(family: str, shape: str = "", *, false: bool = True) -> list[Plant]:
    return [
        plant
        for plant in _plants()
        if plant.family == family and shape in {"", plant.shape} and plant.false is false
    ]


def test_a_planted_record_differs_from_the_clean_one_by_the_plant_only() -> None:
    for plant in _plants():
        if plant.family not in {"structure", "swap"}:
            assert undo(plant) == plant.case.record
            assert plant.record != plant.case.record
            text = plant.record["conversations"][plant.turn]["value"]
            assert text[plant.start :].startswith(plant.inserted)


def test_planting_leaves_the_clean_records_alone() -> None:
    assert list(_plants())
    assert _cases() == tuple(read_written(DATA / "clean_samples.jsonl", read_samples()))


def test_the_same_seed_plants_the_same() -> None:
    cases = _cases()[:8]
    first, second = ([each.record for each in plant_all(cases, seed=3)] for _ in range(2))
    assert first == second


def test_a_record_gets_the_same_plants_in_whatever_company() -> None:
    alone = [each.record for each in plant_all(_cases()[:1], seed=3, known=_cases())]
    among = [
        each.record
        for each in plant_all(_cases()[:9], seed=3, known=_cases())
        if each.case is _cases()[0] and each.family != "swap"
    ]
    assert alone == among


def test_another_seed_plants_otherwise() -> None:
    cases = _cases()[:4]
    assert list(plant_all(cases, seed=1)) != list(plant_all(cases, seed=2))


def test_every_planter_plants_something() -> None:
    planted = {(plant.family, plant.shape) for plant in _plants()}
    silent = {key for key in PLANTERS.keys() - planted if key[0] != "structure"}
    # A list of sides or colours reads like nothing that people write; `below` is for counts.
    assert silent == {
        (family, shape)
        for family, shape in PLANTERS
        if (family in {"side", "colour"} and shape == "list")
        or (family not in {"count"} and shape == "below")
    }


@pytest.mark.parametrize("family", VISUAL)
def test_each_family_has_defects_and_look_alikes_in_all_types(family: str) -> None:
    for false in (True, False):
        types = Counter(plant.case.response_type for plant in _of(family, false=false))
        assert set(types) == {"conversation", "detail_description", "complex_reasoning"}


def test_an_absent_object_is_named_by_nobody() -> None:
    facts = list_facts(_cases())
    for plant in _of("object", "appended"):
        known = facts[plant.case.image.id]
        assert name_all(plant.inserted) & set(known.absent)


def test_a_look_alike_of_an_object_names_one_that_is_there() -> None:
    facts = list_facts(_cases())
    for plant in _of("object", "appended", false=False):
        assert name_all(plant.inserted) & set(facts[plant.case.image.id].present)


def test_an_article_agrees_with_the_noun_that_was_put_in() -> None:
    for plant in _of("object", "in place"):
        word, _, noun = plant.inserted.partition(" ")
        if word.lower() in {"a", "an"} and noun:
            assert (word.lower() == "an") is (noun[0].lower() in "aeiou")


def test_in_place_only_a_side_word_changes_sides() -> None:
    for plant in _of("side", "in place"):
        assert {plant.removed.lower(), plant.inserted.lower()} == {"left", "right"}


def test_a_cut_answer_is_the_beginning_of_the_clean_one() -> None:
    for plant in _of("cut"):
        text = plant.record["conversations"][plant.turn]["value"]
        assert plant.case.texts[plant.turn].startswith(text[: plant.start])
        assert plant.start + len(plant.inserted) == len(text)


def test_an_example_is_copied_word_for_word() -> None:
    for plant in _of("copied", "whole answer"):
        answers = [answer for _, answer in read_examples(plant.case.response_type)]
        assert plant.inserted in answers


def test_a_swapped_record_is_held_against_another_picture() -> None:
    assert _of("swap")
    for plant in _of("swap"):
        assert plant.swapped is not None
        assert plant.swapped.image.id != plant.case.image.id


@pytest.mark.parametrize("name", DAMAGES)
def test_every_damage_breaks_a_record(name: str) -> None:
    case = _cases()[0]
    facts = list_facts(_cases())[case.image.id]
    plant = damage(Setting(case, facts, Random(0), false=True), name)
    assert plant is not None
    assert plant.record != case.record


@pytest.mark.parametrize(
    ("clause", "definite", "asserted"),
    [
        ("a dog sleeps on the mat", False, True),
        ("a dog can be seen", False, True),
        ("there might be a dog", False, False),
        ("the dog might be tired", True, True),
        ("no dog is there", True, False),
        ("it looks like a dog", False, False),
    ],
)
def test_a_clause_asserts_unless_it_hedges(clause: str, definite: bool, asserted: bool) -> None:
    assert is_asserted(clause, definite=definite) is asserted


def test_questions_and_conditions_have_no_clauses() -> None:
    text = "If a dog came, it would bark. Is it a cat? A bird sits there, and it sings."
    assert [clause.strip() for clause, _ in list_clauses(text)] == [
        "A bird sits there",
        "and it sings",
    ]
