import re
from random import Random

import pytest

from tests.audit import wording
from tests.audit.claims import DRAWS

WORDING = wording.read_wording()
TEMPLATES = [
    (family, key, template)
    for family, rows in WORDING.items()
    if family != "words"
    for key, templates in rows.items()
    for template in (templates["text"] if isinstance(templates, dict) else templates)
]
KNOWN = {
    "core", "a", "s", "noun", "n", "verb", "place", "x", "y", "side", "colour", "t", "t1", "t2",
    "s1", "s2", "at1", "at2", "box",
}  # fmt: skip


def test_every_slot_is_known() -> None:
    texts = [" ".join(each) if isinstance(each, list) else each for _, _, each in TEMPLATES]
    slots = {slot for text in texts for slot in re.findall(r"\{(\w+)\}", text)}
    assert {slot[0].lower() + slot[1:] for slot in slots} <= KNOWN


@pytest.mark.parametrize("family", DRAWS)
def test_a_family_has_many_wordings_in_every_shape(family: str) -> None:
    rows = WORDING[family]
    appended = [key for key in ("core", "appended", "frame", "relation") if key in rows]
    assert sum(len(rows[key]) for key in appended) >= 8
    assert len(rows["question"]) >= 8
    assert all(len(rows[key]) >= 8 for key in rows if key in {"list", "below"})


@pytest.mark.parametrize("family", ["leak", "refusal"])
def test_language_defects_have_many_wordings(family: str) -> None:
    assert all(len(templates) >= 8 for templates in WORDING[family].values())


def test_no_wording_stands_twice() -> None:
    texts = [str(each) for _, _, each in TEMPLATES]
    assert len(texts) == len(set(texts))


def test_a_capital_slot_is_capitalized() -> None:
    assert wording.fill("{Noun}: {noun}", {"noun": "dog"}) == "Dog: dog"


@pytest.mark.parametrize("number", range(1, 30))
def test_a_number_is_read_as_it_was_spelled(number: int) -> None:
    spelled = {wording.spell_number(number, Random(seed)) for seed in range(20)}
    assert {wording.read_number(each) for each in spelled} == {number}


def test_the_same_source_of_chance_draws_the_same() -> None:
    first, second = (wording.draw(Random("x"), "object", "core") for _ in range(2))
    assert first == second
