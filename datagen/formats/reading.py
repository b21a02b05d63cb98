"""Write stage, the way back: data set files -> raw records with their places.

The files may be anybody's: a JSON array or JSON Lines, told apart by content, perhaps gzip-compressed.
"""

import codecs
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

from datagen.errors import DatasetError

_Bytes: TypeAlias = "io.BufferedReader[Any]"


START = "start"
"""The place before the first record, where a byte-order mark stands."""


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """Stands for a place that cannot be read: what is wrong, the text there, the reason code."""

    message: str
    span: str
    code: Literal["not-json", "wrong-encoding", "byte-order-mark"] = "not-json"


def iter_records(path: Path) -> Iterator[tuple[str, object]]:
    """Read the records of a data set file in order, each with its place, whatever they are.

    JSON Lines are read line by line (`line 3`, counted from 1, blank lines counted but not
    given), a JSON array piece by piece (`record 3`, from 1). A line that is not JSON, a record with
    NaN or an infinity and one with bytes that are not UTF-8 is given as a `BrokenLine`, and reading
    goes on; so is a byte-order mark, at the place `START`.

    Raises:
        DatasetError: there is no such file, it is neither of the two, or an array is broken; with
            the place. Raised while iterating.
    """
    try:
        with io.BufferedReader(io.FileIO(path), _HEAD) as file:
            packed = file.peek(2)[:2] == b"\x1f\x8b"
            yield from _iter_content(_unpack(file) if packed else file, path)
    except FileNotFoundError as exc:
        raise DatasetError(path, "there is no such file") from exc
    except IsADirectoryError as exc:
        raise DatasetError(path, "is a folder, not a file") from exc
    except (gzip.BadGzipFile, EOFError, zlib.error) as exc:
        raise DatasetError(path, "its gzip compression is broken or cut off") from exc
    except OSError as exc:
        raise DatasetError(path, f"cannot be read: {exc.strerror or exc}") from exc


_HEAD = 1 << 16
"""Bytes by which the kind of a file is told."""

_COCO = re.compile(
    rb'\{\s*"(?:info"\s*:\s*\{|(?:images|licenses|annotations|categories)"\s*:\s*\[\s*\{)'
)
"""How a file of annotations begins, whatever stands first in it."""

_OBJECT_LINE = re.compile(rb"^[ \t]*\{", re.MULTILINE)


def _unpack(file: _Bytes) -> _Bytes:
    return io.BufferedReader(cast("io.RawIOBase", gzip.GzipFile(fileobj=file)), _HEAD)


def _iter_content(file: _Bytes, path: Path) -> Iterator[tuple[str, object]]:
    head = file.peek(_HEAD)
    if head.startswith(codecs.BOM_UTF8):
        yield START, BrokenLine("", "", "byte-order-mark")
        head = head[len(file.read(len(codecs.BOM_UTF8))) :]
    yield from _iter_body(file, head, path)


def _iter_body(file: _Bytes, head: bytes, path: Path) -> Iterator[tuple[str, object]]:
    body = head.lstrip()
    if not body:
        raise DatasetError(path, "is empty")
    if b"\0" in body or body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise DatasetError(path, "is no text in UTF-8, but binary or UTF-16")
    if body.startswith(b"["):
        return _iter_array(_Window(file, path))
    if _COCO.match(body):
        raise DatasetError(path, "holds annotations of COCO's kind, not LLaVA records")
    if not _OBJECT_LINE.search(body):
        start = body[:40].decode("utf-8", "replace").splitlines()[0]
        raise DatasetError(path, f"is neither a JSON array nor JSON Lines; it begins {start!r}")
    if _is_spread_object(body):
        raise DatasetError(path, "is one JSON object over several lines, not an array of records")
    return _iter_lines(file)


def _is_spread_object(body: bytes) -> bool:
    """Whether the first line opens an object that the next line goes on with."""
    lines = [line for line in body.split(b"\n", 100) if line.strip()]
    if len(lines) < 2 or not lines[0].startswith(b"{") or lines[1].lstrip().startswith(b"{"):
        return False
    return isinstance(_load(lines[0].decode("utf-8", "replace")), BrokenLine)


def _iter_lines(file: _Bytes) -> Iterator[tuple[str, object]]:
    for number, raw in enumerate(file, 1):
        place = f"line {number}"
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            yield place, _describe_stray(raw.decode("utf-8", "surrogateescape").strip())
            continue
        if text.strip():
            yield place, _load(text.rstrip("\r\n"))


