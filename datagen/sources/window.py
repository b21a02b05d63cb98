"""Read stage, where it touches the disk: a window on a JSON file, its values by the standard library."""

import gzip
import json
import re
import zlib
from pathlib import Path
from typing import BinaryIO

import msgspec

from datagen.errors import SourceError
from datagen.sources.files import describe_refusal, find_place

_NOT_BLANK = re.compile(rb"[^ \t\n\r]")
_LONGEST_WORD = 16  # characters: `-Infinity` and `\ud83d` may be cut in two by the window's end


class Window:
    """A window on one file: `buffer[start:end]` is what was read and not yet taken.

    Attributes:
        buffer: with room for one byte in front of what was read.
        start: moves on as something is taken.
        end: of what was read.
        is_over: whether the file was read to its end.
    """

    def __init__(self, path: Path, file: BinaryIO, size: int) -> None:
        """Open an empty window.

        Args:
            path: for messages.
            file: open at the start of its content.
            size: bytes; it grows where one value is larger.
        """
        self.path = path
        self.buffer = bytearray(size + 1)
        self.start = self.end = 1
        self.is_over = False
        self._file = file
        self._origin = file.tell()
        self._base = -1  # place in the content of what is at the start of the buffer
        self._scan = json.JSONDecoder(object_hook=_pack_segmentation).raw_decode

    def refuse_empty(self) -> SourceError:
        """There is nothing in the file, or only blanks."""
        place = self._base + self.start
        return SourceError(self.path, "is empty", self._locate(place) if place else "")

    def read_value(self) -> object:
        """The value at the start of the window."""
        while True:
            text = self.decode()
            value, after = self.scan_value(text, 0)
            if after >= 0 and (after < len(text) or self.is_over):
                self.consume(text, after)
                return value
            self.fill()

    def scan_value(self, text: str, place: int) -> tuple[object, int]:
        """A value and the place behind it and its blanks; -1 where the window ends before."""
        try:
            value, after = self._scan(text, place)
        except json.JSONDecodeError as exc:
            is_cut = exc.msg.startswith("Unterminated") or exc.pos >= len(text) - _LONGEST_WORD
            if is_cut and not self.is_over:
                return None, -1
            raise self.refuse(exc.msg, text, exc.pos) from exc
        except RecursionError as exc:
            raise SourceError(self.path, "is nested too deeply for a COCO file") from exc
        except ValueError as exc:  # a number of thousands of digits
            raise SourceError(self.path, f"cannot be decoded: {exc}") from exc
        return value, skip_blanks(text, after)

    def decode(self) -> str:
        """What is in the window; half characters stand for broken UTF-8."""
        return self.buffer[self.start : self.end].decode("utf-8", "surrogateescape")

    def consume(self, text: str, place: int) -> None:
        """Move on behind the first characters of what was decoded."""
        self.start += len(text[:place].encode("utf-8", "surrogateescape"))

    def peek(self) -> bytes:
        """Skip blanks; the byte that follows, empty at the end of the file."""
        while True:
            found = _NOT_BLANK.search(self.buffer, self.start, self.end)
            self.start = found.start() if found else self.end
            if found or self.is_over:
                return bytes(self.buffer[self.start : self.start + 1]) if found else b""
            self.fill()

    def fill(self) -> None:
        """Read on where the window is not full; where one value fills it, it grows."""
        if self.is_over:
            return
        rest = self.end - self.start
        if self.start > 1:
            self.buffer[1 : 1 + rest] = self.buffer[self.start : self.end]
        elif self.end == len(self.buffer):
            self.buffer = self.buffer + bytes(len(self.buffer))
        self._base += self.start - 1
        self.start, self.end = 1, 1 + rest
        with memoryview(self.buffer) as view:
            while self.end < len(view) and not self.is_over:
                count = self._read_into(view[self.end :])
                self.end += count
                self.is_over = not count

    def _read_into(self, view: memoryview) -> int:
        try:
            return self._file.readinto(view)  # type: ignore[attr-defined, no-any-return]  # BinaryIO lacks it
        except (gzip.BadGzipFile, EOFError, zlib.error) as exc:
            problem = f"is a damaged gzip file ({exc}); fetch it again"
            raise SourceError(self.path, problem) from exc
        except OSError as exc:
            raise SourceError(self.path, describe_refusal(exc)) from exc

    def refuse(self, message: str, text: str | None = None, place: int = 0) -> SourceError:
        """The file is damaged at this place of the window, counted in characters of `text`."""
        text = self.decode() if text is None else text
        is_last = self.is_over and place >= len(text.rstrip())
        if is_last or message.startswith("Unterminated"):
            problem = f"is cut off ({message}); fetch it again"
        else:
            problem = f"is not JSON: {message}"
        before = len(text[:place].encode("utf-8", "surrogateescape"))
        return SourceError(self.path, problem, self._locate(self._base + self.start + before))

    def _locate(self, place: int) -> str:
        return find_place(self._file, self._origin, place)


def skip_blanks(text: str, place: int) -> int:
    """The place of what follows the blanks at a place."""
    while text[place : place + 1] in {" ", "\t", "\n", "\r"}:
        place += 1
    return place


def _pack_segmentation(entry: dict[str, object]) -> dict[str, object]:
    """Turn polygons back into text at once; as Python lists they take many times the memory."""
    if "segmentation" in entry:
        try:
            packed = msgspec.json.encode(entry["segmentation"])
        except (ValueError, OverflowError, RecursionError):
            packed = b"false"  # cannot be a segmentation, and is told of as such where it is needed
        entry["segmentation"] = msgspec.Raw(packed)
    return entry
