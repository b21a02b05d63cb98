"""What the offline writer says of boxes: numbers that survive a crowd, and clear places only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.llm.offline.captions import read_caption
from datagen.llm.offline.objects import (
    Corners,
    Group,
    describe,
    find_height,
    find_relation,
    find_side,
    make_groups,
)
from datagen.llm.offline.placement import find_zone
from datagen.llm.offline.reading import SceneBox

shares = st.floats(0, 1)
corners = st.tuples(shares, shares, shares, shares).map(
    lambda c: (min(c[0], c[2]), min(c[1], c[3]), max(c[0], c[2]), max(c[1], c[3]))
)


def row_of(category: str, number: int, *, crowd: bool = False) -> list[SceneBox]:
    """Boxes side by side that do not touch."""
    width = 1 / (2 * number)
    return [
        SceneBox(category, (2 * place * width, 0.4, (2 * place + 1) * width, 0.6), crowd)
        for place in range(number)
    ]


def group_of(boxes: list[SceneBox], *captions: str) -> Group:
    (group,) = make_groups(boxes, [read_caption(text) for text in captions], measured=True)
    return group


def single(category: str, box: Corners) -> Group:
    return group_of([SceneBox(category, box)])


@pytest.mark.parametrize(
    ("number", "captions", "described"),
    [
        (1, ["A cup on a tray."], "a cup"),
        (1, ["Many cups on a tray."], "cups"),
        (3, ["A tray."], "three cups"),
        (3, ["Three cups on a tray."], "three cups"),
        (3, ["Five cups on a tray."], "at least three cups"),
        (3, ["Two cups on a tray."], "several cups"),
        (4, ["A row of cups on a tray."], "at least four cups"),
        (9, ["A tray."], "at least nine cups"),
        (9, ["Nine cups on a tray."], "nine cups"),
        (13, ["A tray."], "more than a dozen cups"),
        (40, ["Forty cups."], "more than a dozen cups"),
    ],
)
def test_a_number_is_told_as_far_as_it_is_safe(
    number: int, captions: list[str], described: str
) -> None:
    assert describe(group_of(row_of("cup", number), *captions)) == described


def test_a_marked_crowd_is_never_counted() -> None:
    assert describe(group_of(row_of("person", 2, crowd=True))) == "a crowd of people"
    assert describe(group_of(row_of("sheep", 1, crowd=True))) == "many sheep"


def test_a_box_around_another_of_its_kind_may_be_a_crowd() -> None:
    boxes = [SceneBox("book", (0.0, 0.0, 0.9, 0.9)), SceneBox("book", (0.1, 0.1, 0.2, 0.2))]
    assert describe(group_of(boxes)) == "at least two books"


@pytest.mark.parametrize(
    ("category", "one", "several"),
    [
        ("knife", "a knife", "two knives"),
        ("scissors", "a pair of scissors", "two pairs of scissors"),
        ("skis", "a pair of skis", "skis"),
        ("sheep", "a sheep", "two sheep"),
        ("umbrella", "an umbrella", "two umbrellas"),
        ("unicorn", "a unicorn", "two unicorns"),
        ("octopus box", "an octopus box", "two octopus boxes"),
    ],
)
def test_categories_are_bent_correctly(category: str, one: str, several: str) -> None:
    assert describe(group_of(row_of(category, 1))) == one
    assert describe(group_of(row_of(category, 2))) == several


@pytest.mark.parametrize(
    ("captions", "called"),
    [
        (["A woman in a boat.", "A lady rowing."], "a woman"),
        (["A boy with a net."], "a boy"),
        (["A man and a woman rowing."], "a person"),
        (["Somebody in a boat."], "a person"),
        (["A woman rows.", "A woman.", "A woman in a boat.", "A man rows."], "a woman"),
    ],
)
def test_the_only_person_is_called_as_most_captions_call_it(
    captions: list[str], called: str
) -> None:
    assert describe(group_of(row_of("person", 1), *captions)) == called


@given(corners, corners)
def test_left_and_right_are_told_only_without_overlap(one: Corners, other: Corners) -> None:
    relation = find_relation(single("cup", one), single("fork", other))
    if relation == "left":
        assert one[2] < other[0]
    if relation == "right":
        assert other[2] < one[0]
    if relation == "higher":
        assert one[3] < other[1]


@given(corners)
def test_a_side_is_told_only_where_the_box_is_clearly_there(box: Corners) -> None:
    side, height, middle = find_side(box), find_height(box), (box[0] + box[2]) / 2
    assert side != "left" or (box[2] <= 0.5 and middle < 0.4)
    assert side != "right" or (box[0] >= 0.5 and middle > 0.6)
    assert side != "middle" or 0.4 <= middle <= 0.6
    assert height != "top" or box[3] < 0.5
    assert height != "bottom" or box[1] > 0.5


def test_several_things_have_a_place_only_if_all_are_there() -> None:
    left, right = (0.0, 0.3, 0.2, 0.6), (0.8, 0.3, 1.0, 0.6)
    nearby = (0.1, 0.3, 0.3, 0.6)
    wide = (0.1, 0.3, 0.9, 0.6)
    assert find_zone(group_of([SceneBox("cup", left), SceneBox("cup", nearby)])) in {"left", ""}
    assert find_zone(group_of([SceneBox("cup", left), SceneBox("cup", right)])) == "apart"
    assert find_zone(group_of([SceneBox("cup", left), SceneBox("cup", wide)])) == ""
