"""Read stage, where it touches the disk: a JSON object whose lists come in chunks of whole entries.

Nothing is held but a window on the file. A chunk ends between two entries: where that is, is guessed
from `},{` and proved by decoding, for a cut inside of a text or of a nested value leaves no JSON.
Where a chunk does not fit, its entries are decoded one by one, by the standard library, which takes
NaN and Infinity as Python writes them and says where a file is damaged.
"""

import gzip
import json
import re
import zlib
from codecs import getincrementaldecoder
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from datagen.errors import SourceError
from datagen.sources.files import describe_refusal, open_content

BLOCK = 1 << 20
"""Bytes of the window; it grows where one entry is larger."""

MISFITS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError)
"""Everything by which a chunk may be refused; its entries are then decoded one by one."""

_END_OF_LIST = re.compile(rb"\}\s*\]")
_BETWEEN_ENTRIES = re.compile(rb"\}\s*,(?=\s*\{)")
_LOOKED_BACK = 1 << 14  # bytes at the end of the window that are searched for such a place first
_NOT_BLANK = re.compile(rb"[^ \t\n\r]")
_LONGEST_WORD = 16  # characters: `-Infinity` and `\ud83d` may be cut in two by the window's end


class Taker(Protocol):
    """Takes the entries of one list, in their order."""

    def take(self, chunk: memoryview) -> None:
        """Take a JSON list of entries; it is overwritten afterwards.

        Raises one of `MISFITS`, and takes nothing, where it does not fit.
        """
        ...

    def take_one(self, raw: object) -> None:
        """Take one decoded entry, whatever it is; half characters stand for broken UTF-8."""
        ...


class _Skipped(msgspec.Struct):
    """An object that nobody wants."""


class _Skipper:
    """Takes the lists that nobody wants."""

    def __init__(self) -> None:
        self._decoder = msgspec.json.Decoder(list[_Skipped])

    def take(self, chunk: memoryview) -> None:
        self._decoder.decode(chunk)

    def take_one(self, raw: object) -> None:
        pass


def read_lists(path: Path, takers: Mapping[str, Taker], *, block: int = BLOCK) -> Mapping[str, str]:
    """Read the lists of a JSON object, `.json` or `.json.gz`, in the order of the file.

    Args:
        path: of the file.
        takers: who takes the entries, by the key of the list.
        block: bytes of the window.

    Returns:
        Which of these keys were met, with what stood there in place of a list (`null`, `a text`),
        empty for a list.

    Raises:
        SourceError: it cannot be read, is no JSON object, or has a list twice.
    """
    with open_content(path) as file:
        return _Reader(path, file, block).read(takers)


