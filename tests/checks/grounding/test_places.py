import pytest

from datagen.checks.grounding.places import Place, find_places
from datagen.checks.grounding.reader import LexiconReader
from tests.checks.grounding.builders import build_sentences


def find(marked: str) -> list[Place]:
    return [place for sentence in build_sentences(marked) for place in find_places(sentence)]


@pytest.mark.parametrize(
    ("marked", "zones"),
    [
        ("{The #dog} is on the left.", ["left"]),
        ("On the far right, there is {a #dog}.", ["far right"]),
        ("{The #dog} is in the upper left corner of the image.", ["top", "left"]),
        ("{The #dog} is in the bottom right hand corner.", ["bottom", "right"]),
        ("{The #dog} is on the left side of the entire picture.", ["left"]),
        ("{The #dog} is closer to the right edge of the scene.", ["right"]),
        ("{The #dog} is to the left of the centre.", ["left"]),
        ("{The #dog} is in the middle.", ["about middle"]),
        ("{The #dog} is in the middle of the image.", ["middle"]),
        ("{The #dog} is towards the center of the frame.", ["about middle"]),
        ("{The #dog} is in the left foreground.", ["left"]),
        ("{The #dog} is at the bottom of the photo.", ["bottom"]),
        ("The left one.", ["left"]),
        ("The right side of the picture.", ["right"]),
    ],
)
def test_parts_of_the_picture_are_zones(marked: str, zones: list[str]) -> None:
    (place,) = find(marked)
    assert (place.kind, list(place.zones)) == ("zone", zones)


@pytest.mark.parametrize(
    ("marked", "relation"),
    [
        ("{The #dog} is to the left of {the #cat}.", "left of"),
        ("{The #dog} is just right of {the #cat}.", "right of"),
        ("{The #dog} is on the right side of {the #cat}.", "right side"),
        ("{The #dog} is above {the #cat}.", "above"),
        ("{The #dog} is on top of {the #cat}.", "on"),
        ("{The #dog} is next to {the #cat}.", "beside"),
        ("{The #dog} is farther to the left than {the #cat}.", "left of"),
        ("{The #dog} is higher in the picture than {the #cat}.", "above"),
        ("{The #dog} is lower than {the #cat}.", "below"),
    ],
)
def test_places_beside_a_thing_are_relations(marked: str, relation: str) -> None:
    (place,) = find(marked)
    assert place.kind == "relation"
    assert place.relation == relation
    assert place.anchor is not None
    assert place.anchor.term.name == "cat"


@pytest.mark.parametrize(
    "marked",
    [
        "{The #dog} is on the left side of the street.",
        "{The #dog} is in the middle of {the #table}.",
        "{The #dog} is at the top of the stairs.",
        "{The #dog} is in the middle of the room.",
    ],
)
def test_parts_of_other_things_are_local(marked: str) -> None:
    assert [place.kind for place in find(marked)] == ["local"]


def test_the_first_of_two_sides_of_a_street_is_local_too() -> None:
    places = find("{Two #dogs} wait, one on the left and one on the right side of the street.")
    assert [place.kind for place in places] == ["local", "local"]


@pytest.mark.parametrize(
    "marked",
    [
        "{The #dog} was left in {the #car}.",
        "{The #dog} is right next to us.",
        "{The #woman} holds it in the left hand.",
        "{The #dog} turns to the left.",
        "{The #bowl} has a cherry on top.",
        "{The #dog} sits on {the #car}.",
        "{The #dog} seen from above {the #car} is small.",
    ],
)
def test_words_of_place_that_boxes_cannot_decide_are_no_places(marked: str) -> None:
    assert find(marked) == []


def test_hyphens_may_join_the_words_of_a_place() -> None:
    (sentence,) = LexiconReader().read("The dog is in the top-left corner, on the right-hand side.")
    assert [place.zones for place in find_places(sentence)] == [("top", "left"), ("right",)]


def test_what_a_thing_owns_is_no_anchor() -> None:
    (sentence,) = LexiconReader().read("The dog is to the left of the man's house.")
    assert [place.kind for place in find_places(sentence)] == ["local"]


def test_spread_over_the_picture_is_a_place_of_its_own() -> None:
    for words in ("scattered throughout the scene", "spread out across the entire image"):
        assert [place.kind for place in find(f"{{Many #dogs}} are {words}.")] == ["spread"]
    (place,) = find("There are {four #dogs}, spread from left to right.")
    assert place.kind == "spread"


def test_two_sides_may_be_named_in_one_breath() -> None:
    (place,) = find("On the far left and far right sides of the image, there are {#cars}.")
    assert (place.zones, place.also) == (("far left",), ("far right",))


def test_its_left_leaves_the_anchor_open() -> None:
    (place,) = find("{The #dog} has {the #cat} to its left.")
    assert (place.relation, place.anchor) == ("left of", None)
