"""A snowy slope, upright: two skiers and a snowboarder."""

from drawing.belongings import draw_backpack
from drawing.canvas import Pen, darken
from drawing.nature import draw_cloud, draw_conifer, draw_mountain, draw_sky, draw_sun
from drawing.people import POSES, Look, draw_figure, draw_person
from drawing.scene import PORTRAIT, Scene
from drawing.shapes import box, curve, ground, limb, line, oval


def draw_slope(pen: Pen) -> None:
    """Two skiers and a snowboarder under a blue sky, upright."""
    height = pen.canvas.height
    draw_sky(pen, "#4f9fd8", "#a8d8f0", "#eaf6fb", height=520)
    draw_sun(pen.at(322, 92), "#fff6d8", 34)
    draw_cloud(pen.at(120, 150, 1.0))
    draw_cloud(pen.at(560, 84, 0.7))
    draw_mountain(pen.at(150, 430, 1), 470, 250, "#a9bdd9", "#8ba3c7", "#ffffff")
    draw_mountain(pen.at(500, 440, 1), 520, 310, "#9fb6d6", "#7f9ac2", "#ffffff")
    pen.fade(ground(height, (0, 392), (160, 360), (360, 410), (648, 352)), "#e6f0f9", "#d3e3f3")
    for x, y, size in (
        (40, 400, 0.8), (84, 396, 1.0), (128, 392, 0.7), (560, 392, 0.9), (606, 386, 1.1),
        (640, 384, 0.8), (520, 402, 0.6),
    ):  # fmt: skip
        draw_conifer(pen.at(x, y, size), "#4f8a86", "#6aa39b", snow=True)
    pen.fade(ground(height, (0, 520), (170, 470), (400, 452), (648, 420)), "#ffffff", "#dfeaf6")
    for x, y, size in ((30, 545, 1.5), (98, 520, 1.15), (612, 470, 1.25)):
        draw_conifer(pen.at(x, y, size), snow=True)
    pen.fade(ground(height, (0, 700), (200, 640), (430, 560), (648, 520)), "#fbfdff", "#d6e5f5")
    _draw_tracks(pen)
    _draw_skier(
        pen.at(420, 556, 1.15, turn=-15, flip=True),
        Look(top="#f2c14e", legs="#33415c", hair="#5a3626", hat=("goggles", "#d1495b")),
        "#2a9d8f",
    )
    _draw_boarder(pen.at(500, 742, 1.7, turn=-18, flip=True))
    _draw_skier(
        pen.at(190, 742, 1.95, turn=-13, flip=True),
        Look(top="#e4572e", legs="#2f3a55", hair="#2f2430", hat=("goggles", "#f4efe6")),
        "#3d5a80",
        pack=True,
    )
    _draw_powder(pen)


def _draw_skier(pen: Pen, look: Look, color: str, pack: bool = False) -> None:
    pen.shadow(oval(0, 4, 46, 5), 0.3, 3)
    with pen.thing("skis"):
        for x, y in ((4, -1), (0, 2)):
            pen.fill(
                limb((3, 3, 3, 2), (-44 + x, y), (0 + x, y), (40 + x, y), (52 + x, y - 7)),
                darken(color, 0.8 if y < 0 else 1.0),
            )
    if pack:
        draw_backpack(pen.at(-6, -70, 1.0, turn=28), "#2a9d8f")
    with pen.thing("person"):
        draw_figure(pen, POSES["ski"], look)
        for x, y in ((23, -54), (20, -48)):
            with pen.scenery():
                pen.fill(line(1.4, (x + 3, y - 4), (x - 34, y + 42)), "#4a5160")
            pen.fill(oval(x, y, 3.2), "#33384d")


def _draw_boarder(pen: Pen) -> None:
    pen.shadow(oval(0, 4, 40, 5), 0.3, 3)
    with pen.thing("snowboard"):
        pen.fill(limb((3, 5, 5, 5, 3), (-42, -6), (-32, 0), (0, 1), (32, 0), (42, -6)), "#8d6cab")
        pen.fill(box(-20, -2, 10, 3) + box(10, -2, 10, 3), "#f2c14e")
    draw_person(
        pen,
        "surf",
        Look(
            top="#2a9d8f", legs="#5d4a6b", hair="#8a4b2a", style="tail", hat=("beanie", "#f2c14e")
        ),
        shadow=False,
    )


def _draw_tracks(pen: Pen) -> None:
    for points, wide in ((((648, 486), (540, 520), (430, 552)), 3), (((648, 492), (540, 527), (436, 558)), 3),
                         (((648, 560), (470, 600), (330, 690), (200, 740)), 5), (((648, 572), (480, 612), (340, 702), (212, 748)), 5),
                         (((648, 640), (600, 700), (520, 742)), 9)):  # fmt: skip
        pen.tint(curve(wide, *points), "#9fbbdc", 0.5)


def _draw_powder(pen: Pen) -> None:
    for x, y, r in (
        (300, 726, 10), (318, 716, 14), (338, 722, 11), (560, 720, 11), (578, 708, 15),
        (598, 714, 10), (466, 548, 7), (478, 541, 9),
    ):  # fmt: skip
        pen.tint(oval(x, y, r), "#ffffff", 0.8)
    for x, y, flake in (
        (352, 704, 3),
        (330, 696, 2.4),
        (610, 694, 3),
        (590, 686, 2),
        (492, 530, 2),
    ):
        pen.tint(oval(x, y, flake), "#ffffff", 0.95)


SCENE = Scene(
    1006,
    PORTRAIT,
    draw_slope,
    (
        "Two skiers and a snowboarder go down a snowy slope.",
        "A skier in an orange jacket carries a green backpack.",
        "A snowboarder with a yellow hat balances with both arms out.",
        "Three people on a mountain with snow covered trees behind them",
        "Tracks in the snow lead down to the skiers under a bright sun.",
    ),
)
