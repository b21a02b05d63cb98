"""What LLaVA's loader does to a record, one code each; all records are invented."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.checks import REASON_TABLE, check_structure

QUESTION = "<image>\nWho is it?"
ANSWER = "A cook."


def record(*texts: object, **fields: object) -> dict[str, Any]:
    """A record whose speakers alternate, with an id and an image unless told otherwise."""
    turns = [
        {"from": "gpt" if index % 2 else "human", "value": text} for index, text in enumerate(texts)
    ]
    made: dict[str, Any] = {
        "id": "7_conversation_0",
        "image": "7.jpg",
        "conversations": turns,
        **fields,
    }
    return {key: value for key, value in made.items() if value is not ...}


def spoken(*speakers: object) -> dict[str, Any]:
    """A record with the given speakers."""
    texts = [QUESTION, *["Who else?"] * len(speakers)]
    turns: list[dict[str, object]] = [
        {"from": who, "value": text} for who, text in zip(speakers, texts, strict=False)
    ]
    return record(conversations=turns)


def codes(value: object) -> list[tuple[str, int | None]]:
    return [(finding.code, finding.turn) for finding in check_structure(value)]


BROKEN: dict[str, tuple[object, int | None]] = {
    "not-an-object": (["a", "list"], None),
    "malformed": (dict[object, object](record(QUESTION, ANSWER)) | {7: "no JSON"}, None),
    "no-id": (record(QUESTION, ANSWER, id=...), None),
    "id-not-text": (record(QUESTION, ANSWER, id=1.5), None),
    "no-conversations": (record(conversations=...), None),
    "conversations-not-list": (record(conversations="Who is it?"), None),
    "conversations-empty": (record(), None),
    "turn-not-object": (record(conversations=["Who is it?"]), 0),
    "no-speaker": (record(conversations=[{"value": QUESTION}]), 0),
    "unknown-speaker": (spoken("human", "assistant"), 1),
    "no-value": (record(conversations=[{"from": "human"}]), 0),
    "value-null": (record(QUESTION, None), 1),
    "value-not-text": (record(QUESTION, 3), 1),
    "image-null": (record(QUESTION, ANSWER, image=None), None),
    "image-empty": (record(QUESTION, ANSWER, image=""), None),
    "image-list": (record(QUESTION, ANSWER, image=["7.jpg"]), None),
    "image-not-text": (record(QUESTION, ANSWER, image=7), None),
    "broken-unicode": (record(QUESTION, "A cook \ud83d."), 1),
    "first-turn-gpt": (spoken("gpt", "human", "gpt"), 0),
    "speaker-repeated": (spoken("human", "human", "gpt"), 1),
    "last-turn-human": (spoken("human", "gpt", "human"), 2),
    "empty-answer": (record(QUESTION, ""), 1),
    "empty-question": (record(QUESTION, ANSWER, "", ANSWER), 2),
    "blank-answer": (record(QUESTION, " \n"), 1),
    "blank-question": (record(QUESTION, ANSWER, " ", ANSWER), 2),
    "separator-in-text": (record(QUESTION, "Then ASSISTANT: said so."), 1),
    "end-token-in-text": (record(QUESTION, "A cook.</s>"), 1),
    "user-label-in-text": (record(QUESTION, "A cook. USER: And now?"), 1),
    "image-token-missing": (record("Who is it?", ANSWER), None),
    "image-token-late": (record(QUESTION, ANSWER, "And <image>?", ANSWER), 2),
    "image-token-in-answer": (record(QUESTION, "<image> shows a cook."), 1),
    "image-token-twice": (record("<image>\n<image>\nWho?", ANSWER), 0),
    "image-token-unused": (record(QUESTION, ANSWER, image=...), 0),
    "image-token-inside": (record("Look at <image> and tell.", ANSWER), 0),
    "text-only": (record("Who is it?", ANSWER, image=...), None),
    "over-budget": (record(QUESTION, "The cook tastes soup. " * 150), None),
    "too-long": (record(QUESTION, "The cook tastes soup. " * 400), None),
}


@pytest.mark.parametrize("code", BROKEN)
def test_each_defect_has_its_own_code_and_turn(code: str) -> None:
    value, turn = BROKEN[code]
    assert (code, turn) in codes(value)


@pytest.mark.parametrize(
    "code",
    sorted(BROKEN.keys() - {"conversations-empty", "last-turn-human"}),
)
def test_the_severity_of_a_finding_is_that_of_the_table(code: str) -> None:
    severities = {finding.code: finding.severity for finding in check_structure(BROKEN[code][0])}
    assert severities[code] == REASON_TABLE[code].severity


def test_every_structure_code_is_tried_here() -> None:
    of_files = {
        "byte-order-mark",
        "wrong-encoding",
        "not-json",
        "image-missing",
        "image-corrupt",
    }
    documented = {code for code, reason in REASON_TABLE.items() if reason.stage == "structure"}
    assert documented == BROKEN.keys() | of_files


@pytest.mark.parametrize("question", [QUESTION, "Who is it?\n<image>", "<image>"])
def test_image_token_first_or_last_in_the_first_question_is_fine(question: str) -> None:
    assert codes(record(question, ANSWER)) == []


def test_further_keys_and_a_number_as_id_are_fine() -> None:
    assert codes(record(QUESTION, ANSWER, id=7, source="elsewhere")) == []


def test_a_defect_does_not_hide_the_others() -> None:
    value = record(QUESTION, "", "Who?", None, image=None)
    assert codes(value) == [("image-null", None), ("empty-answer", 1), ("value-null", 3)]


def test_one_defect_is_said_once() -> None:
    assert codes(record(QUESTION, ANSWER, id=None)) == [("no-id", None)]
    assert codes(record(conversations=[{"speaker": "human", "value": QUESTION}])) == [
        ("no-speaker", 0)
    ]


def test_two_answers_in_a_row_repeat_the_speaker() -> None:
    assert codes(spoken("human", "gpt", "gpt")) == [("speaker-repeated", 2)]


def test_a_question_that_opens_with_the_label_splits_too() -> None:
    assert ("separator-in-text", 2) in codes(record(QUESTION, ANSWER, "ASSISTANT: hm?", ANSWER))


def test_an_answer_that_opens_with_the_label_does_not_split() -> None:
    assert codes(record(QUESTION, "ASSISTANT: a cook.")) == []


def test_the_word_assistant_in_capitals_is_fine() -> None:
    assert codes(record(QUESTION, "His badge reads ASSISTANT CHEF.")) == []


def test_the_image_token_after_a_leading_answer_is_in_the_first_question() -> None:
    turns = [
        {"from": "gpt", "value": "Hello."},
        {"from": "human", "value": QUESTION},
        {"from": "gpt", "value": ANSWER},
    ]
    assert codes(record(conversations=turns)) == [("first-turn-gpt", 0)]


def test_a_span_is_verbatim_and_short() -> None:
    long_name = "assistant" * 50
    (finding, *_) = check_structure(spoken("human", long_name))
    assert finding.span
    assert long_name.startswith(finding.span)
    assert len(finding.span) <= 80


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)
turns = st.fixed_dictionaries(
    {},
    optional={
        "from": st.sampled_from(["human", "gpt"]) | json_values,
        "value": st.sampled_from([QUESTION, ANSWER, "</s>", "\ud800"]) | json_values,
    },
)
near_records = st.fixed_dictionaries(
    {},
    optional={
        "id": json_values,
        "image": st.just("7.jpg") | json_values,
        "conversations": st.lists(turns | json_values, max_size=5) | json_values,
    },
)


@given(json_values | near_records)
def test_any_json_value_gives_documented_findings_and_no_error(value: object) -> None:
    findings = check_structure(value)
    assert {finding.code for finding in findings} <= REASON_TABLE.keys()
    places = [-1 if finding.turn is None else finding.turn for finding in findings]
    assert places == sorted(places)
    assert len({(finding.code, finding.turn) for finding in findings}) == len(findings)


plain_text = st.text("abc .,?\n", min_size=1).filter(str.strip)


@given(st.lists(st.tuples(plain_text, plain_text), min_size=1, max_size=4))
def test_a_sound_dialogue_is_never_rejected(pairs: list[tuple[str, str]]) -> None:
    texts = [text for pair in pairs for text in pair]
    texts[0] = f"<image>\n{texts[0]}"
    assert codes(record(*texts)) == []
