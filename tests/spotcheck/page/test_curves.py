import math
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.spotcheck.page.curves import STEPS, draw_curves, find_limits, make_steps
from datagen.spotcheck.results import Measure
from tests.spotcheck.page.building import make_results

GAIN = make_results().measures[0]


def make_measure(**values: tuple[float, ...]) -> Measure:
    return Measure("gain", "Gain", values, {})  # type: ignore[arg-type]  # names of controls


def list_texts(svg: str) -> list[str | None]:
    return [element.text for element in ElementTree.fromstring(svg).iter("text")]


def test_curves_and_threshold_are_named_beside_them() -> None:
    texts = list_texts(draw_curves(GAIN, "a"))
    assert {"right picture", "another's", "blank", "flagged below −0.04", "100%"} <= set(texts)


def test_curves_differ_in_their_dashes() -> None:
    root = ElementTree.fromstring(draw_curves(GAIN, "a"))
    rules = {}
    for path in root.iter("path"):
        style = path.get("style", "")
        for control in ("right", "shuffled", "blank"):
            if f"stroke: var(--{control})" in style:
                found = [rule for rule in style.split("; ") if rule.startswith("stroke-dasharray")]
                rules[control] = found[0] if found else "solid"
    assert len(rules) == 3
    assert len(set(rules.values())) == 3


def test_names_of_curves_do_not_lie_on_each_other() -> None:
    root = ElementTree.fromstring(draw_curves(GAIN, "a"))
    places = [
        (float(text.get("x", "")), float(text.get("y", "")), len(text.text or ""))
        for text in root.iter("text")
        if text.text in {"right picture", "another's", "blank"}
    ]
    for (x1, y1, n1), (x2, y2, n2) in pairwise(places):
        assert abs(y1 - y2) > 10 or x1 + 6 * n1 < x2 or x2 + 6 * n2 < x1


def test_a_measure_without_values_has_no_drawing() -> None:
    assert draw_curves(make_measure(), "a") == ""
    assert draw_curves(make_measure(right=(), blank=(math.nan,)), "a") == ""


def test_one_control_alone_is_drawn() -> None:
    texts = list_texts(draw_curves(make_measure(right=(0.1, 0.2)), "a"))
    assert "right picture" in texts
    assert "blank" not in texts


@pytest.mark.parametrize("value", [0.0, 3.0, -1e9])
def test_values_all_alike_are_drawn(value: float) -> None:
    low, high = find_limits(make_measure(right=(value,) * 5))
    assert low < value < high
    assert draw_curves(make_measure(right=(value,) * 5), "a")


def test_the_threshold_lies_within_the_axis() -> None:
    low, high = find_limits(replace(make_measure(right=(1.0, 2.0)), threshold=-7.0))
    assert low < -7 < high


def test_a_value_far_off_does_not_squeeze_the_rest() -> None:
    values = (-100.0, *(number / 1000 for number in range(999)))
    low, _ = find_limits(make_measure(right=values))
    assert low > -1
    assert make_steps(values, low, 1)[0] == (low, 0.001)


def test_values_that_are_not_finite_leave_no_trace() -> None:
    svg = draw_curves(make_measure(right=(math.nan, -math.inf, 1.0, 2.0, math.inf)), "a")
    assert "nan" not in svg
    assert "inf" not in svg


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=400).map(sorted),
)
def test_a_curve_rises_from_nought_to_all_in_few_steps(numbers: list[float]) -> None:
    low, high = numbers[0] - 1, numbers[-1] + 1
    steps = make_steps(numbers, low, high)
    assert steps[0] == (low, 0)
    assert steps[-1] == (high, 1)
    assert len(steps) <= STEPS + 2
    assert all(x1 <= x2 and y1 <= y2 for (x1, y1), (x2, y2) in pairwise(steps))
