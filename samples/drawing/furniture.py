"""Furniture and what stands on it, seen from the front, feet at the origin."""

from collections.abc import Sequence

from drawing.canvas import SHADE, Pen, darken
from drawing.shapes import arc_points, blob, box, curve, dome, limb, line, oval, poly, ring, wedge

WOOD = "#b97a4b"


def draw_couch(pen: Pen, color: str = "#e76f51", seats: int = 3) -> None:
    """A couch, 250 wide and 96 high."""
    pen.shadow(oval(0, 0, 128, 6), 0.4, 4)
    with pen.thing("couch"):
        for x in (-108, 102):
            pen.fill(poly((x, -14), (x + 8, -14), (x + 6, 0), (x + 2, 0)), "#5d3f33")
        pen.fade(dome(-110, -96, 220, 70, 22), color, darken(color, 0.9))
        wide = 196 / seats
        for index in range(seats):
            pen.fade(
                box(-97 + index * wide, -88, wide - 3, 50, 10),
                darken(color, 1.04),
                darken(color, 0.93),
            )
        pen.fill(box(-104, -48, 208, 36, 6), darken(color, 0.82))
        for index in range(seats):
            pen.fade(box(-98 + index * wide, -50, wide - 1.5, 20, 7), color, darken(color, 0.92))
        for x in (-125, 95):
            pen.fade(dome(x, -66, 30, 56, 14), color, darken(color, 0.85))
            pen.tint(oval(x + 15, -54, 8, 7), SHADE, 0.08)


def draw_armchair(pen: Pen, color: str = "#e9b44c") -> None:
    """An armchair, 96 wide and 92 high."""
    pen.shadow(oval(0, 0, 50, 5), 0.4, 3)
    with pen.thing("chair"):
        for x in (-36, 30):
            pen.fill(poly((x, -14), (x + 7, -14), (x + 5, 0), (x + 2, 0)), "#5d3f33")
        pen.fade(dome(-36, -92, 72, 70, 26), color, darken(color, 0.9))
        pen.fill(box(-34, -44, 68, 32, 5), darken(color, 0.8))
        pen.fade(box(-32, -48, 64, 18, 7), darken(color, 1.03), darken(color, 0.92))
        for x in (-48, 24):
            pen.fade(dome(x, -60, 24, 50, 12), color, darken(color, 0.85))


def draw_office_chair(pen: Pen, color: str = "#3d5a80") -> None:
    """A swivel chair seen from behind, 70 wide and 120 high."""
    pen.shadow(oval(0, 0, 38, 4), 0.4, 3)
    with pen.thing("chair"):
        pen.fill(box(-3, -44, 6, 34), "#4a5160")
        pen.fill(curve(4, (-28, -4), (0, -14), (28, -4)), "#4a5160")
        pen.fill(oval(-28, -3, 4) + oval(28, -3, 4) + oval(0, -3, 4), "#2f3440")
        pen.fill(box(-34, -56, 68, 14, 7), darken(color))
        pen.fill(box(-4, -64, 8, 12), "#4a5160")
        back = box(-30, -124, 60, 62, 16)
        pen.fade(back, color, darken(color, 0.85))
        pen.tint(box(-22, -116, 44, 46, 11), "#ffffff", 0.1)


def draw_tv(pen: Pen, screen: tuple[str, ...] = ("#20445c", "#3f88a3", "#f4c28b")) -> None:
    """A television on a foot, 150 wide and 98 high, that shows a sunset over water."""
    with pen.thing("tv"):
        pen.fill(box(-6, -14, 12, 12) + box(-26, -4, 52, 4, 2), "#3a3d4a")
        pen.fill(box(-75, -98, 150, 88, 4), "#2b2e39")
        inner = box(-71, -94, 142, 79, 2)
        pen.fade(inner, *screen)
        with pen.inside(inner):
            pen.fill(oval(12, -42, 13), "#fff0c2")
            pen.fade(box(-71, -42, 142, 30), "#f0a36b", "#2f5d78")
            pen.fill(
                poly((-71, -42), (-50, -60), (-30, -42)) + poly((-46, -42), (-22, -54), (0, -42)),
                "#2a4a60",
            )
            for y in (-37, -31, -24):
                pen.tint(box(2, y, 20, 1.6, 0.8), "#fff0c2", 0.7)
            pen.tint(poly((30, -15), (56, -94), (71, -94), (71, -60), (54, -15)), "#ffffff", 0.08)


