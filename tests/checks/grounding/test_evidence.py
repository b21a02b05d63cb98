import pytest

from datagen.checks.grounding import evidence as module
from datagen.checks.grounding.evidence import (
    count_boxes,
    find_captions,
    find_suggested,
    gather_evidence,
    knows,
)
from datagen.records import AnnotatedImage, Box
from tests.checks.grounding.builders import MarkedReader, make_evidence

CATEGORIES = frozenset(
    """person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire hydrant,
    stop sign, parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe,
    backpack, umbrella, handbag, tie, suitcase, frisbee, skis, snowboard, sports ball, kite,
    baseball bat, baseball glove, skateboard, surfboard, tennis racket, bottle, wine glass, cup, fork,
    knife, spoon, bowl, banana, apple, sandwich, orange, broccoli, carrot, hot dog, pizza, donut, cake,
    chair, couch, potted plant, bed, dining table, toilet, tv, laptop, mouse, remote, keyboard,
    cell phone, microwave, oven, toaster, sink, refrigerator, book, clock, vase, scissors, teddy bear,
    hair drier, toothbrush""".replace("\n   ", "").split(", ")
)
EXCUSED, IMPLIED, WIDER = module._load_tables()  # the tables' rows have no other door


@pytest.mark.parametrize("table", [EXCUSED, IMPLIED, WIDER])
def test_every_row_names_categories_of_coco(table: dict[str, frozenset[str]]) -> None:
    for names in table.values():
        assert names <= CATEGORIES
    assert EXCUSED.keys() <= CATEGORIES


@pytest.mark.parametrize("word", sorted({*IMPLIED, *WIDER}))
def test_words_of_the_table_are_singular_and_of_one_sort(word: str) -> None:
    assert module.singular_of(word) == word
    assert not (word in IMPLIED and word in WIDER)


def test_boxes_are_indexed_by_category_and_crowds_are_known() -> None:
    boxes = (
        Box("dog", (0, 0, 1, 1)),
        Box("person", (0, 0, 1, 1), crowd=True),
        Box("dog", (0, 0, 1, 1)),
    )
    evidence = gather_evidence(AnnotatedImage("1", "1.jpg", (), boxes), MarkedReader())
    assert evidence.boxes == {"dog": (0, 2), "person": (1,)}
    assert evidence.crowds == {"person"}
    assert count_boxes(evidence, ("dog", "person", "cat")) == 3


def test_words_hold_the_plural_and_the_singular() -> None:
    assert {"puppies", "puppy"} <= make_evidence("", "{#Puppies} play.").words


@pytest.mark.parametrize(
    ("caption", "named"),
    [
        ("{A #dog} barks.", True),
        ("{A #puppy} barks.", True),
        ("{An #animal} sits.", False),
        ("{No #dog} is here.", False),
        ("{A #dog|depicted} on a mug.", False),
        ("{The #dog|modifier} food.", False),
    ],
)
def test_only_a_word_of_its_own_names_a_category(caption: str, named: bool) -> None:
    evidence = make_evidence("cat 1", caption)
    assert knows(evidence, ("dog",)) is named
    assert find_captions(evidence, ("dog",)) == ((0,) if named else ())


def test_a_look_alike_a_wider_word_and_an_implying_word_hint() -> None:
    assert "truck" in make_evidence("car 1").hinted
    assert "banana" in make_evidence("car 1", "{Some #fruit} in a net.").hinted
    assert "skis" in make_evidence("person 1", "A skier turns.").hinted


def test_what_a_box_explains_is_suggested_all_the_same_but_hinted_no_more() -> None:
    evidence = make_evidence("tv 1", "A computer on a shelf.")
    assert "keyboard" in find_suggested(evidence) - evidence.hinted
    assert "zebra" not in find_suggested(evidence)


def test_nothing_known_is_hinted() -> None:
    assert "car" not in make_evidence("car 1, truck 1").hinted


def test_people_for_whom_something_is_are_not_in_the_picture() -> None:
    meant = make_evidence("dog 1", "{A #table} set for {four #people}.")
    there = make_evidence("dog 1", "{A #table} and {four #people}.")
    assert not knows(meant, ("person",))
    assert knows(there, ("person",))
    assert "person" not in meant.hinted
