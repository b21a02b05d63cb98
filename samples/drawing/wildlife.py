"""Animals of the savanna, in profile and looking to the right, feet at the origin."""

from drawing.animals import INK, draw_eye, draw_legs
from drawing.canvas import SHADE, Pen, darken
from drawing.shapes import Path, Shape, blob, box, curve, limb, line, oval, poly, wedge


def draw_elephant(pen: Pen, skin: str = "#9a9aa8", tusk: bool = True) -> None:
    """An elephant, 150 long and 112 high."""
    pen.shadow(oval(0, 0, 66, 6), 0.4, 4)
    with pen.thing("elephant"):
        pen.fill(curve(2.4, (-58, -74), (-67, -58), (-65, -38)), darken(skin, 0.8))
        for x in (-26, 22):
            pen.fill(box(x - 9, -44, 18, 44, 5), darken(skin, 0.8))
        trunk = blob((-60, -66), (-50, -90), (-20, -100), (12, -96), (34, -84), (36, -56), (22, -38), (-14, -32),
                     (-46, -36), (-60, -46))  # fmt: skip
        pen.fill(trunk, skin)
        for x in (-44, 6):
            pen.fill(box(x - 10, -52, 20, 52, 6), skin)
            for toe in (-6, 0, 6):
                pen.fill(wedge(x + toe, -0.4, 2.7, 3.6, 180, 360), "#e9e1d6")
        with pen.inside(trunk + box(-54, -40, 20, 40) + box(-4, -40, 20, 40)):
            pen.sheen(box(-70, -66, 120, 60), SHADE, 0, 0.22)
        pen.fill(limb((25, 16, 11, 8.5), (52, -70), (68, -52), (68, -26), (77, -14)), skin)
        for y in (-48, -40, -32):
            pen.tint(curve(1, (63, y), (68, y + 2), (73.5, y)), "#4a4560", 0.35)
        if tusk:
            pen.fill(limb((5, 4, 1.4), (53, -56), (64, -44), (79, -46)), "#fdf3df")
        pen.fill(
            blob((28, -94), (42, -104), (58, -98), (66, -82), (60, -62), (46, -54), (32, -62)), skin
        )
        draw_eye(pen, 55, -82, 2)
        ear = blob((18, -100), (36, -99), (42, -84), (37, -66), (25, -54), (13, -66), (9, -86))
        pen.fill(ear, darken(skin, 0.9))
        with pen.inside(ear):
            pen.tint(
                blob((20, -94), (33, -94), (37, -82), (31, -68), (24, -62), (17, -72), (15, -86)),
                "#d9a9a0",
                0.45,
            )


def draw_giraffe(pen: Pen, coat: str = "#f1c76f", patch: str = "#b9733a") -> None:
    """A giraffe, 92 long and 186 high."""
    pen.shadow(oval(0, 0, 42, 5), 0.4, 3)
    with pen.thing("giraffe"):
        pen.fill(curve(2, (-34, -84), (-42, -70), (-40, -52)), patch)
        pen.fill(oval(-40, -48, 2.6, 6), "#5a3626")
        draw_legs(pen, darken(coat, 0.84), "#5a3d2e", ((-20, -62, 6.4), (20, -62, 6.2)))
        trunk = blob((-36, -82), (-24, -94), (2, -96), (22, -104), (32, -92), (28, -70), (6, -60), (-18, -60),
                     (-34, -66))  # fmt: skip
        neck = limb((31, 18, 13, 11), (16, -88), (29, -116), (37, -144), (42, -170))
        body = trunk + neck
        draw_legs(pen, coat, "#5a3d2e", ((-29, -68, 7.4), (25, -68, 7)))
        pen.fill(curve(4, (13, -106), (25, -134), (36, -172)), "#8a5230")
        pen.fill(body, coat)
        with pen.inside(body):
            for x, y, r in _PATCHES:
                pen.fill(blob((x - r, y - r * 0.3), (x - r * 0.2, y - r), (x + r, y - r * 0.5), (x + r * 0.8, y + r * 0.7),
                              (x - r * 0.4, y + r)), patch)  # fmt: skip
            pen.sheen(box(-40, -84, 80, 28), SHADE, 0, 0.18)
        _draw_giraffe_head(pen.at(42, -172), coat, patch)


_PATCHES = (
    (-27, -80, 5.4), (-14, -86, 5.8), (-1, -88, 5.6), (12, -93, 5.4), (-22, -69, 5), (-8, -74, 5.6), (5, -76, 5.4),
    (17, -81, 5.2), (24, -94, 4.6), (-10, -64, 3.8), (6, -65, 4), (19, -107, 4.8), (29, -104, 4), (23, -119, 4.4),
    (33, -118, 3.6), (29, -131, 4), (36, -133, 3), (32, -144, 3.6), (40, -147, 2.6), (36, -157, 3.2), (42, -160, 2.2),
)  # fmt: skip


