"""Texts copied from a prompt's examples; all invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.checks.copying import RUN, ExampleIndex
from datagen.checks.texts import make_passages
from datagen.config import shipped_folder

EXAMPLE = (
    "Three gulls stand on the roof of a ferry. The one at the bow has a piece of bread in its beak,"
    " and the two others watch it closely. Behind the ferry lies a small harbour with red houses."
)
INDEX = ExampleIndex([EXAMPLE, "厨师在厨房里用长长的木勺慢慢地搅拌一大锅热气腾腾的番茄汤。"])


def find(text: str, *, is_answer: bool = True) -> list[tuple[str, str]]:
    read = make_passages([(1, is_answer, text)])
    return [(each.code, each.span) for each in INDEX.check(read.passages)]


@pytest.mark.parametrize(
    "text",
    [
        EXAMPLE,
        EXAMPLE.upper(),
        "A dog. The one at the bow has a piece of bread in its beak, and that is all.",
        "behind the ferry lies a small harbour with red houses, and a dog",
        "Here the two others watch it closely -- behind the *ferry* lies a small boat.",
        "图中，厨师在厨房里用长长的木勺慢慢地搅拌一大锅热气腾腾的面条。",  # noqa: RUF001  # its own comma
    ],
)
def test_a_long_run_of_an_example_is_found_and_quoted_verbatim(text: str) -> None:
    ((code, span),) = find(text)
    assert code == "copied-example"
    assert span in text


@pytest.mark.parametrize(
    "text",
    [
        "Three gulls stand on the roof of a house.",
        "Behind the ferry lies a small harbour with boats.",
        "A gull has a piece of bread in its beak, and two others watch.",
        "厨师在厨房里做饭。",
        "",
    ],
)
def test_ordinary_phrases_in_common_pass(text: str) -> None:
    assert find(text) == []


def test_a_copied_question_has_a_code_of_its_own() -> None:
    assert [code for code, _ in find(EXAMPLE, is_answer=False)] == ["copied-question"]


def test_what_stands_in_quotation_marks_is_the_pictures() -> None:
    sign = 'It says "the one at the bow has a piece of bread in its beak".'
    assert find(sign) == []


@given(st.integers(0, 25), st.integers(0, 12), st.integers(0, 12))
def test_a_run_is_found_wherever_it_stands(start: int, before: int, behind: int) -> None:
    words = EXAMPLE.split()
    run = words[start : start + RUN]
    text = " ".join(["dog"] * before + run + ["cat"] * behind)
    assert find(text)
    assert not find(" ".join(["dog"] * before + run[:-1] + ["cat"] * behind))


def test_the_shipped_examples_can_be_indexed() -> None:
    texts = [
        path.read_text(encoding="utf-8")
        for path in sorted(shipped_folder("prompts").glob("*/*_conv.txt"))
    ]
    index = ExampleIndex(texts)
    assert all(index.find(text) for text in texts)
    assert not index.find("A plain sentence about a dog that sleeps in the sun near a door.")


def test_no_examples_find_nothing() -> None:
    assert ExampleIndex([]).find(EXAMPLE) == ""