class _Reader:
    """A window on one file: `buffer[start:end]` is what was read and not yet taken.

    In front of it there is room for one byte.
    """

    def __init__(self, path: Path, file: BinaryIO, block: int) -> None:
        self._path = path
        self._file = file
        self._origin = file.tell()
        self._buffer = bytearray(block + 1)
        self._start = self._end = 1
        self._base = -1  # place in the content of what is at the start of the buffer
        self._is_over = False
        self._scan = json.JSONDecoder(object_hook=_pack_segmentation).raw_decode

    def read(self, takers: Mapping[str, Taker]) -> Mapping[str, str]:
        """Read the whole object."""
        first = self._peek()
        if not first:
            place = self._base + self._start
            raise SourceError(self._path, "is empty", self._find_place(place) if place else "")
        if first != b"{":
            value = self._read_value()
            self._demand_end()
            raise SourceError(
                self._path,
                f"is {name_type(value)}, not an object with {quote(takers)}; "
                "is it a COCO annotation file?",
                "$",
            )
        met = self._read_members(takers)
        self._demand_end()
        return met

    def _read_members(self, takers: Mapping[str, Taker]) -> dict[str, str]:
        met: dict[str, str] = {}
        self._start += 1
        sign = self._peek()
        while sign != b"}":
            if sign != b'"':
                raise self._refuse("Expecting property name enclosed in double quotes")
            key = str(self._read_value())
            if self._peek() != b":":
                raise self._refuse("Expecting ':' delimiter")
            self._start += 1
            if key in met:
                raise SourceError(self._path, f"has `{key}` twice; take one of them out", "$")
            instead = self._read_member(takers.get(key))
            if key in takers:
                met[key] = instead
            sign = self._peek()
            if sign == b",":
                self._start += 1
                sign = self._peek()
                if sign != b'"':
                    raise self._refuse("Expecting property name enclosed in double quotes")
            elif sign != b"}":
                raise self._refuse("Expecting ',' delimiter")
        self._start += 1
        return met

    def _read_member(self, taker: Taker | None) -> str:
        """Hand a list over; say what else stands there."""
        if self._peek() != b"[":
            return name_type(self._read_value())
        self._start += 1
        if self._peek() == b"]":
            self._start += 1
        else:
            self._read_list(_Skipper() if taker is None else taker)
        return ""

    def _read_list(self, taker: Taker) -> None:
        while True:
            self._fill()
            if self._take_chunk(taker):
                continue
            if self._take_last_chunk(taker) or self._take_singly(taker):
                return

    def _take_chunk(self, taker: Taker) -> bool:
        """Take all but the last entry of the window; False where they do not fit."""
        near = max(self._start, self._end - _LOOKED_BACK)
        places = self._list_cuts(near) or self._list_cuts(self._start)
        if not places or not self._offer(taker, places[-1]):
            return False
        self._start = places[-1] + 1
        self._peek()
        return True

    def _list_cuts(self, start: int) -> list[int]:
        """The commas from a place of the window on that may stand between two entries."""
        found = _BETWEEN_ENTRIES.finditer(self._buffer, start, self._end)
        return [match.end() - 1 for match in found]

    def _take_last_chunk(self, taker: Taker) -> bool:
        """Take the rest of a list that ends within the window; False where they do not fit."""
        for found in islice(_END_OF_LIST.finditer(self._buffer, self._start, self._end), 2):
            if self._offer(taker, found.end() - 1):
                self._start = found.end()
                return True
        return False

    def _offer(self, taker: Taker, close: int) -> bool:
        """Hand over what stands before `close`, as a list."""
        buffer, start = self._buffer, self._start - 1
        kept = buffer[start], buffer[close]
        buffer[start], buffer[close] = b"[]"
        try:
            taker.take(memoryview(buffer)[start : close + 1])
        except MISFITS:
            return False
        finally:
            buffer[start], buffer[close] = kept
        return True

    def _take_singly(self, taker: Taker) -> bool:
        """Take the entries of the window one by one; True when the list has ended."""
        text = self._decode_window()
        place = 0
        while True:
            value, after = self._scan_value(text, place)
            sign = text[after : after + 1]
            if after < 0 or (not sign and not self._is_over):
                break
            if sign not in {",", "]"}:
                raise self._refuse("Expecting ',' delimiter", text, after)
            taker.take_one(value)
            place = after + 1
            if sign == "]":
                self._consume(text, place)
                return True
            place = _skip_blanks(text, place)
        self._consume(text, place)
        self._fill()
        self._peek()
        return False

    def _read_value(self) -> object:
        """The value at the start of the window."""
        while True:
            text = self._decode_window()
            value, after = self._scan_value(text, 0)
            if after >= 0 and (after < len(text) or self._is_over):
                self._consume(text, after)
                return value
            self._fill()

    def _scan_value(self, text: str, place: int) -> tuple[object, int]:
        """A value and the place behind it and its blanks; -1 where the window ends before."""
        try:
            value, after = self._scan(text, place)
        except json.JSONDecodeError as exc:
            is_cut = exc.msg.startswith("Unterminated") or exc.pos >= len(text) - _LONGEST_WORD
            if is_cut and not self._is_over:
                return None, -1
            raise self._refuse(exc.msg, text, exc.pos) from exc
        except RecursionError as exc:
            raise SourceError(self._path, "is nested too deeply for a COCO file") from exc
        except ValueError as exc:  # a number of thousands of digits
            raise SourceError(self._path, f"cannot be decoded: {exc}") from exc
        return value, _skip_blanks(text, after)

    def _decode_window(self) -> str:
        return self._buffer[self._start : self._end].decode("utf-8", "surrogateescape")

    def _consume(self, text: str, place: int) -> None:
        """Move on behind the first characters of what was decoded."""
        self._start += len(text[:place].encode("utf-8", "surrogateescape"))

    def _peek(self) -> bytes:
        """Skip blanks; the byte that follows, empty at the end of the file."""
        while True:
            found = _NOT_BLANK.search(self._buffer, self._start, self._end)
            self._start = found.start() if found else self._end
            if found or self._is_over:
                return bytes(self._buffer[self._start : self._start + 1]) if found else b""
            self._fill()

    def _fill(self) -> None:
        """Read on where the window is not full; where one value fills it, it grows."""
        if self._is_over:
            return
        rest = self._end - self._start
        if self._start > 1:
            self._buffer[1 : 1 + rest] = self._buffer[self._start : self._end]
        elif self._end == len(self._buffer):
            self._buffer = self._buffer + bytes(len(self._buffer))
        self._base += self._start - 1
        self._start, self._end = 1, 1 + rest
        with memoryview(self._buffer) as view:
            while self._end < len(view) and not self._is_over:
                count = self._read_into(view[self._end :])
                self._end += count
                self._is_over = not count

    def _read_into(self, view: memoryview) -> int:
        try:
            return self._file.readinto(view)  # type: ignore[attr-defined, no-any-return]  # BinaryIO lacks it
        except (gzip.BadGzipFile, EOFError, zlib.error) as exc:
            problem = f"is a damaged gzip file ({exc}); fetch it again"
            raise SourceError(self._path, problem) from exc
        except OSError as exc:
            raise SourceError(self._path, describe_refusal(exc)) from exc

    def _demand_end(self) -> None:
        if self._peek():
            raise self._refuse("Extra data")

    def _refuse(self, message: str, text: str | None = None, place: int = 0) -> SourceError:
        """The file is damaged at this place of the window, counted in characters of `text`."""
        text = self._decode_window() if text is None else text
        is_last = self._is_over and place >= len(text.rstrip())
        if is_last or message.startswith("Unterminated"):
            problem = f"is cut off ({message}); fetch it again"
        else:
            problem = f"is not JSON: {message}"
        before = len(text[:place].encode("utf-8", "surrogateescape"))
        return SourceError(self._path, problem, self._find_place(self._base + self._start + before))

    def _find_place(self, place: int) -> str:
        """Line and column, in characters, of a byte of the content."""
        self._file.seek(self._origin)
        decode = getincrementaldecoder("utf-8")("surrogateescape").decode
        line, column = 1, 1
        while place > 0 and (block := self._file.read(min(place, BLOCK))):
            place -= len(block)
            text = decode(block, place <= 0)
            line += text.count("\n")
            column = len(text) - text.rfind("\n") if "\n" in text else column + len(text)
        return f"line {line}, column {column}"


def _skip_blanks(text: str, place: int) -> int:
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


_JSON_NAMES = {list: "a list", dict: "an object", str: "a text", bool: "a truth value"}


def name_type(value: object) -> str:
    """What kind of JSON value it is."""
    return "null" if value is None else _JSON_NAMES.get(type(value), "a number")


def quote(keys: Mapping[str, object] | list[str]) -> str:
    """The keys, each as code, with commas between them."""
    return ", ".join(f"`{key}`" for key in keys)
