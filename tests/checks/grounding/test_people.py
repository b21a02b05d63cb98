import pytest

from datagen.checks.grounding.people import is_other_group, limit_group
from tests.checks.grounding.builders import TERMS, make_evidence

COMPLETE = make_evidence(
    "person 3",
    "{A #man} and {two #women} wait.",
    "{Two #women} stand beside {a #man}.",
    "{Three #people} wait.",
)


@pytest.mark.parametrize(("word", "number"), [("man", 1), ("woman", 2), ("boy", 0), ("child", 0)])
def test_captions_that_account_for_everybody_limit_every_group(word: str, number: int) -> None:
    assert limit_group(TERMS[word], COMPLETE) == number
    assert is_other_group(TERMS[word], COMPLETE) == (number == 0)


def test_a_word_without_group_is_never_another_group() -> None:
    assert limit_group(TERMS["player"], COMPLETE) is None


@pytest.mark.parametrize(
    ("boxes", "captions"),
    [
        ("person 4", ["{A #man} and {two #women} wait."]),
        ("person 1", ["{A #man} waits."]),
        ("person 2", ["{A #man} and {a #woman} wait."]),
        ("person 2", ["{A #man} and {a #person} wait.", "{A #woman} waits."]),
        ("person 2", ["{Two #men} wait.", "A young {#man} waits."]),
        ("person 2", ["{Two #people} wait."]),
    ],
)
def test_where_captions_leave_somebody_open_a_child_may_be_there(
    boxes: str, captions: list[str]
) -> None:
    evidence = make_evidence(boxes, *captions)
    assert not is_other_group(TERMS["child"], evidence)


def test_two_captions_settle_who_a_single_person_is() -> None:
    evidence = make_evidence("person 1", "{A #man} waits.", "{The #man} waits.")
    assert is_other_group(TERMS["woman"], evidence)
    other = make_evidence("person 1", "{A #man} waits.", "{The #man} waits.", "{A #woman} waits.")
    assert not is_other_group(TERMS["woman"], other)
