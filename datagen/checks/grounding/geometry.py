"""Validate stage, grounding: where boxes may be said to stand, with a margin for loose talk.

Every function asks whether words *may* be true of a box; only a clear no contradicts. Corners are
`(x1, y1, x2, y2)`, 0-1 of the picture, origin at the top left; left and right are the viewer's.
"""

from collections.abc import Sequence
from typing import Literal

Corners = tuple[float, float, float, float]

Zone = Literal["left", "right", "top", "bottom", "middle", "about middle", "far left", "far right"]
"""A part of the picture; a corner is two of them, `about middle` is "towards the middle"."""

Relation = Literal[
    "left of", "right of", "above", "below", "on", "beside", "left side", "right side"
]
"""`on` is "on top of"; `left side` is "on the left side of", which may be the thing's own side."""

# A centre this far past the middle line stands on the other side; a box that reaches well over
# the line may still be said to be on either.
_PAST = 0.05
_REACH = 0.1
_HEIGHT_PAST = 0.1
_MIDDLE = (0.35, 0.65)
_ABOUT_MIDDLE = (0.2, 0.8)
_FAR = 0.4
_NUDGE = 0.03
_HEIGHT_NUDGE = 0.05
_APART = 0.5
_SPREAD = 0.3


def may_stand_in(zones: Sequence[Zone], corners: Corners) -> bool:
    """Whether a box may be said to be in all these zones.

    >>> may_stand_in(["left"], (0.6, 0.5, 0.95, 0.8))
    False
    >>> may_stand_in(["left"], (0.3, 0.5, 0.8, 0.8))
    True
    """
    return all(_may_stand(zone, corners) for zone in zones)


def _may_stand(zone: Zone, corners: Corners) -> bool:
    x1, y1, x2, y2 = corners
    match zone:
        case "left":
            return _may_come_first(x1, x2, _PAST, _REACH)
        case "right":
            return _may_come_first(1 - x2, 1 - x1, _PAST, _REACH)
        case "far left":
            return x1 < _FAR and _may_come_first(x1, x2, _PAST, _REACH)
        case "far right":
            return x2 > 1 - _FAR and _may_come_first(1 - x2, 1 - x1, _PAST, _REACH)
        case "top":
            return _may_come_first(y1, y2, _HEIGHT_PAST, _REACH)
        case "bottom":
            return _may_come_first(1 - y2, 1 - y1, _HEIGHT_PAST, _REACH)
        case "middle":
            return x2 > _MIDDLE[0] and x1 < _MIDDLE[1]
        case "about middle":
            return x2 > _ABOUT_MIDDLE[0] and x1 < _ABOUT_MIDDLE[1]


def _may_come_first(low: float, high: float, past: float, reach: float) -> bool:
    """Whether a stretch of 0-1 may be said to be in the first half."""
    return (low + high) / 2 < 0.5 + past or low < 0.5 - reach


def may_relate(relation: Relation, one: Corners, other: Corners) -> bool:
    """Whether the first box may be said to stand so to the second.

    >>> may_relate("left of", (0.6, 0.5, 0.9, 0.8), (0.1, 0.3, 0.2, 0.9))
    False
    """
    match relation:
        case "left of":
            return _may_precede(one[0], one[2], other[0], other[2], _NUDGE)
        case "right of":
            return _may_precede(-one[2], -one[0], -other[2], -other[0], _NUDGE)
        case "left side":
            return one[0] < other[2]
        case "right side":
            return one[2] > other[0]
        case "above":
            return _may_precede(one[1], one[3], other[1], other[3], _HEIGHT_NUDGE)
        case "on":
            return _may_precede(one[1], one[3], other[1], other[3], _HEIGHT_PAST)
        case "below":
            return _may_precede(-one[3], -one[1], -other[3], -other[1], _HEIGHT_NUDGE)
        case "beside":
            return max(one[0] - other[2], other[0] - one[2]) < _APART


def _may_precede(
    low: float, high: float, other_low: float, other_high: float, nudge: float
) -> bool:
    """Whether a stretch may be said to come before another: not if it clearly comes after."""
    is_after = low + high > other_low + other_high + 2 * nudge
    return not (is_after and low > other_low and high > other_high)


def may_be_scattered(boxes: Sequence[Corners]) -> bool:
    """Whether several boxes may be said to be spread over the picture.

    >>> may_be_scattered([(0.8, 0.8, 0.85, 0.9), (0.88, 0.8, 0.95, 0.9)])
    False
    """
    width = max(box[2] for box in boxes) - min(box[0] for box in boxes)
    height = max(box[3] for box in boxes) - min(box[1] for box in boxes)
    return width > _SPREAD or height > _SPREAD
