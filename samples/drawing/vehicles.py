"""Vehicles in profile, driving to the right, wheels or keel at the origin's height."""

from drawing.canvas import SHADE, Pen, darken
from drawing.shapes import (
    Path,
    Point,
    blob,
    box,
    curve,
    dome,
    limb,
    line,
    oval,
    poly,
    ring,
    smooth,
    wedge,
)

TYRE = "#35323d"
PANE = ("#cfeaf5", "#8fc3dc")


def draw_wheel(pen: Pen, x: float, radius: float) -> None:
    """A car's wheel that stands on the ground at x."""
    pen.fill(oval(x, -radius, radius), TYRE)
    pen.fill(oval(x, -radius, radius * 0.58), "#c9ced8")
    pen.fill(oval(x, -radius, radius * 0.2), "#767c8c")


def draw_car(pen: Pen, color: str = "#e4572e", boxy: bool = False) -> None:
    """A car, 150 long and 56 high; the boxy one has a steep back."""
    pen.shadow(oval(0, 0, 78, 5), 0.45, 3)
    with pen.thing("car"):
        back = -62 if boxy else -50
        cabin = blob(
            (back, -30), (back + 6, -52), (-10, -56), (18, -54), (34, -42), (46, -31), (0, -26)
        )
        pen.fill(cabin, color)
        body = blob((-74, -14), (-73, -27), (-60, -33), (0, -34), (50, -32), (70, -26), (76, -16), (73, -8), (0, -6),
                    (-70, -8))  # fmt: skip
        pen.fill(body, color)
        with pen.inside(body):
            pen.tint(box(-80, -17, 170, 12), SHADE, 0.18)
            pen.tint(box(-80, -31, 170, 2.4), "#ffffff", 0.35)
        with pen.inside(cabin):
            pen.fade(poly((back + 6, -33), (back + 11, -50), (-10, -52), (-10, -33)), *PANE)
            pen.fade(poly((-5, -33), (-5, -52), (17, -50.4), (30, -41), (36, -33)), *PANE)
            pen.tint(poly((2, -33), (12, -52), (19, -52), (10, -33)), "#ffffff", 0.35)
        pen.fill(box(-2, -25, 9, 2.4, 1), darken(color, 0.7))
        pen.fill(box(66, -25, 8, 6, 3), "#fff1b8")
        pen.fill(box(-74, -26, 6, 7, 2), "#b3202c")
        for x in (-43, 44):
            pen.fill(wedge(x, -8, 18, 19, 180, 360), darken(color, 0.55))
            draw_wheel(pen, x, 14)


def draw_bus(pen: Pen, color: str = "#f2b134", stripe: str = "#ffffff") -> None:
    """A city bus, 260 long and 104 high."""
    pen.shadow(oval(0, 0, 134, 6), 0.45, 3)
    with pen.thing("bus"):
        body = box(-130, -104, 260, 92, 12)
        pen.fill(body, color)
        with pen.inside(body):
            pen.fill(box(-130, -44, 260, 8), stripe)
            pen.tint(box(-130, -26, 260, 20), SHADE, 0.2)
            pen.tint(box(-130, -104, 260, 6), "#ffffff", 0.4)
            for x in (-116, -72, -28, 16):
                pen.fade(box(x, -92, 38, 38, 4), *PANE)
                pen.tint(
                    poly((x + 6, -54), (x + 18, -92), (x + 28, -92), (x + 16, -54)), "#ffffff", 0.3
                )
            pen.fill(box(60, -92, 34, 76, 3), darken(color, 0.75))
            for x in (62, 78):
                pen.fade(box(x, -89, 14, 70, 2), *PANE)
            pen.fade(box(101, -92, 40, 46, 5), *PANE)
        pen.fill(box(122, -30, 9, 8, 3), "#fff1b8")
        pen.fill(box(-131, -34, 5, 10, 2), "#b3202c")
        for x in (-84, 28):
            pen.fill(wedge(x, -12, 23, 23, 180, 360), darken(color, 0.5))
            draw_wheel(pen, x, 18)


