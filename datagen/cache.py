"""What can be made again from large files, kept for the next start in a folder of the user's.

A kept file belongs to paths, sizes and times of change, so it is not found any more when a file has
changed. It takes its name only when it is whole; whoever finds it damaged makes it anew.
"""

import json
import logging
import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import platformdirs

VARIABLE = "DATAGEN_CACHE_DIR"
"""Environment variable that names another folder."""

WORTHWHILE = 16_000_000
"""Bytes of the files; what is made from smaller ones is not kept."""

_MOST = 32  # files kept; the ones used longest ago go
_OWN = re.compile(r"[0-9a-f]{32}\.(images|sha256|part)")

logger = logging.getLogger(__name__)


def find_cache() -> Path:
    """The folder for what is kept; it need not be there yet."""
    given = os.environ.get(VARIABLE)
    return Path(given) if given else platformdirs.user_cache_path("datagen", appauthor=False)


def identify(paths: Iterable[Path], *more: object) -> str | None:
    """The name of what is made from these files in their present state; None if not worth keeping.

    Args:
        paths: of the files.
        more: all else that it depends on, as JSON has it.
    """
    states, total = [], 0
    for path in paths:
        try:
            state = path.stat()
        except OSError:
            return None
        if not path.is_file():
            return None
        states.append([str(path.resolve()), state.st_size, state.st_mtime_ns, state.st_ino])
        total += state.st_size
    if total < WORTHWHILE:
        return None
    return sha256(json.dumps([states, more]).encode()).hexdigest()[:32]


def open_kept(name: str) -> BinaryIO | None:
    """Open a kept file, if there is one."""
    path = find_cache() / name
    try:
        os.utime(path)  # it was used
        return path.open("rb")
    except OSError:
        return None


def forget(name: str) -> None:
    """Take a damaged file away."""
    with suppress(OSError):
        (find_cache() / name).unlink()


class Keeper:
    """A file that is being written; `keep` gives it its name, otherwise it goes."""

    def __init__(self, file: BinaryIO, part: Path) -> None:
        self.file = file
        self._part = part

    def keep(self, name: str) -> None:
        """Let it take the place of what was kept under this name."""
        self.file.flush()
        self._part.replace(self._part.with_name(name))
        _prune(self._part.parent)


@contextmanager
def write_kept() -> Iterator[Keeper]:
    """Open a new file in the cache, for reading too.

    Raises:
        OSError: the folder or the disk does not take it.
    """
    folder = find_cache()
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{secrets.token_hex(16)}.part"
    with part.open("xb+") as file:
        try:
            yield Keeper(file, part)
        finally:
            part.unlink(missing_ok=True)


def recall_text(name: str | None, make: Callable[[], str]) -> str:
    """A short text that is kept under a name, made where it is not; None keeps nothing."""
    if name is None:
        return make()
    if (file := open_kept(name)) is not None:
        with file:
            text = file.read().decode(errors="replace")
        if text.endswith("\n"):
            return text.removesuffix("\n")
    text = make()
    with suppress(OSError), write_kept() as keeper:
        keeper.file.write(f"{text}\n".encode())
        keeper.keep(name)
    return text


def say_unkept(error: OSError) -> None:
    """Say that nothing can be kept, and what to do; the work goes on without."""
    logger.warning(
        "%s: nothing can be kept there for the next start (%s); name another folder in %s",
        find_cache(),
        error.strerror or error,
        VARIABLE,
    )


def _prune(folder: Path) -> None:
    """Take away what was used longest ago, and what starts that were killed have left."""
    with suppress(OSError):
        kept = [path for path in folder.iterdir() if _OWN.fullmatch(path.name)]
        kept.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for path in kept[_MOST:]:
            path.unlink(missing_ok=True)
