"""A recorded answer against a model's own: how pairs are told apart, and how far they agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.spotcheck.likeness import compare_answers, measure_overlap, read_count, read_yes_no


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ("Is there a dog?", "Yes.", True),
        ("Is there a dog?", "Yes, there is no doubt about it.", True),
        ("Is there a dog?", "No, there is no dog.", False),
        ("Are there any dogs?", "There are two dogs.", True),
        ("Are there any dogs?", "There are no dogs.", False),
        ("Are there any dogs?", "There aren't any.", False),
        ("Can you see a dog?", "I can see a dog.", True),
        ("Can you see a dog?", "I see no dog.", False),
        ("Does the dog run?", "The dog does not run.", False),
        ("Does the dog run?", "The dog isn't running. It sleeps.", False),
        ("Does the dog run?", "The dog runs.", None),
        ("Is there a dog in the picture? Answer yes or no.", "yes", True),
        ("Is the dog brown or white?", "No idea, brown.", None),
        ("Is there a dog?", "No idea.", None),
        ("What is there?", "No dog.", None),
        ("Where is the dog?", "Yes.", None),
    ],
)
def test_yes_and_no_are_read_only_where_they_are_asked_for(
    question: str, answer: str, said: bool | None
) -> None:
    assert read_yes_no(question, answer) is said


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        ("Three.", 3),
        ("There are 12 people.", 12),
        ("twenty-one", 21),
        ("None of them.", 0),
        ("There are no dogs.", 0),
        ("There is a dog.", 1),
        ("A dog and nothing else.", 0),  # what is read first counts
        ("Only an apple.", 1),
        ("There is one dog.", 1),
        ("Quite a few.", None),
        ("There is a group of dogs.", None),
        ("Several.", None),
    ],
)
def test_the_first_number_of_an_answer_is_its_count(answer: str, number: int | None) -> None:
    assert read_count(answer) == number


@pytest.mark.parametrize(
    ("question", "recorded", "own", "kind", "agreement"),
    [
        ("Is there a dog?", "Yes.", "yes", "yes-no", 1.0),
        ("Is there a dog?", "Yes.", "No, there is none.", "yes-no", 0.0),
        ("Is there a dog?", "Yes.", "Two people.", "yes-no", None),
        ("How many dogs are there?", "There are two.", "2", "count", 1.0),
        ("How many dogs are there?", "There are two.", "Three dogs.", "count", 0.0),
        ("How many dogs are there?", "There are two.", "Many.", "count", None),
        ("How many dogs are there?", "Several dogs.", "Several dogs.", "text", 1.0),
        ("What is it?", "A brown dog.", "brown dogs", "text", 1.0),
        ("What is it?", "A brown dog.", "a white cat", "text", 0.0),
        ("What is it?", "It is there.", "a cat", "text", None),
    ],
)
def test_the_recorded_pair_decides_how_answers_are_compared(
    question: str, recorded: str, own: str, kind: str, agreement: float | None
) -> None:
    likeness = compare_answers(question, recorded, own)
    assert (likeness.kind, likeness.agreement) == (kind, agreement)


def test_the_overlap_is_f1_by_hand() -> None:
    # Shared: dog, park. 3 words recorded, 4 of the model: P = 2/4, R = 2/3.
    found = measure_overlap("A dog runs in the park.", "Two brown dogs, a park")
    assert found == pytest.approx(2 * (2 / 4) * (2 / 3) / (2 / 4 + 2 / 3))


def test_no_own_answer_shares_nothing() -> None:
    assert measure_overlap("A dog.", "") == 0


@given(st.text(max_size=60), st.text(max_size=60))
def test_overlap_is_the_same_both_ways_and_full_with_itself(one: str, other: str) -> None:
    there, back = measure_overlap(one, other), measure_overlap(other, one)
    if there is not None and back is not None:
        assert there == back
        assert 0 <= there <= 1
    assert measure_overlap(one, one) in {1.0, None}
