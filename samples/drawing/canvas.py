"""The canvas: shapes -> pixels, and for every pixel the thing that owns it.

Everything is painted at three times the final size and shrunk at the end, so edges are smooth. A
second picture of the same size, the labels, is painted with the same masks: it holds the number of
the topmost thing, so what a later shape covers is taken away from the earlier one by itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import ceil, cos, floor, radians, sin

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

from drawing.shapes import Path, Point, Shape

FINE = 3  # painted pixels per final pixel, in each direction
SHADE = "#2b2550"  # shadows are a dark violet, never black

Area = tuple[int, int, int, int]
Labels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that gets a box; `number` is its value in the labels, from 1."""

    number: int
    category: str
    crowd: bool = False


class Canvas:
    """A picture in the making; `width` and `height` are final pixels."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        size = (width * FINE, height * FINE)
        self.image = Image.new("RGB", size, "white")
        self.labels = Image.new("L", size, 0)
        self.things: list[Thing] = []
        self.owner = 0
        self.clip: Image.Image | None = None

    def pen(self) -> "Pen":
        """A pen whose unit is the final pixel and whose origin is the top left corner."""
        return Pen(self)

    def finish(self) -> Image.Image:
        """The picture at its final size."""
        return self.image.resize((self.width, self.height), Image.Resampling.LANCZOS)

    def finish_labels(self) -> Labels:
        """Who owns each final pixel, shape (height, width): a thing's number, or 0 for nobody.

        The owner is the one thing that covers more than half of the pixel's fine pixels. A value
        held by more than half of them is also their median, which is how it is found.
        """
        fine = np.asarray(self.labels).reshape(self.height, FINE, self.width, FINE)
        cells = np.sort(fine.transpose(0, 2, 1, 3).reshape(self.height, self.width, -1), axis=2)
        middle = cells[:, :, FINE * FINE // 2]
        held = (cells == middle[:, :, None]).sum(axis=2) > FINE * FINE // 2
        return np.where(held, middle, 0).astype(np.uint8)

    def mask(self, shape: Shape) -> tuple[Image.Image, Area] | None:
        """The shape in fine pixels as a mask and where it goes; None when it is out of sight."""
        area = self._area(shape)
        if area is None:
            return None
        left, top, right, bottom = area
        mask = Image.new("L", (right - left, bottom - top), 0)
        pencil = ImageDraw.Draw(mask)
        for path in shape:
            pencil.polygon([(x - left, y - top) for x, y in path], fill=255)
        if self.clip is not None:
            mask = ImageChops.multiply(mask, self.clip.crop(area))
        return mask, area

    def _area(self, shape: Shape) -> Area | None:
        xs = [x for path in shape for x, _ in path]
        ys = [y for path in shape for _, y in path]
        left, top = max(0, floor(min(xs))), max(0, floor(min(ys)))
        right = min(self.width * FINE, ceil(max(xs)) + 1)
        bottom = min(self.height * FINE, ceil(max(ys)) + 1)
        return (left, top, right, bottom) if left < right and top < bottom else None

    def own(self, mask: Image.Image, area: Area) -> None:
        """Give the masked pixels to the thing being drawn, or to nobody."""
        self.labels.paste(self.owner, area, mask)


@dataclass(frozen=True, slots=True)
class Pen:
    """Paints in its own frame: the matrix takes the pen's coordinates to final pixels.

    `fill`, `fade` and `glass` put matter on the canvas, which belongs to the thing being drawn;
    `tint`, `sheen`, `shadow` and `glow` are light and shade and leave the owners alone.
    """

    canvas: Canvas
    matrix: tuple[float, float, float, float, float, float] = (1, 0, 0, 0, 1, 0)

    def at(
        self, x: float, y: float, size: float = 1, *, flip: bool = False, turn: float = 0
    ) -> "Pen":
        """A pen with its origin at (x, y), magnified, mirrored left to right, then turned."""
        a, b, c, d, e, f = self.matrix
        cs, sn = size * cos(radians(turn)), size * sin(radians(turn))
        m = -1 if flip else 1
        return replace(
            self,
            matrix=(
                m * (a * cs + b * sn), b * cs - a * sn, a * x + b * y + c,
                m * (d * cs + e * sn), e * cs - d * sn, d * x + e * y + f,
            ),
        )  # fmt: skip

    def stretched(self, across: float, down: float) -> "Pen":
        """A pen with the same origin and other units, for a thing that is wider or flatter."""
        a, b, c, d, e, f = self.matrix
        return replace(self, matrix=(a * across, b * down, c, d * across, e * down, f))

    @contextmanager
    def thing(self, category: str, *, crowd: bool = False) -> Iterator[None]:
        """What is painted inside belongs to a new thing; may be nested (a bag in a hand)."""
        canvas, before = self.canvas, self.canvas.owner
        canvas.things.append(Thing(len(canvas.things) + 1, category, crowd))
        canvas.owner = len(canvas.things)
        try:
            yield
        finally:
            canvas.owner = before

    @contextmanager
    def scenery(self) -> Iterator[None]:
        """What is painted inside belongs to nobody."""
        canvas, before = self.canvas, self.canvas.owner
        canvas.owner = 0
        try:
            yield
        finally:
            canvas.owner = before

    @contextmanager
    def inside(self, shape: Shape) -> Iterator[None]:
        """What is painted inside is cut off at the shape's edge; may be nested."""
        canvas, before = self.canvas, self.canvas.clip
        clip = Image.new("L", canvas.image.size, 0)
        found = canvas.mask(self._placed(shape))
        if found is not None:
            clip.paste(found[0], found[1])
        canvas.clip = clip
        try:
            yield
        finally:
            canvas.clip = before

    def fill(self, shape: Shape, color: str) -> None:
        """Paint the shape in one colour."""
        found = self.canvas.mask(self._placed(shape))
        if found is not None:
            mask, area = found
            self.canvas.image.paste(ImageColor.getrgb(color), area, mask)
            self.canvas.own(mask, area)

    def fade(self, shape: Shape, *colors: str, across: bool = False) -> None:
        """Paint the shape in a gradient from top to bottom, or from left to right."""
        placed = self._placed(shape)
        found = self.canvas.mask(placed)
        if found is not None:
            mask, area = found
            ramp = _ramp([ImageColor.getrgb(color) for color in colors], placed, area, across)
            self.canvas.image.paste(Image.fromarray(ramp), area, mask)
            self.canvas.own(mask, area)

    def glass(self, shape: Shape, color: str, alpha: float) -> None:
        """Paint the shape so that what lies behind shines through; still a thing's matter."""
        self.tint(shape, color, alpha)
        found = self.canvas.mask(self._placed(shape))
        if found is not None:
            self.canvas.own(*found)

    def tint(self, shape: Shape, color: str, alpha: float) -> None:
        """Shade or lighten what is already there; alpha is 0-1."""
        found = self.canvas.mask(self._placed(shape))
        if found is not None:
            mask, area = found
            self._wash(mask.point([round(v * alpha) for v in range(256)]), area, color)

    def sheen(
        self, shape: Shape, color: str, start: float, end: float, *, across: bool = False
    ) -> None:
        """A tint whose alpha runs from `start` to `end`, top to bottom or left to right."""
        placed = self._placed(shape)
        found = self.canvas.mask(placed)
        if found is not None:
            mask, area = found
            levels = _ramp([(round(start * 255),), (round(end * 255),)], placed, area, across)
            alpha = Image.fromarray(levels[:, :, 0])
            self._wash(ImageChops.multiply(mask, alpha), area, color)

    def shadow(self, shape: Shape, alpha: float = 0.25, blur: float = 4) -> None:
        """A soft dark patch; `blur` is in the pen's units."""
        placed = self._placed(shape)
        found = self.canvas.mask(placed)
        if found is None:
            return
        reach = self._length(blur) * FINE
        soft = tuple(_grown(path, placed, 2.5 * reach) for path in placed[:1])
        wide = self.canvas.mask(soft)
        if wide is None:
            return
        area = wide[1]
        mask = Image.new("L", wide[0].size, 0)
        mask.paste(found[0], (found[1][0] - area[0], found[1][1] - area[1]))
        mask = mask.filter(ImageFilter.GaussianBlur(reach))
        if self.canvas.clip is not None:
            mask = ImageChops.multiply(mask, self.canvas.clip.crop(area))
        self._wash(mask.point([round(v * alpha) for v in range(256)]), area, SHADE)

    def glow(self, x: float, y: float, radius: float, color: str, alpha: float) -> None:
        """A round light that fades outwards."""
        square = ((x - radius, y - radius), (x + radius, y - radius))
        placed = self._placed(((*square, (x + radius, y + radius), (x - radius, y + radius)),))
        found = self.canvas.mask(placed)
        if found is None:
            return
        mask, area = found
        levels = _radial(placed, area) * alpha
        light = Image.fromarray(np.rint(levels * 255).astype(np.uint8))
        self._wash(ImageChops.multiply(mask, light), area, color)

    def _wash(self, alpha: Image.Image, area: Area, color: str) -> None:
        self.canvas.image.paste(ImageColor.getrgb(color), area, alpha)

    def _length(self, length: float) -> float:
        a, b, _, d, e, _ = self.matrix
        return float(length * abs(a * e - b * d) ** 0.5)

    def _placed(self, shape: Shape) -> Shape:
        # Whole fine pixels, so that no rounding of Pillow's own decides over a mask.
        return tuple(tuple(self._place(point) for point in path) for path in shape)

    def _place(self, point: Point) -> Point:
        a, b, c, d, e, f = self.matrix
        x, y = point
        return round((a * x + b * y + c) * FINE), round((d * x + e * y + f) * FINE)


