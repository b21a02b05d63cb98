"""Rooms: floors, windows with their view, lamps. None of it is a COCO thing."""

from drawing.canvas import SHADE, Pen, darken
from drawing.nature import draw_cloud
from drawing.shapes import blob, box, ground, poly


def draw_view(
    pen: Pen, width: float, height: float, sky: tuple[str, ...], hills: tuple[str, str]
) -> None:
    """The landscape behind a window, cut off at its size."""
    with pen.inside(box(0, 0, width, height)):
        pen.fade(box(0, 0, width, height), *sky)
        draw_cloud(pen.at(width * 0.3, height * 0.35, width / 260))
        far = ((-10, height * 0.68), (width * 0.35, height * 0.55), (width + 10, height * 0.72))
        near = ((-10, height * 0.85), (width * 0.6, height * 0.74), (width + 10, height * 0.82))
        pen.fill(ground(height + 5, *far), hills[0])
        pen.fill(ground(height + 5, *near), hills[1])


def draw_floor(pen: Pen, top: float, color: str, boards: int = 9) -> None:
    """Floor boards that run towards the viewer, from `top` to the lower edge."""
    width, height = pen.canvas.width, pen.canvas.height
    pen.fade(box(0, top, width, height - top), darken(color, 0.92), color)
    for index in range(-boards, boards * 2 + 1):
        x = width * index / boards
        pen.tint(
            poly((width / 2 + (x - width / 2) * 0.7, top), (x, height), (x + 2.4, height)),
            SHADE,
            0.13,
        )


def draw_window(pen: Pen, width: float, height: float, frame: str = "#fff8ec") -> None:
    """The frame of a window whose view is already painted; its upper left corner at the origin."""
    for x in (-7, width / 2 - 3, width):
        pen.fill(box(x, -7, 7 if x != width / 2 - 3 else 6, height + 14), frame)
    for y in (-7, height):
        pen.fill(box(-7, y, width + 14, 7), frame)
    pen.fill(box(-14, height + 5, width + 28, 8, 2), frame)
    pen.tint(box(-14, height + 10, width + 28, 3, 1), SHADE, 0.16)


def draw_floor_lamp(pen: Pen, shade: str = "#fff1cf") -> None:
    """A standing lamp, 54 wide and 176 high, with its light; no COCO thing."""
    pen.glow(0, -150, 120, "#ffdf9a", 0.5)
    pen.fill(box(-1.8, -140, 3.6, 138) + box(-17, -4, 34, 4, 2), "#5d4a44")
    pen.fade(poly((-17, -176), (17, -176), (27, -132), (-27, -132)), shade, "#ffd98c")


def draw_table_lamp(pen: Pen, base: str = "#5b8fb0") -> None:
    """A bedside lamp, 46 wide and 66 high, with its light; no COCO thing."""
    pen.glow(0, -48, 100, "#ffdf9a", 0.55)
    pen.fade(blob((-4, -38), (4, -38), (11, -16), (9, -2), (0, 0), (-9, -2), (-11, -16)), darken(base, 1.06), darken(base, 0.8),
             across=True)  # fmt: skip
    pen.fade(poly((-14, -66), (14, -66), (23, -34), (-23, -34)), "#fff1cf", "#ffd98c")
