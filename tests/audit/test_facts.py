import pytest

from datagen.records import AnnotatedImage, Box
from tests.audit.facts import Facts, colour_family, find_colours


def _make(captions: tuple[str, ...], *boxes: Box, texts: tuple[str, ...] = ()) -> Facts:
    return Facts(AnnotatedImage("1", "1.jpg", captions, boxes), texts)


LEFT = (0.05, 0.2, 0.2, 0.8)
MIDDLE = (0.4, 0.2, 0.6, 0.8)
RIGHT = (0.8, 0.2, 0.95, 0.8)


def test_what_a_word_a_box_or_a_near_thing_brings_in_is_not_absent() -> None:
    facts = _make(("A kitten sleeps.",), Box("bus", LEFT), texts=("A lady with a parasol.",))
    assert not {"cat", "bus", "truck", "person", "umbrella"} & set(facts.absent)
    assert {"zebra", "toaster"} <= set(facts.absent)


@pytest.mark.parametrize(
    ("caption", "count"),
    [
        ("Dogs on a lawn.", None),
        ("A lawn.", 2),
        ("Two dogs.", 2),
        ("Three dogs.", None),
        ("Several brown dogs.", None),
        ("One of the dogs.", 2),
    ],
)
def test_a_count_is_known_where_captions_agree(caption: str, count: int | None) -> None:
    facts = _make((caption,), Box("dog", LEFT), Box("dog", RIGHT))
    assert facts.count("dog") == count


def test_a_tiny_thing_that_no_caption_names_may_be_overlooked() -> None:
    tiny = (0.5, 0.5, 0.52, 0.52)
    facts = _make(("A cup.",), Box("cup", tiny), Box("spoon", tiny), Box("bed", LEFT))
    assert facts.plain_to_see == ("bed", "cup")


def test_a_crowd_has_no_count() -> None:
    facts = _make(("A lawn.",), Box("dog", LEFT), Box("dog", RIGHT, crowd=True))
    assert facts.count("dog") is None
    assert facts.box_count("dog") is None


def test_the_boxes_alone_count_where_captions_are_vague() -> None:
    facts = _make(("Some dogs.",), Box("dog", LEFT), Box("dog", RIGHT))
    assert (facts.count("dog"), facts.box_count("dog")) == (None, 2)


def test_sides_need_a_clear_margin() -> None:
    facts = _make((), Box("dog", LEFT), Box("cat", MIDDLE), Box("bus", RIGHT))
    assert [facts.find_side(name) for name in ("dog", "cat", "bus")] == ["left", "", "right"]
    assert ("dog", "left", "bus") in facts.list_relations()
    assert ("bus", "right", "dog") in facts.list_relations()


def test_two_of_a_kind_have_no_side() -> None:
    facts = _make(("A dog beside another dog.",), Box("dog", LEFT), Box("bus", RIGHT))
    assert "dog" not in facts.singles
    assert facts.list_relations() == []


def test_a_colour_is_stated_where_captions_agree() -> None:
    boxes = Box("bus", LEFT), Box("car", RIGHT)
    facts = _make(("A red bus and a blue car.", "A bus near a green car."), *boxes)
    assert facts.colours == {"bus": frozenset({"red"})}


def test_a_false_colour_is_far_from_the_stated_one() -> None:
    facts = _make(("A red bus near a white wall.",), Box("bus", LEFT))
    false = facts.list_false_colours("bus")
    assert false
    assert not {"red", "purple", "white"} & set(false)


def test_two_colours_of_one_thing_state_none() -> None:
    assert list(find_colours("A black and white bus.")) == []


@pytest.mark.parametrize(("word", "family"), [("Gray", "grey"), ("teal", "blue"), ("big", "")])
def test_a_colour_word_has_a_family(word: str, family: str) -> None:
    assert colour_family(word) == family