def draw_monitor(pen: Pen) -> None:
    """A desk monitor with a chart on it, 132 wide and 104 high; COCO calls it a tv."""
    with pen.thing("tv"):
        pen.fade(box(-8, -28, 16, 26), "#9aa2ae", "#c3c9d2")
        pen.fill(box(-28, -4, 56, 4, 2), "#aab1bc")
        pen.fill(box(-66, -104, 132, 80, 5), "#2f3440")
        pen.fade(box(-62, -100, 124, 72, 2), "#21405c", "#2d5a78")
        for index, height in enumerate((18, 30, 24, 40, 34, 52)):
            pen.fill(
                box(-50 + index * 11, -36 - height, 7, height, 1.5),
                ("#f2b134", "#4fc9b0")[index % 2],
            )
        for y in (-88, -78, -68, -58):
            pen.tint(box(24, y, 30, 3.4, 1.7), "#ffffff", 0.55)
        pen.fill(ring(38, -44, 7, 4), "#f28482")


def draw_bed(pen: Pen, quilt: str = "#6d8fb8", frame: str = WOOD) -> None:
    """A bed seen from the side with its head at the left, 330 long and 120 high."""
    pen.shadow(oval(4, 0, 168, 7), 0.4, 4)
    with pen.thing("bed"):
        pen.fill(dome(-165, -120, 14, 120, 6) + dome(153, -76, 13, 76, 6), frame)
        pen.fill(box(-158, -34, 316, 20, 3), darken(frame, 0.9))
        pen.fade(box(-152, -62, 306, 32, 10), "#fffaf0", "#e5dccf")
        pen.fade(
            blob((-150, -62), (-150, -86), (-128, -92), (-98, -88), (-88, -66), (-112, -58)),
            "#ffffff",
            "#e3e0ea",
        )
        cover = blob((-86, -68), (-40, -74), (40, -70), (120, -74), (152, -62), (154, -30), (150, -16), (60, -18),
                     (-30, -16), (-84, -18), (-92, -44))  # fmt: skip
        pen.fill(cover, quilt)
        with pen.inside(cover):
            for index, x in enumerate(range(-92, 160, 28)):
                for row, y in enumerate((-76, -52, -28)):
                    shade = ("#a9c6e3", "#fdf3e3", "#f2a48c")[(index + row) % 3]
                    pen.tint(box(x + 3, y + 2, 22, 20, 3), shade, 0.85)
            pen.fill(limb((13, 13), (-84, -72), (-88, -44), (-84, -12)), "#fff4e6")
            pen.sheen(box(-92, -50, 250, 36), SHADE, 0, 0.22)


def draw_potted_plant(pen: Pen, pot: str = "#d97b53", leaf: str = "#4f9a6b") -> None:
    """A plant with broad leaves in a pot, 70 wide and 98 high."""
    with pen.thing("potted plant"):
        for tip, bend in (((-30, -72), (-20, -58)), ((30, -70), (20, -56)), ((-17, -92), (-8, -66)), ((18, -94), (9, -66)),
                          ((-33, -48), (-18, -46)), ((33, -48), (18, -46))):  # fmt: skip
            pen.fill(limb((2.4, 2), (0, -30), bend), darken(leaf, 0.8))
            pen.fill(
                limb((3, 17, 1.5), bend, ((bend[0] + tip[0]) / 2, (bend[1] + tip[1]) / 2), tip),
                darken(leaf),
            )
            pen.tint(
                limb(
                    (1.5, 7, 0.8), bend, ((bend[0] + tip[0]) / 2 + 2, (bend[1] + tip[1]) / 2), tip
                ),
                "#b5e0a0",
                0.5,
            )
        pen.fill(limb((3, 19, 1.5), (0, -34), (0, -62), (0, -98)), leaf)
        pen.fade(
            poly((-18, -32), (18, -32), (13, 0), (-13, 0)), pot, darken(pot, 0.85), across=True
        )
        pen.fill(box(-21, -36, 42, 9, 2), darken(pot, 1.03))