def draw_bicycle(pen: Pen, color: str = "#2a9d8f") -> None:
    """A bicycle, 92 long and 62 high."""
    pen.shadow(oval(0, 0, 46, 3.5), 0.35, 2.5)
    with pen.thing("bicycle"):
        for x in (-27, 27):
            pen.fill(ring(x, -19, 17.5, 3), TYRE)
            for px, py in (
                (0, -17), (12, -12), (17, 0), (12, 12), (0, 17), (-12, 12), (-17, 0), (-12, -12),
            ):  # fmt: skip
                pen.fill(line(0.5, (x, -19), (x + px, -19 + py)), "#9aa0ad")
            pen.fill(oval(x, -19, 2.2), "#767c8c")
        frame = line(3, (-27, -19), (-11, -43), (17, -44), (0, -18), (-27, -19))
        pen.fill(frame + line(3, (0, -18), (-13, -48)) + line(3, (27, -19), (16, -50)), color)
        pen.fill(limb((3, 6, 3), (-21, -50), (-14, -50.5), (-6, -49)), TYRE)
        pen.fill(curve(2.6, (15, -51), (19, -56), (27, -56)), TYRE)
        pen.fill(ring(0, -18, 5, 2), "#767c8c")
        pen.fill(line(2, (0, -18), (5, -9)) + line(3, (2, -8), (9, -8)), TYRE)


def draw_train(pen: Pen, color: str = "#2a8c82", roof: str = "#eef2ee") -> None:
    """Two coaches of a train, 700 long and 128 high, with its nose at the right end."""
    pen.shadow(oval(0, 0, 350, 7), 0.5, 4)
    with pen.thing("train"):
        for x in (-300, -236, -96, -20, 130, 206):
            draw_wheel(pen, x, 13)
        pen.fill(box(-350, -26, 690, 14, 4), "#4a4a5c")
        rear = box(-352, -122, 300, 104, 10)
        nose = smooth([(252, -122), (284, -112), (314, -88), (336, -58), (346, -36), (344, -20)])
        front = (*box(-46, -122, 250, 104, 10), ((120, -18), (120, -122), *nose))
        for part in (rear, front):
            pen.fill(part, roof)
            with pen.inside(part):
                pen.fill(box(-360, -66, 720, 26), color)
                pen.fill(box(-360, -34, 720, 5), "#f2b134")
                pen.tint(box(-360, -26, 720, 10), SHADE, 0.22)
                pen.tint(box(-360, -122, 720, 10), "#9db4b8", 0.6)
        pen.fill(box(-54, -112, 10, 84), "#5a5a6e")
        _draw_coach_windows(pen, (-336, -290, -150, -104), (-242, -196))
        _draw_coach_windows(pen, (-32, 14, 152), (60, 106))
        pen.fade(
            blob((214, -108), (250, -106), (290, -86), (312, -66), (270, -62), (216, -62)),
            "#7fb3c8",
            "#3f6f86",
        )
        pen.tint(poly((236, -62), (252, -108), (264, -104), (252, -62)), "#ffffff", 0.3)
        pen.fill(oval(330, -44, 6, 5), "#fff1b8")


def _draw_coach_windows(pen: Pen, windows: tuple[float, ...], doors: tuple[float, ...]) -> None:
    for x in windows:
        pen.fade(box(x, -104, 38, 32, 5), *PANE)
        pen.tint(poly((x + 6, -72), (x + 16, -104), (x + 26, -104), (x + 16, -72)), "#ffffff", 0.3)
    for x in doors:
        pen.fill(box(x, -108, 38, 84, 3), "#dfe6e2")
        pen.fade(box(x + 3, -103, 14, 46, 2), *PANE)
        pen.fade(box(x + 21, -103, 14, 46, 2), *PANE)
        pen.fill(box(x + 18.4, -108, 1.2, 84), "#8c9a98")


