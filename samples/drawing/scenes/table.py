"""A laid table from above."""

from random import Random

from drawing.canvas import SHADE, Pen
from drawing.scene import SQUARE, Scene
from drawing.shapes import blob, box, curve, oval, wedge
from drawing.tableware import (
    draw_cake,
    draw_cup_above,
    draw_donut,
    draw_fork,
    draw_knife_above,
    draw_pizza,
    draw_place_setting,
    draw_plate,
    draw_salad,
    draw_spoon,
)


def draw_table(pen: Pen) -> None:
    """A laid table from above: pizza, cake, salad, donuts and coffee."""
    width, height = pen.canvas.width, pen.canvas.height
    rng = Random(1007)
    with pen.thing("dining table"):
        _draw_planks(pen, width, height, rng)
        _draw_runner(pen, height)
    draw_pizza(pen.at(262, 288, 1.26), rng)
    draw_cake(pen.at(546, 178, 1.25))
    draw_salad(pen.at(560, 440, 1.2), rng)
    _draw_donut_plate(pen.at(404, 588, 1.05), rng)
    draw_place_setting(pen.at(150, 596, 1.05))
    draw_fork(pen.at(44, 598, 1.1))
    draw_knife_above(pen.at(256, 598, 1.1))
    draw_spoon(pen.at(676, 470, 1.05, turn=6))
    draw_cup_above(pen.at(62, 90, 1.05), "#e4572e")
    draw_cup_above(pen.at(648, 634, 1.05, turn=-150), "#2a9d8f")
    _draw_leaves(pen, rng)


def _draw_planks(pen: Pen, width: int, height: int, rng: Random) -> None:
    tones = ("#a86f45", "#b27a4e", "#a06a41", "#ab744a")
    for index in range(6):
        y = index * height / 6
        pen.fill(box(0, y, width, height / 6), tones[index % 4])
        pen.tint(box(0, y, width, 2), "#3a2418", 0.5)
        for _ in range(7):
            x, grain_y = rng.uniform(-40, width), y + rng.uniform(14, height / 6 - 8)
            half, bend = rng.uniform(30, 95), rng.uniform(-5, 5)
            grain = ((x, grain_y), (x + half, grain_y + bend), (x + 2 * half, grain_y))
            pen.tint(curve(1.6, *grain), "#5a3a26", 0.28)


def _draw_runner(pen: Pen, height: int) -> None:
    pen.shadow(box(96, -20, 540, 760), 0.25, 8)
    pen.fill(box(88, 0, 544, height), "#f3ead9")
    for x in (100, 612):
        pen.fill(box(x, 0, 5, height), "#7fb3a8")
    for y in range(14, height, 30):
        for x in (94, 626):
            pen.tint(oval(x, y, 2.4), "#7fb3a8", 0.8)


def _draw_donut_plate(pen: Pen, rng: Random) -> None:
    draw_plate(pen, 92, rim="#8d6cab")
    draw_donut(pen.at(-34, -22, 1.25), "#f28cab", rng)
    draw_donut(pen.at(36, -20, 1.25), "#7b4a34", rng)
    draw_donut(pen.at(2, 36, 1.25), "#8fd3c1", rng)


def _draw_leaves(pen: Pen, rng: Random) -> None:
    for x, y in ((380, 96), (404, 470), (470, 330), (250, 690), (590, 560)):
        leaf = pen.at(x, y, turn=rng.uniform(0, 360))
        leaf.shadow(oval(1, 2, 8, 5), 0.3, 2)
        leaf.fill(blob((-8, 0), (0, -5), (9, 0), (0, 5)), "#5d9f57")
        leaf.tint(wedge(0, 0, 8, 5, 0, 180), SHADE, 0.12)


SCENE = Scene(
    1007,
    SQUARE,
    draw_table,
    (
        "A pizza with one slice pulled out lies on a wooden board.",
        "A table seen from above with a pizza, a cake, three donuts and two cups of coffee.",
        "A pink cake with eight strawberries on top sits on a plate.",
        "A blue bowl of salad with broccoli and tomatoes is next to a spoon.",
        "A fork and a knife lie beside an empty plate on an orange napkin.",
    ),
)