def _load(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as exc:
        return BrokenLine(f"{exc.msg}, column {exc.colno}", text.strip()[:_SPAN])
    except (ValueError, RecursionError) as exc:
        return BrokenLine(_explain(exc), text.strip()[:_SPAN])


_STRAY = re.compile("[\udc80-\udcff]")
"""What `surrogateescape` makes of a byte that is not UTF-8; the byte is its lower half."""


def _describe_stray(text: str, detail: str = "") -> BrokenLine:
    """What is said of a text with a byte that is not UTF-8: the byte, and the text about it."""
    match = _STRAY.search(text)
    at = match.start() if match else 0
    shown = _STRAY.sub("\ufffd", text[max(0, at - _SPAN // 2) :][:_SPAN])
    return BrokenLine(f"byte {ord(text[at]) & 0xFF:#04x}{detail}", shown, "wrong-encoding")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


def _explain(exc: Exception) -> str:
    return "nested too deep" if isinstance(exc, RecursionError) else str(exc).partition(";")[0]


_SPAN = 80
_TAIL = 2
"""Characters that a number cut off may leave unread: `2.5e+` reads as 2.5."""

_LONGEST = 1 << 26
"""Characters of one record of an array; beyond them a string is taken for never closed."""


class _Window:
    """A window on a long text that moves on as records are read from it."""

    def __init__(self, file: _Bytes, path: Path) -> None:
        self._file = file
        self._path = path
        self._bytes = codecs.getincrementaldecoder("utf-8")()
        self._constants: list[str] = []
        self._decoder = json.JSONDecoder(parse_constant=self._constants.append)
        self._text = ""
        self._at = 0
        self._line = 1
        self._has_stray = False
        self._ended = False

    def refuse(self, problem: str, place: str) -> DatasetError:
        """The error for what stands here."""
        line = self._line + self._text.count("\n", 0, self._at)
        return DatasetError(self._path, f"{problem} (line {line})", place)

    def find_mark(self) -> str:
        """Go to the next character that is not blank; empty at the end of the file."""
        while True:
            match = _MARK.search(self._text, self._at)
            if match is not None:
                self._at = match.start()
                return match[0]
            self._at = len(self._text)
            if self._ended:
                return ""
            self._grow()

    def step(self) -> None:
        """Pass the character that stands here."""
        self._at += 1

    def take_value(self, place: str) -> object:
        """Decode the value that begins here and pass it."""
        while True:
            self._constants.clear()
            value, end = self._try_value(place)
            if end and (end + _TAIL < len(self._text) or self._ended):
                break
            self._grow()
        start, self._at = self._at, end
        if self._has_stray and (stray := _STRAY.search(self._text, start, end)):
            line = self._line + self._text.count("\n", 0, stray.start())
            return _describe_stray(self._text[start:end], f", line {line}")
        span = self._text[start : min(end, start + _SPAN)]
        if self._constants:
            return BrokenLine(f"{self._constants[0]} is no JSON value", span)
        return value

    def _try_value(self, place: str) -> tuple[object, int]:
        """The value and its end; an end of 0 says that the window is too short for it."""
        try:
            return self._decoder.raw_decode(self._text, self._at)
        except json.JSONDecodeError as exc:
            if not self._is_final(exc):
                return None, 0
            self._at = exc.pos
            is_cut = exc.pos == len(self._text) or exc.msg.startswith("Unterminated string")
            cut = "; cut off?" if is_cut else ""
            raise self.refuse(
                f"not JSON: {exc.msg.removesuffix(' starting at')}{cut}", place
            ) from exc
        except (ValueError, RecursionError) as exc:
            raise self.refuse(f"not JSON: {_explain(exc)}", place) from exc

    def _is_final(self, exc: json.JSONDecodeError) -> bool:
        """Whether more text cannot mend it: the error is not about the end of the window."""
        size = len(self._text)
        if self._ended or size - self._at > _LONGEST:
            return True
        return exc.pos + 16 < size and not exc.msg.startswith("Unterminated string")

    def _grow(self) -> None:
        """Read on, at least as much again, so that a long record is tried a few times only."""
        self._line += self._text.count("\n", 0, self._at)
        self._text = self._text[self._at :]
        self._at = 0
        data = self._file.read(max(_HEAD, len(self._text)))
        self._ended = not data
        try:
            text = self._bytes.decode(data, final=self._ended)
        except UnicodeDecodeError:
            self._has_stray = True
            self._bytes.errors = "surrogateescape"
            text = self._bytes.decode(data, final=self._ended)
        self._text += text


_MARK = re.compile(r"[^ \t\r\n]")


def _iter_array(window: _Window) -> Iterator[tuple[str, object]]:
    window.find_mark()
    window.step()  # the opening bracket
    number = 0
    mark = window.find_mark()
    while mark != "]":
        number += 1
        place = f"record {number}"
        if not window.find_mark():
            raise window.refuse("the file ends where a record is due", place)
        yield place, window.take_value(place)
        mark = window.find_mark()
        if mark not in {",", "]"}:
            problem = "no comma or `]` follows" if mark else "the array is not closed; cut off?"
            raise window.refuse(problem, place)
        if mark == ",":
            window.step()
    window.step()
    if window.find_mark():
        raise window.refuse("text follows after the end of the array", "end")
