import pytest

from datagen.checks.grounding.questions import (
    asks_beyond,
    find_asked,
    find_confirmed,
    find_counted,
    find_setting_asked,
    is_supposing,
)
from tests.checks.grounding.builders import build_sentences


@pytest.mark.parametrize(
    ("marked", "asked"),
    [
        ("Is there {a #dog}?", ["dog"]),
        ("And are there {any #dogs} or {#cats}?", ["dog", "cat"]),
        ("Do you see {a #dog} on {the #couch}?", ["dog"]),
        ("Does the picture show {a #dog}?", ["dog"]),
        ("{Any #dogs}?", ["dog"]),
        ("Is {a #dog} visible?", ["dog"]),
        ("Can {any #dogs} be seen?", ["dog"]),
        ("Have you seen {any #dogs}?", ["dog"]),
        ("Does the kitchen have {a #dog}?", ["dog"]),
        ("Is {a #dog} asleep?", []),
        ("Can {a #dog} swim?", []),
        ("Is {the #dog} asleep?", []),
        ("Is there {the #dog} again?", []),
        ("Does {the #man} have {a #dog}?", []),
    ],
)
def test_what_a_question_of_existence_asks_for(marked: str, asked: list[str]) -> None:
    (sentence,) = build_sentences(marked)
    assert [mention.term.name for mention in find_asked(sentence)] == asked


@pytest.mark.parametrize(
    ("marked", "confirmed"),
    [
        ("Is {the #man} holding {an #umbrella}?", ["umbrella"]),
        ("Does {the #man} have {a #dog}?", ["dog"]),
        ("Is {the #man} holding {the #umbrella}?", []),
        ("Is {the #man} holding {an #umbrella} or {a #racket}?", []),
        ("Who is holding {an #umbrella}?", []),
    ],
)
def test_what_yes_confirms(marked: str, confirmed: list[str]) -> None:
    (sentence,) = build_sentences(marked)
    assert [mention.term.name for mention in find_confirmed(sentence)] == confirmed


def test_a_question_may_be_about_a_room() -> None:
    (room,) = build_sentences("So does the kitchen have {a #dog}?")
    (picture,) = build_sentences("Does the picture show {a #dog}?")
    assert (find_setting_asked(room), find_setting_asked(picture)) == ("kitchen", "")


def test_how_many_counts_the_very_next_thing() -> None:
    (dogs,) = build_sentences("How many {brown #dogs} are there?")
    (legs,) = build_sentences("How many legs do {the #dogs} have?")
    counted = find_counted(dogs)
    assert counted is not None
    assert counted.term.name == "dog"
    assert find_counted(legs) is None


@pytest.mark.parametrize(
    ("marked", "supposing", "beyond"),
    [
        ("What would {a #dog} do?", True, True),
        ("Could you count {the #dogs}?", False, False),
        ("Who owns {the #dog}?", False, True),
        ("Who is {the #man}?", False, False),
        ("Where is {the #dog}?", False, False),
    ],
)
def test_questions_may_leave_the_picture(marked: str, supposing: bool, beyond: bool) -> None:
    (sentence,) = build_sentences(marked)
    assert (is_supposing(sentence), asks_beyond(sentence)) == (supposing, beyond)
