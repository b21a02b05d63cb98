"""What stands along a street or a path: lights, signs, benches, houses and fences."""

from collections.abc import Sequence

from drawing.canvas import SHADE, Pen, darken
from drawing.shapes import Shape, box, curve, dome, line, oval, poly, ring, star, wedge

STEEL = "#4a5160"


def draw_traffic_light(pen: Pen, lit: str = "green") -> None:
    """A traffic light on a pole, 26 wide and 190 high; `lit` is red, yellow or green."""
    pen.shadow(oval(4, 0, 18, 3), 0.4, 2)
    with pen.scenery():
        pen.fill(box(-3, -130, 6, 130), STEEL)
        pen.fill(box(-8, -6, 16, 7, 2), darken(STEEL, 0.7))
    with pen.thing("traffic light"):
        pen.fill(box(-13, -190, 26, 64, 7), "#2f3440")
        for color, shade, y in (
            ("#f25c54", "red", -178),
            ("#f7b538", "yellow", -158),
            ("#4fc97a", "green", -138),
        ):
            pen.fill(oval(0, y, 7.4), color if shade == lit else darken(color, 0.35))
            if shade == lit:
                pen.glow(0, y, 20, darken(color, 1.5), 0.5)


def draw_hydrant(pen: Pen, color: str = "#e63946") -> None:
    """A fire hydrant, 28 wide and 44 high."""
    pen.shadow(oval(3, 0, 17, 3), 0.4, 2)
    with pen.thing("fire hydrant"):
        pen.fill(box(-11, -5, 22, 6, 2), darken(color))
        pen.fill(box(-8, -34, 16, 31), color)
        pen.fill(wedge(0, -34, 9, 8.5, 180, 360) + box(-2.5, -46, 5, 5, 1.5), color)
        pen.fill(
            box(-10.5, -35.5, 21, 3.6, 1.5) + box(-14, -27, 7, 8, 2) + box(7, -27, 7, 8, 2),
            darken(color, 0.8),
        )
        pen.fill(oval(0, -22, 5), darken(color, 0.8))
        pen.fill(oval(0, -22, 2.4), "#f4d9a0")
        pen.tint(box(-6, -32, 3, 26, 1.5), "#ffffff", 0.35)


def draw_stop_sign(pen: Pen) -> None:
    """A stop sign on its pole, 40 wide and 132 high."""
    pen.shadow(oval(3, 0, 12, 2.5), 0.35, 2)
    with pen.scenery():
        pen.fill(box(-2, -100, 4, 100), STEEL)
    with pen.thing("stop sign"):
        pen.fill(_octagon(0, -112, 21), "#ffffff")
        pen.fill(_octagon(0, -112, 18.6), "#d62839")
        letters = (
            curve(
                1.8, (-8.6, -115.4), (-10.8, -116.6), (-13, -115), (-10.8, -112), (-8.6, -109),
                (-10.8, -107.4), (-13, -108.6),
            ),
            line(1.8, (-6.6, -116), (-1.4, -116)) + line(1.8, (-4, -116), (-4, -108)),
            ring(3.2, -112, 3.6, 1.8),
            line(1.8, (9, -108), (9, -116))
            + curve(1.8, (9, -116), (12.6, -115.4), (12.6, -112.4), (9, -111.6)),
        )  # fmt: skip
        for letter in letters:
            pen.fill(letter, "#ffffff")


def _octagon(x: float, y: float, radius: float) -> Shape:
    return star(x, y, radius, radius, 4, -67.5)


def draw_bench(pen: Pen, color: str = "#b97a4b") -> None:
    """A bench seen from the front, 120 wide and 56 high."""
    pen.shadow(oval(0, 0, 64, 4), 0.35, 3)
    with pen.thing("bench"):
        for x in (-48, 44):
            pen.fill(box(x, -54, 4, 54, 1.5) + box(x - 3, -30, 10, 4, 1.5), STEEL)
        for y in (-55, -46):
            pen.fill(box(-58, y, 116, 7, 2), color)
        pen.fill(box(-60, -29, 120, 6, 2), color)
        pen.fill(box(-60, -24, 120, 4, 2), darken(color))


