"""The combined check and its table of reasons."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.checks import PARTS, REASON_TABLE, REASONS, check_record, is_rejected
from datagen.errors import SettingsError

RECORD = {
    "id": "7",
    "image": "7.jpg",
    "conversations": [
        {"from": "human", "value": "<image>\nWho is it?"},
        {"from": "gpt", "value": "According to the captions, a cook.</s>"},
    ],
}


def codes(**keywords: object) -> list[str]:
    return [finding.code for finding in check_record(RECORD, **keywords)]  # type: ignore[arg-type]  # any keyword


def test_structure_and_language_report_together() -> None:
    assert codes() == ["end-token-in-text", "source-named"]


def test_a_part_can_be_chosen() -> None:
    assert codes(parts=["structure"]) == ["end-token-in-text"]
    assert codes(parts={"language"}) == ["source-named"]
    assert codes(parts=()) == []


def test_captions_reach_the_language_check() -> None:
    assert codes(captions=("A poster with captions.",)) == ["end-token-in-text"]


def test_an_unknown_part_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(SettingsError, match="'structures'; did you mean structure"):
        check_record(RECORD, parts=["structures"])


def test_language_is_checked_in_a_record_of_broken_structure() -> None:
    value = {"conversations": [{"from": "narrator", "value": "I cannot see the image."}, 7]}
    found = [(finding.code, finding.turn) for finding in check_record(value)]
    assert ("unknown-speaker", 0) in found
    assert ("refusal-phrase", 0) in found


def test_notes_alone_do_not_reject() -> None:
    turns = [{"from": "human", "value": "Who?"}, {"from": "gpt", "value": "A cook."}]
    findings = check_record({"id": "7", "conversations": turns})
    assert [finding.code for finding in findings] == ["text-only"]
    assert not is_rejected(findings)
    assert is_rejected(check_record(RECORD))


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_anything_may_be_checked(value: object) -> None:
    assert is_rejected(check_record(value))


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_is_one_readable_entry(code: str) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
    assert REASONS[code].endswith(".")
    assert REASONS[code][0].isupper() or REASONS[code].startswith("`")
    assert REASON_TABLE[code].severity in {"reject", "note"}


def test_the_parts_are_the_stages_of_their_findings() -> None:
    assert {finding.stage for finding in check_record(RECORD)} == set(PARTS)