def _draw_giraffe_head(pen: Pen, coat: str, patch: str) -> None:
    for x in (-3, 2):
        pen.fill(line(2, (x, -5), (x - 1, -14)), darken(coat))
        pen.fill(oval(x - 1, -14.6, 2.2), "#5a3626")
    pen.fill(blob((-4, -3), (-13, -7), (-14, -2), (-5, 2)), darken(coat))
    pen.fill(blob((-7, -3), (0, -9), (8, -5), (20, 4), (20, 10), (12, 11), (-2, 6)), coat)
    pen.fill(blob((13, 1), (21, 5), (20, 10), (12, 10.6)), "#fae3b4")
    pen.fill(oval(18.4, 6, 0.9), patch)
    draw_eye(pen, 4, -2, 1.8)


def draw_zebra(pen: Pen) -> None:
    """A zebra, 112 long and 96 high."""
    white, dark = "#fbf8f2", "#35323d"
    pen.shadow(oval(2, 0, 50, 5), 0.4, 3)
    with pen.thing("zebra"):
        pen.fill(curve(2, (-42, -58), (-51, -46), (-49, -28)), white)
        pen.fill(oval(-49, -25, 2.6, 6), dark)
        far = _leg(-26, -36, 8.6) + _leg(20, -36, 8.6)
        near = _leg(-36, -42, 11.5) + _leg(28, -42, 11)
        trunk = blob((-43, -54), (-34, -64), (-12, -62), (10, -61), (26, -65), (36, -55), (33, -40), (18, -32), (-10, -33),
                     (-30, -34), (-42, -40))  # fmt: skip
        neck = limb((26, 20, 15), (22, -54), (33, -68), (40, -82))
        mane = limb((5, 8, 5), (13, -68), (23, -79), (35, -95))
        pen.fill(mane, dark)
        with pen.inside(mane):
            pen.fill(line(2.6, (13, -78), (24, -70)) + line(2.6, (20, -86), (31, -78)), white)
        _draw_striped(pen, far, darken(white, 0.88), dark, ())
        _draw_striped(pen, trunk + neck + near, white, dark, _STRIPES)
        with pen.inside(trunk):
            pen.sheen(box(-50, -50, 100, 22), SHADE, 0, 0.18)
        for x in (-26, 20, -36, 28):
            pen.fill(box(x - 4, -5, 8.4, 5, 1.4), dark)
        _draw_zebra_head(pen.at(40, -84), white, dark)


_STRIPES = (
    ((-38, -68), (-31, -48), (-46, -38)), ((-29, -68), (-24, -46), (-42, -28)), ((-19, -68), (-16, -46), (-26, -30)),
    ((-9, -68), (-8, -48), (-12, -30)), ((1, -68), (1, -48), (0, -30)), ((11, -68), (10, -48), (12, -30)),
    ((20, -70), (18, -50), (24, -32)), ((28, -68), (27, -50), (34, -36)), ((22, -78), (31, -64), (40, -56)),
    ((26, -86), (35, -74), (46, -66)), ((31, -92), (38, -82), (50, -76)),
)  # fmt: skip


def _leg(x: float, top: float, width: float) -> Shape:
    return limb((width, width * 0.68, width * 0.6), (x, top), (x, -20), (x, -4))


def _draw_striped(pen: Pen, shape: Shape, coat: str, dark: str,
                  stripes: tuple[Path, ...]) -> None:  # fmt: skip
    pen.fill(shape, coat)
    with pen.inside(shape):
        for points in stripes:
            pen.fill(limb((4.6, 3.6, 1.6), *points), dark)
        for y in (-27, -20, -13):
            pen.fill(line(2.6, (-46, y), (46, y - 1)), dark)


def _draw_zebra_head(pen: Pen, coat: str, dark: str) -> None:
    pen.fill(poly((-4, -6), (-4, -16), (3, -8)), coat)
    pen.fill(poly((-2.6, -8), (-3, -13), (1, -8.4)), dark)
    face = blob((-7, -4), (1, -10), (10, -4), (23, 10), (22, 16), (14, 17), (5, 9), (-4, 8))
    pen.fill(face, coat)
    with pen.inside(face):
        pen.fill(blob((15, 6), (28, 8), (26, 22), (11, 20)), dark)
        for x in (-3, 1, 5, 9):
            pen.fill(limb((0.8, 2, 2.4), (x + 6, x - 2), (x + 1, x + 5), (x - 2, x + 12)), dark)
    draw_eye(pen, 4.4, -1.6, 2)
    pen.fill(oval(4.4, -1.6, 1.6), INK)
