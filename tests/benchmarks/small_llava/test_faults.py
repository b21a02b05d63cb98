from random import Random
from typing import Any

import pytest

from tests.benchmarks.small_llava.faults import FAULTS, plant

_PRESENT = frozenset({"dog", "bus"})


def _record(*texts: str) -> dict[str, Any]:
    said = [
        {"from": ("human", "gpt")[place % 2], "value": text} for place, text in enumerate(texts)
    ]
    return {"id": "1_conversation_0", "image": "1.png", "conversations": said}


_RECORD = _record(
    "<image>\nWhat can be seen here?",
    "A red bus is parked on a street next to two white dogs.",
    "Is there a cow in the picture?",
    "No, there is no cow.",
    "On which side is the bus?",
    "The bus is on the left.",
)


def _list_changes(kind: str, answer: str) -> set[str]:
    changes = FAULTS[kind](answer, _PRESENT, Random(0))
    return {answer[: c.start] + c.words + answer[c.end :] for c in changes}


def test_a_fault_changes_one_place_of_one_answer_and_nothing_else() -> None:
    kinds = set()
    for seed in range(60):
        faulty = plant(_RECORD, _PRESENT, Random(seed))
        assert faulty is not None
        kinds.add(faulty.kind)
        before, after = _RECORD["conversations"], faulty.record["conversations"]
        changed = [
            n for n, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]
        ]
        assert changed == [2 * faulty.turn + 1]
        old, new = before[changed[0]]["value"], after[changed[0]]["value"]
        assert new[: faulty.start] == old[: faulty.start]
        assert old.endswith(new[faulty.end :])
    assert kinds == set(FAULTS)


def test_the_same_seed_plants_the_same_fault() -> None:
    assert plant(_RECORD, _PRESENT, Random(5)) == plant(_RECORD, _PRESENT, Random(5))


def test_nothing_is_planted_where_nothing_can_be_false() -> None:
    assert plant(_record("<image>\nHow is it?", "Calm."), _PRESENT, Random(0)) is None


@pytest.mark.parametrize(
    ("kind", "answer", "changed"),
    [
        ("number", "There are two dogs.", "There are three dogs."),
        ("number", "Two dogs can be seen.", "Three dogs can be seen."),
        ("number", "2.", "3."),
        ("side", "The bus is on the left.", "The bus is on the right."),
        ("yes-no", "Yes.", "No."),
        ("yes-no", "Yes, there are two dogs.", "No, there is no dog."),
        ("yes-no", "Yes, there is a bus.", "No, there is no bus."),
        ("yes-no", "No, there is no apple in the picture.", "Yes, there is an apple."),
    ],
)
def test_what_is_changed_reads_like_any_other_answer(kind: str, answer: str, changed: str) -> None:
    assert _list_changes(kind, answer) == {changed}


def test_a_planted_thing_is_never_in_the_picture_and_no_denial_is_touched() -> None:
    for answer in _list_changes("object", "A bus and two dogs."):
        assert sum(name in answer for name in _PRESENT) == 1
    assert not _list_changes("object", "No, there is no bus.")


def test_a_planted_colour_is_another_one() -> None:
    (changed,) = _list_changes("color", "The bus is red.")
    assert changed.startswith("The bus is ")
    assert "red" not in changed
