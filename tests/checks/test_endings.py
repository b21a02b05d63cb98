"""Cut answers, and answers that are whole without a full stop; all invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.checks.endings import check_endings
from datagen.checks.texts import make_passages


def find(*answers: str, language: str = "English") -> list[tuple[str, int | None]]:
    texts = [text for answer in answers for text in ("What is there?", answer)]
    read = make_passages((index, index % 2 == 1, text) for index, text in enumerate(texts))
    return [(each.code, each.turn) for each in check_endings(read.passages, language)]


CUT = [
    "A cook stands at the stove and tastes the",
    "Two children play with a red ball and",
    "The bench is made of",
    "A yellow fire hydrant is",
    "The bird is sitting on",
    "There are three cups,",
    "The bag holds apples, pears -",
    "A man stands at the gate (",
    'The sign reads "',
    "The list names three things:",
    "He wears a blue jacket, because",
    "There are two dogs (a brown one and a black",
    "A lamp stands on a small",
    "It is raining. The street is wet. People carry umbrellas, while",
    "The cook tastes the soup. He wears a white hat and a long apron. Beside him",
    "1. a chair\n2. a table\n3.",
    "There are:\n- a chair\n- a table\n-",
    "In the middle of the picture a tall man stands next to the.",
    "Yes,",
]
WHOLE = [
    "Two",
    "A cook",
    "Yes, there are",
    "Yes, the lights are on",
    "No, it is not",
    "No, he does not want to",
    "That is what they are",
    "I cannot tell where the ball is",
    "It stands on plan A",
    "A small green plant in a terracotta pot",
    "A cardboard tray with a sandwich, a pile of potato slices and a paper cup",
    "- a chair\n- a table\n- a lamp",
    "1. A chair\n2. A table",
    "Red, green and blue",
    "There is a spoon to the right of it",
    "Most of them",
    "Three boys eat their bananas as fast as they can",
    "A railway station with people in front of it and others inside it",
    "It is marked with the letter A.",
    'The sign says "Stop".',
    "The sign says \u201cStop\u201d",
    "He is waiting for a bus (number 12)",
    "Is it a dog? Perhaps...",
    "A cook tastes the soup. :-)",
    "A cook tastes the soup.\n",
    "It is about 3.5 m high.",
    "St. Mary's church",
]


@pytest.mark.parametrize("answer", CUT)
def test_an_answer_that_ends_as_no_sentence_does_is_cut(answer: str) -> None:
    assert find(answer) == [("cut-ending", 1)]


@pytest.mark.parametrize("answer", WHOLE)
def test_lists_and_short_answers_need_no_full_stop(answer: str) -> None:
    assert find(answer) == []


def test_a_last_sentence_without_its_full_stop_is_noted() -> None:
    answer = "A cook in a white hat stands at the stove. He tastes the soup with a spoon"
    assert find(answer) == [("no-full-stop", 1)]
    assert find(f"{answer}.") == []


def test_the_other_answers_show_whether_a_full_stop_is_missing() -> None:
    answer = "The cook with the hat is tasting the hot soup"
    assert find(answer) == []
    assert find("He is busy.", "It is a large kitchen.", answer) == [("no-full-stop", 5)]
    assert find("He is busy", "It is a large kitchen", answer) == []


def test_questions_may_end_in_anything() -> None:
    read = make_passages([(0, False, "What is the man standing on"), (1, True, "A rug.")])
    assert list(check_endings(read.passages)) == []


@pytest.mark.parametrize(
    ("language", "answer"),
    [
        ("German", "Ein Koch steht am Herd und probiert die Suppe mit einem"),
        ("Spanish", "Un hombre está sentado en una silla junto a la"),
        ("French", "Un homme est assis sur une chaise avec un chien et"),
        ("Korean", "요리사가 국을 맛보고 있으며,"),
        ("Chinese", "厨师正在品尝汤，"),  # noqa: RUF001  # its own comma
    ],
)
def test_other_languages_have_their_own_words(language: str, answer: str) -> None:
    assert find(answer, language=language) == [("cut-ending", 1)]


@pytest.mark.parametrize(
    ("language", "answer"),
    [
        ("Korean", "네, 요리사가 국을 맛보고 있어요"),
        ("Chinese", "两只狗"),
        ("Chinese", "厨师正在品尝汤。他戴着白帽子。"),
        ("German", "Zwei Hunde und eine Katze"),
    ],
)
def test_whole_answers_in_other_languages_pass(language: str, answer: str) -> None:
    assert find(answer, language=language) == []


@given(st.lists(st.text(), max_size=4))
def test_any_texts_give_one_finding_an_answer_at_most(answers: list[str]) -> None:
    turns = [turn for _, turn in find(*answers)]
    assert len(turns) == len(set(turns))
