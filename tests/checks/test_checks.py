"""The combined check and its table of reasons."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.checks import (
    PARTS,
    REASON_TABLE,
    REASONS,
    ExampleIndex,
    check_record,
    is_rejected,
)
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


def test_the_parts_are_stages_of_the_table() -> None:
    assert PARTS.keys() <= {reason.stage for reason in REASON_TABLE.values()}


def make_record(answer: str, question: str = "Who is it?") -> dict[str, Any]:
    turns = [
        {"from": "human", "value": f"<image>\n{question}"},
        {"from": "gpt", "value": answer},
    ]
    return {"id": "7", "image": "7.jpg", "conversations": turns}


def test_the_language_of_the_data_set_can_be_given() -> None:
    record = make_record("Ein Koch steht in der Küche und probiert die Suppe.", "Wer ist das?")
    assert [finding.code for finding in check_record(record)] == ["wrong-language"]
    assert check_record(record, language="German") == []
    assert check_record(record, language="de") == []


def test_examples_of_the_prompt_can_be_given() -> None:
    example = "A man in a long apron wipes the counter with a grey cloth."
    assert check_record(make_record(example)) == []
    findings = check_record(make_record(example), examples=ExampleIndex([example]))
    assert [finding.code for finding in findings] == ["copied-example"]


def test_tokens_are_counted_by_the_given_tokenizer() -> None:
    record = make_record("The cook tastes the soup. He likes it.")
    assert check_record(record, budget=700) == []
    (bound,) = check_record(record, budget=640)
    assert (bound.code, bound.severity) == ("over-budget", "note")
    assert check_record(record, budget=640, count_tokens=lambda text: len(text.split())) == []
    (exact,) = check_record(record, budget=640, count_tokens=len)
    assert (exact.code, exact.severity) == ("too-long", "reject")


def test_the_picture_may_cost_other_than_576_tokens() -> None:
    record = make_record("The cook tastes the soup.")
    assert is_rejected(check_record(record, image_tokens=2880))
    assert check_record(record, image_tokens=144, budget=300) == []


def test_no_part_minds_a_sound_record_alone() -> None:
    record = make_record(
        "Two cooks stand at a stove. One of them tastes the soup, and the other one cuts bread."
    )
    for language in ("English", "en", "Klingon"):
        assert check_record(record, language=language) == []
