"""Appliances, crockery and fruit seen from the front, and desk devices; feet at the origin."""

from drawing.canvas import Pen, darken
from drawing.shapes import blob, box, curve, dome, limb, line, oval, poly, ring, wedge


def draw_refrigerator(pen: Pen, color: str = "#dfe9ea") -> None:
    """A refrigerator with the freezer on top, 120 wide and 270 high."""
    pen.shadow(oval(4, 0, 62, 5), 0.4, 4)
    with pen.thing("refrigerator"):
        pen.fill(box(-50, -8, 16, 8) + box(34, -8, 16, 8), "#4a5160")
        pen.fade(box(-60, -270, 120, 264, 10), darken(color, 1.04), darken(color, 0.9), across=True)
        pen.fill(box(-60, -190, 120, 2.4), darken(color, 0.72))
        for y, length in ((-228, 30), (-178, 64)):
            pen.fill(box(40, y, 6, length, 3), darken(color, 0.6))
        pen.fill(box(-42, -164, 26, 32, 1), "#fff8e0")
        pen.fill(curve(1.6, (-37, -150), (-30, -156), (-24, -146), (-20, -152)), "#e4572e")
        pen.fill(oval(-29, -164, 3), "#2a9d8f")
        pen.tint(poly((-54, -6), (-54, -150), (-24, -270), (-6, -270)), "#ffffff", 0.16)


def draw_oven(pen: Pen, color: str = "#eef1ef") -> None:
    """A stove with its oven, 120 wide and 134 high; pots may stand on the top at -128."""
    with pen.thing("oven"):
        pen.fade(box(-60, -124, 120, 122, 4), color, darken(color, 0.9))
        pen.fill(box(-60, -128, 120, 8, 3), "#3a3d4a")
        for index, x in enumerate((-44, -22, 0, 22, 44)):
            pen.fill(oval(x, -108, 6), "#4a5160" if index != 2 else "#e4572e")
            pen.fill(line(1.4, (x, -108), (x, -113)), "#ffffff")
        pen.fill(box(-48, -90, 96, 66, 5), "#2f3440")
        pen.fade(box(-42, -80, 84, 50, 3), "#5b4436", "#e08a3c")
        pen.tint(poly((-30, -30), (-8, -80), (10, -80), (-12, -30)), "#ffffff", 0.16)
        pen.fill(box(-42, -95, 84, 5, 2.5), "#9aa2ae")
        pen.fill(box(-60, -16, 120, 2), darken(color, 0.75))


def draw_pot(pen: Pen, color: str = "#d1495b") -> None:
    """A cooking pot with its lid and steam, 66 wide and 44 high; no COCO thing."""
    for x in (-10, 8):
        pen.tint(curve(4, (x, -52), (x + 6, -64), (x - 2, -76), (x + 5, -90)), "#ffffff", 0.4)
    pen.fill(box(-37, -26, 74, 6, 3), darken(color, 0.7))
    pen.fade(box(-29, -32, 58, 32, 6), darken(color, 1.05), darken(color, 0.8), across=True)
    pen.fill(wedge(0, -31, 31, 11, 180, 360), darken(color, 0.9))
    pen.fill(oval(0, -43, 4, 3), "#3a3d4a")


def draw_microwave(pen: Pen, color: str = "#4a5160") -> None:
    """A microwave oven, 104 wide and 58 high."""
    with pen.thing("microwave"):
        pen.fill(box(-46, -3, 10, 3) + box(36, -3, 10, 3), "#2b2e39")
        pen.fade(box(-52, -58, 104, 56, 5), darken(color, 1.1), darken(color, 0.9))
        pen.fade(box(-46, -51, 66, 42, 4), "#1f2530", "#3b4658")
        pen.tint(poly((-36, -9), (-16, -51), (-4, -51), (-24, -9)), "#ffffff", 0.12)
        pen.fill(box(27, -51, 19, 9, 2), "#8fe0c0")
        for y in (-36, -27, -18):
            for x in (29, 36, 43):
                pen.fill(oval(x, y, 2.2), "#aeb6c2")


def draw_toaster(pen: Pen, color: str = "#f2a65a") -> None:
    """A toaster with two slices in it, 58 wide and 48 high."""
    with pen.scenery():
        for x in (-17, 3):
            pen.fill(dome(x, -50, 17, 20, 6), "#c98a4b")
            pen.fill(dome(x + 2, -48, 13, 18, 5), "#f3d19b")
    with pen.thing("toaster"):
        pen.fade(box(-29, -36, 58, 34, 11), darken(color, 1.05), darken(color, 0.82))
        pen.fill(box(-22, -37, 44, 4, 2), "#4a5160")
        pen.fill(box(-24, -3, 8, 3) + box(16, -3, 8, 3) + box(28, -26, 6, 4, 2), "#3a3d4a")
        pen.tint(box(-20, -26, 30, 3, 1.5), "#ffffff", 0.4)