def draw_cactus(pen: Pen, pot: str = "#f4efe6") -> None:
    """A small cactus in a pot, 28 wide and 52 high."""
    with pen.thing("potted plant"):
        green = "#5c9f73"
        pen.fill(limb((14, 16, 13), (0, -18), (0, -34), (0, -45)), green)
        pen.fill(
            curve(6, (4, -28), (12, -29), (12, -38)) + curve(5, (-4, -24), (-11, -26), (-11, -32)),
            green,
        )
        for x, y in ((-3, -42), (3, -36), (-3, -30), (3, -24)):
            pen.tint(line(1, (x, y), (x, y + 3)), "#ffffff", 0.7)
        pen.fill(oval(0, -51, 3.6), "#f28482")
        pen.fade(poly((-13, -20), (13, -20), (9, 0), (-9, 0)), pot, darken(pot, 0.85), across=True)


def draw_vase(
    pen: Pen, color: str = "#5b8fb0", flowers: Sequence[str] = ("#f28482", "#f7c59f", "#f28482")
) -> None:
    """A vase with flowers, 40 wide and 84 high."""
    for (x, y), color_of in zip(((-13, -74), (0, -84), (13, -73)), flowers, strict=True):
        pen.fill(curve(1.8, (0, -36), (x * 0.6, -58), (x, y)), "#5d9450")
        for angle_x, angle_y in (
            (-5, 0), (5, 0), (0, -5), (0, 5), (3.6, 3.6), (-3.6, -3.6), (3.6, -3.6), (-3.6, 3.6),
        ):  # fmt: skip
            pen.fill(oval(x + angle_x, y + angle_y, 3.8), color_of)
        pen.fill(oval(x, y, 3.4), "#ffe08a")
    pen.fill(
        limb((2, 7, 1), (0, -40), (-8, -50), (-16, -54))
        + limb((2, 7, 1), (0, -42), (9, -52), (18, -56)),
        "#6fae62",
    )
    with pen.thing("vase"):
        body = blob(
            (-6, -40), (6, -40), (6, -32), (15, -18), (11, -2), (0, 0), (-11, -2), (-15, -18),
            (-6, -32),
        )  # fmt: skip
        pen.fade(body, darken(color, 1.08), darken(color, 0.82), across=True)
        with pen.inside(body):
            pen.tint(box(-20, -20, 40, 4), "#ffffff", 0.5)
            pen.tint(oval(-6, -16, 2, 9), "#ffffff", 0.4)


def draw_clock(pen: Pen, rim: str = "#3a3d4a", face: str = "#fffaf0", hour: float = 10.15) -> None:
    """A round clock, 44 wide, its middle at the origin; `hour` is what it shows, 0-12."""
    pen.shadow(oval(2, 3, 21), 0.25, 2)
    with pen.thing("clock"):
        pen.fill(oval(0, 0, 22), rim)
        pen.fill(oval(0, 0, 18.5), face)
        for tick in arc_points(0, 0, 15.6, 15.6, 0, 360)[:-1]:
            if min(abs(tick[0]), abs(tick[1])) < 0.01:
                pen.fill(oval(*tick, 1.3), rim)
        for turn, length, width in ((hour * 30, 9, 2.2), (hour % 1 * 360, 13.5, 1.5)):
            pen.at(0, 0, turn=turn).fill(line(width, (0, 2), (0, -length)), "#3a3d4a")
        pen.fill(oval(0, 0, 1.8), "#e4572e")


