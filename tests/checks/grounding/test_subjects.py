import pytest

from datagen.checks.grounding.places import find_places
from datagen.checks.grounding.subjects import find_subjects
from tests.checks.grounding.builders import build_sentences


def find(marked: str) -> list[list[tuple[str, int]]]:
    """For each place what it is said of, alternatives joined by a bar, and how many."""
    (sentence,) = build_sentences(marked)
    found = find_subjects(sentence, find_places(sentence))
    return [
        [("|".join(one.term.name for one in each.mentions), each.number) for each in subjects]
        for subjects in found
    ]


@pytest.mark.parametrize(
    ("marked", "subjects"),
    [
        ("{The #dog} is on the left.", [[("dog", 1)]]),
        ("There is {a #dog} on the left.", [[("dog", 1)]]),
        ("{The #dog} can be seen resting on the left.", [[("dog", 1)]]),
        ("{A #truck} is also present in the scene, parked on the left.", [[("truck", 1)]]),
        ("{Two #dogs} are on the left.", [[("dog", 2)]]),
        ("{A #dog} and {a #cat} are on the left.", [[("dog", 1), ("cat", 1)]]),
        ("{A #dog} barks, and {a #cat} is on the left.", [[("cat", 1)]]),
        ("{The #bowl} next to {the #dog} is on the left.", [[("bowl", 1)], [("bowl", 1)]]),
        ("{The #bowl} next to {the #dog} on the left.", [[("bowl", 1)], [("bowl|dog", 1)]]),
        ("{A #man} with {a #dog}, and {the #bowl} is on the left.", [[("bowl", 1)]]),
        ("{A #dog} is lying on the floor on the left.", [[("dog", 1)]]),
        ("{A #man} waits, with {a #dog} behind him on the left.", [[("dog", 1)]]),
        ("{The #dogs} rest, with {one #dog} on the left.", [[("dog", 1)]]),
        ("{The #bowl} is on the left, near the bottom.", [[("bowl", 1)], [("bowl", 1)]]),
    ],
)
def test_a_place_belongs_to_what_stands_before_it(
    marked: str, subjects: list[list[tuple[str, int]]]
) -> None:
    assert find(marked) == subjects


@pytest.mark.parametrize(
    ("marked", "subjects"),
    [
        ("On the left there is {a #dog}.", [[("dog", 1)]]),
        ("On the left, {three #dogs} sleep.", [[("dog", 3)]]),
        ("On the left you can see {a #dog} and {a #cat}.", [[("dog", 1), ("cat", 1)]]),
        ("To the left of {the #dog} is {the #cat}.", [[("cat", 1)]]),
        ("On the left is {a #dog}, on the right {a #cat}.", [[("dog", 1)], [("cat", 1)]]),
        (
            "On the left is {a #dog}, and {a #cat} is on the right.",
            [[("dog", 1)], [("cat", 1)]],
        ),
        ("It is calm, and on the left, {a #dog} sleeps.", [[("dog", 1)]]),
    ],
)
def test_a_place_at_the_front_belongs_to_what_follows(
    marked: str, subjects: list[list[tuple[str, int]]]
) -> None:
    assert find(marked) == subjects


@pytest.mark.parametrize(
    ("marked", "subjects"),
    [
        (
            "There are {two #dogs}, one on the left and the other on the right.",
            [[("dog", 1)], [("dog", 1)]],
        ),
        ("Of {the three #dogs}, one is on the left.", [[("dog", 1)]]),
        (
            "{One #dog} is on the left and the other two are on the right.",
            [[("dog", 1)], [("dog", 2)]],
        ),
        ("{The #dog} waits and it is on the left.", [[("dog", 1)]]),
    ],
)
def test_pronouns_stand_for_what_was_named(
    marked: str, subjects: list[list[tuple[str, int]]]
) -> None:
    assert find(marked) == subjects


def test_a_place_that_may_belong_to_two_things_names_both() -> None:
    assert find("There is {a #man} with {a #dog} on the left.") == [[("man|dog", 1)]]


@pytest.mark.parametrize(
    "marked",
    [
        "A house with {a #dog} is on the left.",
        "{The #dog} watches a squirrel on the left.",
        "{The #dog} is facing to the left side.",
        "Leaves enter the view in the upper right corner, framing {the #dog}.",
        "By the barn, on the left, as {the #dog} is old.",
    ],
)
def test_nothing_is_found_where_an_unknown_thing_may_be_meant(marked: str) -> None:
    assert find(marked) == [[]]


def test_it_in_an_answer_stands_for_what_the_question_names() -> None:
    (question,) = build_sentences("Where is {the #dog}?")
    for answer in ("It is on the left.", "On the left.", "The left side."):
        (sentence,) = build_sentences(answer)
        (found,) = find_subjects(sentence, find_places(sentence), question.mentions)
        assert [one.mentions[0].term.name for one in found] == ["dog"]
