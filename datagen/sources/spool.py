"""Read stage: what is needed once more before the source is read, in temporary files.

A file has no name and lies in the folder of TMPDIR; it goes when its spool does. So memory does not
grow with what is read.
"""

import pickle
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from mmap import mmap
from typing import Any, BinaryIO, Generic, TypeVar, cast
from weakref import finalize

from datagen.errors import FileError

_T = TypeVar("_T")

_BUFFER = 1 << 16


class Spool:
    """Takes bytes one after the other, and shows them all in the end."""

    def __init__(self) -> None:
        """Open an empty one.

        Raises:
            FileError: there is no room for temporary files.
        """
        self.file = _open_temporary()
        finalize(self, _close, self.file)

    def write(self, data: Any) -> None:  # noqa: ANN401 - any buffer
        """Add bytes.

        Raises:
            FileError: the temporary file cannot be written.
        """
        try:
            self.file.write(data)
        except OSError as exc:
            raise refuse_temporary(exc) from exc

    def show(self) -> mmap | bytearray:
        """All that was written, mapped, not copied into memory; it may be overwritten.

        Raises:
            FileError: the temporary file cannot be written.
        """
        try:
            self.file.flush()
            size = self.file.seek(0, 2)
            return mmap(self.file.fileno(), size) if size else bytearray()
        except OSError as exc:
            raise refuse_temporary(exc) from exc


class ObjectSpool(Generic[_T]):
    """Takes objects one after the other, and gives them back as often as is wanted."""

    def __init__(self) -> None:
        """Open an empty one.

        Raises:
            FileError: there is no room for temporary files.
        """
        self._spool = Spool()
        self._count = 0

    def add(self, thing: _T) -> None:
        """Add an object that can be pickled.

        Raises:
            FileError: the temporary file cannot be written.
        """
        self._spool.write(pickle.dumps(thing, pickle.HIGHEST_PROTOCOL))
        self._count += 1

    def __iter__(self) -> Iterator[_T]:
        self._spool.file.seek(0)
        for _ in range(self._count):
            yield pickle.load(self._spool.file)


def _close(file: BinaryIO) -> None:
    with suppress(OSError):  # what a full disk did not take is not needed any more
        file.close()


def _open_temporary() -> BinaryIO:
    try:
        return cast("BinaryIO", tempfile.TemporaryFile(buffering=_BUFFER))
    except OSError as exc:
        raise refuse_temporary(exc) from exc


def refuse_temporary(error: OSError) -> FileError:
    """Say that a temporary file cannot be written, and what to do."""
    advice = f"{error.strerror}; free some space, or name another folder in TMPDIR"
    return FileError(tempfile.gettempdir(), f"no temporary file fits there: {advice}")
