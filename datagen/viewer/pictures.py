"""Viewer: pictures by the record that names them; thumbnails, kept on disk.

Nobody but a record names a file, and what it names must lie in the picture folder and be a picture
by its content. Nothing is decoded before its size is known from its head.
"""

import hashlib
import io
import os
import threading
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from datagen.errors import PictureError
from datagen.pictures import flatten, open_picture
from datagen.viewer.refusals import RefusedError

MOST_PIXELS = 64_000_000
"""Pixels of a picture that is shown; a browser takes four bytes for each."""

MOST_DECODED = 24_000_000
"""Pixels that are decoded for a thumbnail; a JPEG is read at an eighth of its size at best."""

THUMB_SIDE = 320
_LIMIT = 256 << 20  # bytes of thumbnails on disk; the oldest half goes when it is passed

_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture file that may be shown.

    Attributes:
        etag: changes with the file.
    """

    path: Path
    kind: str
    etag: str


def find_picture(folder: Path, name: str) -> Picture:
    """The file that a record names.

    Args:
        folder: of the pictures.
        name: as in the record, relative to the folder.

    Raises:
        RefusedError: it leads out of the folder, is not there, or is no picture.
    """
    path = _resolve(folder, name)
    try:
        with path.open("rb") as file:
            head = file.read(16)
            status = os.fstat(file.fileno())
    except OSError as exc:
        raise RefusedError("there is no such picture in the picture folder", 404) from exc
    etag = hashlib.sha256(f"{path}:{status.st_size}:{status.st_mtime_ns}".encode()).hexdigest()[:24]
    return Picture(path, _sniff(head), etag)


def _resolve(folder: Path, name: str) -> Path:
    """Where a name leads, links followed; only what lies in the folder is given."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\\" in name or "\0" in name:
        raise RefusedError("the record's image is no name of a file in the picture folder", 403)
    root = folder.resolve()
    try:
        path = root.joinpath(*parts).resolve()
        is_file = path.is_file()
    # RuntimeError: links in a circle; ValueError: half a surrogate pair in the name
    except (OSError, RuntimeError, ValueError) as exc:
        raise RefusedError("there is no such picture in the picture folder", 404) from exc
    if not path.is_relative_to(root):
        raise RefusedError("the record's image leads out of the picture folder", 403)
    if not is_file:
        raise RefusedError("there is no such picture in the picture folder", 404)
    return path


def _sniff(head: bytes) -> str:
    """The kind of a picture by its first bytes; SVG is none, since it can hold scripts."""
    for start, kind in _KINDS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    raise RefusedError("the file is no JPEG, PNG, WebP or GIF picture", 415)


def check_size(picture: Picture) -> tuple[int, int]:
    """Width and height, from the head of the file.

    Raises:
        RefusedError: it cannot be read, or has too many pixels.
    """
    try:
        with open_picture(picture.path) as image:
            width, height = image.size
    except PictureError as exc:
        raise RefusedError(
            "the picture cannot be read: it is damaged or far too large", 415
        ) from exc
    if width * height > MOST_PIXELS:
        pixels = f"{width * height / 1e6:,.0f} million pixels"
        raise RefusedError(
            f"the picture has {pixels}, at most {MOST_PIXELS // 10**6} are shown", 413
        )
    return width, height


class Thumbnails:
    """Small copies of pictures in a folder of bounded size."""

    def __init__(self, folder: Path, *, limit: int = _LIMIT) -> None:
        """Prepare; the folder is made with the first thumbnail."""
        self._folder = folder
        self._limit = limit
        self._lock = threading.Lock()
        self._bytes: int | None = None

    def get(self, picture: Picture) -> bytes:
        """The thumbnail as a JPEG file.

        Raises:
            RefusedError: the picture cannot be read, or is too large.
        """
        place = self._folder / picture.etag[:2] / f"{picture.etag}.jpg"
        try:
            return place.read_bytes()
        except OSError:
            data = _shrink(picture)
            self._keep(place, data)
            return data

    def _keep(self, place: Path, data: bytes) -> None:
        """Put it into the folder; a folder that cannot be written costs time only."""
        part = place.with_name(f".{place.name}.{os.getpid()}.{threading.get_ident()}.part")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes(data)
            part.replace(place)
        except OSError:
            return
        with self._lock:
            if self._bytes is None:
                self._bytes = sum(size for _, size, _ in self._list())
            else:
                self._bytes += len(data)
            if self._bytes > self._limit:
                self._bytes = self._clear()

    def _list(self) -> list[tuple[float, int, Path]]:
        found = []
        for path in self._folder.glob("*/*.jpg"):
            status = path.stat()
            found.append((status.st_mtime, status.st_size, path))
        return sorted(found)

    def _clear(self) -> int:
        """Remove the oldest until half the room is free; gives what is left."""
        files = self._list()
        left = sum(size for _, size, _ in files)
        for _, size, path in files:
            if left <= self._limit // 2:
                break
            path.unlink(missing_ok=True)
            left -= size
        return left


def _shrink(picture: Picture) -> bytes:
    check_size(picture)
    try:
        with open_picture(picture.path) as image:
            image.draft("RGB", (THUMB_SIDE * 2, THUMB_SIDE * 2))
            if image.width * image.height > MOST_DECODED:
                raise RefusedError("the picture is too large for a thumbnail", 413)
            image.thumbnail((THUMB_SIDE, THUMB_SIDE))
            small = flatten(image)
    except PictureError as exc:
        raise RefusedError("the picture cannot be read: it is damaged", 415) from exc
    file = io.BytesIO()
    small.save(file, "JPEG", quality=80)
    return file.getvalue()
