"""Outlines: numbers -> polygons. The first step of a drawing; knows nothing of pictures.

A shape is a tuple of closed polygons that are painted as one area, so `oval(...) + box(...)` is
their union. Coordinates are in the unit of whoever draws, x to the right and y down; angles are in
degrees, clockwise on the screen.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import cos, hypot, pi, radians, sin

Point = tuple[float, float]
Path = tuple[Point, ...]
Shape = tuple[Path, ...]

STEPS = 10  # points on each span of a smooth curve
ROUND = 64  # corners of a full oval


def poly(*points: Point) -> Shape:
    """Straight edges through the points."""
    return (points,)


def oval(x: float, y: float, rx: float, ry: float | None = None, turn: float = 0) -> Shape:
    """An ellipse around (x, y); a circle without `ry`."""
    return (arc_points(x, y, rx, rx if ry is None else ry, 0, 360, turn),)


def wedge(x: float, y: float, rx: float, ry: float, start: float, end: float) -> Shape:
    """A part of an ellipse cut off by its chord, from angle `start` to `end`."""
    return (arc_points(x, y, rx, ry, start, end),)


def slice_of(x: float, y: float, radius: float, start: float, end: float) -> Shape:
    """A piece of cake: a wedge that runs to the centre."""
    return (((x, y), *arc_points(x, y, radius, radius, start, end)),)


def arc_points(
    x: float, y: float, rx: float, ry: float, start: float, end: float, turn: float = 0
) -> Path:
    """Points along an ellipse from angle `start` to `end`; 0 is to the right, 90 is down."""
    count = max(4, round(ROUND * abs(end - start) / 360))
    c, s = cos(radians(turn)), sin(radians(turn))
    found = []
    for step in range(count + 1):
        angle = radians(start + (end - start) * step / count)
        u, v = rx * cos(angle), ry * sin(angle)
        found.append((x + u * c - v * s, y + u * s + v * c))
    return tuple(found)


def box(x: float, y: float, w: float, h: float, radius: float = 0) -> Shape:
    """A rectangle by its top left corner and size, with round corners."""
    r = min(radius, w / 2, h / 2)
    if r <= 0:
        return poly((x, y), (x + w, y), (x + w, y + h), (x, y + h))
    return (
        arc_points(x + w - r, y + r, r, r, 270, 360)
        + arc_points(x + w - r, y + h - r, r, r, 0, 90)
        + arc_points(x + r, y + h - r, r, r, 90, 180)
        + arc_points(x + r, y + r, r, r, 180, 270),
    )


def dome(x: float, y: float, w: float, h: float, radius: float) -> Shape:
    """A rectangle whose two upper corners are round."""
    r = min(radius, w / 2, h)
    top = arc_points(x + r, y + r, r, r, 180, 270) + arc_points(x + w - r, y + r, r, r, 270, 360)
    return ((*top, (x + w, y + h), (x, y + h)),)


def blob(*points: Point) -> Shape:
    """A smooth closed outline through the points."""
    return (smooth(points, closed=True),)


def ground(bottom: float, *points: Point) -> Shape:
    """A smooth line through the points, filled down to `bottom`: hills, sand, snow."""
    top = smooth(points)
    return ((*top, (top[-1][0], bottom), (top[0][0], bottom)),)


def line(width: float, *points: Point) -> Shape:
    """Straight strokes of one width with round ends and joints."""
    return _stroke(points, [width] * len(points))


def limb(widths: Sequence[float], *points: Point) -> Shape:
    """A smooth stroke that passes the points; the widths are spread evenly along it."""
    middle = smooth(points)
    last = len(middle) - 1
    return _stroke(middle, [_between(widths, step / last) for step in range(last + 1)])


def curve(width: float, *points: Point) -> Shape:
    """A smooth stroke of one width."""
    return limb((width, width), *points)


def ring(x: float, y: float, radius: float, width: float) -> Shape:
    """A circle's line: a tyre, the edge of a plate."""
    around = arc_points(x, y, radius, radius, 0, 360)
    return _stroke(around, [width] * len(around), caps=False)


def star(x: float, y: float, outer: float, inner: float, tips: int, turn: float = -90) -> Shape:
    """A star whose first tip points to the angle `turn`, upwards by default."""
    found = []
    for step in range(tips * 2):
        radius, angle = (outer, inner)[step % 2], radians(turn) + pi * step / tips
        found.append((x + radius * cos(angle), y + radius * sin(angle)))
    return (tuple(found),)


def smooth(points: Sequence[Point], closed: bool = False) -> Path:
    """A Catmull-Rom curve through the points, as many short straight edges."""
    if len(points) == 2 and not closed:
        return tuple(points)
    count = len(points)
    found = [
        _on_span([points[_index(i + k, count, closed)] for k in (-1, 0, 1, 2)], step / STEPS)
        for i in range(count if closed else count - 1)
        for step in range(STEPS)
    ]
    return tuple(found) if closed else (*found, points[-1])


def _index(i: int, count: int, closed: bool) -> int:
    return i % count if closed else min(max(i, 0), count - 1)


def _on_span(p: Sequence[Point], t: float) -> Point:
    weights = (
        -t / 2 + t * t - t**3 / 2,
        1 - 2.5 * t * t + 1.5 * t**3,
        t / 2 + 2 * t * t - 1.5 * t**3,
        (t**3 - t * t) / 2,
    )
    return (
        sum(w * x for w, (x, _) in zip(weights, p, strict=True)),
        sum(w * y for w, (_, y) in zip(weights, p, strict=True)),
    )


def _between(values: Sequence[float], t: float) -> float:
    place = t * (len(values) - 1)
    low = min(int(place), len(values) - 2)
    return values[low] + (values[low + 1] - values[low]) * (place - low)


def _stroke(points: Sequence[Point], widths: Sequence[float], caps: bool = True) -> Shape:
    found: list[Path] = []
    ends = list(zip(points, widths, strict=True))
    for (a, wide), (b, narrow) in pairwise(ends):
        length = hypot(b[0] - a[0], b[1] - a[1])
        if length:
            nx, ny = (a[1] - b[1]) / length / 2, (b[0] - a[0]) / length / 2
            found.append((
                (a[0] + nx * wide, a[1] + ny * wide),
                (b[0] + nx * narrow, b[1] + ny * narrow),
                (b[0] - nx * narrow, b[1] - ny * narrow),
                (a[0] - nx * wide, a[1] - ny * wide),
            ))  # fmt: skip
    joints = ends if caps else ends[:-1]
    return (*found, *(arc_points(x, y, w / 2, w / 2, 0, 360)[::4] for (x, y), w in joints))