def draw_sink(pen: Pen) -> None:
    """A sink let into a worktop with its tap, 110 wide; the worktop's edge at the origin."""
    with pen.thing("sink"):
        pen.fill(curve(6, (0, -4), (0, -40), (9, -52), (24, -52), (30, -40)), "#aeb6c2")
        pen.fill(box(-12, -8, 24, 8, 3) + box(26, -42, 8, 6, 2), "#8d96a5")
        pen.fill(box(-20, -14, 12, 4, 2), "#aeb6c2")
        pen.fade(box(-55, -3, 110, 40, 6), "#e9eef2", "#b9c3cf")
        pen.fill(box(-58, -4, 116, 6, 3), "#f7fafb")


def draw_bowl(pen: Pen, color: str = "#3d84a8") -> None:
    """A bowl, 68 wide and 26 high; put the fruit behind it first."""
    with pen.thing("bowl"):
        pen.fill(box(-13, -4, 26, 4, 1.5), darken(color, 0.75))
        body = wedge(0, -26, 34, 24, 0, 180)
        pen.fade(body, darken(color, 1.06), darken(color, 0.78), across=True)
        with pen.inside(body):
            pen.tint(box(-40, -21, 80, 3), "#ffffff", 0.6)


def draw_apple(pen: Pen, color: str = "#d62839") -> None:
    """An apple of 22, resting on the origin."""
    with pen.thing("apple"):
        pen.fill(curve(1.6, (0, -19), (1.4, -24)), "#6b4a3c")
        pen.fill(limb((1, 4.4, 1), (1, -22), (5, -25), (9, -25)), "#6aa565")
        body = oval(-4, -10.4, 7.4, 10.2) + oval(4, -10.4, 7.4, 10.2)
        pen.fade(body, darken(color, 1.06), darken(color, 0.8))
        pen.tint(oval(-6, -13, 1.8, 4, 15), "#ffffff", 0.5)


def draw_orange(pen: Pen, color: str = "#f4932f") -> None:
    """An orange of 22, resting on the origin."""
    with pen.thing("orange"):
        pen.fade(oval(0, -11, 11), darken(color, 1.04), darken(color, 0.85))
        pen.fill(oval(1, -20.6, 1.8, 1.2), "#5d8f4e")
        pen.tint(oval(-4.5, -15, 2.4, 3.4, 35), "#ffffff", 0.4)


def draw_bananas(pen: Pen, color: str = "#f7d046") -> None:
    """A bunch of bananas, 52 wide and 24 high: one thing."""
    with pen.thing("banana"):
        for low, shade in ((2, 0.86), (-2, 0.93), (-6, 1.0)):
            pen.fill(
                limb((4, 10, 10, 3), (-24, low - 16), (-10, low - 5), (8, low - 5), (25, low - 17)),
                darken(color, shade),
            )
        pen.fill(limb((5, 4), (23, -18), (27, -26)), "#8a6a35")
        pen.fill(oval(-24, -20, 2), "#6b4a3c")


def draw_bottle(pen: Pen, color: str = "#3f8f6b", label: str = "#fff4e0") -> None:
    """A bottle, 22 wide and 78 high."""
    with pen.thing("bottle"):
        glass = dome(-11, -50, 22, 50, 10) + box(-4, -72, 8, 28)
        pen.fade(glass, darken(color, 1.12), darken(color, 0.8), across=True)
        pen.fill(box(-4.8, -78, 9.6, 8, 1.5), "#c9a227")
        pen.fill(box(-11, -34, 22, 20), label)
        pen.fill(oval(0, -24, 5), "#e4572e")
        pen.tint(box(-7.6, -46, 2.8, 40, 1.4), "#ffffff", 0.35)


def draw_cup(pen: Pen, color: str = "#e9b44c", steam: bool = True) -> None:
    """A cup with a handle at its right, 34 wide and 26 high."""
    if steam:
        for x in (-5, 5):
            pen.tint(curve(2.2, (x, -31), (x + 3, -38), (x - 2, -44), (x + 2, -51)), "#ffffff", 0.5)
    with pen.thing("cup"):
        pen.fill(ring(14, -14, 6.5, 3.4), darken(color, 0.88))
        pen.fade(poly((-14, -26), (14, -26), (12, -4), (9, 0), (-9, 0), (-12, -4)), darken(color, 1.05), darken(color, 0.85),
                 across=True)  # fmt: skip
        pen.fill(oval(0, -26, 14, 2.8), darken(color, 0.9))
        pen.fill(oval(0, -25.8, 12, 2), "#6b4231")


