"""A railway station: a train at the platform, travellers with their luggage."""

from drawing.belongings import draw_backpack, draw_suitcase
from drawing.canvas import SHADE, Pen
from drawing.furniture import draw_clock
from drawing.nature import draw_sky, draw_sun, draw_tree
from drawing.people import Look, draw_person
from drawing.scene import LANDSCAPE, Scene
from drawing.shapes import box, curve, ground, line, poly
from drawing.street import draw_bench
from drawing.vehicles import draw_train


def draw_station(pen: Pen) -> None:
    """A train at the platform, travellers with their luggage, a clock under the roof."""
    width = pen.canvas.width
    draw_sky(pen, "#f7c8a0", "#fbe6cf", "#fdf3e6", height=360)
    draw_sun(pen.at(640, 196), "#fff1c9", 34)
    pen.fade(
        ground(648, (0, 262), (180, 216), (420, 264), (650, 226), (864, 258)), "#b9a9c4", "#cdbccb"
    )
    pen.fade(ground(648, (0, 300), (240, 276), (520, 306), (864, 280)), "#8f9fb8", "#a9b3c4")
    for x, size in ((70, 0.8), (150, 1.0), (236, 0.7), (770, 0.9), (836, 1.1)):
        draw_tree(pen.at(x, 352, size), ("#5f8a76", "#76a088", "#8fb59a"))
    pen.fill(box(0, 340, width, 160), "#8d8792")
    for x in (130, 470, 810):
        pen.fill(box(x, 120, 7, 240), "#6f7488")
        pen.fill(line(4, (x + 3, 150), (x + 74, 138)), "#6f7488")
    pen.fill(line(1.6, (0, 140), (width, 140)), "#6f7488")
    draw_train(pen.at(388, 484, 1.3))
    pen.fade(box(0, 488, width, 30), "#a89f9a", "#8f8682")
    pen.fade(box(0, 482, width, 166), "#e2d6c6", "#cfc0ad")
    pen.fill(box(0, 498, width, 9), "#f2c14e")
    pen.fill(box(0, 480, width, 6), "#bfb2a4")
    for x in range(-160, width + 200, 82):
        pen.tint(line(1.5, (x + 40, 508), (x - 40, 648)), SHADE, 0.12)
    pen.tint(line(1.5, (0, 566), (width, 566)), SHADE, 0.12)
    _draw_travellers(pen)
    _draw_station_roof(pen)


def _draw_travellers(pen: Pen) -> None:
    draw_bench(pen.at(176, 588, 1.42))
    draw_person(
        pen.at(150, 592, 1.5),
        "sit",
        Look(top="#8d6cab", legs="#3b3a4a", hair="#d8d3cf", style="bun"),
        shadow=False,
    )
    with pen.thing("book"):
        pen.fill(poly((170, 522), (184, 513), (198, 518), (186, 528)), "#d1495b")
        pen.fill(poly((172, 520), (184, 511), (196, 516), (185, 525)), "#fffaf0")
    draw_person(
        pen.at(430, 612, 1.6),
        "stand",
        Look(top="#e76f51", legs="#3d4a6b", hair="#5a3626", style="long", skin="#f0c3a0"),
    )
    draw_suitcase(pen.at(478, 616, 1.3))
    walker = pen.at(672, 622, 1.68)
    draw_backpack(walker.at(-15, -81, 1.15))
    draw_person(
        walker,
        "walk",
        Look(
            top="#2f8f86", legs="#5b4a44", hair="#2f2430", skin="#a9714b", hat=("beanie", "#f2c14e")
        ),
    )
    draw_person(
        pen.at(764, 606, 1.12, flip=True),
        "wave",
        Look(top="#f2c14e", legs="#3d5a80", hair="#8a4b2a", style="tail", short_sleeves=True),
    )
    draw_suitcase(pen.at(812, 612, 0.95), "#d1495b")


def _draw_station_roof(pen: Pen) -> None:
    width = pen.canvas.width
    pen.fade(poly((0, 0), (width, 0), (width, 78), (0, 78)), "#38566b", "#456a80")
    for x in range(0, width, 48):
        pen.tint(box(x, 0, 4, 78), "#ffffff", 0.1)
    pen.fill(box(0, 74, width, 14), "#2c4455")
    for x in range(12, width, 36):
        pen.fill(poly((x - 12, 88), (x + 12, 88), (x, 106)), "#2c4455")
    for x in (298, 600):
        pen.fade(box(x - 9, 88, 18, 500), "#3d6076", "#2c4455", across=True)
        pen.fill(box(x - 17, 578, 34, 14, 3), "#2c4455")
        pen.fill(
            curve(7, (x - 60, 92), (x - 22, 112), (x - 4, 150))
            + curve(7, (x + 60, 92), (x + 22, 112), (x + 4, 150)),
            "#345368",
        )
    pen.fill(box(446, 88, 6, 30), "#2c4455")
    draw_clock(pen.at(449, 148, 1.6), rim="#2c4455", hour=8.4)


SCENE = Scene(
    1011,
    LANDSCAPE,
    draw_station,
    (
        "A green and white train waits at the platform of a station.",
        "A woman with long hair stands next to a yellow suitcase.",
        "An old woman sits on a bench and reads a book while a train stands behind her.",
        "A man with a yellow hat and a blue backpack walks along the platform.",
        "A large clock hangs from the roof above four travelers.",
    ),
)
