"""Animals of the farm and the home, in profile and looking to the right, feet at the origin."""

from drawing.canvas import SHADE, Pen, darken
from drawing.shapes import Point, Shape, blob, box, curve, limb, line, oval, poly, wedge

INK = "#2f2a35"


def draw_legs(
    pen: Pen, color: str, hoof: str, feet: tuple[tuple[float, float, float], ...]
) -> None:
    """Straight legs, each (x, top, width) and down to the ground, the hoof at the end."""
    for x, top, width in feet:
        pen.fill(limb((width * 1.35, width, width * 0.92), (x, top), (x, top / 2), (x, -4)), color)
        pen.fill(box(x - width / 2 - 0.4, -5, width + 1.4, 5, 1.4), hoof)


def draw_eye(pen: Pen, x: float, y: float, radius: float = 1.5) -> None:
    """A dark eye with a light in it."""
    pen.fill(oval(x, y, radius), INK)
    pen.fill(oval(x + radius * 0.3, y - radius * 0.35, radius * 0.32), "#ffffff")


def draw_cow(
    pen: Pen, coat: str = "#fbf6ee", patch: str = "#4a4048", grazing: bool = False
) -> None:
    """A cow, 118 long and 82 high."""
    pen.shadow(oval(4, 0, 56, 5), 0.35, 3)
    with pen.thing("cow"):
        pen.fill(curve(2.4, (-49, -58), (-56, -46), (-54, -26)), darken(coat))
        pen.fill(oval(-54, -23, 3, 6), patch)
        draw_legs(pen, darken(coat), "#574a45", ((-32, -34, 8.5), (22, -34, 8)))
        pen.fill(oval(-18, -25, 9, 6), "#f2b5a7")
        draw_legs(pen, coat, "#574a45", ((-42, -36, 9), (32, -36, 8.5)))
        trunk = blob((-50, -56), (-38, -66), (-10, -65), (16, -67), (36, -66), (43, -52), (34, -34), (8, -27),
                     (-24, -28), (-46, -32), (-52, -44))  # fmt: skip
        pen.fill(trunk, coat)
        with pen.inside(trunk):
            pen.fill(blob((-44, -70), (-22, -72), (-14, -56), (-24, -44), (-40, -50)), patch)
            pen.fill(blob((2, -70), (24, -72), (26, -58), (12, -44), (0, -54)), patch)
            pen.fill(blob((-30, -34), (-14, -38), (-6, -28), (-20, -22)), patch)
            pen.sheen(box(-60, -48, 110, 26), SHADE, 0, 0.2)
        head = pen.at(54, -30, turn=58) if grazing else pen.at(44, -58)
        pen.fill(
            limb((30, 25, 18), *(((30, -52), (43, -46), (53, -30)) if grazing else _COW_NECK)), coat
        )
        _draw_cow_head(head, coat, patch)


_COW_NECK = ((30, -54), (38, -60), (46, -62))


def _draw_cow_head(pen: Pen, coat: str, patch: str) -> None:
    pen.fill(curve(2.8, (1, -14), (2, -21), (7, -24)), "#e8d9b8")
    pen.fill(blob((-6, -12), (-13, -15), (-16, -10), (-8, -7)), patch)
    face = blob((-6, -14), (6, -17), (14, -10), (24, 0), (25, 7), (17, 10), (4, 5), (-6, -1))
    pen.fill(face, coat)
    with pen.inside(face):
        pen.fill(blob((-10, -18), (6, -19), (8, -6), (-2, 2), (-9, -4)), patch)
        pen.fill(blob((17, -6), (30, -1), (28, 12), (14, 12), (13, 2)), "#f0b3a4")
    pen.fill(oval(21, 2, 1.2), "#9c5f57")
    draw_eye(pen, 7, -8, 1.7)


def draw_sheep(
    pen: Pen, wool: str = "#fdf7ec", face: str = "#57474a", grazing: bool = False
) -> None:
    """A sheep, 74 long and 58 high."""
    pen.shadow(oval(2, 0, 36, 4), 0.35, 2.5)
    with pen.thing("sheep"):
        draw_legs(pen, darken(face), "#3a3035", ((-14, -18, 5), (14, -18, 5)))
        draw_legs(pen, face, "#3a3035", ((-20, -18, 5.4), (20, -18, 5.4)))
        fleece: Shape = ()
        for x, y, r in ((-24, -30, 12), (-14, -42, 12), (2, -45, 13), (17, -41, 12), (25, -30, 12), (16, -20, 11),
                        (0, -18, 11), (-16, -20, 11), (0, -31, 20)):  # fmt: skip
            fleece += oval(x, y, r)
        pen.fill(fleece, wool)
        with pen.inside(fleece):
            pen.sheen(box(-40, -38, 80, 32), "#4a4a80", 0, 0.22)
            for x, y in ((-16, -38), (2, -38), (-6, -26), (14, -30), (-24, -24)):
                pen.tint(wedge(x, y, 7, 5, 20, 160), "#c9bfd2", 0.5)
        _draw_sheep_head(pen.at(30, -27, turn=48) if grazing else pen.at(29, -42), wool, face)


