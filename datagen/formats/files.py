"""Write stage, files: data sets written whole or not at all.

The same records give the same bytes: UTF-8, LF, keys in the order given.
"""

import errno
import io
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

import jsonlines

from datagen.errors import RunError

RecordWriter = Callable[[object], object]
"""Writes one record to the open file."""

_ADVICE = {
    errno.ENOSPC: "no space left on the device; free some and start again",
    errno.EDQUOT: "the disk quota is used up; free some space and start again",
    errno.ENOENT: "its folder does not exist",
}


class _NamedFile(io.FileIO):
    """A file whose write errors name the target: they surface in the midst of foreign code."""

    target: Path

    def write(self, data: Any, /) -> int:  # noqa: ANN401 - any buffer, as FileIO has it
        try:
            return super().write(data)
        except OSError as exc:
            raise _refuse_write(self.target, exc) from exc


def _refuse_write(path: Path, exc: OSError) -> RunError:
    reason = _ADVICE.get(exc.errno or 0) or exc.strerror or str(exc)
    return RunError(path, f"cannot be written: {reason}")


@contextmanager
def open_atomic(path: Path) -> Iterator[TextIO]:
    """Open a text file that takes the place of `path` when the block ends well.

    Until then, and after any error, an old file stays as it is. The text goes to a hidden `.part`
    file in the same folder. Lone surrogates, which UTF-8 cannot hold, become backslash escapes,
    which is JSON's own way to write them.

    Raises:
        RunError: the folder or the disk does not take it, or `path` is no regular file.
    """
    target = Path(os.path.realpath(path))  # a symbolic link keeps pointing
    if target.exists() and not target.is_file():
        raise RunError(path, "is a folder or device, not a file that can be replaced")
    part = target.with_name(f".{secrets.token_hex(6)}.part")
    try:
        raw = _NamedFile(part, "x")
    except OSError as exc:
        raise _refuse_write(path, exc) from exc
    raw.target = path
    file = io.TextIOWrapper(
        io.BufferedWriter(raw), encoding="utf-8", errors="backslashreplace", newline="\n"
    )
    try:
        yield file
        _commit(file, part, target, path)
    finally:
        with suppress(OSError, RunError):
            file.close()
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _commit(file: TextIO, part: Path, target: Path, path: Path) -> None:
    try:
        file.flush()
        os.fsync(file.fileno())
        file.close()
        part.replace(target)
    except OSError as exc:
        raise _refuse_write(path, exc) from exc
    with suppress(OSError):  # some file systems cannot sync a folder; the file itself is safe
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _dump(record: object) -> str:
    return json.dumps(record, ensure_ascii=False, allow_nan=False)


@contextmanager
def write_jsonl(path: Path) -> Iterator[RecordWriter]:
    """Open a JSON Lines file for writing, atomic: `with … as write: write(record)`.

    Raises:
        RunError: as `open_atomic`.
        ValueError: a record holds NaN or an infinity, which JSON has not.
    """
    with open_atomic(path) as file:
        yield jsonlines.Writer(file, dumps=_dump).write


@contextmanager
def write_json_array(path: Path) -> Iterator[RecordWriter]:
    """Open a JSON array for writing, a record a line, as LLaVA's trainer wants it; atomic.

    Nothing but the record at hand is held in memory.

    Raises:
        RunError: as `open_atomic`.
        ValueError: a record holds NaN or an infinity, which JSON has not.
    """
    with open_atomic(path) as file:
        before = "[\n"

        def write(record: object) -> None:
            nonlocal before
            file.write(before + _dump(record))
            before = ",\n"

        yield write
        file.write("[]\n" if before == "[\n" else "\n]\n")
