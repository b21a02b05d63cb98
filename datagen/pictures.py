"""Picture files, opened: the one place that knows how Pillow fails.

Checks, requests and the spot-check all decode the same files; what is a broken picture to one is a
broken picture to all.
"""

import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from datagen.errors import PictureError

if TYPE_CHECKING:
    from PIL.Image import Image

_BACKGROUND = (255, 255, 255)

# What Pillow's decoders raise on damaged files; found by damaging files of many formats.
_DAMAGES = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    EOFError,
    RuntimeError,
    OverflowError,
    struct.error,
    zlib.error,
)

# Holding back warnings changes state of the whole process: one thread at a time.
_decoding = threading.RLock()


@contextmanager
def open_picture(path: Path | str) -> Iterator["Image"]:
    """Open a picture file for a `with` block that decodes it.

    Whatever goes wrong in the block is taken for damage of the file, so nothing but decoding
    belongs there. Pillow's warnings are held back: they do not name the file, and an odd but
    readable file is fine.

    Raises:
        PictureError: there is no such file, or Pillow cannot decode it: no image, truncated,
            damaged, unreadable or absurdly large.
    """
    # Pillow takes a tenth of a second to import; whoever opens no picture shall not pay that.
    from PIL import Image

    if not _exists(path):
        raise PictureError(path, "there is no such picture", is_missing=True)
    try:
        with _decoding, warnings.catch_warnings(action="ignore"), Image.open(path) as image:
            yield image
    except (*_DAMAGES, Image.DecompressionBombError) as exc:
        raise PictureError(path, str(exc) or type(exc).__name__) from exc


def _exists(path: Path | str) -> bool:
    try:
        return Path(path).is_file()
    except (OSError, ValueError):  # ValueError: a NUL byte or half a surrogate pair in the name
        return False


def flatten(image: "Image") -> "Image":
    """The picture in RGB as a viewer shows it: transparent parts on white, 16 bits made 8."""
    from PIL import Image

    if image.mode.startswith("I;16"):  # Pillow would clip to white what is brighter than 255
        return image.convert("I").point(lambda value: value / 257).convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    layers = image.convert("RGBA")
    page = Image.new("RGB", image.size, _BACKGROUND)
    page.paste(layers, mask=layers.getchannel("A"))
    return page
