"""Loops, and honest repetition; all invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.checks.repetition import check_repetition
from datagen.checks.texts import make_passages


def find(answer: str, *, is_answer: bool = True) -> list[tuple[str, str]]:
    read = make_passages([(1, is_answer, answer)])
    return [(each.code, each.span) for each in check_repetition(read.passages)]


SENTENCES = [
    "The cook tastes the soup. The cook tastes the soup.",
    "The dog is brown. It is old. The dog is brown. It sleeps. The dog is brown.",
    "A tall man in a red coat waits at the corner. It rains. A tall man in a red coat waits at the corner.",
    "He waves to them.\nHe waves to them.\n",
    "The Cook tastes the soup! The cook tastes the soup",
    "厨师正在品尝一碗热汤。厨师正在品尝一碗热汤。",
]
WORDS = [
    "There is a pan and a pot and a pot and a pot and a pot on the stove.",
    "It is very very very very very large.",
    "A man, a man, a man, a man, a man",
    "1. a red chair on the left 2. a red chair on the left 3. a red chair on the left",
    "on the left side of the road, on the left side of the road, on the left side of the road",
    "A cooooooooooooooook.",
    "to the left of the car to the left of the car to the left of the car and more",
    "图中有一只小狗和一只小狗和一只小狗和一只小狗和一只小狗",
]
INNOCENT = [
    "One dog is on the left, one dog is on the right.",
    "A red car, a red bus and a red van stand in a row.",
    "Ha ha ha ha ha ha!",
    "The clock goes tick tock, tick tock, tick tock, tick tock, tick tock.",
    'The banner reads "go go go go go go go go".',
    "It is very, very large.",
    "The flag is red, white, blue, and the next one red, white, blue again.",
    "The beads are red, white, red, white, red, white.",
    "- A chair\n- A chair\n- A table",
    "- red apple\n- green apple\n- red pear\n- green pear",
    "The score is 10 10 10 10 10 10.",
    "The man on the left wears a hat, and the man on the right wears a scarf.",
    "Is it a dog? Yes. Is it a cat? No. Is it a bird? No.",
    "She holds a cup in her left hand and a book in her right hand, and smiles at the man next to her.",
    "No, no, no, no, no, that is a horse.",
    "",
]


@pytest.mark.parametrize("answer", SENTENCES)
def test_the_same_sentence_again_is_a_loop(answer: str) -> None:
    assert [code for code, _ in find(answer)] == ["repeated-sentence"]


@pytest.mark.parametrize("answer", WORDS)
def test_the_same_words_over_and_over_are_a_loop(answer: str) -> None:
    assert [code for code, _ in find(answer)] == ["repeated-words"]


@pytest.mark.parametrize("answer", INNOCENT)
def test_honest_repetition_passes(answer: str) -> None:
    assert find(answer) == []


def test_a_span_is_verbatim() -> None:
    for answer in (*SENTENCES, *WORDS):
        for _, span in find(answer):
            assert span
            assert span in answer


def test_questions_may_repeat() -> None:
    assert find("Who is it? Who is it there? Who is it there?", is_answer=False) == []


@given(st.text("abcdefgh ,-", max_size=30), st.integers(4, 8))
def test_a_sentence_said_many_times_is_found_whatever_it_says(text: str, times: int) -> None:
    answer = f"The cook tastes {text} soup with a spoon. " * times
    assert find(answer)


@given(st.text())
def test_any_text_gives_no_error(text: str) -> None:
    find(text)
