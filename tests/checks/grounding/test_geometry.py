import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.checks.grounding.geometry import (
    Corners,
    Relation,
    Zone,
    may_be_scattered,
    may_relate,
    may_stand_in,
)

TAXI = (0.6, 0.5, 0.95, 0.8)
MAN = (0.1, 0.3, 0.2, 0.9)
WALL = (0.0, 0.0, 1.0, 1.0)

SIDES: dict[Zone, Zone] = {"left": "right", "far left": "far right", "middle": "middle"}
TURNED: dict[Relation, Relation] = {
    "left of": "right of",
    "left side": "right side",
    "beside": "beside",
}


@st.composite
def corners(draw: st.DrawFn) -> Corners:
    xs = sorted(draw(st.tuples(st.integers(0, 100), st.integers(0, 100))))
    ys = sorted(draw(st.tuples(st.integers(0, 100), st.integers(0, 100))))
    return (xs[0] / 100, ys[0] / 100, xs[1] / 100, ys[1] / 100)


def mirror(box: Corners) -> Corners:
    return (1 - box[2], box[1], 1 - box[0], box[3])


@pytest.mark.parametrize(
    ("zone", "box", "may"),
    [
        ("left", TAXI, False),
        ("right", TAXI, True),
        ("far right", TAXI, True),
        ("far right", (0.35, 0.0, 0.55, 1.0), False),
        ("left", (0.35, 0.0, 0.95, 1.0), True),
        ("middle", TAXI, True),
        ("middle", (0.7, 0.0, 0.95, 1.0), False),
        ("about middle", (0.7, 0.0, 0.95, 1.0), True),
        ("top", (0.0, 0.0, 0.1, 0.2), True),
        ("bottom", (0.0, 0.0, 0.1, 0.2), False),
        ("top", (0.0, 0.7, 0.1, 0.9), False),
    ],
)
def test_a_zone_is_refused_only_by_a_clear_margin(zone: Zone, box: Corners, may: bool) -> None:
    assert may_stand_in([zone], box) is may


def test_a_corner_takes_both_of_its_zones() -> None:
    assert may_stand_in(["left", "top"], (0.0, 0.0, 0.2, 0.2))
    assert not may_stand_in(["left", "top"], (0.0, 0.8, 0.2, 1.0))


@pytest.mark.parametrize("zone", ["left", "right", "top", "bottom", "middle", "far left"])
def test_what_fills_the_picture_may_be_anywhere(zone: Zone) -> None:
    assert may_stand_in([zone], WALL)


@given(corners(), st.sampled_from(sorted(SIDES)))
def test_a_mirrored_box_stands_on_the_other_side(box: Corners, zone: Zone) -> None:
    # Rounding at the very threshold may go either way, so a little is added to both.
    inner = (box[0] + 0.001, box[1], box[2] + 0.002, box[3])
    assert may_stand_in([zone], inner) == may_stand_in([SIDES[zone]], mirror(inner))


@given(corners())
def test_every_box_may_be_in_some_half(box: Corners) -> None:
    assert may_stand_in(["left"], box) or may_stand_in(["right"], box)
    assert may_stand_in(["top"], box) or may_stand_in(["bottom"], box)


@pytest.mark.parametrize(
    ("relation", "one", "other", "may"),
    [
        ("left of", MAN, TAXI, True),
        ("left of", TAXI, MAN, False),
        ("right of", TAXI, MAN, True),
        ("right of", MAN, TAXI, False),
        ("left side", TAXI, MAN, False),
        ("right side", TAXI, MAN, True),
        ("above", (0.7, 0.05, 0.74, 0.15), TAXI, True),
        ("below", (0.7, 0.05, 0.74, 0.15), TAXI, False),
        ("on", (0.0, 0.5, 1.0, 1.0), (0.3, 0.2, 0.6, 0.8), False),
        ("on", (0.3, 0.2, 0.6, 0.8), (0.0, 0.5, 1.0, 1.0), True),
        ("beside", MAN, TAXI, True),
        ("beside", (0.0, 0.0, 0.1, 1.0), (0.9, 0.0, 1.0, 1.0), False),
    ],
)
def test_a_relation_is_refused_only_by_a_clear_margin(
    relation: Relation, one: Corners, other: Corners, may: bool
) -> None:
    assert may_relate(relation, one, other) is may


@given(corners(), corners(), st.sampled_from(sorted(TURNED)))
def test_a_relation_turns_with_the_picture(
    one: Corners, other: Corners, relation: Relation
) -> None:
    inner = (one[0] + 0.0012, one[1], one[2] + 0.0024, one[3])
    turned = may_relate(TURNED[relation], mirror(inner), mirror(other))
    assert may_relate(relation, inner, other) == turned


@given(corners())
def test_a_box_is_never_clearly_apart_from_itself(box: Corners) -> None:
    assert may_relate("left of", box, box)
    assert may_relate("above", box, box)


def test_boxes_close_together_are_not_scattered() -> None:
    assert not may_be_scattered([(0.8, 0.8, 0.85, 0.9), (0.88, 0.8, 0.95, 0.9)])
    assert may_be_scattered([MAN, TAXI])
