"""Spot-check, what sees: picture files as models take them, ready before they are needed."""

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

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

_Key = TypeVar("_Key")
_Loaded = TypeVar("_Loaded")


def read_picture(picture: Path | Crop) -> "Image | Unseen":
    """A picture in RGB, upright as its EXIF orientation says, on white where it is transparent.

    Of several frames it is the first. A crop holds at least one pixel.
    """
    try:
        if isinstance(picture, Crop):
            return _cut(_decode(picture.picture), picture.corners)
        return _decode(picture)
    except PictureError as exc:
        return Unseen(_explain(exc))


def make_blank(mean: Iterable[float] | None) -> "Image":
    """A plain picture that is zero after normalization.

    Args:
        mean: of each channel, 0-1, as an image processor subtracts it; None for mid-grey.
    """
    from PIL import Image

    red, green, blue = (round(255 * value) for value in mean or (0.5, 0.5, 0.5))
    return Image.new("RGB", BLANK_SIZE, (red, green, blue))


def _decode(path: Path) -> "Image":
    from PIL import ImageOps

    with open_picture(path) as image:
        # A large JPEG is decoded to a fraction at once; other formats take no notice.
        image.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
        picture = flatten(ImageOps.exif_transpose(image))
        if max(picture.size) > LONGEST_SIDE:
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return picture


def _cut(image: "Image", corners: tuple[float, float, float, float]) -> "Image":
    width, height = image.size
    left = min(width - 1, max(0, math.floor(corners[0] * width)))
    top = min(height - 1, max(0, math.floor(corners[1] * height)))
    right = min(width, max(left + 1, math.ceil(corners[2] * width)))
    bottom = min(height, max(top + 1, math.ceil(corners[3] * height)))
    return image.crop((left, top, right, bottom))


def _explain(error: PictureError) -> str:
    if error.is_missing:
        return f"The picture {error.path} is missing."
    return f"The picture {error.path} cannot be decoded: {error.problem.rstrip('.')}."


def load_ahead(
    load: Callable[[_Key], _Loaded], keys: Iterable[_Key], *, ahead: int = 2
) -> Iterator[tuple[_Key, _Loaded]]:
    """Load one after the other in a background thread, a few ahead of whoever takes them.

    Decoding takes as long as a small model's look; done beside it, it costs no time.

    Args:
        load: called in the thread.
        ahead: how many are loaded, or being loaded, beyond the one that is taken.
    """
    waiting: deque[tuple[_Key, Future[Any]]] = deque()
    with ThreadPoolExecutor(1, thread_name_prefix="pictures") as thread:
        try:
            for key in keys:
                waiting.append((key, thread.submit(load, key)))
                if len(waiting) > ahead:
                    first, loaded = waiting.popleft()
                    yield first, loaded.result()
            while waiting:
                first, loaded = waiting.popleft()
                yield first, loaded.result()
        finally:
            for _, loaded in waiting:  # nobody will take them
                loaded.cancel()
