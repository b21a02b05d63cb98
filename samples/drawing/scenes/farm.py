"""A farm: cows, sheep and a horse before a red barn."""

from random import Random

from drawing.animals import draw_cow, draw_horse, draw_sheep
from drawing.canvas import SHADE, Pen
from drawing.nature import (
    draw_cloud,
    draw_flowers,
    draw_hill,
    draw_sky,
    draw_sun,
    draw_tree,
    draw_tufts,
)
from drawing.people import POSES, Look, draw_figure
from drawing.scene import LANDSCAPE, Scene
from drawing.shapes import box, dome, line, oval, poly
from drawing.street import draw_fence


def draw_farm(pen: Pen) -> None:
    """Cows, sheep and a horse before a red barn."""
    width = pen.canvas.width
    rng = Random(1004)
    draw_sky(pen, "#8fd0f0", "#e3f3f5", "#fdf3dc", height=330)
    draw_sun(pen.at(120, 92), "#fff3c4", 32)
    for x, y, size in ((320, 90, 1.0), (560, 64, 0.7), (770, 110, 0.9)):
        draw_cloud(pen.at(x, y, size))
    draw_hill(
        pen, (0, 250), (180, 206), (380, 262), (620, 208), (864, 240), colors=("#b5d99c", "#a3cf8c")
    )
    draw_hill(pen, (0, 300), (240, 266), (520, 306), (864, 262), colors=("#9fce86", "#86bb70"))
    for x, y, size in (
        (40, 306, 0.6), (84, 300, 0.75), (420, 300, 0.55), (462, 304, 0.7), (838, 276, 0.8),
    ):  # fmt: skip
        draw_tree(pen.at(x, y, size))
    _draw_barn(pen.at(628, 372))
    draw_hill(pen, (0, 366), (260, 346), (560, 372), (864, 352), colors=("#a5d684", "#7fb968"))
    draw_tufts(pen, rng, (0, 420, width, 640), 110, "#5d9450")
    _draw_path(pen)
    draw_tree(pen.at(170, 400, 2.0))
    draw_fence(pen.at(-10, 420), 380, height=46)
    draw_horse(pen.at(326, 452, 1.25))
    draw_fence(pen.at(716, 410), 160, height=46)
    _draw_farmer(pen.at(590, 486, 1.38, flip=True))
    draw_sheep(pen.at(752, 462, 1.1, flip=True))
    draw_cow(pen.at(180, 588, 1.75))
    draw_cow(pen.at(402, 632, 1.6, flip=True), patch="#a5653a", grazing=True)
    draw_sheep(pen.at(700, 590, 1.5))
    draw_sheep(pen.at(796, 624, 1.45, flip=True), grazing=True)
    draw_flowers(pen, rng, (20, 560, 140, 640), 10, ("#ffffff", "#f28482", "#f7d046"))
    draw_flowers(pen, rng, (540, 596, 640, 640), 9, ("#f28482", "#ffffff", "#f7d046"))


def _draw_barn(pen: Pen) -> None:
    pen.fade(dome(96, -190, 56, 190, 26), "#d5dadd", "#b5bdc4", across=True)
    for y in (-150, -110, -70, -30):
        pen.tint(box(96, y, 56, 2), SHADE, 0.2)
    front = poly((-92, 0), (-92, -96), (-62, -146), (0, -178), (62, -146), (92, -96), (92, 0))
    pen.fade(front, "#cf4a3c", "#b53a30")
    with pen.inside(front):
        for x in range(-84, 92, 14):
            pen.tint(box(x, -180, 1.6, 180), SHADE, 0.16)
    pen.fill(line(9, (-98, -90), (-66, -148), (0, -182), (66, -148), (98, -90)), "#6b4a4a")
    pen.fill(box(-36, -72, 72, 72), "#fff4e6")
    pen.fill(box(-31, -67, 62, 67), "#b0382e")
    pen.fill(
        line(4, (-31, -67), (31, 0)) + line(4, (31, -67), (-31, 0)) + line(3, (0, -67), (0, 0)),
        "#fff4e6",
    )
    pen.fill(box(-17, -132, 34, 34, 2), "#fff4e6")
    pen.fill(box(-13, -128, 26, 26), "#5a4038")
    pen.fill(line(3, (0, -128), (0, -102)) + line(3, (-13, -115), (13, -115)), "#fff4e6")


def _draw_path(pen: Pen) -> None:
    path = poly(
        (600, 368), (656, 368), (610, 440), (520, 540), (470, 660), (250, 660), (420, 520),
        (560, 430),
    )  # fmt: skip
    pen.fade(path, "#e9d3a2", "#dcbf86")


def _draw_farmer(pen: Pen) -> None:
    look = Look(
        top="#d1495b", legs="#3d5a80", skin="#e8b08c", hair="#b8b2ae", hat=("straw", "#f0cf8a")
    )
    pen.shadow(oval(3, 0, 20, 3.5), 0.35, 2.5)
    with pen.thing("person"):
        draw_figure(pen, POSES["stand"], look)
        pen.fill(box(-8, -66, 16, 22, 3), "#3d5a80")
        pen.fill(line(2.6, (-7, -64), (-8, -76)) + line(2.6, (7, -64), (8, -76)), "#3d5a80")
    pen.fill(line(2.4, (17, -84), (15, 0)), "#8a5a3b")
    pen.fill(
        line(1.8, (12, -96), (12, -88), (22, -88), (22, -96)) + line(1.8, (17, -96), (17, -84)),
        "#767c8c",
    )


SCENE = Scene(
    1004,
    LANDSCAPE,
    draw_farm,
    (
        "A farmer in a straw hat stands in front of a red barn with a pitchfork.",
        "Two cows and three sheep are standing in a green pasture.",
        "A brown horse stands near a white fence behind two cows.",
        "Farm animals out in the field on a sunny day",
        "One cow is black and white, the other one is brown and white and has its head down.",
    ),
)
