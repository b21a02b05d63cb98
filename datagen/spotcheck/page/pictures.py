"""Spot-check, page: picture files -> small JPEGs that the page carries within itself."""

import base64
import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from datagen.errors import PictureError
from datagen.pictures import flatten, open_picture

EDGE = 560
"""Longest side in pixels: sharp at the width of a phone, about 30 kB each."""

_QUALITY = 80


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small picture as a `data:` address; where there is none, `problem` says why.

    Attributes:
        width, height: in pixels, so that the page keeps its layout before the picture is decoded.
    """

    address: str = ""
    width: int = 0
    height: int = 0
    problem: str = ""


def make_thumbnail(path: Path | str) -> Thumbnail:
    """Shrink a picture file, turned as its EXIF data says; never raises for a bad file."""
    try:
        with open_picture(path) as picture:
            return _shrink(picture)
    except PictureError as exc:
        # The file's path is left out: a page is passed on, and folders are nobody's business.
        return Thumbnail(
            problem="there is no such file" if exc.is_missing else "the file cannot be decoded"
        )


def _shrink(picture: Image.Image) -> Thumbnail:
    picture.draft("RGB", (2 * EDGE, 2 * EDGE))  # a large JPEG is decoded at a fraction of its size
    upright = flatten(ImageOps.exif_transpose(picture))
    upright.thumbnail((EDGE, EDGE))
    upright.info.clear()  # comments and colour profiles would go into the page
    data = io.BytesIO()
    upright.save(data, "JPEG", quality=_QUALITY, optimize=True)
    code = base64.b64encode(data.getvalue()).decode("ascii")
    return Thumbnail(f"data:image/jpeg;base64,{code}", upright.width, upright.height)
