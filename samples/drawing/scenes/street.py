"""A street: a bus and two cars, a cyclist, walkers, shops behind."""

from drawing.animals import draw_dog
from drawing.belongings import draw_handbag
from drawing.canvas import SHADE, Pen
from drawing.nature import draw_cloud, draw_sky, draw_tree
from drawing.people import Look, draw_person
from drawing.scene import LANDSCAPE, Scene
from drawing.shapes import box, curve, line, poly
from drawing.street import draw_house, draw_hydrant, draw_stop_sign, draw_traffic_light
from drawing.vehicles import draw_bicycle, draw_bus, draw_car


def draw_street(pen: Pen) -> None:
    """A bus and two cars, a cyclist, walkers; shops behind."""
    draw_sky(pen, "#86c8ea", "#dff1f4", height=420)
    for x, y, size in ((96, 70, 0.9), (470, 52, 0.7), (770, 96, 0.9)):
        draw_cloud(pen.at(x, y, size))
    _draw_skyline(pen)
    _draw_houses(pen)
    _draw_far_side(pen)
    _draw_road(pen)
    draw_bus(pen.at(560, 486, 1.62, flip=True))
    draw_car(pen.at(206, 556, 1.5))
    draw_car(pen.at(668, 560, 1.5), "#3d84a8", boxy=True)
    _draw_cyclist(pen.at(420, 572, 1.35))
    _draw_near_side(pen)
    _draw_dog_walker(pen)


def _draw_far_side(pen: Pen) -> None:
    width = pen.canvas.width
    pen.fill(box(0, 404, width, 34), "#d9cfc4")
    pen.fill(box(0, 434, width, 8), "#b5aaa2")
    for x in (366, 640):
        draw_tree(pen.at(x, 424, 1.5))
    draw_stop_sign(pen.at(838, 430, 1.1))
    draw_person(
        pen.at(120, 428, 1.12),
        "walk",
        Look(top="#f2c14e", legs="#4a4e69", hair="#2f2430", short_sleeves=True),
    )
    draw_person(
        pen.at(296, 430, 1.12, flip=True),
        "walk",
        Look(
            top="#f7f1e6",
            skirt="#d1495b",
            hair="#8a4b2a",
            style="long",
            bare_legs=True,
            legs="#d1495b",
        ),
    )
    draw_handbag(pen.at(280, 373, 1.1), "#6d597a")


def _draw_near_side(pen: Pen) -> None:
    width = pen.canvas.width
    pen.fade(box(0, 588, width, 60), "#e3d9cd", "#d2c6b8")
    pen.fill(box(0, 582, width, 8), "#bcb0a5")
    for x in range(-40, width, 96):
        pen.tint(line(1.6, (x + 30, 590), (x, 648)), SHADE, 0.12)
    draw_traffic_light(pen.at(52, 632, 1.55), "green")
    draw_hydrant(pen.at(802, 630, 1.3))


def _draw_skyline(pen: Pen) -> None:
    for x, wide, high, color in ((-10, 120, 300, "#bcd9e4"), (150, 90, 250, "#c6dfe8"), (330, 120, 330, "#bcd9e4"),
                                 (560, 100, 290, "#c6dfe8"), (740, 140, 320, "#bcd9e4")):  # fmt: skip
        pen.fill(box(x, 410 - high, wide, high), color)


def _draw_houses(pen: Pen) -> None:
    draw_house(pen.at(-14, 410), 170, 282, "#f2c9a1", awning=("#e4572e", "#fff4e0"))
    draw_house(
        pen.at(158, 410), 140, 236, "#a9c9c4", roof="#8a5a5a", floors=2, bays=2, door="#3d5a80"
    )
    draw_house(pen.at(300, 410), 182, 300, "#e8a598", awning=("#2a9d8f", "#fff4e0"), door="#4a4e69")
    draw_house(
        pen.at(484, 410), 138, 248, "#f4e2bd", roof="#b5653f", floors=2, bays=2, door="#2a6f6b"
    )
    draw_house(pen.at(624, 410), 184, 290, "#c3b4d6", awning=("#f2b134", "#fff4e0"), door="#5d3f33")


def _draw_road(pen: Pen) -> None:
    width = pen.canvas.width
    pen.fade(box(0, 442, width, 142), "#6c7080", "#5b5f70")
    for x in range(-30, width, 110):
        pen.fill(poly((x + 6, 506), (x + 62, 506), (x + 58, 512), (x, 512)), "#f4efe2")


def _draw_cyclist(pen: Pen) -> None:
    draw_bicycle(pen, "#e63946")
    draw_person(
        pen,
        "ride",
        Look(top="#2a9d8f", legs="#33415c", hat=("helmet", "#f2c14e"), hair="#4a3228"),
        shadow=False,
    )


def _draw_dog_walker(pen: Pen) -> None:
    draw_person(
        pen.at(274, 640, 1.42, flip=True),
        "walk",
        Look(top="#6d83b0", legs="#3b3a4a", hair="#c98a4b", hat=("cap", "#e76f51")),
    )
    draw_dog(pen.at(182, 640, 0.95, flip=True), "#f4efe6", "#c98a4b")
    pen.fill(curve(1.6, (254, 562), (206, 592), (158, 602)), "#a83246")


SCENE = Scene(
    1002,
    LANDSCAPE,
    draw_street,
    (
        "A yellow bus and two cars drive along a street lined with colorful buildings.",
        "A person in a yellow helmet rides a red bicycle past a bus.",
        "A man in an orange cap walks his white dog along the sidewalk.",
        'A red sign that says "STOP" stands at the end of a row of shops.',
        "The traffic light is green and there is a red fire hydrant on the sidewalk.",
    ),
)
