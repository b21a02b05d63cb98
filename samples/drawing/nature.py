"""Scenery out of doors: skies, clouds, hills, trees, flowers. None of it is a COCO thing."""

from random import Random

from drawing.canvas import Pen
from drawing.shapes import Shape, box, curve, ground, limb, oval, poly, wedge


def draw_sky(pen: Pen, *colors: str, height: float) -> None:
    """A gradient over the whole width from the top down to `height`."""
    pen.fade(box(0, 0, pen.canvas.width, height), *colors)


def draw_sun(pen: Pen, color: str = "#fff3c4", radius: float = 30, halo: float = 4) -> None:
    """A disc with a halo of `halo` times its radius."""
    pen.glow(0, 0, radius * halo, color, 0.75)
    pen.fill(oval(0, 0, radius), color)


def draw_cloud(pen: Pen, color: str = "#ffffff", alpha: float = 0.9) -> None:
    """A cloud of about 120 x 45, flat below, its foot at the origin."""
    puffs = oval(-34, -12, 22, 14) + oval(-8, -24, 27, 21) + oval(24, -15, 26, 17)
    pen.tint(puffs + box(-56, -14, 106, 14, 7), color, alpha)
    with pen.inside(puffs):
        pen.tint(oval(6, -4, 44, 13), "#a8c4e0", 0.22)


def draw_wisp(pen: Pen, width: float, color: str, alpha: float = 0.5) -> None:
    """A thin streak of cloud with the origin in its middle."""
    half = width / 2
    pen.tint(limb((1, 9, 6, 1), (-half, 0), (-12, -5), (24, 2), (half, 0)), color, alpha)


def draw_hill(pen: Pen, *points: tuple[float, float], colors: tuple[str, ...]) -> None:
    """A rolling line filled down to the lower edge of the picture."""
    pen.fade(ground(pen.canvas.height, *points), *colors)


def draw_tree(
    pen: Pen,
    leaves: tuple[str, str, str] = ("#5f9a5c", "#79b46c", "#98c983"),
    trunk: str = "#7b5440",
) -> None:
    """A round tree 100 high and 64 wide; leaves from dark to light; foot at the origin."""
    pen.shadow(oval(4, 0, 26, 4), 0.3, 3)
    pen.fade(limb((9, 6, 5), (0, 1), (-1, -25), (1, -52)), trunk, "#5d3f33")
    pen.fill(curve(3.2, (0, -34), (8, -44), (14, -52)), trunk)
    crown = oval(-15, -52, 18, 16) + oval(15, -54, 18, 17) + oval(0, -74, 24, 24) + oval(0, -52, 18)
    pen.fill(crown, leaves[0])
    with pen.inside(crown):
        pen.fill(oval(-7, -78, 22, 20) + oval(-20, -57, 13, 11) + oval(9, -60, 13, 10), leaves[1])
        pen.fill(oval(-11, -84, 13, 10) + oval(-23, -61, 6, 5), leaves[2])


def draw_conifer(
    pen: Pen, color: str = "#3f7a6b", light: str = "#5a9b86", snow: bool = False
) -> None:
    """A fir 100 high and 44 wide in four tiers; foot at the origin."""
    pen.shadow(oval(3, 0, 22, 4), 0.25, 3)
    pen.fill(box(-3, -14, 6, 15), "#6b4a3c")
    for wide, low, high in ((22, -8, -46), (18, -28, -64), (14, -48, -82), (9, -68, -101)):
        tier = blob_tier(wide, low, high)
        pen.fill(tier, color)
        with pen.inside(tier):
            pen.tint(poly((0, high), (-wide - 4, low + 6), (-wide * 0.1, low + 6)), light, 0.8)
            if snow:
                pen.fill(blob_tier(wide * 0.72, low - (low - high) * 0.34, high - 1), "#f6fbff")


def blob_tier(wide: float, low: float, high: float) -> Shape:
    """One tier of a fir: a triangle with a sagging lower edge."""
    return (
        (
            (0, high),
            (wide, low),
            *((wide * (1 - t / 6), low + 3.5 * (1 - abs(1 - t / 6) ** 2)) for t in range(1, 12)),
            (-wide, low),
        ),
    )


