"""A living room in the evening: a cat on the couch, the television on."""

from drawing.animals import draw_cat
from drawing.canvas import SHADE, Pen
from drawing.furniture import (
    draw_book_row,
    draw_clock,
    draw_couch,
    draw_potted_plant,
    draw_tv,
    draw_vase,
)
from drawing.interiors import draw_floor, draw_floor_lamp, draw_view, draw_window
from drawing.kitchenware import draw_cup, draw_remote
from drawing.scene import LANDSCAPE, Scene
from drawing.shapes import box, ground, line, oval, poly


def draw_living_room(pen: Pen) -> None:
    """A cat on the couch, the television on, evening outside."""
    width = pen.canvas.width
    pen.fade(box(0, 0, width, 500), "#f2dcc6", "#ebcdb4")
    draw_floor(pen, 476, "#b98a63")
    pen.fill(box(0, 466, width, 12), "#fff4e6")
    draw_view(pen.at(312, 66), 250, 200, ("#6a7fb8", "#f2a48c", "#fbd9a0"), ("#8f7fa8", "#5f6b94"))
    draw_window(pen.at(312, 66), 250, 200)
    for x, side in ((276, 1), (598, -1)):
        cloth = poly(
            (x - 22 * side, 46), (x + 56 * side, 46), (x + 40 * side, 200), (x + 44 * side, 440),
            (x - 22 * side, 440),
        )  # fmt: skip
        pen.fade(cloth, "#6d9a97", "#557f7d")
        for fold in (0, 16, 30):
            pen.tint(
                line(3, (x - 8 * side + fold * side, 50), (x - 10 * side + fold * side, 438)),
                SHADE,
                0.12,
            )
    pen.fill(box(242, 40, 390, 8, 4), "#7b5440")
    _draw_picture(pen.at(118, 104))
    draw_clock(pen.at(700, 120, 1.35), rim="#7b5440", hour=6.5)
    pen.fill(oval(420, 590, 350, 48), "#e8dcc8")
    pen.fill(oval(420, 590, 318, 40), "#d9866b")
    pen.fill(oval(420, 590, 286, 33), "#efe3cf")
    draw_floor_lamp(pen.at(52, 522, 1.72))
    draw_couch(pen.at(286, 528, 1.56))
    pen.fill(box(112, 404, 58, 58, 10), "#f2c14e")
    pen.tint(box(120, 412, 42, 42, 6), "#ffffff", 0.2)
    draw_cat(pen.at(322, 456, 1.35))
    _draw_tv_corner(pen)
    _draw_coffee_table(pen)


def _draw_picture(pen: Pen) -> None:
    pen.shadow(box(4, 6, 120, 92), 0.3, 4)
    pen.fill(box(0, 0, 120, 92, 2), "#7b5440")
    pen.fill(box(6, 6, 108, 80), "#fffaf0")
    with pen.inside(box(16, 16, 88, 60)):
        pen.fade(box(16, 16, 88, 60), "#f7c59f", "#fbe6c4")
        pen.fill(oval(78, 34, 9), "#e76f51")
        pen.fill(ground(90, (0, 66), (40, 44), (70, 60), (120, 52)), "#5b8f86")


def _draw_tv_corner(pen: Pen) -> None:
    pen.shadow(box(556, 516, 290, 12), 0.4, 6)
    pen.fill(box(572, 508, 8, 26) + box(822, 508, 8, 26), "#5d3f33")
    pen.fade(box(556, 446, 290, 66, 5), "#c98f5c", "#ad7544")
    for x in (566, 660, 754):
        pen.tint(box(x, 456, 82, 46, 3), SHADE, 0.12)
    draw_book_row(
        pen.at(574, 500, 0.8),
        (("#e4572e", 9, 46), ("#3d5a80", 11, 50), ("#e9b44c", 8, 42), ("#2a9d8f", 12, 48)),
    )
    draw_tv(pen.at(712, 448, 1.5))
    draw_potted_plant(pen.at(826, 556, 1.7), pot="#e9b44c")


def _draw_coffee_table(pen: Pen) -> None:
    pen.shadow(oval(432, 634, 170, 9), 0.45, 5)
    for x in (300, 552):
        pen.fill(poly((x, 588), (x + 12, 588), (x + 8, 636), (x + 4, 636)), "#5d3f33")
    pen.fade(box(276, 574, 312, 18, 8), "#c98f5c", "#a97142")
    pen.tint(box(282, 575, 300, 4, 2), "#ffffff", 0.3)
    draw_vase(pen.at(350, 577, 1.15), "#f4efe6", ("#f2b134", "#e4572e", "#f2b134"))
    draw_remote(pen.at(430, 577, 1.2))
    draw_cup(pen.at(498, 577, 1.15), "#3d84a8")


SCENE = Scene(
    1005,
    LANDSCAPE,
    draw_living_room,
    (
        " An orange cat is lying on a coral couch in a living room. ",
        "A living room with a flat screen television, a couch and a large potted plant.",
        "A vase of flowers, a remote control and a blue cup are on a small table.",
        "The TV shows a sunset over water while the evening sky glows in the window.",
        "A cozy room with a lamp on the left and a clock on the wall.",
    ),
)
