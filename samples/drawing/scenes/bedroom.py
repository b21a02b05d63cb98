"""A bedroom at night: a made bed, a teddy bear, the moon in the window."""

from drawing.canvas import SHADE, Pen
from drawing.furniture import (
    draw_alarm_clock,
    draw_armchair,
    draw_bed,
    draw_book_row,
    draw_book_stack,
    draw_potted_plant,
    draw_teddy,
    draw_vase,
)
from drawing.interiors import draw_floor, draw_table_lamp, draw_window
from drawing.scene import LANDSCAPE, Scene
from drawing.shapes import blob, box, curve, ground, line, oval, poly


def draw_bedroom(pen: Pen) -> None:
    """A quiet evening: a made bed, a teddy bear and the moon in the window."""
    width = pen.canvas.width
    pen.fade(box(0, 0, width, 520), "#5c6b9c", "#8d8fb8")
    for x in range(12, width, 48):
        for y in range(20 + x // 48 % 2 * 24, 480, 48):
            pen.tint(oval(x, y, 2.6), "#ffffff", 0.13)
    draw_floor(pen, 500, "#a97a5c")
    pen.fill(box(0, 488, width, 14), "#e6e0ea")
    _draw_night_window(pen.at(470, 76))
    _draw_wall_shelf(pen.at(72, 190))
    pen.fill(oval(430, 612, 360, 30), "#e9d8c3")
    pen.fill(oval(430, 612, 322, 23), "#c9788a")
    _draw_nightstand(pen.at(86, 560))
    draw_bed(pen.at(430, 584, 1.55), quilt="#7d94c4")
    draw_teddy(pen.at(330, 476, 1.25))
    draw_book_stack(pen.at(452, 478, 1.15), ("#e9b44c",))
    draw_armchair(pen.at(770, 572, 1.65), color="#d98a6a")
    draw_potted_plant(pen.at(812, 632, 1.2), pot="#f4efe6")
    pen.glow(86, 360, 330, "#ffd98c", 0.32)


def _draw_night_window(pen: Pen) -> None:
    with pen.inside(box(0, 0, 210, 230)):
        pen.fade(box(0, 0, 210, 230), "#1f2a57", "#4a5590")
        pen.glow(150, 66, 90, "#fff3c4", 0.5)
        pen.fill(oval(150, 66, 26), "#fff3d0")
        for x, y in (
            (24, 30), (60, 64), (92, 24), (40, 110), (120, 120), (186, 130), (84, 150), (20, 160),
        ):  # fmt: skip
            pen.fill(oval(x, y, 1.8), "#ffffff")
        pen.fill(ground(235, (-10, 190), (60, 168), (130, 196), (220, 176)), "#2f3a6b")
    draw_window(pen, 210, 230)
    for x, side in ((-30, 1), (240, -1)):
        cloth = poly(
            (x - 20 * side, -24), (x + 54 * side, -24), (x + 30 * side, 150), (x + 34 * side, 330),
            (x - 20 * side, 330),
        )  # fmt: skip
        pen.fade(cloth, "#f2cdb8", "#e0ac98")
        for fold in (2, 18):
            pen.tint(
                line(3, (x - 8 * side + fold * side, -20), (x - 9 * side + fold * side, 328)),
                SHADE,
                0.1,
            )
    pen.fill(box(-62, -32, 334, 8, 4), "#e6e0ea")


def _draw_wall_shelf(pen: Pen) -> None:
    pen.shadow(box(0, 6, 250, 10), 0.35, 5)
    pen.fill(box(0, 0, 250, 10, 3), "#b97a4b")
    books = (
        ("#e76f51", 15, 74), ("#f2c14e", 12, 66), ("#2a9d8f", 17, 80), ("#f4efe6", 13, 70),
        ("#c9788a", 15, 76),
    )  # fmt: skip
    draw_book_row(pen.at(20, 0), books)
    draw_vase(pen.at(150, 0, 1.05), "#f2a65a", ("#ffffff", "#f7c5cc", "#ffffff"))
    pen.fill(oval(208, -26, 24), "#e9d8c3")
    with pen.inside(oval(208, -26, 24)):
        pen.fill(blob((186, -34), (200, -48), (212, -40), (206, -26), (194, -22)), "#7fb3a0")
        pen.fill(blob((212, -24), (226, -34), (236, -20), (224, -6), (214, -12)), "#7fb3a0")
    pen.fill(curve(3, (192, -44), (182, -22), (200, -2), (222, -4)), "#b97a4b")
    pen.fill(box(196, -4, 24, 4, 2), "#b97a4b")


def _draw_nightstand(pen: Pen) -> None:
    pen.shadow(oval(4, 14, 66, 7), 0.4, 4)
    pen.fill(box(-52, 0, 9, 14) + box(43, 0, 9, 14), "#8a5a3b")
    pen.fade(box(-56, -126, 112, 128, 4), "#c98f5c", "#ad7544")
    for y in (-112, -56):
        pen.tint(box(-47, y, 94, 48, 3), SHADE, 0.12)
        pen.fill(oval(0, y + 24, 4.5), "#f4d9a0")
    pen.fill(box(-62, -134, 124, 12, 3), "#d9a06b")
    draw_table_lamp(pen.at(-18, -133, 1.75))
    draw_alarm_clock(pen.at(36, -133, 1.15))


SCENE = Scene(
    1012,
    LANDSCAPE,
    draw_bedroom,
    (
        "A teddy bear sits on a bed with a checkered quilt.",
        "A bedroom at night with the moon in the window and a lamp turned on.",
        "An alarm clock and a lamp stand on a nightstand next to the bed.",
        "A yellow book lies on the bed near a brown teddy bear.",
        "An armchair with a potted plant in front of it stands beside the bed.",
    ),
)
