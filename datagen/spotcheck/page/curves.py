"""Spot-check, page: the values of a measure -> its cumulative distribution under each control."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from datagen.spotcheck.page.figures import (
    BLANK,
    CHAR_WIDTH,
    FAINT,
    INK,
    RIGHT,
    SHUFFLED,
    TEXT_SIZE,
    WASH,
    WIDTH,
    draw,
)
from datagen.spotcheck.page.wording import format_number
from datagen.spotcheck.results import Measure
from datagen.spotcheck.subjects import CONTROLS, Control

Point = tuple[float, float]

_HEIGHT = 250
_LEFT, _RIGHT, _BOTTOM, _TOP = 42, 10, 26, 24
_INNER = (WIDTH - _LEFT - _RIGHT, _HEIGHT - _BOTTOM - _TOP)

STEPS = 150
"""Of a curve at most; more cannot be seen at this size."""

OUTER = 0.005
"""Share of the values at either end that the axis may leave out; one far off would squeeze all."""

_LEVELS = (0.5, 0.35, 0.65, 0.2, 0.8, 0.9)
"""Heights where a curve's name may stand."""


@dataclass(frozen=True, slots=True)
class _Curve:
    label: str
    colour: str
    dashes: tuple[float, ...]
    width: float


_CURVES: dict[Control, _Curve] = {
    "right": _Curve("right picture", RIGHT, (), 2.2),
    "shuffled": _Curve("another's", SHUFFLED, (6, 2.5), 1.7),
    "blank": _Curve("blank", BLANK, (1.2, 1.8), 1.9),
}


def draw_curves(measure: Measure, name: str) -> str:
    """Draw the curves; empty when there are no values.

    Args:
        measure: its values under the controls; what is not finite is left out.
        name: unique within the page.
    """
    values = {control: find_finite(measure, control) for control in CONTROLS}
    values = {control: numbers for control, numbers in values.items() if numbers}
    if not values:
        return ""
    low, high = find_limits(measure)
    steps = {control: make_steps(numbers, low, high) for control, numbers in values.items()}

    threshold = measure.threshold

    def paint(axes: Axes) -> None:
        axes.set_xlim(low, high)
        axes.set_ylim(0, 1)
        _dress(axes)
        if threshold is not None and math.isfinite(threshold):
            _paint_threshold(axes, threshold, low, high)
        for control, points in steps.items():  # broken lines over the solid one: each is seen
            _paint_curve(axes, control, points)
        _paint_names(axes, steps, threshold)

    return draw(name, _HEIGHT, (_LEFT, _RIGHT, _BOTTOM, _TOP), paint)


def find_finite(measure: Measure, control: Control) -> list[float]:
    """The values that can be drawn, ascending."""
    return sorted(value for value in measure.values.get(control, ()) if math.isfinite(value))


def find_limits(measure: Measure) -> Point:
    """Ends of the axis: nearly all values of every control, the threshold, and some room."""
    ends = []
    for control in CONTROLS:
        numbers = find_finite(measure, control)
        if numbers:
            spare = int(OUTER * len(numbers))
            ends += [numbers[spare], numbers[-1 - spare]]
    if measure.threshold is not None and math.isfinite(measure.threshold):
        ends.append(measure.threshold)
    room = 0.03 * (max(ends) - min(ends)) or max(0.1 * abs(ends[0]), 0.1)
    return min(ends) - room, max(ends) + room


def make_steps(numbers: Sequence[float], low: float, high: float) -> list[Point]:
    """Corners of the curve: at each value, the share of values up to and with it.

    >>> make_steps([1, 2], 0, 3)
    [(0, 0.0), (1, 0.5), (2, 1.0), (3, 1.0)]
    """
    count = len(numbers)
    shown = min(count, STEPS)
    start, end = bisect_left(numbers, low) / count, bisect_right(numbers, high) / count
    ranks = sorted({math.ceil(step * count / shown) for step in range(1, shown + 1)})
    points = [(numbers[rank - 1], rank / count) for rank in ranks]
    return [(low, start), *(point for point in points if low <= point[0] <= high), (high, end)]


