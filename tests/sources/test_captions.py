"""A caption becomes one clean line, and nothing else about it changes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.sources.captions import clean_caption, is_unicode


@settings(deadline=None)
@given(st.text())
def test_a_clean_caption_is_one_line_and_cleaning_it_again_changes_nothing(raw: str) -> None:
    text, code = clean_caption(raw)
    assert code in {"", "caption-empty"}
    assert len(text.splitlines()) == (0 if code else 1)
    assert text == text.strip()
    if not code:
        assert clean_caption(text) == (text, "")


@pytest.mark.parametrize("raw", ["a\nb", "a\r\nb", "a\rb", "a\u2028b", "a\x0bb"])
def test_every_kind_of_line_break_becomes_one_space(raw: str) -> None:
    assert clean_caption(raw) == ("a b", "")


def test_inner_blanks_stay() -> None:
    assert clean_caption("\t A  cat\tsits. \n") == ("A  cat\tsits.", "")


@pytest.mark.parametrize("raw", [None, 7, 0.5, True, ["A cat."], {"text": "A cat."}])
def test_what_is_no_text_is_no_caption(raw: object) -> None:
    assert clean_caption(raw) == ("", "caption-not-text")


def test_half_a_character_is_no_text() -> None:
    assert clean_caption("A \ud83d cat.") == ("", "text-not-unicode")
    assert is_unicode("A 🐈.")
