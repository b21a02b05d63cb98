"""Spot-check, page: shares with their intervals -> dots and whiskers, a group of them a row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from datagen.spotcheck.page.figures import (
    BLANK,
    CHAR_WIDTH,
    FAINT,
    INK,
    MUTED,
    PAPER,
    RIGHT,
    SHUFFLED,
    WIDTH,
    draw,
)
from datagen.spotcheck.page.wording import is_known
from datagen.spotcheck.results import Share


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of dot; shapes and filling tell them apart without colour."""

    label: str
    marker: str
    colour: str
    filled: bool = True


FLAGGED = Series("flagged", "o", MUTED, filled=False)
DEFECTS = Series("estimated faults", "D", INK)
CONTROL_SERIES = {
    "right": Series("right picture", "o", RIGHT),
    "shuffled": Series("another's", "^", SHUFFLED, filled=False),
    "blank": Series("blank", "s", BLANK, filled=False),
}

_STEP = 16
"""Pixels from dot to dot within a row; a row's name takes as much."""

_GAP = 12
_TOP, _BOTTOM, _SIDE = 30, 26, 16


@dataclass(frozen=True, slots=True)
class Row:
    """A name, and a dot of each series under it; a share that is not known leaves its line out.

    Attributes:
        mark: a share to compare with, drawn across the row.
    """

    name: str
    dots: tuple[tuple[Series, Share | None], ...]
    mark: float | None = None

    @property
    def known(self) -> list[tuple[Series, Share]]:
        """What can be drawn."""
        return [(series, share) for series, share in self.dots if share and is_known(share)]


def draw_intervals(rows: Sequence[Row], name: str, *, whole: bool = False) -> str:
    """Draw the rows from top to bottom; empty when none of them has a dot.

    Args:
        rows: what to draw.
        name: unique within the page.
        whole: whether the axis goes up to 100% whatever the shares are.
    """
    rows = [row for row in rows if row.known]
    if not rows:
        return ""
    depth = sum(_STEP * (1 + len(row.known)) + _GAP for row in rows) - _GAP + _STEP / 2
    top = max(share.high for row in rows for _, share in row.known)
    limit = 1.0 if whole else min(1.0, max(1.08 * top, 0.02))

    def paint(axes: Axes) -> None:
        axes.set_xlim(0, limit)
        axes.set_ylim(depth, 0)
        _dress(axes)
        _paint_rows(axes, rows, limit)
        _paint_legend(axes, rows)

    return draw(name, depth + _TOP + _BOTTOM, (_SIDE, _SIDE, _BOTTOM, _TOP), paint)


def _dress(axes: Axes) -> None:
    axes.yaxis.set_visible(False)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.3g}%"))
    axes.grid(visible=True, axis="x", color=FAINT, linewidth=0.6, alpha=0.6)
    axes.set_axisbelow(True)


def _paint_rows(axes: Axes, rows: Sequence[Row], limit: float) -> None:
    at = 0.0
    for row in rows:
        axes.text(0, at + _STEP / 2, f" {_cut(row.name)}", va="center_baseline", ha="left")
        for series, share in row.known:
            at += _STEP
            y = at + _STEP / 2
            ends = (max(share.low, 0), min(share.high, limit))
            axes.plot(ends, (y, y), color=series.colour, linewidth=1.6, solid_capstyle="butt")
            axes.plot(share.estimate, y, **_style(series), clip_on=False, zorder=3)
        if row.mark is not None:
            ends = (at - _STEP * (len(row.known) - 1) - 2, at + _STEP + 2)
            axes.plot((row.mark, row.mark), ends, color=INK, linewidth=1, dashes=(4, 3), zorder=1)
        at += _STEP + _GAP


def _style(series: Series) -> dict[str, Any]:
    return {
        "linestyle": "none",
        "marker": series.marker,
        "markersize": 6 if series.marker == "D" else 7,
        "markeredgecolor": series.colour,
        "markeredgewidth": 1.5,
        "markerfacecolor": series.colour if series.filled else PAPER,
    }


def _paint_legend(axes: Axes, rows: Sequence[Row]) -> None:
    """One line above the axes, each dot beside its name."""
    shown = {series: None for row in rows for series, _ in row.known}
    depth = axes.get_ylim()[0]  # a unit is a pixel
    x = 5.0
    for series in shown:
        place = (x / (WIDTH - 2 * _SIDE), 1 + (_TOP - 12) / depth)
        axes.plot(*place, **_style(series), transform=axes.transAxes, clip_on=False)
        axes.annotate(
            series.label,
            place,
            xycoords="axes fraction",
            xytext=(9, 0),
            textcoords="offset pixels",
            va="center_baseline",
            color=MUTED,
        )
        x += 9 + CHAR_WIDTH * len(series.label) + 16


def _cut(name: str) -> str:
    longest = int((WIDTH - 2 * _SIDE) / CHAR_WIDTH)
    return name if len(name) <= longest else f"{name[: longest - 1]}…"
