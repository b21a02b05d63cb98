"""Food and tableware seen from straight above, the middle at the origin."""

from math import cos, radians, sin
from random import Random

from drawing.canvas import SHADE, Pen, darken
from drawing.shapes import blob, box, limb, line, oval, poly, ring, slice_of, star


def draw_plate(pen: Pen, radius: float, color: str = "#fdfaf3", rim: str = "#9cc4c0") -> None:
    """A plate; no COCO thing."""
    pen.shadow(oval(4, 7, radius), 0.35, 6)
    pen.fill(oval(0, 0, radius), color)
    pen.fill(ring(0, 0, radius * 0.93, radius * 0.05), rim)
    pen.tint(oval(0, 0, radius * 0.7), SHADE, 0.06)
    pen.fill(oval(0, 0, radius * 0.67), color)


def draw_pizza(pen: Pen, rng: Random) -> None:
    """A pizza of 240 on a wooden board, with salami, olives and basil; one slice pulled out."""
    pen.shadow(oval(5, 9, 146), 0.4, 8)
    pen.fill(oval(0, 0, 146) + box(-16, -196, 32, 80, 14), "#b97a4b")
    pen.fill(oval(0, 0, 138), "#c98f5c")
    pen.fill(oval(0, -180, 6), "#8a5a3b")
    with pen.thing("pizza"):
        _draw_slices(pen, rng, range(1, 8))
        _draw_slices(pen.at(13, -8), rng, range(1))


def _draw_slices(pen: Pen, rng: Random, numbers: range) -> None:
    for number in numbers:
        piece = slice_of(0, 0, 120, number * 45 - 66, number * 45 - 23)
        pen.fill(piece, "#d9944a")
        pen.fill(slice_of(0, 0, 117, number * 45 - 66, number * 45 - 23), "#e8b066")
        with pen.inside(piece):
            pen.fill(oval(0, 0, 103), "#c8452f")
            pen.fill(oval(0, 0, 97), "#f6cf6d")
            for _ in range(5):
                pen.tint(oval(*_spot(rng, number, 20, 92), rng.uniform(5, 11)), "#fff0b8", 0.7)
            _draw_toppings(pen, rng, number)


def _spot(rng: Random, number: int, near: float, far: float) -> tuple[float, float]:
    angle, distance = radians(number * 45 - 44 + rng.uniform(-17, 17)), rng.uniform(near, far)
    return distance * cos(angle), distance * sin(angle)


def _draw_toppings(pen: Pen, rng: Random, number: int) -> None:
    for distance, lean in ((78, -9), (50, 9)):
        angle = radians(number * 45 - 44 + lean)
        x, y = distance * cos(angle), distance * sin(angle)
        pen.fill(oval(x, y, 14), "#b5322c")
        pen.fill(oval(x, y, 12), "#cf4a3c")
        for shift in (-4, 4):
            pen.tint(oval(x + shift, y - shift * 0.6, 2.2), "#f2a08c", 0.8)
    x, y = _spot(rng, number, 70, 90)
    pen.fill(ring(x, y, 4.6, 3.4), "#3d3a4a")
    leaf = pen.at(*_spot(rng, number, 62, 88), turn=rng.uniform(0, 360))
    leaf.fill(blob((-10, 0), (0, -5.5), (11, 0), (0, 5.5)), "#4f9a4f")
    leaf.tint(line(0.9, (-7, 0), (8, 0)), "#ffffff", 0.5)


def draw_cake(pen: Pen) -> None:
    """A round cake of 150 with cream, strawberries and one candle, on a plate."""
    draw_plate(pen, 94, rim="#f2b8a0")
    with pen.thing("cake"):
        pen.shadow(oval(3, 5, 76), 0.3, 4)
        pen.fill(star(0, 0, 77, 72, 28), "#f6d9c0")
        pen.fill(oval(0, 0, 71), "#fff1e4")
        pen.fill(oval(0, 0, 58), "#f9c9cf")
        pen.fill(ring(0, 0, 58, 3), "#f2a6b0")
        for number in range(8):
            berry = pen.at(0, 0, turn=number * 45).at(0, -46)
            berry.fill(oval(0, 1, 11.5), "#fffaf3")
            berry.fill(blob((0, -9), (8, -4), (5, 7), (0, 11), (-5, 7), (-8, -4)), "#d62839")
            for x, y in ((-3, 0), (3, 0), (0, 5)):
                berry.fill(oval(x, y, 0.9), "#ffe0a0")
            berry.fill(star(0, -7, 6, 2.4, 5), "#5d9f57")
        pen.fill(star(0, 0, 24, 15, 10), "#fffaf3")
        pen.fill(oval(0, 0, 9), "#7fc4d0")
        pen.glow(0, 0, 26, "#ffd166", 0.9)
        pen.fill(oval(0, 0, 4), "#ffb703")
        pen.fill(oval(0, 0, 1.8), "#fff7d6")