def darken(color: str, share: float = 0.86) -> str:
    """The colour (`#rrggbb`) with that share of its light; a share above 1 lightens."""
    channels = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{min(255, round(value * share)):02x}" for value in channels)


def _extent(shape: Shape, axis: int) -> tuple[float, float]:
    values = [point[axis] for path in shape for point in path]
    return min(values), max(values)


def _grown(path: Path, whole: Shape, by: float) -> Path:
    (left, right), (top, bottom) = _extent(whole, 0), _extent(whole, 1)
    left, top, right, bottom = left - by, top - by, right + by, bottom + by
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def _ramp(stops: list[tuple[int, ...]], shape: Shape, area: Area, across: bool) -> Labels:
    """Values between the stops, shape (rows, columns, channels), over the shape's full extent."""
    low, high = _extent(shape, 0 if across else 1)
    first, last = (area[0], area[2]) if across else (area[1], area[3])
    places = (np.arange(first, last) - low) / max(high - low, 1)
    knots = np.linspace(0, 1, len(stops))
    values = np.stack([np.interp(places, knots, channel) for channel in zip(*stops, strict=True)])
    rows = np.rint(values.T).astype(np.uint8)
    rows = rows[None] if across else rows[:, None]
    return np.ascontiguousarray(
        np.broadcast_to(rows, (area[3] - area[1], area[2] - area[0], rows.shape[2]))
    )


def _radial(shape: Shape, area: Area) -> NDArray[np.float64]:
    (left, right), (top, bottom) = _extent(shape, 0), _extent(shape, 1)
    xs = (np.arange(area[0], area[2]) - left) / max(right - left, 1) * 2 - 1
    ys = (np.arange(area[1], area[3]) - top) / max(bottom - top, 1) * 2 - 1
    light: NDArray[np.float64] = np.clip(1 - np.hypot(xs[None, :], ys[:, None]), 0, 1)
    return light**1.5
