"""Spot-check, what sees: picture files as models take them; the blank picture."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from datagen.errors import PictureError
from datagen.pictures import flatten, open_picture
from datagen.spotcheck.models import Crop, Unseen

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST_SIDE = 2048
"""Pixels; larger pictures are shrunk first. No model here looks at more than 1344 a side."""

BLANK_SIZE = (640, 480)
"""Width and height of the blank picture: the commonest size in COCO, since LLaVA-NeXT cuts a
picture into tiles by its shape."""

_NARROWEST = 50  # times as long as it is wide; models stretch the short side to their own


def read_pictures(pictures: Sequence[Path | Crop]) -> "list[Image | Unseen]":
    """Pictures and parts of them; the file of several that follow each other is decoded once."""
    found: list[Image | Unseen] = []
    last: Path | None = None
    whole: Image | Unseen = Unseen("")
    for picture in pictures:
        path = picture.picture if isinstance(picture, Crop) else picture
        if path != last:
            last, whole = path, _read(path)
        found.append(whole if isinstance(whole, Unseen) else _look_at(whole, picture, path))
    return found


def read_picture(picture: Path | Crop) -> "Image | Unseen":
    """A picture in RGB, upright as its EXIF orientation says, on white where it is transparent.

    Of several frames it is the first; a part holds at least one pixel. What cannot be decoded is
    `Unseen`, and so is a mere strip: its short side stretched to a model's size, it would fill the
    memory.
    """
    return read_pictures([picture])[0]


def make_blank(mean: Iterable[float] | None) -> "Image":
    """A plain picture that is zero after normalization.

    Args:
        mean: of each channel, 0-1, as an image processor subtracts it; None for mid-grey.
    """
    from PIL import Image

    red, green, blue = (round(255 * value) for value in mean or (0.5, 0.5, 0.5))
    return Image.new("RGB", BLANK_SIZE, (red, green, blue))


def explain(error: PictureError) -> str:
    """The error as one sentence."""
    if error.is_missing:
        return f"The picture {error.path} is missing."
    return f"The picture {error.path} cannot be decoded: {error.problem.rstrip('.')}."


def _read(path: Path) -> "Image | Unseen":
    from PIL import ImageOps

    try:
        with open_picture(path) as image:
            # A large JPEG is decoded to a fraction at once; other formats take no notice.
            image.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
            picture = flatten(ImageOps.exif_transpose(image))
            if max(picture.size) > LONGEST_SIDE:
                picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    except PictureError as exc:
        return Unseen(explain(exc))
    return picture


def _look_at(whole: "Image", picture: Path | Crop, path: Path) -> "Image | Unseen":
    image = _cut(whole, picture.corners) if isinstance(picture, Crop) else whole
    width, height = image.size
    if max(width, height) <= _NARROWEST * min(width, height):
        return image
    what = "A part of the picture" if isinstance(picture, Crop) else "The picture"
    return Unseen(f"{what} {path} is too narrow to be seen: {width} x {height} pixels.")


def _cut(image: "Image", corners: tuple[float, float, float, float]) -> "Image":
    width, height = image.size
    left = min(width - 1, max(0, math.floor(corners[0] * width)))
    top = min(height - 1, max(0, math.floor(corners[1] * height)))
    right = min(width, max(left + 1, math.ceil(corners[2] * width)))
    bottom = min(height, max(top + 1, math.ceil(corners[3] * height)))
    return image.crop((left, top, right, bottom))
