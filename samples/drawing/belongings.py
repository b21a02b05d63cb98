"""What people carry, wear and play with."""

from collections.abc import Sequence

from drawing.canvas import SHADE, Pen, darken
from drawing.shapes import (
    arc_points,
    blob,
    box,
    curve,
    dome,
    limb,
    line,
    oval,
    poly,
    slice_of,
    wedge,
)

STEEL = "#4a5160"


def draw_umbrella(
    pen: Pen, colors: Sequence[str] = ("#e63946", "#fff4e0"), pole: float = 120
) -> None:
    """An open sunshade, 150 wide; the pole's foot at the origin."""
    with pen.thing("umbrella"):
        pen.fill(box(-2, -pole - 40, 4, pole + 40, 2), "#e7dccb")
        canopy = wedge(0, -pole, 76, 48, 180, 360)
        pen.fill(canopy, colors[0])
        edges = (-76, -50, -18, 18, 50, 76)
        with pen.inside(canopy):
            for index in range(5):
                left, right = edges[index], edges[index + 1]
                panel = poly(
                    (left, -pole), (right, -pole), (right * 0.55, -pole - 34), (0, -pole - 50),
                    (left * 0.55, -pole - 34),
                )  # fmt: skip
                pen.fill(panel, colors[index % len(colors)])
            pen.sheen(box(-76, -pole - 50, 152, 50), SHADE, 0, 0.2, across=True)
        for left, right, index in zip(edges, edges[1:], range(5), strict=False):
            scallop = wedge((left + right) / 2, -pole - 0.5, (right - left) / 2, 5, 0, 180)
            pen.fill(scallop, darken(colors[index % len(colors)], 0.9))
        pen.fill(oval(0, -pole - 49, 3), "#e7dccb")


def draw_kite(
    pen: Pen, colors: Sequence[str] = ("#e63946", "#f7b538", "#2a9d8f", "#3d5a80")
) -> None:
    """A diamond kite, 44 wide and 60 high with a tail of bows, its middle at the origin."""
    with pen.thing("kite"):
        top, left, right, low = (0, -30), (-22, -4), (22, -4), (0, 30)
        pen.fill(curve(1.4, (0, 30), (-7, 42), (5, 54), (-4, 68)), "#7b6d7a")
        for shape, color in zip(
            (poly(top, left, (0, -4)), poly(top, right, (0, -4)), poly(low, left, (0, -4)), poly(low, right, (0, -4))),
            colors, strict=True,
        ):  # fmt: skip
            pen.fill(shape, color)
        for x, y, color in ((-6, 41, colors[1]), (4, 53, colors[0]), (-3, 66, colors[2])):
            pen.fill(
                poly((x, y), (x - 7, y - 4), (x - 7, y + 4))
                + poly((x, y), (x + 7, y - 4), (x + 7, y + 4)),
                color,
            )


def draw_suitcase(pen: Pen, color: str = "#f2b134") -> None:
    """A suitcase on wheels, 34 wide and 66 high with its handle."""
    pen.shadow(oval(2, 0, 20, 3), 0.35, 2)
    with pen.thing("suitcase"):
        pen.fill(line(2, (-8, -44), (-8, -66), (8, -66), (8, -44)), STEEL)
        pen.fill(oval(-11, -2.5, 3) + oval(11, -2.5, 3), "#2f3440")
        pen.fill(box(-17, -48, 34, 44, 5), color)
        for x in (-9, 0, 9):
            pen.tint(box(x - 1, -44, 2, 36, 1), SHADE, 0.2)
        pen.tint(box(-17, -48, 5, 44, 2.5), "#ffffff", 0.25)


def draw_backpack(pen: Pen, color: str = "#3a86a8") -> None:
    """A backpack, 22 wide and 30 high; its upper edge at the origin, seen from the side or behind."""
    with pen.thing("backpack"):
        pen.fill(dome(-11, 0, 22, 30, 9) + box(-11, 20, 22, 11, 4), color)
        pen.fill(box(-8, 15, 16, 12, 3), darken(color, 0.8))
        pen.fill(curve(1.8, (-4, 1), (0, -4), (4, 1)), darken(color, 0.7))


