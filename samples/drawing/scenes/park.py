"""A park, upright: a dog jumps for a frisbee, a reader on the bench, a child with a kite."""

from random import Random

from drawing.animals import draw_dog
from drawing.belongings import draw_kite
from drawing.canvas import Pen
from drawing.nature import (
    draw_bush,
    draw_cloud,
    draw_flowers,
    draw_hill,
    draw_sky,
    draw_tree,
    draw_tufts,
    draw_waves,
)
from drawing.people import Look, draw_person
from drawing.scene import PORTRAIT, Scene
from drawing.shapes import blob, curve, limb, oval, poly
from drawing.street import draw_bench


def draw_park(pen: Pen) -> None:
    """A dog jumps for a frisbee; a reader on the bench; a child with a kite. Upright."""
    rng = Random(1009)
    _draw_backdrop(pen)
    draw_tufts(pen, rng, (0, 480, pen.canvas.width, 840), 120, "#4f8a48")
    _draw_pond(pen, rng)
    _draw_path(pen)
    _draw_reader(pen)
    _draw_kite_flyer(pen)
    look = Look(top="#2a9d8f", legs="#4a4e69", skin="#a9714b", hair="#2f2430", short_sleeves=True)
    draw_person(pen.at(520, 812, 1.75, flip=True), "throw", look)
    pen.shadow(oval(254, 812, 62, 7), 0.3, 5)
    draw_dog(pen.at(246, 782, 1.6, turn=-12), leaping=True)
    with pen.thing("frisbee"):
        pen.fill(oval(352, 664, 27, 8, -10), "#d62839")
        pen.tint(oval(351, 661, 19, 4.4, -10), "#ffffff", 0.35)
    draw_flowers(pen, rng, (30, 800, 140, 850), 9, ("#ffffff", "#f28482", "#f7d046"))
    draw_flowers(pen, rng, (560, 700, 640, 850), 12, ("#ffffff", "#f28482", "#f7d046"))


def _draw_backdrop(pen: Pen) -> None:
    draw_sky(pen, "#7cc8ee", "#cdeaf5", "#fdf6e3", height=470)
    for x, y, size in ((120, 92, 1.0), (470, 150, 0.8), (560, 60, 0.7)):
        draw_cloud(pen.at(x, y, size))
    far = ((0, 400), (180, 360), (380, 404), (648, 352))
    draw_hill(pen, *far, colors=("#b9dfa5", "#a3cf8c"))
    for x, y, size in ((30, 420, 1.2), (330, 420, 0.8), (530, 410, 0.8)):
        draw_tree(pen.at(x, y, size))
    for x, y, size in ((110, 410, 0.9), (600, 400, 1.1)):
        draw_tree(pen.at(x, y, size), ("#c98a3c", "#e0a84c", "#f2c670"))
    near = ((0, 452), (220, 424), (440, 454), (648, 420))
    draw_hill(pen, *near, colors=("#a5d684", "#7fb968", "#6fae5c"))


def _draw_path(pen: Pen) -> None:
    path = poly(
        (648, 520), (648, 566), (420, 600), (260, 664), (180, 780), (140, 870), (-10, 870),
        (30, 770), (150, 640), (360, 560),
    )  # fmt: skip
    pen.fade(path, "#efdcb4", "#e0c592")
    draw_tree(pen.at(566, 620, 3.1))
    for x, y, size in ((456, 616, 1.0), (640, 628, 1.2)):
        draw_bush(pen.at(x, y, size))


def _draw_kite_flyer(pen: Pen) -> None:
    draw_kite(pen.at(250, 182, 1.7, turn=-18), ("#8d6cab", "#f2c14e", "#e4572e", "#2a9d8f"))
    pen.tint(curve(1.4, (260, 222), (240, 390), (159, 533)), "#4a5160", 0.6)
    look = Look(
        top="#f2c14e",
        legs="#3d5a80",
        hair="#3b2a26",
        short_sleeves=True,
        bare_legs=True,
        shoes="#d1495b",
    )
    draw_person(pen.at(136, 654, 1.2), "wave", look)


def _draw_pond(pen: Pen, rng: Random) -> None:
    pen.fill(
        blob((236, 506), (330, 482), (450, 486), (500, 506), (430, 530), (300, 534)), "#8fc27a"
    )
    pen.fade(
        blob((244, 506), (330, 486), (448, 490), (490, 506), (426, 524), (302, 528)),
        "#9ad4e6",
        "#5fb0cc",
    )
    draw_waves(pen, rng, (290, 498, 440, 520), 9)
    _draw_duck(pen.at(346, 508, 0.9))
    _draw_duck(pen.at(404, 514, 0.9, flip=True))


def _draw_duck(pen: Pen) -> None:
    with pen.thing("bird"):
        pen.fill(
            blob((-20, -10), (-10, -8), (4, -12), (14, -6), (10, 2), (-10, 2), (-18, -3)), "#fffaf0"
        )
        pen.fill(limb((8, 8), (8, -6), (12, -17)), "#fffaf0")
        pen.fill(oval(13, -19, 6.5), "#fffaf0")
        pen.fill(blob((18, -20), (27, -18), (18, -15)), "#f2a541")
        pen.fill(oval(15, -20.6, 1.1), "#2f2a35")
        pen.tint(blob((-14, -8), (2, -9), (4, -3), (-8, -1)), "#b8b0a4", 0.6)


def _draw_reader(pen: Pen) -> None:
    draw_bench(pen.at(466, 672, 1.35))
    draw_person(
        pen.at(430, 676, 1.42),
        "sit",
        Look(top="#e76f51", legs="#5b4a6e", hair="#d9a75c", style="long"),
        shadow=False,
    )
    with pen.thing("book"):
        pen.fill(poly((449, 609), (462, 601), (476, 606), (464, 616)), "#3d5a80")
        pen.fill(poly((451, 607), (462, 599), (474, 604), (463, 613)), "#fffaf0")


SCENE = Scene(
    1009,
    PORTRAIT,
    draw_park,
    (
        "A dog jumps through the air to catch a red frisbee.",
        "A woman sits on a park bench and reads a book.",
        "A child in a yellow shirt is flying a kite in the park.",
        "A man throws a frisbee to a brown dog near a bench.",
        "Two white ducks swim on a pond in a park with trees.",
    ),
)