def draw_street_lamp(pen: Pen, color: str = STEEL) -> None:
    """A lamp post, 130 high; no COCO thing."""
    pen.fill(box(-2, -120, 4, 120) + box(-6, -6, 12, 7, 2), color)
    pen.fill(poly((-8, -122), (8, -122), (5, -136), (-5, -136)), "#ffe9b0")
    pen.fill(poly((-10, -136), (10, -136), (0, -144)), color)


def draw_house(
    pen: Pen, width: float, height: float, wall: str, roof: str = "", floors: int = 3, bays: int = 3,
    awning: Sequence[str] = (), door: str = "#7b5440",
) -> None:  # fmt: skip
    """A town house with a shop or a door on the ground floor; its lower left corner at the origin.

    Without a roof colour the house has a cornice; `awning` are the stripe colours over the shop.
    """
    pen.fade(box(0, -height, width, height), wall, darken(wall, 0.93))
    shop = 62
    step = (height - shop - 14) / floors
    for floor in range(floors):
        for bay in range(bays):
            x = width * (bay + 0.5) / bays
            _draw_window(
                pen.at(x, -height + 16 + step * floor), min(24, width / bays * 0.5), step * 0.66
            )
    if roof:
        pen.fill(
            poly(
                (-6, -height),
                (width + 6, -height),
                (width * 0.86, -height - 34),
                (width * 0.14, -height - 34),
            ),
            roof,
        )
    else:
        pen.fill(box(-5, -height - 6, width + 10, 9, 2), darken(wall, 0.82))
    _draw_shop(pen, width, awning, door)


def _draw_window(pen: Pen, width: float, height: float) -> None:
    pen.fill(box(-width / 2 - 2.5, -2.5, width + 5, height + 5, 1), "#fff8ec")
    pen.fade(box(-width / 2, 0, width, height), "#7fa9c4", "#b9d9e6")
    pen.tint(
        poly(
            (-width / 2, height),
            (-width / 2, height * 0.5),
            (width / 2, 0),
            (width / 2, height * 0.25),
        ),
        "#ffffff",
        0.3,
    )
    pen.fill(box(-0.9, 0, 1.8, height) + box(-width / 2, height * 0.42, width, 1.8), "#fff8ec")
    pen.fill(box(-width / 2 - 4, height + 2, width + 8, 3.4, 1), "#e7d9c4")


def _draw_shop(pen: Pen, width: float, awning: Sequence[str], door: str) -> None:
    pen.fill(dome(width - 36, -50, 24, 50, 4), door)
    pen.fade(box(width - 32, -45, 16, 24, 2), "#9cc4d8", "#cfe6ee")
    pen.fill(oval(width - 16, -20, 1.6), "#f4d9a0")
    if not awning:
        _draw_window(pen.at(width * 0.32, -46), min(30, width * 0.3), 26)
        return
    pen.fill(box(10, -48, width - 54, 42, 2), "#fff8ec")
    pen.fade(box(13, -45, width - 60, 36), "#86b2c9", "#d5e9ef")
    pen.tint(poly((20, -9), (40, -45), (56, -45), (36, -9)), "#ffffff", 0.35)
    left, count = 4, 8
    step = (width - 42) / count
    for index in range(count):
        x = left + index * step
        stripe = poly((x + 2, -62), (x + step + 2, -62), (x + step, -46), (x, -46)) + oval(
            x + step / 2, -46, step / 2, 4
        )
        pen.fill(stripe, awning[index % len(awning)])


def draw_fence(pen: Pen, width: float, color: str = "#fbf3e4", height: float = 34) -> None:
    """A rail fence of that width to the right of the origin."""
    for y in (-height * 0.78, -height * 0.4):
        pen.fill(box(0, y - 2.5, width, 5, 1.5), color)
        pen.tint(box(0, y + 1, width, 1.6), SHADE, 0.18)
    for index in range(int(width // 46) + 1):
        x = index * 46
        pen.fill(dome(x, -height, 7, height + 2, 3), color)
        pen.tint(box(x + 4.6, -height + 2, 2.4, height), SHADE, 0.14)
