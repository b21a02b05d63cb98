from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.spotcheck.page.texts import Piece, cut_answer, reveal

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
INVISIBLE = "\0\b\r\x1b\x7f\x85\u00ad\u200b\u2028\u2029\u2060\ufeff\ufff9\U000e0041\ue000\ud800"


@pytest.mark.parametrize("char", BIDI + INVISIBLE)
def test_a_character_that_cannot_be_seen_is_given_as_its_code(char: str) -> None:
    assert reveal(f"a{char}b") == f"a⟨U+{ord(char):04X}⟩b"


@pytest.mark.parametrize(
    "text", ["A bus.\n\tRed.", "Ein Gemüse", "नमस्ते", "می‌خواهم", "👩‍🚒", "<b>&amp;", "שלום"]
)
def test_text_of_any_language_stays_as_it_is(text: str) -> None:
    assert reveal(text) == text


def test_doubtful_spans_are_cut_out_of_an_answer() -> None:
    assert cut_answer("A red bus.", [(2, 5)]) == (
        Piece("A ", False),
        Piece("red", True),
        Piece(" bus.", False),
    )


def test_spans_with_blanks_between_them_become_one() -> None:
    pieces = cut_answer("A very red bus.", [(7, 10), (2, 6), (11, 14)])
    assert [piece.text for piece in pieces if piece.doubtful] == ["very red bus"]


def test_spans_past_the_answer_and_empty_ones_do_no_harm() -> None:
    assert cut_answer("A bus.", [(-3, 1), (4, 900), (9, 3), (50, 60), (1, 2)]) == (
        Piece("A", True),
        Piece(" bu", False),
        Piece("s.", True),
    )


def test_an_empty_answer_has_no_pieces() -> None:
    assert cut_answer("", [(0, 4)]) == ()


@given(st.text(), st.lists(st.tuples(st.integers(-5, 40), st.integers(-5, 40))))
def test_the_pieces_are_the_answer(answer: str, spans: list[tuple[int, int]]) -> None:
    pieces = cut_answer(answer, spans)
    assert "".join(piece.text for piece in pieces) == answer
    assert all(a.doubtful != b.doubtful for a, b in pairwise(pieces))
