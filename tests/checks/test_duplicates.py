from typing import Any

import pytest

from datagen.checks import SeenRecords


def record(name: object, answer: str, image: str = "7.jpg") -> dict[str, Any]:
    turns = [{"from": "human", "value": "<image>\nWho?"}, {"from": "gpt", "value": answer}]
    return {"id": name, "image": image, "conversations": turns}


def codes(*records: object) -> list[list[str]]:
    seen = SeenRecords()
    return [[finding.code for finding in seen.check(value)] for value in records]


def test_an_id_repeated_over_response_types_is_a_note() -> None:
    seen = SeenRecords()
    seen.check(record("7", "A cook."))
    (finding,) = seen.check(record("7", "A longer story about the cook."))
    assert (finding.code, finding.severity, finding.span) == ("same-id", "note", "7")


def test_the_same_record_twice_is_a_rejection() -> None:
    seen = SeenRecords()
    seen.check(record("7", "A cook."))
    (finding,) = seen.check(record("7", "A cook."))
    assert (finding.code, finding.severity) == ("same-record", "reject")


def test_the_order_of_keys_does_not_matter() -> None:
    one = record("7", "A cook.")
    other = dict(reversed(one.items()))
    assert codes(one, other) == [[], ["same-record"]]


def test_the_same_dialogue_about_another_image_is_another_record() -> None:
    assert codes(record("7", "A cook."), record("8", "A cook.", "8.jpg")) == [[], []]


def test_a_number_and_its_digits_are_the_same_id() -> None:
    assert codes(record(7, "A cook."), record("7", "A baker.")) == [[], ["same-id"]]


@pytest.mark.parametrize("value", [None, [], "7", {}, {"id": None}, {"id": True}, {"id": ["7"]}])
def test_what_has_no_usable_id_is_left_alone(value: object) -> None:
    assert codes(value, value) == [[], []]


def test_half_a_surrogate_pair_is_remembered_like_any_text() -> None:
    assert codes(record("\ud800", "A cook."), record("\ud800", "A cook.")) == [[], ["same-record"]]
