"""Whatever is typed into the search field is a search or a sentence, never an error of SQLite's."""

import contextlib
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.viewer.refusals import RefusedError
from datagen.viewer.searching import mark_hits, parse_search, write_match


def _match(query: str, *texts: str) -> list[int]:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute(
            "CREATE VIRTUAL TABLE texts USING fts5("
            "text, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 2')"
        )
        connection.executemany("INSERT INTO texts (rowid, text) VALUES (?, ?)", enumerate(texts))
        match = write_match(parse_search(query))
        rows = connection.execute("SELECT rowid FROM texts WHERE texts MATCH ?", (match,))
        return [key for (key,) in rows]
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("dog", [0, 2]),
        ("DOG bus", [2]),
        ('"red bus"', [1]),
        ('"bus red"', []),
        ("dog -bus", [0]),
        ('bus -"red bus"', [2]),
        ("cros*", [1]),
        ("cafe", [3]),
        ("Café", [3]),
        ("AND", [2]),
        ("stop-sign", [3]),
        ("text:dog OR", []),
    ],
)
def test_words_phrases_beginnings_and_exclusions(query: str, found: list[int]) -> None:
    texts = (
        "A dog sleeps.",
        "The red bus at the crossing.",
        "A bus and a red dog.",
        "A café near a stop sign.",
    )
    assert _match(query, *texts) == found


@given(st.text(max_size=60))
def test_nothing_that_is_typed_is_an_error_of_the_database(query: str) -> None:
    with contextlib.suppress(RefusedError):
        _match(query, "a dog", "b")


@pytest.mark.parametrize("query", ['"red bus', "-dog", "???", "  ", "x" * 401, "a " * 17])
def test_a_search_for_nothing_is_refused_in_a_sentence(query: str) -> None:
    with pytest.raises(RefusedError):
        parse_search(query)


def test_hits_are_marked_where_they_stand() -> None:
    terms = parse_search('dog "red bus" -cat')
    pieces = mark_hits("A Dog and a red  bus; no cat.", terms)
    assert [piece for piece, is_hit in pieces if is_hit] == ["Dog", "red  bus"]
    assert "".join(piece for piece, _ in pieces) == "A Dog and a red  bus; no cat."


def test_a_long_text_is_shown_about_its_first_hit() -> None:
    text = f"{'word ' * 100}a Café here {'more ' * 100}"
    pieces = mark_hits(text, parse_search("cafe"))
    shown = "".join(piece for piece, _ in pieces)
    assert ("Café", True) in pieces
    assert shown.startswith("…word")
    assert shown.endswith("…")
    assert len(shown) < 200


@given(st.text(max_size=300), st.sampled_from(["a", "a b", "a*", '"a b"']))
def test_marks_never_change_a_text(text: str, query: str) -> None:
    pieces = mark_hits(text, parse_search(query))
    shown = "".join(piece for piece, _ in pieces).removeprefix("…").removesuffix("…")
    assert shown in f"{text}…"
    assert all(piece for piece, _ in pieces)


@given(
    st.text("abAB _-.", max_size=40),
    st.sampled_from(["a", "ab b", "a*", '"a b"', '"a ab*"', "b-a"]),
)
def test_the_fast_way_marks_what_the_slow_way_marks(text: str, query: str) -> None:
    terms = parse_search(query)
    fast = [piece for piece in mark_hits(text, terms) if piece[1]]
    slow = [piece for piece in mark_hits(f"{text} é", terms) if piece[1]]
    assert fast == slow