def _draw_sheep_head(pen: Pen, wool: str, face: str) -> None:
    pen.fill(blob((-4, -2), (-12, -1), (-13, 4), (-5, 4)), darken(face))
    pen.fill(blob((-6, -9), (4, -10), (13, 0), (15, 8), (9, 12), (0, 9), (-7, 2)), face)
    pen.fill(oval(-5, -9, 6) + oval(2, -11, 6), wool)
    draw_eye(pen, 5, -1, 1.6)


def draw_horse(pen: Pen, coat: str = "#b5713f", mane: str = "#5a3626") -> None:
    """A horse, 122 long and 112 high."""
    pen.shadow(oval(2, 0, 56, 5), 0.35, 3)
    with pen.thing("horse"):
        pen.fill(limb((7, 12, 9, 2), (-46, -64), (-57, -54), (-58, -34), (-54, -18)), mane)
        draw_legs(pen, darken(coat), "#3d2b26", ((-30, -40, 7.5), (22, -42, 7)))
        draw_legs(pen, coat, "#3d2b26", ((-40, -46, 8.5), (30, -46, 8)))
        trunk = blob((-48, -60), (-38, -71), (-14, -69), (10, -68), (28, -72), (40, -62), (38, -46), (20, -37),
                     (-10, -38), (-34, -40), (-48, -46))  # fmt: skip
        pen.fill(trunk, coat)
        with pen.inside(trunk):
            pen.sheen(box(-60, -58, 110, 24), SHADE, 0, 0.22)
        pen.fill(limb((30, 23, 17), (24, -60), (36, -78), (44, -95)), coat)
        pen.fill(limb((6, 11, 10, 5), (12, -72), (24, -82), (33, -96), (42, -107)), mane)
        _draw_horse_head(pen.at(44, -98), coat, mane)


def _draw_horse_head(pen: Pen, coat: str, mane: str) -> None:
    pen.fill(poly((-5, -5), (-3, -16), (2, -7)), darken(coat))
    face = blob((-8, -4), (1, -10), (10, -4), (24, 11), (23, 18), (15, 19), (6, 10), (-4, 9))
    pen.fill(face, coat)
    with pen.inside(face):
        pen.fill(blob((15, 8), (30, 8), (28, 24), (12, 22)), darken(coat, 0.72))
        pen.fill(curve(4, (7, -8), (15, 2), (22, 10)), "#f6e9d6")
    pen.fill(oval(21.5, 14, 1.2), INK)
    pen.fill(limb((5, 6, 2), (-2, -12), (5, -8), (6, 1)), mane)
    draw_eye(pen, 4, -1, 1.7)


def draw_dog(
    pen: Pen, coat: str = "#d99a55", light: str = "#fbeedb", leaping: bool = False
) -> None:
    """A dog, 82 long and 62 high, standing or in the air with stretched legs."""
    if not leaping:
        pen.shadow(oval(0, 0, 36, 4), 0.35, 2.5)
    with pen.thing("dog"):
        pen.fill(limb((6, 7, 4), (-28, -36), (-40, -48), (-38, -60)), coat)
        far, near = _LEAP if leaping else _STAND
        for path in far:
            pen.fill(limb((9, 6.5, 5.5), *path), darken(coat))
        trunk = blob((-31, -36), (-20, -44), (4, -42), (22, -46), (28, -36), (22, -24), (4, -23), (-20, -24),
                     (-30, -26))  # fmt: skip
        pen.fill(trunk, coat)
        with pen.inside(trunk):
            pen.fill(blob((14, -40), (34, -42), (30, -20), (12, -20)), light)
        for path in near:
            pen.fill(limb((11, 7, 5.5), *path), coat)
            pen.fill(oval(path[-1][0] + 1.6, path[-1][1] + 0.6, 4.4, 2.8), light)
        pen.fill(limb((19, 15), (20, -38), (30, -50)), coat)
        pen.fill(limb((3.4, 3.4), (20, -44), (33, -40)), "#d1495b")
        _draw_dog_head(pen.at(31, -53, turn=-22 if leaping else 0), coat, light)


_STAND: tuple[tuple[tuple[Point, ...], ...], ...] = (
    (((-18, -30), (-17, -16), (-18, -3)), ((17, -30), (17, -16), (17, -3))),
    (((-24, -32), (-27, -16), (-25, -3)), ((22, -30), (23, -16), (23, -3))),
)
_LEAP: tuple[tuple[tuple[Point, ...], ...], ...] = (
    (((-20, -30), (-34, -20), (-46, -14)), ((18, -30), (34, -28), (44, -33))),
    (((-24, -32), (-37, -26), (-50, -22)), ((22, -30), (36, -22), (48, -24))),
)