def draw_handbag(pen: Pen, color: str = "#8d5a97") -> None:
    """A handbag that hangs from the origin, 20 wide and 27 high."""
    with pen.thing("handbag"):
        pen.fill(curve(1.8, (-6, 13), (-4, 3), (0, 0), (4, 3), (6, 13)), darken(color, 0.75))
        pen.fill(
            poly((-8, 11), (8, 11), (10.5, 26), (-10.5, 26)) + limb((3, 3), (-9, 25.6), (9, 25.6)),
            color,
        )
        pen.fill(oval(0, 15, 1.7), "#f4d9a0")


def draw_surfboard(pen: Pen, color: str = "#f2c14e", stripe: str = "#e4572e") -> None:
    """A surfboard stuck upright in the sand, 34 wide and 150 high."""
    with pen.thing("surfboard"):
        board = blob(
            (0, -150), (11, -122), (17, -80), (14, -30), (8, 0), (-8, 0), (-14, -30), (-17, -80),
            (-11, -122),
        )  # fmt: skip
        pen.fade(board, darken(color, 1.05), darken(color, 0.88), across=True)
        with pen.inside(board):
            pen.fill(box(-2.4, -150, 4.8, 152), stripe)
            pen.fill(
                limb((7, 7), (-20, -104), (0, -92), (20, -104))
                + limb((7, 7), (-20, -90), (0, -78), (20, -90)),
                stripe,
            )
            pen.tint(oval(-8, -70, 2.4, 40), "#ffffff", 0.35)


def draw_ball(pen: Pen) -> None:
    """A beach ball of 40, resting on the origin."""
    pen.shadow(oval(3, 0, 20, 4), 0.35, 2.5)
    with pen.thing("sports ball"):
        pen.fill(oval(0, -20, 20), "#fffaf0")
        with pen.inside(oval(0, -20, 20)):
            for index, color in enumerate(("#e4572e", "#f2c14e", "#3d84a8")):
                pen.fill(slice_of(4, -26, 44, index * 120 + 10, index * 120 + 70), color)
            pen.tint(oval(8, -10, 24, 22), SHADE, 0.1)
            pen.tint(oval(-7, -28, 5, 4, -30), "#ffffff", 0.6)
        pen.fill(oval(4, -26, 3), "#fffaf0")


def draw_towel(pen: Pen, colors: tuple[str, str]) -> None:
    """A striped towel on the ground, 150 wide."""
    pen.shadow(poly((-74, -10), (66, -10), (78, 14), (-66, 14)), 0.3, 3)
    pen.fill(poly((-78, -12), (62, -12), (74, 10), (-66, 10)), colors[0])
    for x in (-62, -32, -2, 28):
        pen.fill(poly((x, -12), (x + 14, -12), (x + 26, 10), (x + 12, 10)), colors[1])


def draw_racket(pen: Pen, color: str = "#e4572e") -> None:
    """A tennis racket, 19 wide and 47 high, held at the origin."""
    with pen.thing("tennis racket"):
        pen.fill(line(3, (0, 4), (0, -14)), "#3a3d4a")
        pen.fill(line(1.6, (0, -12), (-5, -20)) + line(1.6, (0, -12), (5, -20)), color)
        pen.glass(oval(0, -30, 9.4, 12.4), "#ffffff", 0.35)
        for x in (-5, 0, 5):
            pen.tint(
                line(0.6, (x, -40), (x, -20)) + line(0.6, (-8, -30 + x), (8, -30 + x)),
                "#ffffff",
                0.9,
            )
        around = arc_points(0, -30, 9.4, 12.4, 0, 360)
        pen.fill(line(2.2, *around), color)