def draw_knife(pen: Pen, handle: str = "#5d3f33") -> None:
    """A knife lying along the x axis, 62 long, its point at the right."""
    with pen.thing("knife"):
        pen.fill(poly((-4, -4), (24, -4.6), (33, -1), (24, 2.4), (-4, 2.4)), "#cfd6de")
        pen.tint(poly((-4, 0), (33, -1), (24, 2.4), (-4, 2.4)), "#7c8796", 0.35)
        pen.fill(box(-29, -4.4, 26, 7, 3), handle)


def draw_carrot(pen: Pen) -> None:
    """A carrot lying along the x axis, 58 long, its point at the right."""
    with pen.thing("carrot"):
        for y in (-5, 0, 5):
            pen.fill(limb((2, 4, 1), (-12, 0), (-22, y * 0.8), (-29, y * 1.6)), "#5d9f57")
        pen.fill(limb((11, 9, 2), (-12, 0), (6, 0), (29, 1)), "#f27f34")
        for x in (-6, 3, 11):
            pen.tint(line(0.9, (x, -4), (x + 1, 0)), "#9c4a14", 0.6)


def draw_laptop(pen: Pen) -> None:
    """An open laptop from the front, 120 wide and 82 high, with a landscape on the screen."""
    with pen.thing("laptop"):
        pen.fill(box(-54, -82, 108, 72, 5), "#3a3d4a")
        screen = box(-50, -78, 100, 62, 2)
        pen.fade(screen, "#9bd3e8", "#e6f4ef")
        with pen.inside(screen):
            pen.fill(oval(26, -62, 7), "#fff1b8")
            pen.fill(poly((-60, -16), (-24, -58), (10, -16)), "#6a9bb5")
            pen.fill(poly((-20, -16), (14, -46), (52, -16)), "#4f8a78")
        pen.fade(poly((-54, -10), (54, -10), (62, -2), (-62, -2)), "#c3c9d2", "#dde1e6")
        pen.fill(box(-62, -3, 124, 4, 2), "#aab1bc")
        pen.fill(poly((-44, -9), (44, -9), (47, -5), (-47, -5)), "#5a6070")


def draw_keyboard(pen: Pen) -> None:
    """A keyboard seen from in front and above, 130 wide and 26 high."""
    with pen.thing("keyboard"):
        pen.fill(poly((-58, -26), (58, -26), (66, -2), (-66, -2)), "#eef1f4")
        pen.fill(box(-66, -4, 132, 5, 2), "#c3c9d2")
        for row, y in enumerate((-23.5, -18, -12.5)):
            half, count = 54 + row * 2.4, 13
            for key in range(count):
                wide = 2 * half / count
                pen.fill(
                    box(-half + key * wide, y, wide - 1.6, 4, 1),
                    "#b8c0cc" if key not in {0, 12} else "#8fa0b5",
                )
        pen.fill(box(-28, -7.4, 56, 2.8, 1), "#b8c0cc")


def draw_mouse(pen: Pen, color: str = "#eef1f4") -> None:
    """A computer mouse from in front and above, 26 wide and 17 high."""
    pen.shadow(oval(1, -2, 14, 4), 0.3, 2)
    with pen.thing("mouse"):
        pen.fade(
            blob((-12, -4), (-10, -13), (0, -17), (10, -13), (12, -4), (6, 0), (-6, 0)),
            color,
            darken(color, 0.82),
        )
        pen.fill(line(1.8, (0, -15), (0, -11)), "#5a6070")


def draw_phone(pen: Pen, color: str = "#2f3440") -> None:
    """A mobile phone lying on a table, 46 wide and 12 high."""
    with pen.thing("cell phone"):
        pen.fill(
            poly((-19, -12), (21, -12), (24, -1.5), (-23, -1.5)) + box(-23, -3, 47, 3, 1.5), color
        )
        pen.fade(poly((-16, -10.6), (18, -10.6), (20.6, -3), (-19.4, -3)), "#5fb0c9", "#b6e0e8")


def draw_remote(pen: Pen) -> None:
    """A remote control lying on a table, 40 wide and 8 high."""
    with pen.thing("remote"):
        pen.fill(
            poly((-18, -8), (20, -8), (21, -2), (-20, -2)) + box(-20, -3.5, 41, 3.5, 1.5), "#2f3440"
        )
        pen.fill(oval(-13, -5.4, 2, 1.2), "#e4572e")
        for x in (-6, 0, 6, 12):
            pen.fill(oval(x, -5.4, 1.8, 1), "#aeb6c2")


def draw_scissors(pen: Pen, grip: str = "#e4572e") -> None:
    """Scissors standing in a holder, grips up, 20 wide and 26 high above the origin."""
    with pen.thing("scissors"):
        pen.fill(line(3, (-3, 0), (3, -16)) + line(3, (3, 0), (-3, -16)), "#aeb6c2")
        pen.fill(ring(-5, -21, 4.6, 2.8) + ring(5, -21, 4.6, 2.8), grip)