def _draw_dog_head(pen: Pen, coat: str, light: str) -> None:
    pen.fill(
        blob((-10, -6), (-4, -14), (8, -12), (13, -5), (24, -1), (25, 5), (16, 9), (2, 9), (-9, 5)),
        coat,
    )
    pen.fill(blob((11, -2), (24, -1), (25, 5), (15, 9), (8, 5)), light)
    pen.fill(blob((-4, -12), (-12, -9), (-15, 4), (-9, 9), (-4, 0)), darken(coat, 0.72))
    pen.fill(oval(24, -0.6, 3, 2.5), INK)
    pen.fill(curve(1, (21, 5.2), (17, 6.4), (13, 4.6)), INK)
    draw_eye(pen, 9, -5, 1.8)


def draw_cat(
    pen: Pen, coat: str = "#e8954a", stripe: str = "#c06f2c", light: str = "#fdf0df"
) -> None:
    """A cat curled up on its belly, 84 long and 46 high, with its face to us."""
    with pen.thing("cat"):
        pen.fill(limb((7, 8, 7, 5), (-34, -8), (-45, -5), (-30, 0), (-8, -2)), stripe)
        trunk = blob(
            (-38, -6), (-36, -22), (-18, -32), (6, -28), (22, -20), (26, -6), (16, 0), (-26, 0)
        )
        pen.fill(trunk, coat)
        with pen.inside(trunk):
            for x in (-29, -19, -9, 1):
                pen.fill(limb((4, 3, 0.6), (x, -36), (x + 2, -24), (x + 5, -14)), stripe)
            pen.sheen(box(-40, -14, 70, 16), SHADE, 0, 0.18)
        pen.fill(oval(14, -2.6, 10, 4), coat)
        pen.fill(oval(21, -2.4, 4, 3.2), light)
        _draw_cat_head(pen.at(24, -25), coat, stripe, light)


def _draw_cat_head(pen: Pen, coat: str, stripe: str, light: str) -> None:
    pen.fill(poly((-13, -5), (-11, -20), (-1, -11)) + poly((13, -5), (11, -20), (1, -11)), coat)
    pen.fill(
        poly((-10, -9), (-9.6, -16), (-4, -11)) + poly((10, -9), (9.6, -16), (4, -11)), "#f0b3a4"
    )
    pen.fill(oval(0, 0, 15, 12.5), coat)
    pen.fill(oval(-3.4, 5.4, 5, 4) + oval(3.4, 5.4, 5, 4), light)
    for x in (-4, 0, 4):
        pen.fill(limb((2, 0.8), (x, -12), (x * 0.8, -7)), stripe)
    pen.fill(poly((-1.8, 2.2), (1.8, 2.2), (0, 4.2)), "#b5534a")
    for side in (-1, 1):
        pen.fill(oval(side * 6, -1.4, 2.3, 2.8), "#5d8f4e")
        pen.fill(oval(side * 6, -1.4, 0.9, 2.5), INK)
        for slope in (-1.4, 0.6):
            pen.tint(line(0.5, (side * 6, 5), (side * 17, 5 + slope)), "#ffffff", 0.9)


def draw_gull(pen: Pen, spread: float = 1, wing: str = "#aebccb") -> None:
    """A gull on the wing, 64 wide; `spread` lifts (1) or lowers (-1) the wings."""
    with pen.thing("bird"):
        pen.fill(poly((-9, 1), (-19, -1), (-19, 4), (-8, 5)), "#eef3f7")
        pen.fill(
            limb((6, 6, 1.5), (-2, -1), (-12, -12 * spread), (-32, -16 * spread)), darken(wing)
        )
        pen.fill(blob((-11, 1), (0, -4), (10, -4), (14, -1), (8, 5), (-4, 6)), "#ffffff")
        pen.fill(limb((8, 7, 1.5), (3, -1), (12, -15 * spread), (32, -20 * spread)), wing)
        pen.fill(limb((3.2, 1), (24, -18.6 * spread), (33, -20.2 * spread)), "#4b5563")
        pen.fill(poly((13, -3), (20, -0.5), (13, 1)), "#f2a541")
        draw_eye(pen, 10.4, -2, 0.9)


def draw_perched_bird(
    pen: Pen, body: str = "#ffffff", wing: str = "#aebccb", bill: str = "#f2a541"
) -> None:
    """A bird on its feet, 38 long and 34 high."""
    with pen.thing("bird"):
        pen.fill(
            line(1.3, (-1, -9), (-1, -0.5), (2, -0.5)) + line(1.3, (4, -9), (4, -0.5), (7, -0.5)),
            bill,
        )
        pen.fill(poly((-12, -14), (-24, -9), (-22, -6), (-8, -10)), darken(wing, 0.7))
        pen.fill(blob((-13, -13), (-4, -20), (8, -22), (12, -14), (6, -8), (-6, -7)), body)
        pen.fill(oval(10, -25, 7, 6.6), body)
        pen.fill(blob((-17, -11), (-6, -19), (4, -18), (2, -11), (-8, -9)), wing)
        pen.fill(poly((16, -27), (24, -24), (16, -22.5)), bill)
        draw_eye(pen, 12, -26, 1.2)
