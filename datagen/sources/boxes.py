"""Read stage, pure part: fit a box into its picture and normalize it.

Corners are `(x1, y1, x2, y2)`, origin at the top left; what comes in is in pixels (or already
normalized, with a picture of 1 x 1), what goes out is in 0-1.
"""

from math import isfinite

Corners = tuple[float, float, float, float]

HALF_PIXEL = 0.5
"""How far a box may stick out unmentioned: COCO's own numbers are rounded that coarsely."""


def fit_box(
    corners: Corners, width: float, height: float, *, slack: float = HALF_PIXEL, flat: bool = False
) -> tuple[Corners | None, str]:
    """Clip a box to its picture and normalize it.

    Args:
        corners: `(x1, y1, x2, y2)` in the unit of width and height.
        width: of the picture, above 0.
        height: of the picture, above 0.
        slack: a box that sticks out by less than this is clipped without a word.
        flat: whether a box of no width or no height may pass.

    Returns:
        The corners in 0-1 and an empty code, or `box-clipped`; or None and the code that tells why
        the box cannot be used.

    >>> fit_box((10, 20, 50, 40), 100, 50)
    ((0.1, 0.4, 0.5, 0.8), '')
    >>> fit_box((-10, 20, 50, 40), 100, 50)
    ((0.0, 0.4, 0.5, 0.8), 'box-clipped')
    >>> fit_box((100, 20, 130, 40), 100, 50)
    (None, 'box-outside')
    """
    x1, y1, x2, y2 = corners
    if 0 < x1 < x2 <= width and 0 < y1 < y2 <= height:
        return (x1 / width, y1 / height, x2 / width, y2 / height), ""
    code = _find_fault(corners, width, height, flat)
    if code:
        return None, code
    excess = max(-x1, -y1, x2 - width, y2 - height)
    clipped = _clip(corners, width, height)
    return _normalize(clipped, width, height), "box-clipped" if excess >= slack else ""


def _find_fault(corners: Corners, width: float, height: float, flat: bool) -> str:
    x1, y1, x2, y2 = corners
    if not all(map(isfinite, corners)):
        return "box-not-finite"
    if x2 < x1 or y2 < y1 or (_is_flat(corners) and not flat):
        return "box-size-not-positive"
    if x2 < 0 or y2 < 0 or x1 > width or y1 > height:
        return "box-outside"
    # A box that only touches the frame from outside has nothing left once it is clipped.
    if not flat and _is_flat(_clip(corners, width, height)):
        return "box-outside"
    return ""


def _is_flat(corners: Corners) -> bool:
    x1, y1, x2, y2 = corners
    return x1 == x2 or y1 == y2


def _clip(corners: Corners, width: float, height: float) -> Corners:
    x1, y1, x2, y2 = corners
    # `0.0 if ... <= 0` also turns -0.0 into 0.0, which would be printed with its sign.
    return (
        0.0 if x1 <= 0 else x1,
        0.0 if y1 <= 0 else y1,
        min(x2, width),
        min(y2, height),
    )


def _normalize(corners: Corners, width: float, height: float) -> Corners:
    x1, y1, x2, y2 = corners
    return (x1 / width, y1 / height, x2 / width, y2 / height)


def measure_corners(corners: Corners) -> float:
    """The area of a normalized box, as a share of the picture."""
    x1, y1, x2, y2 = corners
    return (x2 - x1) * (y2 - y1)
