"""Validate stage: image files -> findings; the only check that reads a disk.

Each picture is decoded once, to see whether it can be and to make a digest of what it looks like,
by which the same picture is found under several names.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from datagen.bands import BandTable, SeenDigests
from datagen.checks.reasons import make_finding
from datagen.errors import PictureError
from datagen.pictures import open_picture
from datagen.records import Finding

if TYPE_CHECKING:
    from PIL import Image

ALIKE = 7
"""Bits of 128 by which the digests of one picture may differ.

Pictures saved again, in colour or grey, at another size or quality, differed by 0 to 7 bits in 99
of 100 cases; two different photographs by 39 or more. A crop of 5% is another picture.
"""

# Of ALIKE + 1 bands one has no differing bit, so no picture within reach is missed.
_BANDS, _BAND_BITS = ALIKE + 1, 16
_SHARING = 1024

# Grey levels of 256 between the darkest and the brightest part; below it there is no structure.
_CONTRAST = 8


class ImageLook(NamedTuple):
    """What one decoding of an image file gave.

    Attributes:
        problem: `image-missing` or `image-corrupt`.
        digest: 128 bits of looks; None for an unusable file and for a plain surface, which looks
            like any other.
    """

    problem: Finding | None
    digest: int | None


class _Good(NamedTuple):
    """A picture that later ones are compared with, the how-manieth it was, and its name in UTF-8."""

    digest: bytes
    number: int
    name: bytes


def check_image_file(path: Path | str) -> Finding | None:
    """Decode an image file to its last row, as the trainer does; None when all is well.

    Args:
        path: the file itself (image folder and record's `image` already joined).

    Returns:
        `image-missing` when there is no such file (or it is a folder), `image-corrupt` when
        Pillow cannot decode it: no image, truncated, damaged, unreadable or absurdly large.
    """
    return look_at_image(path).problem


def look_at_image(path: Path | str) -> ImageLook:
    """Decode an image file as `check_image_file` does, and digest its looks.

    It knows nothing of other files, so files can be looked at in several processes.
    """
    try:
        with open_picture(path) as picture:
            return ImageLook(None, _digest_looks(picture.convert("RGB")))
    except PictureError as exc:
        if exc.is_missing:
            return ImageLook(make_finding("image-missing", span=str(path)), None)
        finding = make_finding("image-corrupt", span=str(path), detail=exc.problem)
        return ImageLook(finding, None)


class SeenPictures:
    """Remembers the pictures of one data set and notes those that stand there under two names.

    Good pictures are kept in temporary files, bad ones in memory. Names are compared as they are
    written in the records.
    """

    def __init__(self) -> None:
        self._problems: dict[str, Finding] = {}
        self._names = SeenDigests()
        self._table = BandTable(_Good, bands=_BANDS, slots=1 << _BAND_BITS, sharing=_SHARING)
        self._count = 0

    def add(self, name: str, look: ImageLook) -> list[Finding]:
        """Findings about a record's picture.

        A bad file is reported for every record that names it, `same-picture` once, at the later
        name.

        Args:
            name: the record's `image`.
            look: at its file, perhaps taken in another process.
        """
        if name in self._problems:
            return [self._problems[name]]
        if self._names.add(name):
            return []
        if look.problem:
            self._problems[name] = look.problem
            return [look.problem]
        if look.digest is None:
            return []
        self._count += 1
        picture = _Good(
            look.digest.to_bytes(16), self._count, name.encode("utf-8", "surrogatepass")
        )
        keys = _split_digest(look.digest)
        twin = self._find_twin(look.digest, keys)
        self._table.add(keys, picture)
        if twin is None:
            return []
        as_named = twin.name.decode("utf-8", "surrogatepass")
        return [make_finding("same-picture", span=name, detail=f"as {as_named!r}")]

    def _find_twin(self, digest: int, keys: Sequence[int]) -> _Good | None:
        """The earlier picture that looks most alike; the first of equal ones."""
        alike = [
            (bits, other.number, other)
            for other in self._table.find(keys)
            if (bits := (digest ^ int.from_bytes(other.digest)).bit_count()) <= ALIKE
        ]
        return min(alike)[2] if alike else None


def _split_digest(digest: int) -> list[int]:
    mask = (1 << _BAND_BITS) - 1
    return [digest >> (band * _BAND_BITS) & mask for band in range(_BANDS)]


def _digest_looks(picture: "Image.Image") -> int | None:
    """Digest of where it gets brighter: 64 steps to the right, then 64 steps down (a dHash).

    Brightness is averaged over a grid of 9 x 8 and one of 8 x 9, so size, format and noise hardly
    matter.
    """
    from PIL.Image import Resampling

    # 72 divides into either grid, so the picture is gone through once.
    small = picture.resize((72, 72), Resampling.BOX).convert("L")
    across = small.resize((9, 8), Resampling.BOX).tobytes()
    down = small.resize((8, 9), Resampling.BOX).tobytes()
    if max(across) - min(across) < _CONTRAST and max(down) - min(down) < _CONTRAST:
        return None
    steps = [across[at] < across[at + 1] for at in range(72) if at % 9 < 8]
    steps += [down[at] < down[at + 8] for at in range(64)]
    return sum(step << bit for bit, step in enumerate(steps))
