"""A tennis match before a full stand; the spectators are one crowd."""

from random import Random

from drawing.belongings import draw_racket
from drawing.canvas import SHADE, Pen, darken
from drawing.nature import draw_cloud, draw_sky
from drawing.people import Look, draw_person
from drawing.scene import LANDSCAPE, Scene
from drawing.shapes import blob, box, curve, line, oval, poly, wedge

CLOTHES = (
    "#e76f51", "#f2c14e", "#2a9d8f", "#f4efe6", "#d1495b", "#8d6cab", "#5fa8d3", "#f4a261", "#90be6d", "#f7cad0",
)  # fmt: skip
SKINS = ("#f0c3a0", "#e8b08c", "#c98a60", "#8d5a3c", "#f5d0b5")
HAIRS = ("#3b2a26", "#5a3626", "#8a4b2a", "#d9a75c", "#2a2530", "#b8b2ae")


def draw_stadium(pen: Pen) -> None:
    """A tennis match in front of a full stand; the spectators are one crowd."""
    width = pen.canvas.width
    rng = Random(1013)
    draw_sky(pen, "#7cc2ea", "#cdeaf5", height=120)
    draw_cloud(pen.at(160, 62, 0.8))
    draw_cloud(pen.at(700, 74, 1.0))
    _draw_stand(pen)
    with pen.thing("person", crowd=True):
        for row in range(7):
            _draw_row(pen, rng, 118 + row * 34, 0.86 + row * 0.05)
    pen.fade(box(0, 350, width, 52), "#1f4f74", "#173f60")
    pen.fill(box(0, 346, width, 6), "#f4efe2")
    for x in (60, 330, 600):
        pen.tint(box(x, 366, 190, 20, 10), "#ffffff", 0.12)
    _draw_court(pen)
    _draw_umpire(pen.at(432, 416, 1.0))
    _draw_net(pen)
    _draw_players(pen)


def _draw_stand(pen: Pen) -> None:
    width = pen.canvas.width
    pen.fade(box(0, 86, width, 270), "#8d93a8", "#6f768f")
    for row in range(8):
        y = 112 + row * 34
        pen.tint(box(0, y, width, 5), SHADE, 0.3)
    for x in (278, 580):
        pen.fill(poly((x - 8, 86), (x + 12, 86), (x + 22, 352), (x - 18, 352)), "#b9bdcb")
        for y in range(94, 350, 12):
            pen.tint(box(x - 18, y, 40, 2), SHADE, 0.18)
    pen.fill(box(0, 78, width, 12), "#dfe3ea")
    for index, x in enumerate(range(36, width, 132)):
        pen.fill(box(x, 22, 3, 60), "#dfe3ea")
        pen.fill(
            poly((x + 3, 24), (x + 40, 31), (x + 3, 42)),
            ("#e4572e", "#f2c14e", "#2a9d8f")[index % 3],
        )


def _draw_row(pen: Pen, rng: Random, y: float, size: float) -> None:
    x = rng.uniform(4, 14)
    while x < pen.canvas.width:
        if all(abs(x - aisle) > 26 for aisle in (280, 582)) and rng.random() < 0.94:
            _draw_spectator(pen.at(x, y + rng.uniform(-2, 2), size * rng.uniform(0.94, 1.06)), rng)
        x += 23 * size


def _draw_spectator(pen: Pen, rng: Random) -> None:
    top, skin, hair = (_pick(rng, colors) for colors in (CLOTHES, SKINS, HAIRS))
    if rng.random() < 0.16:
        for side in (-1, 1):
            pen.fill(line(4, (side * 8, 6), (side * 12, -10)), darken(top))
            pen.fill(oval(side * 12, -12, 2.4), skin)
    pen.fill(blob((-10, 24), (-10, 6), (-4, 1), (4, 1), (10, 6), (10, 24)), top)
    pen.fill(box(-2, -3, 4, 6), darken(skin))
    pen.fill(oval(0, -8, 6.2, 7), skin)
    if rng.random() < 0.25:
        pen.fill(wedge(0, -9, 7, 7, 180, 360) + box(-9, -10, 18, 2, 1), _pick(rng, CLOTHES))
    else:
        pen.fill(wedge(0, -9, 7, 7.2, 170, 370), hair)


