"""A kitchen: a cook at the stove, fruit on the island in front."""

from drawing.canvas import Pen
from drawing.furniture import draw_clock, draw_potted_plant, draw_vase
from drawing.interiors import draw_floor, draw_view, draw_window
from drawing.kitchenware import (
    draw_apple,
    draw_bananas,
    draw_bottle,
    draw_bowl,
    draw_carrot,
    draw_cup,
    draw_knife,
    draw_microwave,
    draw_orange,
    draw_oven,
    draw_pot,
    draw_refrigerator,
    draw_sink,
    draw_toaster,
)
from drawing.people import Look, draw_person
from drawing.scene import LANDSCAPE, Scene
from drawing.shapes import box, poly


def draw_kitchen(pen: Pen) -> None:
    """A cook at the stove, fruit on the island in front."""
    width = pen.canvas.width
    pen.fade(box(0, 0, width, 600), "#fbe6c4", "#f6d9ae")
    for row in range(4):
        for column in range(-1, 20):
            tile = box(200 + column * 36 + row % 2 * 18, 262 + row * 30, 34, 28, 2)
            pen.fill(tile, ("#fdf6ea", "#f8eddb")[(row + column) % 2])
    _draw_kitchen_wall(pen)
    draw_floor(pen, 582, "#d9a877")
    pen.fill(box(190, 566, 674, 18), "#4b3f45")
    pen.fill(box(190, 392, 674, 176), "#2f8f86")
    for x in (432, 528, 624, 720, 806):
        pen.fill(box(x + 4, 404, 88, 154, 4), "#38a196")
        pen.fill(box(x + 76, 420, 5, 30, 2.5), "#f4d9a0")
    draw_sink(pen.at(642, 396, 1.3))
    pen.fill(
        box(186, 380, 270, 14, 3) + box(430, 380, 140, 14, 3) + box(714, 380, 160, 14, 3), "#8a5a44"
    )
    draw_refrigerator(pen.at(104, 590, 1.62))
    draw_oven(pen.at(290, 584, 1.54))
    draw_pot(pen.at(272, 386, 1.35))
    draw_toaster(pen.at(516, 380, 1.3))
    draw_microwave(pen.at(790, 380, 1.25))
    draw_person(
        pen.at(410, 592, 3.65, flip=True),
        "ready",
        Look(top="#f2efe6", legs="#3d5a80", hair="#5a3626", style="bun"),
    )
    _draw_island(pen)


def _draw_kitchen_wall(pen: Pen) -> None:
    draw_view(pen.at(560, 92), 176, 196, ("#8fd0f0", "#e6f6fb"), ("#8fc08a", "#6aa565"))
    draw_window(pen.at(560, 92), 176, 196)
    draw_potted_plant(pen.at(704, 293, 0.72))
    for x in (548, 748):
        drop = -1 if x == 748 else 1
        pen.fade(
            poly(
                (x - 14 * drop, 74), (x + 52 * drop, 74), (x + 26 * drop, 200), (x - 14 * drop, 292)
            ),
            "#f28c6f",
            "#e2705a",
        )
    pen.fill(box(524, 68, 248, 7, 3), "#8a5a44")
    pen.fill(poly((226, 150), (354, 150), (386, 226), (194, 226)) + box(262, 0, 56, 152), "#dfe5e6")
    pen.fill(box(190, 222, 200, 14, 3), "#b9c3c8")
    draw_clock(pen.at(464, 130, 1.3), rim="#e4572e")
    pen.fill(box(786, 250, 90, 8, 2) + box(786, 150, 90, 8, 2), "#8a5a44")
    draw_vase(pen.at(828, 150, 0.95))
    draw_cup(pen.at(808, 250, 0.95), "#e4572e", steam=False)
    draw_cup(pen.at(848, 250, 0.95), "#2a9d8f", steam=False)


def _draw_island(pen: Pen) -> None:
    pen.shadow(box(420, 640, 460, 20), 0.5, 10)
    pen.fade(box(450, 556, 440, 100), "#c2553f", "#a8452f")
    for x in (470, 612, 754):
        pen.fill(box(x, 576, 124, 90, 4), "#cd6248")
    pen.fade(box(424, 534, 460, 26, 5), "#e3b77d", "#c8925a")
    pen.tint(box(424, 534, 460, 4, 2), "#ffffff", 0.35)
    draw_bottle(pen.at(826, 538, 1.45))
    draw_apple(pen.at(628, 514, 1.5))
    draw_orange(pen.at(684, 514, 1.5))
    draw_apple(pen.at(656, 510, 1.5), "#8fbf4d")
    draw_bowl(pen.at(656, 540, 1.6))
    draw_bananas(pen.at(756, 544, 1.35))
    pen.fill(box(440, 530, 152, 9, 4), "#f0d3a0")
    draw_carrot(pen.at(482, 524, 1.15))
    draw_knife(pen.at(552, 528, 1.05, flip=True))


SCENE = Scene(
    1001,
    LANDSCAPE,
    draw_kitchen,
    (
        "A woman with her hair in a bun stands at the stove in a bright kitchen.",
        "A kitchen with a large refrigerator, a white oven and a microwave on the counter.",
        "A bowl of fruit, some bananas and a green bottle sit on a kitchen island.",
        "a lady cooking something in a red pot next to the fridge",
        "A toaster with two slices of bread stands beside a sink under the window.",
        "The carrot and the knife are lying on a cutting board near the cook.",
    ),
)
