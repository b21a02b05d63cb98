"""Candidates are compared blind, and what stood behind a label is told afterwards."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.config import RunSettings
from datagen.errors import ReviewError
from datagen.records import Turn
from datagen.store import ReviewStore
from datagen.viewer.candidates import (
    Candidate,
    CandidateReader,
    choose,
    compare_words,
    describe_candidates,
    label_candidates,
)
from datagen.viewer.reviews import Reviews

RECORD = "7_conversation_0"
COOK = [("Who is in the kitchen?", "A cook is in the kitchen.")]
MAN = [("Who is in the kitchen?", "A man in white is in the kitchen.")]
LEAK = [("Who is in the kitchen?", "The caption says that a cook is there.")]

MakeRun = Callable[..., RunSettings]


def _candidates(count: int) -> list[Candidate]:
    return [
        Candidate(f"{n}.0", (Turn("Who?", f"Cook {n}."),), (), 0.5, f"model-{n}", True)
        for n in range(count)
    ]


def test_all_replies_of_all_rounds_are_candidates_and_failures_are_not(
    make_run: MakeRun, tmp_path: Path
) -> None:
    settings = make_run(COOK, None, MAN, rounds=[LEAK])
    read = CandidateReader(tmp_path, settings).read(RECORD)
    assert [each.key for each in read] == ["0.0", "0.1", "2.0"]
    assert read[2].turns == (Turn(*MAN[0]),)
    assert [each.passed for each in read] == [True, False, True]
    assert [code for code, severity, _ in read[1].findings if severity == "reject"]
    assert read[1].turns == (Turn(*LEAK[0]),)  # shown all the same
    assert CandidateReader(tmp_path, settings).read("8_conversation_0") == []


def test_the_original_is_what_the_data_set_holds(make_run: MakeRun, tmp_path: Path) -> None:
    reader = CandidateReader(tmp_path, make_run(LEAK, MAN))
    assert reader.read_original(RECORD, None) == (Turn(*MAN[0]),)
    assert reader.read_original(RECORD, "0.0") == (Turn(*LEAK[0]),)
    assert reader.find_image(RECORD)[0] == "a.jpg"


def test_nothing_tells_which_candidate_is_which_before_the_choice() -> None:
    shown = describe_candidates(_candidates(3), RECORD, None)
    assert shown["order"] == ["A", "B", "C"]
    assert shown["choice"] is None
    text = json.dumps(shown)
    assert not any(word in text for word in ("model", "score", "0.0", 'candidate"', "passed"))


def test_the_order_is_the_records_own_and_the_same_each_time() -> None:
    orders = {
        tuple(each.key for each in label_candidates(_candidates(3), f"r{n}").values())
        for n in range(60)
    }
    assert len(orders) == 6
    again = label_candidates(list(_candidates(3)), "r1")
    assert again == label_candidates(_candidates(3), "r1")
    seeds = {
        tuple(each.key for each in label_candidates(_candidates(3), "r1", seed=seed).values())
        for seed in range(60)
    }
    assert len(seeds) == 6


def test_a_choice_is_kept_by_key_and_then_revealed(tmp_path: Path) -> None:
    candidates = _candidates(3)
    labelled = label_candidates(candidates, RECORD)
    with ReviewStore(tmp_path, write=True) as store:
        reviews = Reviews(store, "ann")
        choose(reviews, RECORD, 0, "B", candidates)
        choice = reviews.find_choice(RECORD)
        assert choice == labelled["B"].key
        shown = describe_candidates(candidates, RECORD, choice)
        reviews.undo()
        assert reviews.find_choice(RECORD) is None
    assert shown["choice"]["label"] == "B"
    assert [each["label"] for each in shown["choice"]["revealed"]] == ["A", "B", "C"]
    assert shown["choice"]["revealed"][1]["model"] == labelled["B"].model


@pytest.mark.parametrize("word", ["tie", "none"])
def test_nobody_has_to_prefer_one(word: str, tmp_path: Path) -> None:
    with ReviewStore(tmp_path, write=True) as store:
        reviews = Reviews(store, "ann")
        choose(reviews, RECORD, 0, word, _candidates(2))
        assert store.read_state(RECORD).choice == word
        shown = describe_candidates(_candidates(2), RECORD, reviews.find_choice(RECORD))
        assert shown["choice"]["label"] == word
        with pytest.raises(ReviewError, match=r"'C' is no candidate of .*: A, B, tie, none"):
            choose(reviews, RECORD, 1, "C", _candidates(2))


def test_words_are_compared_and_long_texts_as_one_piece() -> None:
    assert compare_words("A man sits.", "A man in white sits.") == [
        ["=", "A man"],
        ["+", " in white"],
        ["=", " sits."],
    ]
    assert compare_words("same", "same") == [["=", "same"]]
    assert compare_words("", "") == []
    long = "word " * 5_000_000  # a reply that would take for ever
    assert compare_words(long, "short") == [["-", long], ["+", "short"]]


@given(st.text("ab \n", max_size=30), st.text("ab \n", max_size=30))
def test_a_comparison_holds_both_texts_whole(before: str, after: str) -> None:
    pieces = compare_words(before, after)
    assert "".join(text for kind, text in pieces if kind != "+") == before
    assert "".join(text for kind, text in pieces if kind != "-") == after
