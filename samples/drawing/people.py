"""People: a posed figure of one hundred units, dressed in any colours."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

from drawing.canvas import SHADE, Pen, darken
from drawing.shapes import Point, Shape, blob, box, curve, limb, oval, poly, wedge

Pair = tuple[Point, Point]


@dataclass(frozen=True, slots=True)
class Pose:
    """Joints of a figure that looks to the right, feet around the origin, head at about -100.

    Pairs are (far side, near side): the far limbs are drawn first.

    Attributes:
        shoulders: half the distance between the shoulders; small when seen from the side.
        look: where the face points, -1 (left) over 0 (at us) to 1 (right).
    """

    head: Point = (0, -90)
    neck: Point = (0, -79)
    hip: Point = (0, -47)
    elbows: Pair = ((-13, -64), (13, -64))
    hands: Pair = ((-14, -49), (14, -49))
    knees: Pair = ((-5, -25), (5, -25))
    feet: Pair = ((-6, -2), (6, -2))
    shoulders: float = 8.5
    look: float = 0.35


POSES = MappingProxyType({
    "stand": Pose(),
    "walk": Pose(
        elbows=((8, -66), (-9, -64)), hands=((15, -55), (-14, -51)), shoulders=5, look=0.9,
        knees=((-5, -25), (7, -26)), feet=((-17, -5), (13, -2)),
    ),
    "ride": Pose(
        head=(10, -92), neck=(7, -81), hip=(-9, -52), elbows=((15, -66), (14, -64)), shoulders=4,
        hands=((25, -62), (25, -61)), knees=((8, -38), (9, -34)), feet=((-2, -16), (5, -6)), look=1,
    ),
    "sit": Pose(
        head=(2, -78), neck=(0, -67), hip=(-2, -36), elbows=((9, -50), (6, -50)), shoulders=6,
        hands=((17, -46), (17, -44)), knees=((16, -33), (19, -32)), feet=((17, -4), (22, -2)), look=0.8,
    ),
    "lie": Pose(
        head=(-40, -21), neck=(-33, -13), hip=(-2, -6), elbows=((-44, -9), (-27, -2)), shoulders=3,
        hands=((-50, -4), (-18, -3)), knees=((20, -20), (26, -13)), feet=((36, -3), (47, -3)), look=0.8,
    ),
    "wave": Pose(elbows=((-13, -64), (14, -84)), hands=((-14, -49), (19, -101))),
    "throw": Pose(
        elbows=((-13, -66), (14, -80)), hands=((-17, -53), (28, -84)), knees=((-8, -25), (9, -26)),
        feet=((-16, -3), (16, -2)), look=0.9, shoulders=6.5,
    ),
    "ski": Pose(
        head=(9, -79), neck=(5, -69), hip=(-9, -42), elbows=((14, -54), (9, -52)), shoulders=5,
        hands=((23, -54), (20, -48)), knees=((5, -25), (8, -24)), feet=((-3, -3), (1, -2)), look=1,
    ),
    "surf": Pose(
        head=(3, -80), neck=(1, -70), hip=(-5, -41), elbows=((-15, -66), (15, -66)), shoulders=6,
        hands=((-29, -70), (29, -64)), knees=((-14, -26), (11, -25)), feet=((-17, -2), (17, -2)), look=0.9,
    ),
    "serve": Pose(
        head=(-2, -89), neck=(-2, -78), hip=(-2, -47), elbows=((9, -86), (-15, -84)), shoulders=7,
        hands=((17, -101), (-12, -99)), knees=((-8, -26), (7, -27)), feet=((-18, -4), (13, -2)), look=0.9,
    ),
    "ready": Pose(
        head=(5, -82), neck=(3, -72), hip=(-5, -43), elbows=((14, -55), (10, -53)), shoulders=6,
        hands=((24, -56), (22, -50)), knees=((-10, -25), (11, -24)), feet=((-15, -3), (15, -2)), look=0.9,
    ),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """What a figure wears, by colour.

    Attributes:
        style: of the hair, one of the keys of `HAIR`.
        hat: one of the keys of `HATS` with the colour.
    """

    top: str = "#e76f51"
    legs: str = "#3d5a80"
    skin: str = "#e8b08c"
    hair: str = "#4a3228"
    shoes: str = "#3a3340"
    style: str = "short"
    hat: tuple[str, str] | None = None
    short_sleeves: bool = False
    skirt: str = ""
    bare_legs: bool = False


def draw_figure(pen: Pen, pose: Pose, look: Look) -> None:
    """The figure alone, owned by whoever is being drawn; without its shadow."""
    hips = [(pose.hip[0] + side * pose.shoulders * 0.45, pose.hip[1]) for side in (-1, 1)]
    arms = [(pose.neck[0] + side * pose.shoulders, pose.neck[1] + 3.5) for side in (-1, 1)]
    _draw_arm(pen, arms[0], pose.elbows[0], pose.hands[0], look, far=True)
    _draw_leg(pen, hips[0], pose.knees[0], pose.feet[0], look, far=True)
    _draw_leg(pen, hips[1], pose.knees[1], pose.feet[1], look)
    behind = HAIR[look.style].behind
    if behind is not None:
        pen.at(*pose.head).fill(behind(pose.look), darken(look.hair))
    _draw_torso(pen, pose, look)
    pen.fill(limb((6.2, 5.6), pose.head, (pose.neck[0], pose.neck[1] + 1)), darken(look.skin))
    _draw_head(pen.at(*pose.head), look, pose.look)
    _draw_arm(pen, arms[1], pose.elbows[1], pose.hands[1], look)


def draw_person(pen: Pen, pose: str, look: Look, shadow: bool = True) -> None:
    """A person as a thing of its own, in one of the `POSES`."""
    if shadow:
        low = POSES[pose].feet
        middle = (low[0][0] + low[1][0]) / 2
        pen.shadow(oval(middle + 3, 0, 20, 3.5), 0.35, 2.5)
    with pen.thing("person"):
        draw_figure(pen, POSES[pose], look)


def _draw_leg(
    pen: Pen, hip: Point, knee: Point, foot: Point, look: Look, far: bool = False
) -> None:
    skin = darken(look.skin) if far else look.skin
    cloth = darken(look.legs) if far else look.legs
    toe = (foot[0] + 6.5, foot[1] + 0.2)
    pen.fill(blob((foot[0] - 3, foot[1] - 3.5), (foot[0] + 2.5, foot[1] - 3.2), (toe[0], toe[1] - 0.4),
                  (toe[0] - 0.5, foot[1] + 2), (foot[0] - 3, foot[1] + 2)), look.shoes)  # fmt: skip
    shin = (foot[0], foot[1] - 2.5)
    if look.bare_legs:
        pen.fill(limb((9, 7, 4.6), hip, knee, shin), skin)
        pen.fill(
            limb((11.5, 10.5, 10), hip, _midway(hip, knee), _midway(_midway(hip, knee), knee)),
            cloth,
        )
    else:
        pen.fill(limb((11.5, 9.2, 6.2), hip, knee, shin), cloth)


def _draw_torso(pen: Pen, pose: Pose, look: Look) -> None:
    half, (nx, ny), (hx, hy) = pose.shoulders, pose.neck, pose.hip
    # Across the trunk: a unit vector at right angles to the line from neck to hip.
    dx, dy = hx - nx, hy - ny
    length = (dx * dx + dy * dy) ** 0.5
    ux, uy = dy / length, -dx / length
    wide, slim = half + 3.4, half * 0.5 + 4.6

    def across(t: float, w: float) -> Point:
        return nx + dx * t + ux * w, ny + dy * t + uy * w

    if look.skirt:
        pen.fill(poly(across(0.75, -slim), across(0.75, slim), across(1.75, slim + 7), across(1.75, -slim - 7)),
                 look.skirt)  # fmt: skip
    trunk = blob(across(-0.02, 0), across(0.03, wide * 0.72), across(0.2, wide), across(0.6, slim + 1.6),
                 across(1.05, slim + 2), across(1.12, 0), across(1.05, -slim - 2), across(0.6, -slim - 1.6),
                 across(0.2, -wide), across(0.03, -wide * 0.72))  # fmt: skip
    pen.fill(trunk, look.top)
    with pen.inside(trunk):
        pen.tint(poly(across(-0.1, -wide - 9), across(-0.1, -wide * 0.45), across(1.2, -slim * 0.2),
                      across(1.2, -wide - 9)), SHADE, 0.12)  # fmt: skip


def _draw_arm(
    pen: Pen, shoulder: Point, elbow: Point, hand: Point, look: Look, far: bool = False
) -> None:
    skin = darken(look.skin) if far else look.skin
    cloth = darken(look.top, 0.84 if far else 0.93)
    pen.fill(oval(hand[0], hand[1], 3.1), skin)
    wrist = _midway(_midway(elbow, hand), hand)
    if look.short_sleeves:
        pen.fill(limb((6, 5, 4.4), shoulder, elbow, wrist), skin)
        pen.fill(limb((7.6, 7.4), shoulder, _midway(shoulder, elbow)), cloth)
    else:
        pen.fill(limb((7.6, 6.6, 5.6), shoulder, elbow, wrist), cloth)
        if not far:
            pen.tint(limb((1, 1), *_beside(shoulder, elbow)), SHADE, 0.12)


def _beside(a: Point, b: Point) -> Pair:
    return (a[0] - 3.4, a[1] + 3), (b[0] - 3, b[1] - 1)


def _draw_head(pen: Pen, look: Look, turn: float) -> None:
    face = blob(
        (0, -9.6), (7, -6.5), (8, 0), (6.2, 6.2), (0, 9.4), (-6.2, 6.2), (-8, 0), (-7, -6.5)
    )
    ear = -turn * 5.5 - (3 if turn >= 0 else -3)
    pen.fill(face, look.skin)
    pen.fill(oval(ear, 1.2, 1.9, 2.5), darken(look.skin))
    with pen.inside(face):
        pen.tint(oval(turn * 3 + 4.4, 3.6, 2.2, 1.5), "#e2605a", 0.28)
        pen.tint(oval(turn * 3 - 4.2, 3.6, 2.2, 1.5), "#e2605a", 0.28)
    for side in (-2.9, 2.9):
        pen.fill(oval(turn * 3.4 + side, 0.2, 0.95, 1.25), "#2f2a35")
    pen.fill(curve(0.8, (turn * 3.6 - 2, 4.6), (turn * 3.6, 5.7), (turn * 3.6 + 2, 4.6)), "#8f4038")
    pen.fill(HAIR[look.style].front(turn), look.hair)
    if look.hat:
        kind, color = look.hat
        HATS[kind](pen, color, turn)


@dataclass(frozen=True, slots=True)
class Hair:
    """Outlines behind and in front of the face, as functions of where the face points."""

    front: Callable[[float], Shape]
    behind: Callable[[float], Shape] | None = None


def _fringe(turn: float) -> Shape:
    s = turn * 2
    return blob((-8.6 - s * 0.3, 2.5), (-9.2, -4), (-6.5, -9.6), (0, -11.6), (6.5, -9.8), (8.9, -4.5),
                (8.3, 0.4), (6.6 + s * 0.4, -3.6), (2 + s, -5.6), (-4 + s, -4.6), (-6.2 + s * 0.6, -1.5))  # fmt: skip


def _long_back(turn: float) -> Shape:
    s = -turn * 2.5
    return blob((-8 + s, -6), (0 + s, -11), (8 + s, -6), (9.4 + s, 4), (9.6 + s, 14), (4 + s, 18), (-6 + s, 18),
                (-10.4 + s, 14), (-9.6 + s, 4))  # fmt: skip


def _bun(turn: float) -> Shape:
    return oval(-turn * 7, -11.5, 4.8, 4.6)


def _tail(turn: float) -> Shape:
    return limb((4, 6, 2), (-turn * 7, -5), (-turn * 14 - 1, 1), (-turn * 13 - 1, 12))


HAIR = MappingProxyType({
    "short": Hair(front=_fringe),
    "long": Hair(front=_fringe, behind=_long_back),
    "bun": Hair(front=_fringe, behind=_bun),
    "tail": Hair(front=_fringe, behind=_tail),
})  # fmt: skip


def _draw_cap(pen: Pen, color: str, turn: float) -> None:
    pen.fill(wedge(0, -3.6, 9, 8.8, 180, 360), color)
    pen.fill(limb((2.6, 1.8), (turn * 5, -4), (turn * 14 + 1, -3.2)), darken(color))


def _draw_straw_hat(pen: Pen, color: str, turn: float) -> None:
    pen.fill(wedge(0, -5, 7.8, 9.5, 180, 360), color)
    pen.fill(box(-7.9, -7.6, 15.8, 2.8, 0.6), "#b5523b")
    pen.fill(oval(0, -4.6, 15.5, 2.8), color)
    pen.tint(wedge(0, -4.6, 15.5, 2.8, 0, 180), SHADE, 0.15)


def _draw_beanie(pen: Pen, color: str, turn: float) -> None:
    pen.fill(oval(0, -13.4, 3, 3), "#fdf6ec")
    pen.fill(wedge(0, -3.4, 9.2, 9.4, 180, 360), color)
    pen.fill(box(-9.5, -5.6, 19, 3.9, 1.9), darken(color))


def _draw_helmet(pen: Pen, color: str, turn: float) -> None:
    pen.fill(wedge(0, -2.8, 9.9, 10, 180, 360), color)
    pen.tint(wedge(-2.5, -5, 5.4, 5.6, 190, 290), "#ffffff", 0.35)
    pen.fill(curve(1, (-5, -3), (-4, 5), (0, 9)), "#3a3340")


def _draw_goggles(pen: Pen, color: str, turn: float) -> None:
    _draw_helmet(pen, color, turn)
    pen.fill(box(-8.4 + turn, -3.4, 16.8, 6, 2.8), "#33384d")
    pen.fill(box(-6.2 + turn * 2.4, -2.6, 12, 4.4, 2), "#f2a65a")
    pen.tint(box(-4.2 + turn * 2.4, -2.2, 3, 3.4, 1.4), "#ffffff", 0.5)


HATS: MappingProxyType[str, Callable[[Pen, str, float], None]] = MappingProxyType({
    "cap": _draw_cap, "straw": _draw_straw_hat, "beanie": _draw_beanie, "helmet": _draw_helmet,
    "goggles": _draw_goggles,
})  # fmt: skip


def _midway(a: Point, b: Point) -> Point:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
