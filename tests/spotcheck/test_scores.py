"""A picture that speaks for a word raises its gain, and what all pictures say cancels out."""

import math
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.spotcheck.models import AnswerScore
from datagen.spotcheck.scores import compare_scores, find_doubtful, find_least_claim, weigh_words
from datagen.spotcheck.subjects import CONTROLS, Control

ANSWER = "A dog barks."
STARTS, ENDS = (0, 1, 5, 8, 11), (1, 5, 8, 11, 12)  # "A", " dog", " ba", "rks", "."


def _score(*logprobs: float) -> tuple[AnswerScore, ...]:
    return (AnswerScore(STARTS, ENDS, logprobs),)


SEEN: Mapping[Control, tuple[AnswerScore, ...]] = {
    "right": _score(-1.0, -5.0, -1.0, -1.0, -0.5),
    "shuffled": _score(-1.0, -2.0, -2.0, -2.0, -0.5),
    "blank": _score(-1.0, -2.0, -2.0, -2.0, -0.5),
}


def test_a_words_gain_is_summed_over_its_tokens() -> None:
    words = [
        (ANSWER[word.start : word.end], word.gain) for word in weigh_words([ANSWER], SEEN, "right")
    ]
    assert words == [("A", 0.0), ("dog", -3.0), ("barks", 2.0)]


def test_gain_is_the_mean_over_tokens_and_worst_the_lowest_word() -> None:
    values = compare_scores([ANSWER], SEEN)
    assert values["right"] == {"gain": pytest.approx(-1.0 / 5), "worst": -3.0}
    # "barks" against the mean of the right picture and the blank one.
    mean = (math.exp(-1.0) + math.exp(-2.0)) / 2
    assert values["shuffled"]["worst"] == pytest.approx(2 * (-2.0 - math.log(mean)))


def test_another_picture_that_is_sure_against_a_word_does_not_hide_that_its_own_is() -> None:
    seen = {**SEEN, "shuffled": _score(-1.0, -12.0, -2.0, -2.0, -0.5)}
    assert compare_scores([ANSWER], seen)["right"]["worst"] < -2.0


def test_the_least_likely_claim_is_one_of_the_words_that_claim_something() -> None:
    assert find_least_claim([ANSWER], SEEN["right"], [[(2, 5), (6, 11)]]) == -5.0
    assert find_least_claim([ANSWER], SEEN["right"], [[(6, 11)]]) == -2.0
    assert find_least_claim([ANSWER], SEEN["right"], [[]]) is None


def test_the_word_that_the_picture_speaks_against_is_doubtful() -> None:
    assert find_doubtful([ANSWER], SEEN) == ((0, 2, 5),)


def test_words_are_found_in_the_turn_they_stand_in() -> None:
    two = {control: (*_score(0, 0, 0, 0, 0), *scores) for control, scores in SEEN.items()}
    assert find_doubtful([ANSWER, ANSWER], two) == ((1, 2, 5),)


def test_with_one_picture_alone_there_is_nothing_to_compare() -> None:
    assert compare_scores([ANSWER], {"right": SEEN["right"]}) == {}
    assert find_doubtful([ANSWER], {"right": SEEN["right"]}) == ()
    assert find_doubtful([ANSWER], {"blank": SEEN["blank"], "shuffled": SEEN["blank"]}) == ()


def test_two_pictures_are_enough() -> None:
    pair: dict[Control, tuple[AnswerScore, ...]] = {
        "right": SEEN["right"],
        "blank": SEEN["blank"],
    }
    assert compare_scores([ANSWER], pair)["right"]["worst"] == -3.0


def test_an_answer_without_words_has_values_all_the_same() -> None:
    seen: dict[Control, tuple[AnswerScore, ...]] = {
        "right": (AnswerScore((0,), (1,), (-2.0,)),),
        "blank": (AnswerScore((0,), (1,), (-1.0,)),),
    }
    assert compare_scores(["?"], seen)["right"] == {"gain": -1.0, "worst": -1.0}
    nothing = (AnswerScore((), (), ()),)
    assert compare_scores([""], {"right": nothing, "blank": nothing}) == {}


@given(st.lists(st.floats(-30, 0), min_size=5, max_size=5), st.floats(-5, 5))
def test_what_all_pictures_say_alike_cancels_out(logprobs: list[float], shift: float) -> None:
    same = {control: _score(*logprobs) for control in CONTROLS}
    assert compare_scores([ANSWER], same)["right"]["worst"] == pytest.approx(0.0, abs=1e-9)
    moved = {
        control: _score(*(value + shift for value in scores[0].logprobs))
        for control, scores in SEEN.items()
    }
    assert compare_scores([ANSWER], moved)["right"] == pytest.approx(
        compare_scores([ANSWER], SEEN)["right"], abs=1e-9
    )


@given(st.text(max_size=60))
def test_every_token_inside_a_word_counts_for_exactly_one(text: str) -> None:
    starts = tuple(range(len(text)))
    ends = tuple(place + 1 for place in starts)
    right = (AnswerScore(starts, ends, tuple(1.0 for _ in text)),)
    blank = (AnswerScore(starts, ends, tuple(0.0 for _ in text)),)
    words = list(weigh_words([text], {"right": right, "blank": blank}, "right"))
    assert all(word.gain == word.end - word.start for word in words)