def draw_cup_above(pen: Pen, color: str, drink: str = "#6b4231") -> None:
    """A cup with a leaf in its foam, 96 wide with the saucer, which is part of it."""
    pen.shadow(oval(3, 5, 48), 0.35, 5)
    with pen.thing("cup"):
        pen.fill(oval(0, 0, 48), "#fdfaf3")
        pen.fill(oval(0, 0, 36), "#ece5d8")
        pen.fill(limb((9, 9), (24, 14), (42, 25)), color)
        pen.fill(oval(0, 0, 31), color)
        pen.fill(oval(0, 0, 26), darken(color, 0.8))
        pen.fill(oval(0, 0, 24.5), drink)
        pen.fill(ring(0, 0, 22, 4), darken(drink, 1.4))
        for y, wide in ((-9, 8), (-1, 10), (7, 8)):
            pen.fill(
                limb((1, 5, 5, 1), (-wide, y - 4), (-2, y + 3), (2, y + 3), (wide, y - 4)),
                "#f3e0c4",
            )
        pen.fill(line(1.6, (0, -14), (0, 15)), "#f3e0c4")


def draw_donut(pen: Pen, icing: str, rng: Random) -> None:
    """A donut of 56 with icing and sprinkles."""
    pen.shadow(oval(2, 4, 27), 0.35, 3)
    with pen.thing("donut"):
        pen.fill(ring(0, 0, 18, 20), "#d9944a")
        pen.fill(ring(0, 0, 18, 15), icing)
        for number in range(14):
            sprinkle = pen.at(0, 0, turn=number * 26 + rng.uniform(-6, 6)).at(
                0, -18 + rng.uniform(-4.5, 4.5)
            )
            color = ("#ffffff", "#f7d046", "#7fc4d0")[number % 3]
            sprinkle.at(0, 0, turn=rng.uniform(0, 180)).fill(line(2, (-2, 0), (2, 0)), color)


def draw_salad(pen: Pen, rng: Random) -> None:
    """A bowl of 132 filled with lettuce and tomatoes, three florets of broccoli on top."""
    pen.shadow(oval(4, 7, 66), 0.4, 6)
    with pen.thing("bowl"):
        pen.fill(oval(0, 0, 66), "#3d84a8")
        pen.fill(oval(0, 0, 59), "#2f6985")
        for number in range(16):
            angle, distance = radians(number * 67), 14 + number * 2.2
            leaf = pen.at(distance * cos(angle), distance * sin(angle), turn=rng.uniform(0, 360))
            leaf.fill(star(0, 0, 18, 14, 7), ("#7fb85f", "#98c973", "#6aa552")[number % 3])
            leaf.tint(line(1.2, (-9, 0), (9, 0)), "#ffffff", 0.4)
        for x, y in ((-6, -34), (34, 14), (-34, 18)):
            pen.fill(oval(x, y, 10), "#d93f34")
            pen.tint(oval(x - 3, y - 3, 2.6), "#ffffff", 0.6)
    for x, y, size in ((-20, -6, 1.0), (16, -16, 0.9), (2, 24, 0.95)):
        _draw_floret(pen.at(x, y, size))


def _draw_floret(pen: Pen) -> None:
    with pen.thing("broccoli"):
        pen.fill(limb((8, 6), (0, 4), (4, 19)), "#a9d08a")
        pen.fill(oval(-9, 0, 9) + oval(9, 0, 9) + oval(0, -8, 10) + oval(0, 4, 9), "#3f8a4a")
        for x, y in ((-9, -2), (8, -2), (0, -9), (1, 3), (-4, -4), (5, -6)):
            pen.fill(oval(x, y, 3.4), "#55a45c")


def draw_fork(pen: Pen) -> None:
    """A fork of 130, its tines upwards."""
    pen.shadow(box(-3, -60, 8, 126, 4), 0.25, 3)
    with pen.thing("fork"):
        for x in (-7.5, -2.5, 2.5, 7.5):
            pen.fill(box(x - 1.3, -65, 2.6, 32, 1.3), "#c9d1da")
        pen.fill(blob((-9, -36), (9, -36), (7, -24), (2.6, -16), (-2.6, -16), (-7, -24)), "#c9d1da")
        pen.fill(limb((4, 5, 8), (0, -20), (0, 20), (0, 60)), "#b7c0cb")


def draw_spoon(pen: Pen) -> None:
    """A spoon of 124, its bowl upwards."""
    pen.shadow(box(-3, -50, 8, 112, 4), 0.25, 3)
    with pen.thing("spoon"):
        pen.fill(limb((4, 5, 8), (0, -26), (0, 20), (0, 56)), "#b7c0cb")
        pen.fill(oval(0, -42, 11, 19), "#c9d1da")
        pen.tint(oval(1, -41, 7, 14), "#7c8796", 0.35)


def draw_knife_above(pen: Pen) -> None:
    """A table knife of 132, its point upwards."""
    pen.shadow(box(-3, -60, 8, 126, 4), 0.25, 3)
    with pen.thing("knife"):
        pen.fill(poly((-4, 6), (-4, -58), (0, -66), (5, -60), (6, 6)), "#d5dce3")
        pen.tint(poly((2.6, 6), (2.6, -62), (5, -60), (6, 6)), "#7c8796", 0.3)
        pen.fill(box(-4, 4, 9, 62, 4), "#b7c0cb")


def draw_place_setting(pen: Pen) -> None:
    """An empty plate on a napkin; no COCO thing."""
    pen.shadow(box(-70, -62, 150, 134), 0.25, 5)
    pen.fill(box(-74, -68, 148, 136, 3), "#f4a27c")
    for shift in (-60, -50):
        pen.tint(box(shift, -68, 3, 136) + box(-74, shift + 6, 148, 3), "#ffffff", 0.5)
    draw_plate(pen, 60, rim="#e9b44c")