def draw_sailboat(
    pen: Pen, hull: str = "#e4572e", sail: str = "#fffaf0", stripe: str = "#2a9d8f"
) -> None:
    """A sailing boat, 104 long and 134 high, its waterline at the origin."""
    with pen.thing("boat"):
        pen.fill(line(2.6, (-2, -14), (-2, -132)), "#7b5440")
        main = ((*_bellied((-6, -124), (-7, -24), 4), (-50, -22)),)
        jib = ((*_bellied((2, -120), (46, -20), 10), (4, -24)),)
        pen.fill(main + jib, sail)
        with pen.inside(main):
            pen.fill(box(-60, -66, 60, 12), stripe)
            pen.sheen(box(-52, -124, 48, 104), SHADE, 0.16, 0, across=True)
        with pen.inside(jib):
            pen.sheen(box(0, -124, 48, 104), SHADE, 0, 0.14, across=True)
        pen.fill(poly((-2, -134), (-2, -125), (13, -129)), hull)
        body = blob((-54, -16), (0, -13), (52, -20), (42, -4), (28, 3), (-36, 3), (-48, -4))
        pen.fill(body, hull)
        with pen.inside(body):
            pen.fill(limb((3, 3), (-58, -12), (0, -9), (56, -15)), "#ffffff")
            pen.tint(box(-60, -3, 120, 8), SHADE, 0.25)


def _bellied(top: Point, foot: Point, belly: float) -> Path:
    """A sail's edge that the wind pushes out to the right."""
    middle = ((top[0] + foot[0]) / 2 + belly, (top[1] + foot[1]) / 2)
    steps = [step / 12 for step in range(13)]
    return tuple(
        (
            (1 - t) ** 2 * top[0] + 2 * t * (1 - t) * middle[0] + t * t * foot[0],
            (1 - t) ** 2 * top[1] + 2 * t * (1 - t) * middle[1] + t * t * foot[1],
        )
        for t in steps
    )


def draw_fishing_boat(pen: Pen, hull: str = "#2f6690", cabin: str = "#fff4e0") -> None:
    """A fishing boat, 150 long and 96 high, its waterline at the origin."""
    with pen.thing("boat"):
        pen.fill(line(2.4, (-16, -40), (-16, -96)) + line(1.6, (-16, -92), (52, -30)), "#7b5440")
        pen.fill(line(1, (-16, -94), (-70, -28)), "#7b5440")
        pen.fill(poly((-17, -96), (-17, -86), (-32, -91)), "#e4572e")
        pen.fill(dome(-44, -62, 52, 40, 5), cabin)
        pen.fill(box(-48, -66, 60, 6, 3), "#e4572e")
        for x in (-38, -14):
            pen.fade(box(x, -55, 16, 14, 3), *PANE)
        body = blob(
            (-74, -28), (-40, -24), (10, -24), (50, -30), (76, -42), (66, -14), (48, 4), (-52, 4),
            (-68, -8),
        )  # fmt: skip
        pen.fill(body, hull)
        with pen.inside(body):
            pen.fill(limb((5, 5), (-80, -25), (10, -20), (80, -39)), "#ffffff")
            pen.fill(box(-80, -6, 160, 14), "#b3413a")
            pen.sheen(box(-80, -20, 160, 26), SHADE, 0, 0.25)
        for x in (-40, -16, 8):
            pen.fill(ring(x, -13, 5, 2.4), TYRE)


def draw_rowboat(pen: Pen, color: str = "#c98a4b") -> None:
    """A rowing boat, 84 long and 22 high, its waterline at the origin."""
    with pen.thing("boat"):
        pen.fill(blob((-42, -18), (0, -11), (42, -20), (32, 0), (14, 4), (-20, 4), (-34, 0)), color)
        pen.fill(limb((3, 3), (-42, -17), (0, -11), (42, -19)), darken(color, 0.7))
        pen.fill(line(2, (-18, -14), (30, 3)), "#e8cf9f")
