"""Ask stage, for models that see: a picture file -> the picture as it goes into a request.

A request with a picture holds it in addition to the symbolic context. Pictures are made small
before they are sent, since they are paid for by size; a file that cannot be sent is found before
its request is, so that nothing is paid for it.
"""

import base64
import io
import math
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from datagen.errors import AskError, PictureError
from datagen.pictures import flatten, open_picture

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST_SIDE = 768
"""Pixels; no COCO picture is larger than 640, so by default they go out in their own size."""

_QUALITY = 85
_KEPT = 64  # pictures: the items of one image follow each other closely


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, encoded for a request.

    Attributes:
        media_type: as in a data URL, `image/jpeg`.
        data: the encoded file, without metadata.
        width, height: pixels, as encoded.
    """

    media_type: str
    data: bytes
    width: int
    height: int


def read_picture(
    path: Path, *, longest_side: int = LONGEST_SIDE, quality: int = _QUALITY
) -> Picture:
    """Read a picture file and encode it as a JPEG of limited size.

    The picture is turned as its EXIF orientation says, put on white where it is transparent, and
    never enlarged; of several frames the first is taken. The same file gives the same bytes as
    long as Pillow is the same. The last 64 pictures are kept: about 7 MB for COCO.

    Takes some milliseconds of CPU; one thread decodes at a time.

    Args:
        path: the file itself (image folder and file name already joined).
        longest_side: pixels that neither width nor height shall exceed.
        quality: of the JPEG, 1-95.

    Raises:
        AskError: `image-missing`, or `image-corrupt` for what Pillow cannot decode.
    """
    try:
        found = path.stat()
    except (OSError, ValueError):  # such a file cannot be opened, which says why
        return _encode(path, 0, 0, longest_side, quality)
    # A file that has been replaced is read again.
    return _encode(path, found.st_mtime_ns, found.st_size, longest_side, quality)


@lru_cache(maxsize=_KEPT)
def _encode(path: Path, _changed: int, _size: int, longest_side: int, quality: int) -> Picture:
    try:
        with open_picture(path) as image:
            small = _shrink(image, longest_side)
    except PictureError as exc:
        if exc.is_missing:
            raise AskError("image-missing", str(exc), attempts=0) from exc
        said = f"{path}: the picture cannot be decoded: {exc.problem}"
        raise AskError("image-corrupt", said, attempts=0) from exc
    file = io.BytesIO()
    small.save(file, "JPEG", quality=quality)
    return Picture("image/jpeg", file.getvalue(), *small.size)


def _shrink(image: "Image", longest_side: int) -> "Image":
    """A new RGB picture without metadata, upright and within the limit."""
    from PIL import Image, ImageOps

    size = fit_size(*image.size, longest_side)
    # A JPEG can be decoded to a half, quarter or eighth at once; twice the size wanted leaves the
    # resampling enough to work with. Other formats take no notice.
    image.draft(None, (2 * size[0], 2 * size[1]))
    upright = ImageOps.exif_transpose(image)
    if upright.size != image.size:  # it lay on its side
        size = size[::-1]
    flat = flatten(upright).resize(size, Image.Resampling.LANCZOS)
    flat.info.clear()  # else a JPEG's comment would be sent along
    return flat


def fit_size(width: int, height: int, longest_side: int = LONGEST_SIDE) -> tuple[int, int]:
    """Width and height of a picture that is made to fit, in pixels; a small one stays as it is.

    >>> fit_size(4000, 3000), fit_size(640, 427)
    ((768, 576), (640, 427))
    """
    scale = min(1.0, longest_side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def to_data_url(picture: Picture) -> str:
    """The picture as a `data:` URL, for the field `image_url` of a chat message.

    >>> to_data_url(Picture("image/jpeg", b"...", 1, 1))
    'data:image/jpeg;base64,Li4u'
    """
    return f"data:{picture.media_type};base64,{base64.b64encode(picture.data).decode('ascii')}"


# OpenAI's guide "Images and vision", section "Calculating costs", as of 2026: tokens for a picture
# as such and for each tile; tokens for each patch. The first name that a model's name begins with
# decides.
_PATCH_PRICES = (
    (re.compile(r"gpt-(5|4\.1)-mini"), 1.62),
    (re.compile(r"gpt-(5|4\.1)-nano"), 2.46),
    (re.compile(r"o4-mini"), 1.72),
)
_TILE_PRICES = (
    (re.compile(r"gpt-4o-mini"), 2833, 5667),
    (re.compile(r"gpt-5"), 70, 140),
    (re.compile(r"o[13]"), 75, 150),
    (re.compile(r""), 85, 170),  # gpt-4o, gpt-4.1, gpt-4.5; the best guess for all others
)
_TILE, _TILED_SQUARE, _TILED_SHORT_SIDE = 512, 2048, 768
_PATCH, _MOST_PATCHES = 32, 1536


def estimate_picture_tokens(width: int, height: int, model: str = "gpt-4o") -> int:
    """Prompt tokens that OpenAI counts for a picture of this size in pixels, at high detail.

    By the guide "Images and vision" of OpenAI's documentation, section "Calculating costs": most
    models pay for each tile of 512 x 512 that is needed after fitting the picture into
    2048 x 2048 and shrinking its short side to 768; the small models (`-mini`, `-nano`) pay for
    each patch of 32 x 32, at most 1536. Users have measured a quarter less for gpt-5-mini. All
    models that are not known, other providers' among them, are taken for gpt-4o: a guess.

    >>> estimate_picture_tokens(640, 480), estimate_picture_tokens(640, 480, "gpt-4.1-mini")
    (425, 486)
    """
    name = model.strip().lower().rpartition("/")[2].removeprefix("ft:")
    for pattern, tokens in _PATCH_PRICES:
        if pattern.match(name):
            return math.ceil(round(_count_patches(width, height) * tokens, 6))
    base, tile = next((base, tile) for pattern, base, tile in _TILE_PRICES if pattern.match(name))
    return base + tile * _count_tiles(width, height)


def _count_tiles(width: int, height: int) -> int:
    scale = min(1.0, _TILED_SQUARE / max(width, height))
    scale = min(scale, _TILED_SHORT_SIDE / min(width, height))
    return math.prod(math.ceil(round(side * scale) / _TILE) for side in (width, height))


def _count_patches(width: int, height: int) -> int:
    patches = math.ceil(width / _PATCH) * math.ceil(height / _PATCH)
    if patches <= _MOST_PATCHES:
        return patches
    # Shrunk to the area of all patches, then until one side is a whole number of them.
    scale = math.sqrt(_PATCH**2 * _MOST_PATCHES / (width * height))
    sides = [side * scale / _PATCH for side in (width, height)]
    scale = min(math.floor(side) / side for side in sides)
    return min(_MOST_PATCHES, math.prod(math.ceil(round(side * scale, 6)) for side in sides))
