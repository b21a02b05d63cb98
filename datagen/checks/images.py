"""Validate stage: image file -> finding; the only check that reads a disk."""

import struct
import warnings
import zlib
from pathlib import Path

from datagen.checks.reasons import make_finding
from datagen.records import Finding


def check_image_file(path: Path | str) -> Finding | None:
    """Decode an image file to its last row, as the trainer does; None when all is well.

    Args:
        path: the file itself (image folder and record's `image` already joined).

    Returns:
        `image-missing` when there is no such file (or it is a folder), `image-corrupt` when
        Pillow cannot decode it: no image, truncated, damaged, unreadable or absurdly large.
    """
    file = Path(path)
    try:
        exists = file.is_file()
    except ValueError:  # a NUL byte or half a surrogate pair in the name: no such file can be
        exists = False
    if not exists:
        return make_finding("image-missing", span=str(path))
    problem = _decode(file)
    return make_finding("image-corrupt", span=str(path), detail=problem) if problem else None


def _decode(file: Path) -> str:
    """What is wrong with an image file, or nothing."""
    # Pillow takes a tenth of a second to import; only this check needs it.
    from PIL import Image

    # What Pillow's decoders raise on damaged files; found by damaging files of many formats.
    damages = (
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
        Image.DecompressionBombError,
    )
    try:
        # An odd but readable file is no finding, and Pillow's warnings do not name the file.
        with warnings.catch_warnings(action="ignore"), Image.open(file) as picture:
            picture.convert("RGB")
    except damages as exc:
        return str(exc) or type(exc).__name__
    return ""
