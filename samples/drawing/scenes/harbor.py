"""A harbour: boats before coloured houses, gulls on the pier."""

from random import Random

from drawing.animals import draw_gull, draw_perched_bird
from drawing.canvas import SHADE, Pen
from drawing.nature import draw_cloud, draw_sky, draw_waves
from drawing.scene import LANDSCAPE, Scene
from drawing.shapes import blob, box, curve, ground, limb, line, oval, poly, wedge
from drawing.street import draw_house, draw_street_lamp
from drawing.vehicles import draw_fishing_boat, draw_rowboat, draw_sailboat


def draw_harbor(pen: Pen) -> None:
    """Boats in front of coloured houses, gulls on the quay."""
    width = pen.canvas.width
    rng = Random(1008)
    draw_sky(pen, "#8ac6e6", "#d8eef3", "#fdeedd", height=330)
    for x, y, size in ((120, 66, 0.9), (330, 104, 0.7), (600, 58, 1.0)):
        draw_cloud(pen.at(x, y, size))
    pen.fade(
        ground(420, (0, 250), (150, 196), (320, 240), (520, 188), (700, 226), (864, 176)),
        "#8fb59b",
        "#79a58a",
    )
    _draw_quay_houses(pen)
    _draw_lighthouse(pen.at(794, 332, 1.08))
    pen.fill(box(0, 332, 680, 30), "#b8a898")
    pen.fill(box(0, 328, 684, 8), "#d9cbb9")
    for x in range(20, 680, 44):
        pen.tint(line(1.4, (x, 338), (x, 360)), SHADE, 0.2)
    pen.fade(box(0, 360, width, 290), "#3f8fae", "#2f7a9c", "#27698c")
    _draw_reflections(pen)
    draw_waves(pen, rng, (0, 380, width, 560), 60, alpha=0.3)
    draw_sailboat(pen.at(330, 424, 1.15), "#f4efe2", "#fffaf0", "#3d84a8")
    draw_sailboat(pen.at(700, 448, 1.3), "#e4572e", "#fffaf0", "#f2c14e")
    draw_rowboat(pen.at(96, 424, 1.1), "#d9a05c")
    draw_fishing_boat(pen.at(486, 500, 1.75))
    for x, y, wide in ((330, 430, 70), (700, 456, 84), (96, 430, 54), (486, 510, 140)):
        pen.tint(limb((1, 5, 1), (x - wide, y), (x, y + 3), (x + wide, y)), "#ffffff", 0.45)
    _draw_pier(pen)
    draw_gull(pen.at(444, 70, 1.1))
    draw_gull(pen.at(712, 150, 0.95, flip=True), 0.5)


def _draw_quay_houses(pen: Pen) -> None:
    for x, wide, high, wall, roof, door in (
        (-18, 112, 176, "#f2b58f", "#8a5a5a", "#3d5a80"), (96, 96, 212, "#f4e2bd", "#b5653f", "#2a6f6b"),
        (194, 116, 168, "#9cc4c0", "#7b5a6a", "#a8452f"), (312, 92, 204, "#e8958c", "#8a4a42", "#33415c"),
        (406, 114, 178, "#f7d58c", "#b5653f", "#5d3f33"), (522, 100, 206, "#b9b4d9", "#6d5a7a", "#2a6f6b"),
    ):  # fmt: skip
        draw_house(pen.at(x, 334), wide, high, wall, roof=roof, floors=2, bays=2, door=door)
    for x in (150, 372, 640):
        draw_street_lamp(pen.at(x, 334, 0.62))


def _draw_lighthouse(pen: Pen) -> None:
    pen.fill(
        blob((-110, 44), (-96, 8), (-50, -8), (10, -4), (70, -12), (120, 6), (130, 44)), "#8d8178"
    )
    pen.tint(blob((-60, 30), (-30, 4), (20, 6), (40, 30)), SHADE, 0.14)
    tower = poly((-20, -4), (-14, -150), (14, -150), (20, -4))
    pen.fill(tower, "#fffaf0")
    with pen.inside(tower):
        for y in (-122, -66, -10):
            pen.fill(box(-30, y - 14, 60, 28), "#d84b3e")
        pen.sheen(box(-20, -150, 40, 150), SHADE, 0, 0.22, across=True)
    pen.fill(box(-20, -156, 40, 7, 2), "#4a5160")
    pen.fill(box(-10, -178, 20, 23), "#ffe9a8")
    pen.glow(0, -168, 60, "#fff0b8", 0.6)
    pen.fill(wedge(0, -177, 15, 15, 180, 360), "#d84b3e")


def _draw_reflections(pen: Pen) -> None:
    for x, wide, color in ((0, 92, "#f2b58f"), (96, 96, "#f4e2bd"), (194, 116, "#9cc4c0"), (312, 92, "#e8958c"),
                           (406, 114, "#f7d58c"), (522, 100, "#b9b4d9")):  # fmt: skip
        pen.sheen(box(x, 362, wide, 110), color, 0.38, 0)
    pen.sheen(box(768, 374, 52, 120), "#fffaf0", 0.4, 0)


def _draw_pier(pen: Pen) -> None:
    width = pen.canvas.width
    pen.shadow(box(-10, 606, width + 20, 20), 0.4, 8)
    pen.fade(box(0, 566, width, 84), "#b98a5e", "#a0734a")
    for y in (566, 594, 624):
        pen.tint(box(0, y, width, 2.4), "#3a2418", 0.4)
    for x, y in ((90, 566), (330, 594), (520, 566), (660, 594), (200, 624), (460, 624), (790, 566)):
        pen.tint(box(x, y, 2, 30), "#3a2418", 0.4)
    for x in (160, 700):
        pen.shadow(oval(x + 6, 600, 26, 5), 0.4, 3)
        pen.fade(box(x - 17, 508, 34, 92, 5), "#8a6243", "#6d4a32", across=True)
        pen.fill(oval(x, 510, 17, 5), "#b98a5e")
        for y in (550, 560):
            pen.fill(curve(6, (x - 17, y), (x, y + 5), (x + 17, y)), "#e9dcc0")
    pen.fill(curve(5, (177, 560), (430, 600), (683, 560)), "#e9dcc0")
    draw_perched_bird(pen.at(160, 509, 1.7))
    draw_perched_bird(pen.at(300, 622, 1.7, flip=True))
    draw_perched_bird(pen.at(560, 612, 1.5))


SCENE = Scene(
    1008,
    LANDSCAPE,
    draw_harbor,
    (
        "A blue fishing boat and two sailboats float in a harbor.",
        "Three seagulls stand around on a wooden pier while two more fly overhead.",
        "Colorful houses line the water behind the boats.",
        "A red and white lighthouse on the right side of a small harbor",
        "Four boats are on the water, one of them a small wooden rowboat.",
    ),
)