def _dress(axes: Axes) -> None:
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f}%"))
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.grid(visible=True, axis="y", color=FAINT, linewidth=0.6, alpha=0.6)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _paint_threshold(axes: Axes, threshold: float, low: float, high: float) -> None:
    axes.axvspan(low, threshold, color=WASH, linewidth=0, zorder=0)
    axes.axvline(threshold, color=INK, linewidth=1, zorder=1)
    is_left = threshold < (low + high) / 2
    axes.annotate(
        f"flagged below {format_number(threshold)}",
        (low if is_left else threshold, 1),
        xytext=(0, 8),
        textcoords="offset pixels",
        ha="left" if is_left else "right",
        annotation_clip=False,
    )


def _paint_curve(axes: Axes, control: Control, points: Sequence[Point]) -> None:
    curve = _CURVES[control]
    (line,) = axes.plot(
        *zip(*points, strict=True),
        drawstyle="steps-post",
        color=curve.colour,
        linewidth=curve.width,
        zorder=2,
    )
    if curve.dashes:
        line.set_dashes(curve.dashes)


def _paint_names(axes: Axes, steps: dict[Control, list[Point]], threshold: float | None) -> None:
    """Write each curve's name beside it, where it hides least of the lines."""
    low, high = axes.get_xlim()
    pixels = {
        control: [((x - low) / (high - low) * _INNER[0], y * _INNER[1]) for x, y in points]
        for control, points in steps.items()
    }
    lines = [point for points in pixels.values() for point in _fill(points)]
    if threshold is not None and math.isfinite(threshold):
        x = (threshold - low) / (high - low) * _INNER[0]
        lines += _fill([(x, 0), (x, _INNER[1])])
    taken: list[tuple[float, float, float]] = []
    for control, points in pixels.items():
        curve = _CURVES[control]
        x, y, length = _find_spot(points, curve.label, lines, taken)
        taken.append((x, y, length))
        axes.annotate(
            curve.label,
            (x, y),
            xycoords="axes pixels",
            va="center_baseline",
            color=curve.colour,
            annotation_clip=False,
            zorder=4,
        )


def _find_spot(
    points: Sequence[Point],
    label: str,
    lines: Sequence[Point],
    taken: Sequence[tuple[float, float, float]],
) -> tuple[float, float, float]:
    """The best place beside a curve: left end and middle of the name, and its length."""
    length = CHAR_WIDTH * len(label)
    spots = [
        (_cross(points, level) + side, level * _INNER[1])
        for level in _LEVELS
        for side in (9.0, -9.0 - length)
    ]
    x, y = min(spots, key=lambda spot: _cost(spot, length, lines, taken))
    return x, y, length


def _cross(points: Sequence[Point], level: float) -> float:
    """Where the curve first reaches a height, in pixels."""
    return next((x for x, y in points if y >= level * _INNER[1]), points[-1][0])


def _fill(points: Sequence[Point]) -> list[Point]:
    """Points along the steps, a few pixels apart."""
    filled = []
    for (x1, y1), (x2, y2) in pairwise(points):
        filled += [(x1 + step, y1) for step in range(0, int(x2 - x1) + 1, 4)]
        filled += [(x2, y1 + step) for step in range(0, int(y2 - y1) + 1, 4)]
    return filled


def _cost(
    spot: Point, length: float, lines: Sequence[Point], taken: Sequence[tuple[float, float, float]]
) -> float:
    """How bad a place is: lines under the name, other names, and what hangs over the edge."""
    x, y = spot
    half = TEXT_SIZE / 2 + 2
    crossed = sum(x - 3 <= px <= x + length + 3 and abs(py - y) <= half for px, py in lines)
    clashes = sum(
        abs(py - y) < 2 * half and x < px + wide + 6 and px < x + length + 6
        for px, py, wide in taken
    )
    over = max(0.0, -x) + max(0.0, x + length - _INNER[0])
    return crossed + 50 * clashes + 5 * over
