"""Mountains mirrored in a lake at dawn: nothing here has a COCO name."""

from random import Random

from drawing.canvas import Pen
from drawing.nature import (
    draw_conifer,
    draw_mountain,
    draw_sky,
    draw_sun,
    draw_tufts,
    draw_waves,
    draw_wisp,
)
from drawing.scene import LANDSCAPE, Scene
from drawing.shapes import blob, box, ground


def draw_lake(pen: Pen) -> None:
    """Mountains mirrored in a lake at dawn: nothing here has a COCO name."""
    width, height = pen.canvas.width, pen.canvas.height
    rng = Random(1015)
    draw_sky(pen, "#5b6fa8", "#b08bb5", "#f2a99a", "#fbd9a8", height=360)
    draw_sun(pen.at(452, 296), "#fff0c9", 36, 6)
    for x, y, wide in ((160, 96, 210), (420, 60, 160), (690, 120, 230)):
        draw_wisp(pen.at(x, y), wide, "#ffe3d3", 0.45)
    _draw_ranges(pen)
    pen.fade(box(0, 372, width, 280), "#f7c9a8", "#b08bb0", "#5f6f9f", "#44598a")
    mirror = pen.at(0, 744).stretched(1, -1)
    with pen.inside(box(0, 372, width, 276)):
        _draw_ranges(mirror)
    pen.sheen(box(0, 372, width, 276), "#4a5f94", 0.15, 0.72)
    pen.sheen(box(0, 346, width, 28), "#fdeedd", 0, 0.55)
    pen.sheen(box(0, 374, width, 26), "#fdeedd", 0.55, 0)
    pen.glow(452, 410, 150, "#fff0c9", 0.55)
    draw_waves(pen, rng, (320, 392, 590, 520), 30, "#fff0d6", 0.4)
    draw_waves(pen, rng, (0, 400, width, 600), 40, "#e3d5ea", 0.25)
    _draw_near_shore(pen, rng, height)


def _draw_ranges(pen: Pen) -> None:
    for x, wide, high, color, shade in ((90, 420, 190, "#a894bd", "#9683b0"), (760, 460, 210, "#a894bd", "#9683b0"),
                                        (300, 380, 150, "#8f82b3", "#7f74a6"), (600, 360, 130, "#8f82b3", "#7f74a6")):  # fmt: skip
        draw_mountain(pen.at(x, 374), wide, high, color, shade, "#fbe3dc")
    pen.fill(ground(374, (0, 330), (110, 346), (230, 362), (330, 371), (430, 374)), "#5d6492")
    pen.fill(ground(374, (470, 374), (600, 362), (720, 344), (864, 326)), "#5d6492")


def _draw_near_shore(pen: Pen, rng: Random, height: int) -> None:
    for x, y, size in (
        (-6, 470, 2.3), (66, 520, 2.7), (150, 560, 1.9), (800, 500, 2.4), (862, 560, 3.0),
        (730, 566, 1.6),
    ):  # fmt: skip
        draw_conifer(pen.at(x, y, size), "#27405e", "#34557a")
    pen.fade(
        ground(height, (0, 506), (120, 530), (230, 566), (380, 612), (470, 650)),
        "#2b4563",
        "#1f3350",
    )
    pen.fade(ground(height, (520, 650), (640, 600), (740, 560), (864, 530)), "#2b4563", "#1f3350")
    for x, y, size in ((34, 584, 2.0), (820, 606, 1.9)):
        draw_conifer(pen.at(x, y, size), "#1f3350", "#2b4868")
    for x, y, wide in ((330, 612, 26), (372, 628, 18), (590, 630, 22)):
        pen.fill(
            blob(
                (x - wide, y + 6),
                (x - wide * 0.5, y - 7),
                (x + wide * 0.5, y - 8),
                (x + wide, y + 6),
            ),
            "#3a4f72",
        )
    draw_tufts(pen, rng, (60, 600, 300, 645), 26, "#4a6b8a")


SCENE = Scene(
    1015,
    LANDSCAPE,
    draw_lake,
    (
        "A calm lake between mountains at sunrise.",
        "The sun is low over the mountains and shines on the water.",
        "Dark trees stand on both shores of a mountain lake.",
        "Snowy peaks under a purple and pink sky",
        "A quiet landscape without any people.",
    ),
)
