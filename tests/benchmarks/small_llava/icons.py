"""Icons of the small world: a category, a colour, a size -> a little picture with its outline.

Each icon is a list of parts in a unit square, origin at the top left, painted one over the other.
They are told apart by their outlines, so that no colour gives a category away.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple

from PIL import Image, ImageDraw

Paint = Literal["main", "dark", "pale"]
FINE = 4
"""Painted pixels per final pixel, in each direction."""

COLORS: Mapping[str, tuple[int, int, int]] = MappingProxyType({
    "red": (214, 32, 38),
    "blue": (36, 78, 214),
    "yellow": (247, 214, 24),
    "white": (252, 252, 252),
    "black": (16, 16, 20),
    "pink": (246, 120, 186),
})  # fmt: skip
_DARK, _PALE = (58, 44, 40), (206, 222, 230)


class Part(NamedTuple):
    """One painted form; `width` is that of a stroke, in units of the square, 0 for a filled one."""

    form: Literal["polygon", "oval", "line"]
    points: tuple[float, ...]
    paint: Paint = "main"
    width: float = 0.0


def _box(x1: float, y1: float, x2: float, y2: float, paint: Paint = "main") -> Part:
    return Part("polygon", (x1, y1, x2, y1, x2, y2, x1, y2), paint)


def _poly(*points: float, paint: Paint = "main") -> Part:
    return Part("polygon", points, paint)


def _oval(
    x: float, y: float, rx: float, ry: float, paint: Paint = "main", width: float = 0
) -> Part:
    return Part("oval", (x - rx, y - ry, x + rx, y + ry), paint, width)


def _line(*points: float, paint: Paint = "main", width: float = 0.08) -> Part:
    return Part("line", points, paint, width)


def _wheels(*places: float, y: float, radius: float) -> list[Part]:
    return [_oval(x, y, radius, radius, "dark") for x in places]


def _legs(*places: float, top: float, bottom: float, width: float = 0.1) -> list[Part]:
    return [_box(x, top, x + width, bottom) for x in places]


ICONS: Mapping[str, Sequence[Part]] = MappingProxyType({
    "bicycle": [
        _oval(0.22, 0.68, 0.2, 0.2, width=0.09), _oval(0.78, 0.68, 0.2, 0.2, width=0.09),
        _line(0.22, 0.68, 0.4, 0.36, 0.7, 0.36, 0.52, 0.68, 0.22, 0.68), _line(0.52, 0.68, 0.36, 0.26),
        _line(0.78, 0.68, 0.66, 0.2, 0.8, 0.16), _line(0.26, 0.26, 0.46, 0.26, paint="dark"),
    ],
    "car": [
        _poly(0.18, 0.52, 0.3, 0.24, 0.7, 0.24, 0.84, 0.52), _box(0.0, 0.48, 1.0, 0.76),
        _poly(0.27, 0.48, 0.35, 0.31, 0.48, 0.31, 0.48, 0.48, paint="pale"),
        _poly(0.53, 0.48, 0.53, 0.31, 0.66, 0.31, 0.75, 0.48, paint="pale"),
        *_wheels(0.23, 0.77, y=0.76, radius=0.14),
    ],
    "airplane": [
        _oval(0.5, 0.5, 0.5, 0.1), _poly(0.36, 0.5, 0.62, 0.5, 0.44, 0.02, 0.32, 0.02),
        _poly(0.36, 0.5, 0.62, 0.5, 0.44, 0.98, 0.32, 0.98),
        _poly(0.02, 0.5, 0.16, 0.5, 0.08, 0.26, 0.0, 0.26), _poly(0.02, 0.5, 0.16, 0.5, 0.08, 0.74, 0.0, 0.74),
        _oval(0.86, 0.5, 0.07, 0.05, "pale"),
    ],
    "bus": [
        _box(0.0, 0.1, 1.0, 0.82), *(_box(x, 0.22, x + 0.17, 0.44, "pale") for x in (0.06, 0.3, 0.54, 0.78)),
        *_wheels(0.22, 0.78, y=0.83, radius=0.12),
    ],
    "train": [
        _box(0.0, 0.38, 0.7, 0.74), _box(0.6, 0.08, 1.0, 0.74), _box(0.1, 0.08, 0.25, 0.4),
        _box(0.7, 0.18, 0.9, 0.38, "pale"), *_wheels(0.16, 0.5, 0.84, y=0.8, radius=0.14),
    ],
    "boat": [
        _poly(0.0, 0.68, 1.0, 0.68, 0.8, 0.96, 0.2, 0.96), _line(0.46, 0.02, 0.46, 0.68, paint="dark"),
        _poly(0.54, 0.04, 0.54, 0.6, 0.98, 0.6), _poly(0.38, 0.16, 0.38, 0.6, 0.08, 0.6),
    ],
    "bird": [
        _poly(0.3, 0.5, 0.0, 0.3, 0.0, 0.62), _oval(0.48, 0.56, 0.3, 0.2), _oval(0.78, 0.32, 0.15, 0.15),
        _poly(0.9, 0.24, 1.0, 0.34, 0.9, 0.42, paint="dark"), _poly(0.36, 0.52, 0.62, 0.52, 0.3, 0.06),
        _line(0.44, 0.74, 0.44, 0.96, paint="dark", width=0.06), _line(0.56, 0.74, 0.56, 0.96, paint="dark", width=0.06),
    ],
    "dog": [
        _box(0.16, 0.5, 0.76, 0.76), *_legs(0.16, 0.32, 0.54, 0.66, top=0.74, bottom=0.98),
        _oval(0.78, 0.42, 0.17, 0.15), _box(0.84, 0.42, 1.0, 0.54), _poly(0.6, 0.26, 0.74, 0.22, 0.7, 0.58, paint="dark"),
        _line(0.2, 0.54, 0.02, 0.22, width=0.1),
    ],
    "horse": [
        _oval(0.44, 0.5, 0.32, 0.15), _poly(0.56, 0.46, 0.76, 0.52, 0.92, 0.14, 0.76, 0.06),
        _poly(0.76, 0.06, 0.9, 0.06, 1.0, 0.3, 0.9, 0.32), *_legs(0.16, 0.28, 0.56, 0.68, top=0.5, bottom=1.0, width=0.08),
        _poly(0.16, 0.4, 0.0, 0.8, 0.12, 0.76, paint="dark"), _line(0.58, 0.4, 0.76, 0.04, paint="dark"),
    ],
    "cow": [
        _box(0.08, 0.26, 0.78, 0.7), *_legs(0.1, 0.26, 0.52, 0.66, top=0.68, bottom=0.96, width=0.12),
        _box(0.7, 0.2, 1.0, 0.5), _line(0.7, 0.2, 0.66, 0.04, paint="dark"), _line(0.96, 0.2, 1.0, 0.04, paint="dark"),
        _oval(0.26, 0.42, 0.1, 0.1, "pale"), _oval(0.52, 0.54, 0.11, 0.1, "dark"), _box(0.86, 0.4, 1.0, 0.5, "pale"),
    ],
    "umbrella": [
        _poly(0.0, 0.5, 0.08, 0.26, 0.28, 0.08, 0.5, 0.02, 0.72, 0.08, 0.92, 0.26, 1.0, 0.5, 0.83, 0.42, 0.66, 0.5, 0.5, 0.42, 0.34, 0.5, 0.17, 0.42),
        _line(0.5, 0.46, 0.5, 0.9, 0.6, 0.96, 0.68, 0.86, paint="dark"),
    ],
    "kite": [
        _poly(0.5, 0.0, 0.86, 0.34, 0.5, 0.74, 0.14, 0.34), _line(0.5, 0.04, 0.5, 0.7, paint="dark", width=0.05),
        _line(0.18, 0.34, 0.82, 0.34, paint="dark", width=0.05), _line(0.5, 0.74, 0.4, 0.84, 0.56, 0.9, 0.46, 1.0, paint="dark", width=0.06),
    ],
})  # fmt: skip
"""COCO's names -> parts, in the order in which they are painted."""


def draw_icon(category: str, color: str, side: int, *, flip: bool) -> Image.Image:
    """An icon in a transparent square of so many pixels, mirrored left to right if wanted."""
    fine = side * FINE
    image = Image.new("RGBA", (fine, fine), (0, 0, 0, 0))
    pencil = ImageDraw.Draw(image)
    paints = {"main": COLORS[color], "dark": _DARK, "pale": _PALE}
    for part in ICONS[category]:
        _paint(pencil, part, paints[part.paint], fine)
    small = image.resize((side, side), Image.Resampling.BOX)
    return small.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flip else small


def _paint(pencil: ImageDraw.ImageDraw, part: Part, color: tuple[int, int, int], size: int) -> None:
    points = [round(value * (size - 1)) for value in part.points]
    width = max(1, round(part.width * size))
    if part.form == "polygon":
        pencil.polygon(points, fill=color)
    elif part.form == "line":
        pencil.line(points, fill=color, width=width, joint="curve")
    elif part.width:
        pencil.ellipse(points, outline=color, width=width)
    else:
        pencil.ellipse(points, fill=color)
