"""The exact layouts read back what they wrote."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from datagen.layouts import JSON_REPLIES, read_text, render_json, render_text, reply_schema
from datagen.records import ReplyLayout, Turn

PLAIN = st.text(st.characters(codec="utf-8", exclude_characters="=\r"), min_size=1).filter(
    lambda text: text == text.strip() and bool(text)
)
TURNS = st.lists(st.builds(Turn, PLAIN, PLAIN), min_size=1, max_size=5).map(tuple)


@given(TURNS)
def test_pairs_read_back_as_written(turns: tuple[Turn, ...]) -> None:
    assert read_text(render_text(turns, "pairs"), "pairs") == turns


@given(TURNS)
def test_json_replies_fit_their_own_model(turns: tuple[Turn, ...]) -> None:
    for layout, model in JSON_REPLIES.items():
        read = model.model_validate_json(render_json(turns[:1], layout))
        assert read.model_dump() == json.loads(render_json(turns[:1], layout))


@pytest.mark.parametrize(
    ("text", "layout", "problem"),
    [
        ("Question:\nA?", "pair", "even number"),
        ("A?\n===\nB.", "pair", "expected a line `Question:`"),
        ("Question:\nA?\n===\nAnswer:\n", "pair", "nothing after `Answer:`"),
        (
            "Question:\nA?\n===\nAnswer:\nB\n===\nQuestion:\nC?\n===\nAnswer:\nD",
            "pair",
            "2 pairs where one",
        ),
        ("  \n", "text", "empty"),
    ],
)
def test_what_is_not_exactly_in_the_layout_is_refused(
    text: str, layout: ReplyLayout, problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        read_text(text, layout)


def test_the_schema_allows_no_further_keys() -> None:
    assert reply_schema("pair")["additionalProperties"] is False
    with pytest.raises(ValidationError):
        JSON_REPLIES["pair"].model_validate_json('{"question": "a", "answer": "b", "note": "c"}')