def _pick(rng: Random, values: tuple[str, ...]) -> str:
    # choice() may change with the Python version; random() is promised not to.
    return values[int(rng.random() * len(values))]


def _draw_court(pen: Pen) -> None:
    width = pen.canvas.width
    pen.fade(box(0, 400, width, 250), "#3f9a74", "#4fae82")
    court = poly((96, 436), (768, 436), (890, 622), (-26, 622))
    pen.fade(court, "#2f7fb8", "#3a8fc9")
    for a, b, wide in (((96, 436), (768, 436), 3), ((-26, 622), (890, 622), 5), ((78, 462), (786, 462), 3), ((-6, 592), (870, 592), 4),
                       ((250, 462), (196, 592), 3.4), ((614, 462), (668, 592), 3.4), ((224, 522), (640, 522), 3.4),
                       ((96, 436), (-26, 622), 4), ((768, 436), (890, 622), 4)):  # fmt: skip
        pen.fill(line(wide, a, b), "#f7f4ea")


def _draw_net(pen: Pen) -> None:
    pen.shadow(poly((432, 440), (444, 440), (450, 632), (432, 632)), 0.3, 4)
    mesh = poly((430, 400), (434, 400), (434, 632), (430, 574))
    pen.tint(mesh, "#1f2a3d", 0.6)
    pen.fill(line(4, (432, 398), (432, 572)), "#f7f4ea")
    pen.fill(box(429, 396, 6, 44) + box(428, 568, 8, 66), "#4a5160")


def _draw_umpire(pen: Pen) -> None:
    with pen.thing("chair"):
        pen.fill(
            line(4, (-20, 0), (-12, -84))
            + line(4, (20, 0), (12, -84))
            + line(3, (-17, -30), (17, -30)),
            "#f4efe2",
        )
        pen.fill(
            line(3, (-15, -56), (15, -56)) + box(-17, -90, 34, 8, 2) + box(-15, -126, 30, 30, 5),
            "#f4efe2",
        )
    draw_person(
        pen.at(-2, -58, 0.82),
        "sit",
        Look(top="#33415c", legs="#f4efe6", hair="#2f2430", hat=("cap", "#f4efe6")),
        shadow=False,
    )


def _draw_players(pen: Pen) -> None:
    left, right = pen.at(150, 566, 1.72), pen.at(716, 552, 1.72, flip=True)
    for player, pose, look in (
        (left, "serve", Look(top="#f4efe6", legs="#f4efe6", skin="#c98a60", hair="#2f2430", shoes="#f4efe6", bare_legs=True,
                             short_sleeves=True, hat=("cap", "#e4572e"))),
        (right, "ready", Look(top="#f2c14e", legs="#3b3a4a", skin="#f0c3a0", hair="#8a4b2a", shoes="#f4efe6", style="tail",
                              bare_legs=True, short_sleeves=True, skirt="#f4efe6")),
    ):  # fmt: skip
        draw_person(player, pose, look)
    draw_racket(left.at(-12, -99, turn=-28))
    draw_racket(right.at(22, -50, turn=48), "#2a9d8f")
    with pen.thing("sports ball"):
        pen.fill(oval(196, 356, 7), "#d7f05a")
        pen.fill(curve(1.2, (190, 354), (196, 358), (202, 354)), "#ffffff")


SCENE = Scene(
    1013,
    LANDSCAPE,
    draw_stadium,
    (
        "A tennis player in white is about to hit the ball in front of a large crowd.",
        "Two people play tennis on a blue court.",
        "A stadium full of spectators watches a tennis match.",
        "The umpire sits on a high chair beside the net.",
        "A woman in a yellow shirt waits with her racket on the right side of the court.",
    ),
)
