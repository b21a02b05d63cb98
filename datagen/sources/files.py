"""Read stage, where it touches the disk: a path -> an open file, and what is wrong with it in words.

What cannot be read stops here with a `SourceError`.
"""

import gzip
import shutil
import tempfile
import zlib
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from datagen.errors import SourceError

_GZIP_MAGIC = b"\x1f\x8b"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BLOCK = 1 << 20


@contextmanager
def open_content(path: Path) -> Iterator[BinaryIO]:
    """Open a file, unpacked if it is gzipped, behind its byte order mark; it can be read twice.

    What cannot be read twice, a pipe, is copied into a temporary file.

    Raises:
        SourceError: it is missing, a folder, not permitted, or damaged as a gzip file.
    """
    with ExitStack() as stack:
        try:
            file: BinaryIO = stack.enter_context(path.open("rb", buffering=0))
            if not file.seekable():
                copy = stack.enter_context(tempfile.TemporaryFile())
                shutil.copyfileobj(file, copy)
                copy.seek(0)
                file = cast("BinaryIO", copy)
            is_packed = file.read(2) == _GZIP_MAGIC
            file.seek(0)
            if is_packed:
                file = cast("BinaryIO", stack.enter_context(gzip.GzipFile(fileobj=file)))
            if file.read(3) != _BYTE_ORDER_MARK:
                file.seek(0)
        except (gzip.BadGzipFile, EOFError, zlib.error) as exc:
            raise SourceError(path, f"is a damaged gzip file ({exc}); fetch it again") from exc
        except OSError as exc:
            raise SourceError(path, describe_refusal(exc)) from exc
        yield file


def describe_refusal(error: OSError) -> str:
    """Say why the system does not let a file be read."""
    if isinstance(error, FileNotFoundError):
        return "no such file"
    if isinstance(error, IsADirectoryError):
        return "is a folder; give the file itself"
    if isinstance(error, PermissionError):
        return "must not be read by you; see its permissions"
    return f"cannot be read: {error.strerror or error}"


def find_place(file: BinaryIO, origin: int, place: int) -> str:
    """Line and column, in characters, of a byte of the content, which begins at `origin`."""
    file.seek(origin)
    decode = getincrementaldecoder("utf-8")("surrogateescape").decode
    line, column = 1, 1
    while place > 0 and (block := file.read(min(place, _BLOCK))):
        place -= len(block)
        text = decode(block, place <= 0)
        line += text.count("\n")
        column = len(text) - text.rfind("\n") if "\n" in text else column + len(text)
    return f"line {line}, column {column}"


_JSON_NAMES = {list: "a list", dict: "an object", str: "a text", bool: "a truth value"}


def name_type(value: object) -> str:
    """What kind of JSON value it is."""
    return "null" if value is None else _JSON_NAMES.get(type(value), "a number")


def quote(keys: Iterable[str]) -> str:
    """The keys, each as code, with commas between them."""
    return ", ".join(f"`{key}`" for key in keys)
