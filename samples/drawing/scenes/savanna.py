"""A savanna at sunset: elephants, giraffes and zebras."""

from random import Random

from drawing.animals import draw_perched_bird
from drawing.canvas import Pen
from drawing.nature import draw_hill, draw_sky, draw_sun, draw_tufts, draw_waves, draw_wisp
from drawing.scene import LANDSCAPE, Scene
from drawing.shapes import blob, ground, limb, oval
from drawing.wildlife import draw_elephant, draw_giraffe, draw_zebra


def draw_savanna(pen: Pen) -> None:
    """Elephants, giraffes and zebras at sunset."""
    _draw_plain(pen)
    _draw_water_hole(pen, Random(1014))
    draw_giraffe(pen.at(706, 516, 1.52, flip=True))
    draw_giraffe(pen.at(800, 520, 1.22, flip=True), "#e9b95f", "#a8622f")
    draw_zebra(pen.at(440, 520, 1.08))
    draw_zebra(pen.at(356, 536, 1.14))
    draw_elephant(pen.at(160, 600, 1.6))
    draw_elephant(pen.at(312, 618, 0.82), "#a8a6b2", tusk=False)
    draw_perched_bird(pen.at(158, 447, 0.95), "#fffaf0", "#e4dccb", "#f2a541")


def _draw_plain(pen: Pen) -> None:
    draw_sky(pen, "#e8735a", "#f4a261", "#fbd38d", "#fdecc0", height=400)
    draw_sun(pen.at(560, 300), "#fff0b8", 62, 3.4)
    for x, y, wide in ((140, 110, 150), (330, 160, 110), (640, 90, 170), (780, 170, 120)):
        draw_wisp(pen.at(x, y), wide, "#fff0d0")
    pen.fade(
        ground(648, (0, 362), (130, 330), (250, 352), (420, 340), (600, 366), (864, 336)),
        "#b0705e",
        "#c98a63",
    )
    draw_hill(pen, (0, 388), (300, 376), (600, 392), (864, 372), colors=("#d9a05c", "#c98d4a"))
    for x, y, size in ((64, 392, 0.5), (430, 388, 0.42), (820, 382, 0.55)):
        draw_acacia(pen.at(x, y, size), "#8a6a48", "#a07a50")
    draw_hill(
        pen, (0, 424), (220, 410), (520, 432), (864, 408), colors=("#e0b25f", "#c48f45", "#a97338")
    )
    draw_acacia(pen.at(138, 462, 1.75))


def _draw_water_hole(pen: Pen, rng: Random) -> None:
    draw_tufts(pen, rng, (0, 430, pen.canvas.width, 645), 170, "#8a6a2f")
    pen.fade(
        blob((330, 560), (430, 540), (560, 546), (640, 566), (560, 590), (420, 590)),
        "#f2b98a",
        "#8fb0b5",
    )
    draw_waves(pen, rng, (390, 556, 580, 580), 10)


def draw_acacia(pen: Pen, leaf: str = "#6d8a45", light: str = "#8fa856") -> None:
    """A flat-topped tree, 170 wide and 130 high; foot at the origin."""
    pen.shadow(oval(0, 0, 60, 5), 0.3, 4)
    bark = "#6b4a3c"
    pen.fill(limb((13, 8, 5), (0, 0), (4, -44), (-6, -78)), bark)
    for tip in ((-52, -92), (-22, -104), (30, -102), (58, -90)):
        pen.fill(limb((7, 4, 2.4), (2, -50), (tip[0] * 0.5, -76), tip), bark)
    for x, y, wide, high in (
        (-46, -96, 42, 13), (48, -94, 40, 12), (0, -110, 58, 17), (-24, -102, 40, 12),
        (28, -103, 38, 11),
    ):  # fmt: skip
        pen.fill(oval(x, y, wide, high), leaf)
    for x, y, wide, high in ((-50, -101, 30, 6), (46, -99, 28, 5), (-4, -118, 44, 7)):
        pen.fill(oval(x, y, wide, high), light)


SCENE = Scene(
    1014,
    LANDSCAPE,
    draw_savanna,
    (
        "An elephant and its calf stand on the savanna at sunset.",
        "Two giraffes and two zebras near a small water hole",
        "A white bird sits on the back of an elephant.",
        "Elephants, zebras and giraffes gather around a pond in the evening sun.",
        "A large tree with a flat top grows behind an elephant.",
    ),
)
