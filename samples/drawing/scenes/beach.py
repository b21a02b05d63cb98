"""A beach in summer: a sunshade, surfers, a kite and two sails."""

from random import Random

from drawing.animals import draw_gull
from drawing.belongings import draw_ball, draw_kite, draw_surfboard, draw_towel, draw_umbrella
from drawing.canvas import Pen
from drawing.nature import draw_cloud, draw_sky, draw_sun, draw_waves
from drawing.people import Look, draw_person
from drawing.scene import LANDSCAPE, Scene
from drawing.shapes import box, curve, ground, limb, line, oval, star, wedge
from drawing.vehicles import draw_sailboat


def draw_beach(pen: Pen) -> None:
    """Sunshade, surfers, a kite and two sails on a summer day."""
    rng = Random(1003)
    _draw_sea(pen, rng)
    _draw_sand(pen, rng)
    draw_gull(pen.at(262, 150, 0.8))
    draw_gull(pen.at(324, 182, 0.6), 0.4)
    draw_kite(pen.at(566, 96, 1.15, turn=20))
    pen.tint(curve(1.2, (562, 116), (600, 260), (704, 396)), "#4a5160", 0.7)
    _draw_kite_flyer(pen.at(684, 530, 1.3))
    pen.shadow(oval(424, 520, 26, 5), 0.35, 3)
    draw_surfboard(pen.at(424, 518, 1.12, turn=-4), "#f7f1e6", "#2a9d8f")
    _draw_surfer(pen.at(450, 516, 1.3))
    _draw_shade(pen)
    pen.shadow(oval(812, 604, 24, 5), 0.35, 3)
    draw_surfboard(pen.at(806, 604, 1.35, turn=7))
    draw_ball(pen.at(574, 606, 1.1))
    _draw_shells(pen)


def _draw_sea(pen: Pen, rng: Random) -> None:
    width = pen.canvas.width
    draw_sky(pen, "#6fc3ec", "#bfe6f5", "#fdf3dc", height=262)
    draw_sun(pen.at(700, 84), "#fff3c4", 36)
    draw_cloud(pen.at(150, 104, 1.1))
    draw_cloud(pen.at(430, 74, 0.75))
    pen.fade(ground(300, (0, 226), (70, 208), (160, 232), (250, 262)), "#8fb9a8", "#a7cbb6")
    pen.fade(box(0, 256, width, 200), "#2f93b8", "#4fb6cc", "#8fd8d8")
    pen.glow(700, 262, 170, "#fff3c4", 0.55)
    draw_waves(pen, rng, (0, 268, width, 370), 46)
    draw_sailboat(pen.at(392, 286, 0.62))
    draw_sailboat(pen.at(540, 276, 0.42), "#3d5a80", "#fff4e0", "#e4572e")


def _draw_kite_flyer(pen: Pen) -> None:
    look = Look(
        top="#e4572e",
        legs="#33415c",
        hair="#8a4b2a",
        style="long",
        short_sleeves=True,
        bare_legs=True,
        shoes="#e8b08c",
    )
    draw_person(pen, "wave", look)


def _draw_surfer(pen: Pen) -> None:
    look = Look(
        top="#3d5a80",
        legs="#3d5a80",
        skin="#a9714b",
        hair="#2f2430",
        bare_legs=True,
        short_sleeves=True,
        shoes="#a9714b",
    )
    draw_person(pen, "stand", look)


def _draw_sand(pen: Pen, rng: Random) -> None:
    width, height = pen.canvas.width, pen.canvas.height
    shore = ((0, 392), (140, 372), (300, 404), (480, 388), (660, 416), (864, 380))
    for rise, color, alpha in ((-16, "#ffffff", 0.5), (-6, "#ffffff", 0.9), (3, "#e0c08c", 1)):
        pen.tint(ground(height, *((x, y + rise) for x, y in shore)), color, alpha)
    pen.fade(ground(height, *((x, y + 18) for x, y in shore)), "#f3d9a6", "#eac98d")
    for _ in range(170):
        pen.tint(
            oval(rng.uniform(0, width), rng.uniform(440, height), rng.uniform(0.8, 2)),
            "#c99d5f",
            0.45,
        )
    for x, y, wide in ((120, 470, 90), (640, 470, 120), (420, 600, 150), (700, 630, 110)):
        pen.tint(limb((1, 5, 1), (x - wide, y), (x, y - 7), (x + wide, y + 3)), "#d8b375", 0.4)


def _draw_shade(pen: Pen) -> None:
    pen.shadow(oval(216, 588, 130, 22), 0.3, 10)
    draw_towel(pen.at(228, 590, 1.35), ("#7fc4d0", "#fdfaf3"))
    draw_person(
        pen.at(220, 592, 1.45, flip=True),
        "lie",
        Look(
            top="#f28482",
            legs="#f28482",
            skin="#f0c3a0",
            hair="#d9a75c",
            style="bun",
            bare_legs=True,
            shoes="#f0c3a0",
            hat=("straw", "#f0d9a0"),
        ),
        shadow=False,
    )
    draw_umbrella(pen.at(118, 594, 1.6, turn=-6))


def _draw_shells(pen: Pen) -> None:
    for x, y, color in ((340, 622, "#fdf3e6"), (700, 596, "#f7cad0"), (476, 632, "#fdf3e6")):
        shell = pen.at(x, y)
        shell.fill(wedge(0, 0, 9, 10, 180, 360), color)
        for tip in (-5, 0, 5):
            shell.tint(line(0.9, (0, 0), (tip, -8)), "#b58a6a", 0.6)
    pen.fill(star(522, 620, 12, 5, 5), "#f2845c")
    pen.tint(star(522, 620, 7, 3, 5), "#ffffff", 0.25)


SCENE = Scene(
    1003,
    LANDSCAPE,
    draw_beach,
    (
        "A woman in a straw hat lies on a striped towel near a red and white umbrella.",
        "A person dressed in blue stands next to a white and green surfboard.",
        "A girl flies a colorful kite on a sunny beach.",
        "Two sailboats are out on the water while two birds fly over it.",
        "a beach ball and a yellow surfboard on the sand",
    ),
)
