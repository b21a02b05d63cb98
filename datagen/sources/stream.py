"""Read stage, where it touches the disk: a JSON object whose lists come in chunks of whole entries.

Nothing is held but a window on the file. A chunk ends between two entries: where that is, is guessed
from `},{` and proved by decoding, for a cut inside of a text or of a nested value leaves no JSON.
Where a chunk does not fit, its entries are decoded one by one, by the standard library, which takes
NaN and Infinity as Python writes them and says where a file is damaged.
"""

import re
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Protocol

import msgspec

from datagen.errors import SourceError
from datagen.sources.files import name_type, open_content, quote
from datagen.sources.window import Window, skip_blanks

BLOCK = 1 << 20
"""Bytes of the window; it grows where one entry is larger."""

MISFITS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError)
"""Everything by which a chunk may be refused; its entries are then decoded one by one."""

_END_OF_LIST = re.compile(rb"\}\s*\]")
_BETWEEN_ENTRIES = re.compile(rb"\}\s*,(?=\s*\{)")
_LOOKED_BACK = 1 << 14  # bytes at the end of the window that are searched for such a place first


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
        return _Reader(Window(path, file, block)).read(takers)


class _Reader:
    """Reads the lists of one file through a window."""

    def __init__(self, window: Window) -> None:
        self._window = window

    def read(self, takers: Mapping[str, Taker]) -> Mapping[str, str]:
        """Read the whole object."""
        window = self._window
        first = window.peek()
        if not first:
            raise window.refuse_empty()
        if first != b"{":
            value = window.read_value()
            self._demand_end()
            raise SourceError(
                window.path,
                f"is {name_type(value)}, not an object with {quote(takers)}; "
                "is it a COCO annotation file?",
                "$",
            )
        met = self._read_members(takers)
        self._demand_end()
        return met

    def _read_members(self, takers: Mapping[str, Taker]) -> dict[str, str]:
        window = self._window
        met: dict[str, str] = {}
        window.start += 1
        sign = window.peek()
        while sign != b"}":
            if sign != b'"':
                raise window.refuse("Expecting property name enclosed in double quotes")
            key = str(window.read_value())
            if window.peek() != b":":
                raise window.refuse("Expecting ':' delimiter")
            window.start += 1
            if key in met:
                raise SourceError(window.path, f"has `{key}` twice; take one of them out", "$")
            instead = self._read_member(takers.get(key))
            if key in takers:
                met[key] = instead
            sign = window.peek()
            if sign == b",":
                window.start += 1
                sign = window.peek()
                if sign != b'"':
                    raise window.refuse("Expecting property name enclosed in double quotes")
            elif sign != b"}":
                raise window.refuse("Expecting ',' delimiter")
        window.start += 1
        return met

    def _read_member(self, taker: Taker | None) -> str:
        """Hand a list over; say what else stands there."""
        window = self._window
        if window.peek() != b"[":
            return name_type(window.read_value())
        window.start += 1
        if window.peek() == b"]":
            window.start += 1
        else:
            self._read_list(_Skipper() if taker is None else taker)
        return ""

    def _read_list(self, taker: Taker) -> None:
        window = self._window
        while True:
            window.fill()
            if self._take_chunk(taker):
                continue
            if self._take_last_chunk(taker) or self._take_singly(taker):
                return

    def _take_chunk(self, taker: Taker) -> bool:
        """Take all but the last entry of the window; False where they do not fit."""
        window = self._window
        near = max(window.start, window.end - _LOOKED_BACK)
        places = self._list_cuts(near) or self._list_cuts(window.start)
        if not places or not self._offer(taker, places[-1]):
            return False
        window.start = places[-1] + 1
        window.peek()
        return True

    def _list_cuts(self, start: int) -> list[int]:
        """The commas from a place of the window on that may stand between two entries."""
        window = self._window
        found = _BETWEEN_ENTRIES.finditer(window.buffer, start, window.end)
        return [match.end() - 1 for match in found]

    def _take_last_chunk(self, taker: Taker) -> bool:
        """Take the rest of a list that ends within the window; False where they do not fit."""
        window = self._window
        for found in islice(_END_OF_LIST.finditer(window.buffer, window.start, window.end), 2):
            if self._offer(taker, found.end() - 1):
                window.start = found.end()
                return True
        return False

    def _offer(self, taker: Taker, close: int) -> bool:
        """Hand over what stands before `close`, as a list."""
        window = self._window
        buffer, start = window.buffer, window.start - 1
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
        window = self._window
        text = window.decode()
        place = 0
        while True:
            value, after = window.scan_value(text, place)
            sign = text[after : after + 1]
            if after < 0 or (not sign and not window.is_over):
                break
            if sign not in {",", "]"}:
                raise window.refuse("Expecting ',' delimiter", text, after)
            taker.take_one(value)
            place = after + 1
            if sign == "]":
                window.consume(text, place)
                return True
            place = skip_blanks(text, place)
        window.consume(text, place)
        window.fill()
        window.peek()
        return False

    def _demand_end(self) -> None:
        window = self._window
        if window.peek():
            raise window.refuse("Extra data; JSONL, an object a line, is for --contexts")