def draw_alarm_clock(pen: Pen, color: str = "#e4572e") -> None:
    """A clock with two bells, 30 wide and 36 high."""
    with pen.thing("clock"):
        pen.fill(line(3, (-8, -4), (-11, -0.5)) + line(3, (8, -4), (11, -0.5)), "#4a5160")
        pen.fill(
            oval(-8.5, -29, 6, 4.6, -35) + oval(8.5, -29, 6, 4.6, 35) + box(-1, -34, 2, 6),
            darken(color, 0.85),
        )
        pen.fill(oval(0, -15, 14.5), color)
        pen.fill(oval(0, -15, 11), "#fffaf0")
        pen.fill(line(1.6, (0, -15), (0, -22)) + line(1.6, (0, -15), (5, -12)), "#3a3d4a")


def draw_book_stack(pen: Pen, colors: Sequence[str]) -> None:
    """Books lying on each other, lowest first; each is a thing of 56 x 9."""
    for index, color in enumerate(colors):
        shift = (0, 4, -3, 2)[index % 4]
        with pen.thing("book"):
            pen.fill(box(-28 + shift, -9 - index * 9, 56, 9, 1.5), color)
            pen.fill(box(-24 + shift, -7 - index * 9, 53, 5, 1), "#fff8ec")
            pen.fill(box(-28 + shift, -9 - index * 9, 7, 9, 1.5), darken(color))


def draw_book_row(pen: Pen, books: Sequence[tuple[str, float, float]]) -> float:
    """Books standing in a row to the right, each (colour, width, height); gives their width."""
    x = 0.0
    for color, width, height in books:
        with pen.thing("book"):
            pen.fill(box(x, -height, width - 0.6, height, 1.2), color)
            pen.tint(
                box(x, -height * 0.82, width - 0.6, 2.4) + box(x, -height * 0.2, width - 0.6, 2.4),
                "#fff4d6",
                0.8,
            )
            pen.tint(box(x, -height, 1.8, height), "#ffffff", 0.25)
        x += width
    return x


def draw_teddy(pen: Pen, fur: str = "#c68b59") -> None:
    """A teddy bear that sits, 62 wide and 82 high."""
    light = "#f0d3a8"
    with pen.thing("teddy bear"):
        pen.fill(
            limb((17, 14), (-14, -40), (-29, -24)) + limb((17, 14), (14, -40), (29, -24)),
            darken(fur),
        )
        pen.fade(oval(0, -25, 22, 25), fur, darken(fur, 0.85))
        pen.fill(oval(0, -23, 13, 15), light)
        for side in (-1, 1):
            pen.fill(oval(side * 20, -9, 12, 11), darken(fur, 0.92))
            pen.fill(oval(side * 22, -8, 7, 7), light)
            pen.fill(oval(side * 17, -76, 8), fur)
            pen.fill(oval(side * 17, -76, 4.4), light)
        pen.fill(oval(0, -61, 22, 19), fur)
        pen.fill(oval(0, -55, 10.5, 8.5), light)
        pen.fill(oval(0, -59, 3.8, 2.8), "#3a2d2a")
        pen.fill(curve(1.2, (-4, -53), (0, -51), (4, -53)), "#3a2d2a")
        for side in (-1, 1):
            pen.fill(oval(side * 9, -64, 2.2), "#3a2d2a")
        pen.fill(
            poly((0, -42), (-11, -48), (-11, -36)) + poly((0, -42), (11, -48), (11, -36)), "#d1495b"
        )
        pen.fill(oval(0, -42, 3.2), "#a83246")
        pen.tint(wedge(0, -61, 22, 19, 30, 150), SHADE, 0.06)
