"""A tidy desk by the window in the morning."""

from drawing.canvas import Pen
from drawing.furniture import (
    draw_book_row,
    draw_book_stack,
    draw_cactus,
    draw_clock,
    draw_monitor,
    draw_office_chair,
    draw_potted_plant,
)
from drawing.interiors import draw_view, draw_window
from drawing.kitchenware import (
    draw_cup,
    draw_keyboard,
    draw_laptop,
    draw_mouse,
    draw_phone,
    draw_scissors,
)
from drawing.nature import draw_sun, draw_tree
from drawing.scene import LANDSCAPE, Scene
from drawing.shapes import box, ground, line, oval, poly


def draw_desk(pen: Pen) -> None:
    """A tidy desk by the window in the morning."""
    width = pen.canvas.width
    pen.fade(box(0, 0, width, 600), "#e3ece8", "#d3e0db")
    draw_view(pen.at(60, 60), 300, 236, ("#a5dcf2", "#eaf7f2"), ("#a3cfa0", "#7fb58a"))
    with pen.inside(box(60, 60, 300, 236)):
        draw_sun(pen.at(312, 108), radius=18)
        draw_tree(pen.at(278, 312, 1.8))
    draw_window(pen.at(60, 60), 300, 236)
    draw_cactus(pen.at(110, 301, 1.15))
    _draw_desk_shelf(pen.at(480, 170))
    draw_clock(pen.at(420, 118, 1.15), rim="#2a9d8f", hour=9.0)
    pen.fade(box(0, 585, width, 63), "#c7b299", "#b39c82")
    _draw_desk_top(pen)
    draw_monitor(pen.at(300, 462, 1.65))
    draw_laptop(pen.at(560, 468, 1.6))
    draw_keyboard(pen.at(300, 506, 1.45))
    draw_mouse(pen.at(424, 505, 1.5))
    draw_phone(pen.at(484, 510, 1.3))
    draw_book_stack(pen.at(106, 466, 1.5), ("#2a9d8f", "#f2c14e", "#e76f51"))
    draw_cup(pen.at(700, 500, 1.5), "#f2efe6")
    _draw_pencils(pen.at(774, 466, 1.5))
    draw_office_chair(pen.at(584, 694, 1.75), color="#e76f51")


def _draw_desk_shelf(pen: Pen) -> None:
    pen.shadow(box(0, 8, 330, 10), 0.3, 5)
    pen.fill(box(0, 0, 330, 11, 3), "#b97a4b")
    books = (("#3d5a80", 19, 92), ("#e76f51", 15, 82), ("#f2c14e", 17, 98), ("#2a9d8f", 14, 86), ("#8d6cab", 18, 94),
             ("#d1495b", 13, 80), ("#f4a261", 16, 90))  # fmt: skip
    draw_book_row(pen.at(24, 0), books)
    draw_potted_plant(pen.at(214, 0, 0.95), pot="#f4efe6")
    pen.fill(box(262, -62, 48, 62, 2), "#3a3d4a")
    pen.fill(box(267, -57, 38, 52), "#fffaf0")
    pen.fill(oval(286, -31, 12), "#f28482")
    pen.fill(ground(-8, (270, -20), (284, -28), (302, -18)), "#7fb58a")


def _draw_desk_top(pen: Pen) -> None:
    for x in (36, 810):
        pen.fill(box(x, 520, 18, 128), "#8a5a3b")
    pen.fill(box(630, 520, 180, 128), "#b57a48")
    for y in (528, 586):
        pen.fill(box(640, y, 160, 52, 4), "#c68c57")
        pen.fill(box(700, y + 22, 40, 6, 3), "#f4d9a0")
    pen.fade(poly((48, 452), (816, 452), (856, 516), (8, 516)), "#dba66e", "#e8bd88")
    pen.fill(box(8, 515, 848, 15, 3), "#b97a4b")
    for x in (300, 560):
        pen.shadow(oval(x, 462, 80, 6), 0.3, 5)


def _draw_pencils(pen: Pen) -> None:
    for x, lean, color in ((-7, -12, "#f2c14e"), (0, -1, "#e4572e"), (7, 9, "#3d84a8")):
        pen.fill(line(3.2, (x, -22), (x + lean, -52)), color)
        pen.fill(oval(x + lean, -53.4, 1.9), "#3a3d4a")
    draw_scissors(pen.at(4, -24, 1.05, turn=14))
    pen.fade(box(-14, -34, 28, 34, 3), "#7fb3d0", "#5b8fb0", across=True)


SCENE = Scene(
    1010,
    LANDSCAPE,
    draw_desk,
    (
        "A desk by the window with a laptop, a monitor, a keyboard and a mouse on it.",
        "An orange office chair stands in front of a wooden desk.",
        "Seven books and a potted plant stand on a shelf above the desk.",
        "A computer screen with a bar chart next to an open laptop",
        "A home office with a white cup, a cell phone and a stack of three books on the desk.",
    ),
)
