"""Boxes are clipped to their picture, normalized, or refused with a code."""

from math import inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.sources.boxes import Corners, fit_box, measure_corners

numbers = st.floats(allow_nan=True, allow_infinity=True)
sides = st.integers(1, 10_000)


@settings(deadline=None)
@given(st.tuples(numbers, numbers, numbers, numbers), sides, sides, st.booleans())
def test_what_comes_out_lies_in_the_unit_square_and_in_order(
    corners: Corners, width: int, height: int, flat: bool
) -> None:
    fitted, code = fit_box(corners, width, height, flat=flat)
    if fitted is None:
        assert code in {"box-not-finite", "box-size-not-positive", "box-outside"}
    else:
        x1, y1, x2, y2 = fitted
        assert 0 <= x1 <= x2 <= 1
        assert 0 <= y1 <= y2 <= 1
        assert code in {"", "box-clipped"}


@settings(deadline=None)
@given(st.tuples(st.floats(0, 0.4), st.floats(0, 0.4), st.floats(0.5, 1), st.floats(0.5, 1)))
def test_a_box_inside_a_unit_picture_stays_as_it_is(corners: Corners) -> None:
    assert fit_box(corners, 1, 1) == (corners, "")


@pytest.mark.parametrize(("excess", "code"), [(0.49, ""), (0.5, "box-clipped"), (3, "box-clipped")])
@pytest.mark.parametrize("side", range(4))
def test_half_a_pixel_over_any_side_is_told_of(side: int, excess: float, code: str) -> None:
    corners = [0.0, 0.0, 8.0, 4.0]
    corners[side] += -excess if side < 2 else excess
    x1, y1, x2, y2 = corners
    assert fit_box((x1, y1, x2, y2), 8, 4) == ((0.0, 0.0, 1.0, 1.0), code)


@pytest.mark.parametrize("bad", [nan, inf, -inf])
@pytest.mark.parametrize("side", range(4))
def test_no_corner_may_be_infinite(side: int, bad: float) -> None:
    corners = [1.0, 1.0, 2.0, 2.0]
    corners[side] = bad
    x1, y1, x2, y2 = corners
    assert fit_box((x1, y1, x2, y2), 8, 4) == (None, "box-not-finite")


@pytest.mark.parametrize("corners", [(9, 1, 12, 2), (-3, 1, -1, 2), (1, 5, 2, 6), (1, -2, 2, 0)])
def test_a_box_wholly_outside_is_refused(corners: Corners) -> None:
    assert fit_box(corners, 8, 4) == (None, "box-outside")


def test_a_flat_box_passes_only_where_it_may() -> None:
    assert fit_box((2, 1, 2, 3), 8, 4) == (None, "box-size-not-positive")
    assert fit_box((2, 1, 2, 3), 8, 4, flat=True) == ((0.25, 0.25, 0.25, 0.75), "")


def test_minus_zero_loses_its_sign() -> None:
    fitted, _ = fit_box((-0.0, -0.0, 4, 2), 8, 4)
    assert str(fitted) == "(0.0, 0.0, 0.5, 0.5)"


def test_the_area_is_a_share_of_the_picture() -> None:
    assert measure_corners((0.25, 0.0, 0.75, 0.5)) == 0.25