def draw_bush(pen: Pen, color: str = "#6aa565", light: str = "#8cc07c") -> None:
    """A bush of 60 x 30; foot at the origin."""
    pen.shadow(oval(2, 0, 30, 3.5), 0.25, 3)
    body = (
        oval(-16, -9, 14, 10) + oval(2, -15, 17, 15) + oval(19, -8, 12, 9) + box(-26, -8, 54, 8, 4)
    )
    pen.fill(body, color)
    with pen.inside(body):
        pen.fill(oval(-3, -21, 13, 8) + oval(-19, -13, 8, 5) + oval(16, -12, 7, 4), light)


def draw_tufts(
    pen: Pen, rng: Random, area: tuple[float, float, float, float], count: int, color: str
) -> None:
    """Small tufts of grass strewn over the area (left, top, right, bottom)."""
    left, top, right, bottom = area
    for _ in range(count):
        x, y = rng.uniform(left, right), rng.uniform(top, bottom)
        size = 0.6 + 0.7 * (y - top) / max(bottom - top, 1)
        tuft = pen.at(x, y, size)
        for lean in (-4, 0, 4):
            tuft.tint(
                poly((lean * 0.4 - 1, 0), (lean, -7 - abs(2 - lean) * 0.3), (lean * 0.4 + 1, 0)),
                color,
                0.75,
            )


def draw_flowers(
    pen: Pen,
    rng: Random,
    area: tuple[float, float, float, float],
    count: int,
    colors: tuple[str, ...],
) -> None:
    """Small flowers strewn over the area (left, top, right, bottom), in the colours by turns."""
    left, top, right, bottom = area
    for index in range(count):
        x, y = rng.uniform(left, right), rng.uniform(top, bottom)
        flower = pen.at(x, y, 0.7 + 0.5 * (y - top) / max(bottom - top, 1))
        flower.fill(curve(1, (0, 0), (0.6, -4), (0, -8)), "#5d8f55")
        for px, py in ((-2.2, -8), (2.2, -8), (0, -10.2), (0, -5.8)):
            flower.fill(oval(px, py, 2), colors[index % len(colors)])
        flower.fill(oval(0, -8, 1.4), "#f9d65c")


def draw_mountain(
    pen: Pen, width: float, height: float, color: str, shade: str, cap: str = ""
) -> None:
    """A peak on the origin with a lit left side, a dark right side and a cap of snow on demand."""
    half = width / 2
    peak = poly((-half, 0), (-half * 0.45, -height * 0.52), (-half * 0.3, -height * 0.6), (0, -height),
                (half * 0.25, -height * 0.66), (half * 0.42, -height * 0.55), (half, 0))  # fmt: skip
    pen.fill(peak, color)
    with pen.inside(peak):
        pen.tint(poly((0, -height), (-half * 0.08, -height * 0.7), (half * 0.1, -height * 0.45),
                      (-half * 0.05, 0), (half, 0), (half, -height)), shade, 1)  # fmt: skip
        if cap:
            pen.fill(poly((-half, -height), (-half * 0.36, -height * 0.58), (-half * 0.2, -height * 0.68),
                          (-half * 0.08, -height * 0.6), (half * 0.04, -height * 0.72), (half * 0.14, -height * 0.62),
                          (half * 0.34, -height * 0.6), (half, -height)), cap)  # fmt: skip
            pen.tint(poly((0, -height), (-half * 0.08, -height * 0.7), (half * 0.1, -height * 0.45),
                          (half, -height * 0.4), (half, -height)), shade, 0.35)  # fmt: skip


def draw_waves(
    pen: Pen,
    rng: Random,
    area: tuple[float, float, float, float],
    count: int,
    color: str = "#ffffff",
    alpha: float = 0.5,
) -> None:
    """Short light strokes on water, longer towards the lower edge of the area."""
    left, top, right, bottom = area
    for _ in range(count):
        x, y = rng.uniform(left, right), rng.uniform(top, bottom)
        near = 0.35 + (y - top) / max(bottom - top, 1)
        pen.tint(wedge(x, y, 22 * near, 2.2 * near, 180, 360), color, alpha)
