"""Viewer: sets of records as whole numbers, bit `key` for record `key`.

A set of 200,000 records is a number of 25 kB; `&`, `|` and `bit_count` on it take microseconds, so
any filter with all its counts takes a few milliseconds, however many records match. A column of
numbers is kept the same way, a set for each binary digit; what is smallest, or greater than a
bound, is then found by a few operations on sets, and a page at any depth costs the same.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SOME_BIT = re.compile(rb"[^\x00]")


def make_set(keys: Iterable[int], size: int) -> int:
    """The set of these keys, all of them below `size`.

    >>> bin(make_set([0, 3], 8))
    '0b1001'
    """
    bits = np.zeros(size + 1, dtype=np.uint8)
    bits[np.fromiter(keys, dtype=np.int64)] = 1
    return _gather(bits)


def _gather(bits: NDArray[Any]) -> int:
    """The set of the places that are not 0."""
    return int.from_bytes(np.packbits(bits, bitorder="little").tobytes(), "little")


def pack(bits: int) -> bytes:
    """A set as it is kept in a file."""
    return bits.to_bytes((bits.bit_length() + 7) >> 3, "little")


def unpack(data: bytes) -> int:
    """The set that `pack` was given."""
    return int.from_bytes(data, "little")


def keys_above(bits: int, key: int) -> int:
    """The part of a set with greater keys.

    >>> bin(keys_above(0b1011, 0))
    '0b1010'
    """
    return bits >> (key + 1) << (key + 1)


def keys_below(bits: int, key: int) -> int:
    """The part of a set with smaller keys.

    >>> bin(keys_below(0b1011, 3))
    '0b11'
    """
    return bits & ((1 << key) - 1)


def take(bits: int, count: int, *, highest: bool = False) -> list[int]:
    """The lowest keys of a set in rising order, or the highest in falling order.

    >>> take(0b1011, 2)
    [0, 1]
    >>> take(0b1011, 2, highest=True)
    [3, 1]
    """
    data = pack(bits)
    keys: list[int] = []
    for key in _fall(data) if highest else _rise(data):
        if len(keys) >= count:
            break
        keys.append(key)
    return keys


def _rise(data: bytes) -> Iterator[int]:
    for match in _SOME_BIT.finditer(data):
        byte, start = match[0][0], match.start() << 3
        for bit in range(8):
            if byte >> bit & 1:
                yield start + bit


def _fall(data: bytes) -> Iterator[int]:
    while data := data.rstrip(b"\0"):
        byte, start = data[-1], (len(data) - 1) << 3
        for bit in reversed(range(8)):
            if byte >> bit & 1:
                yield start + bit
        data = data[:-1]


@dataclass(frozen=True, slots=True)
class Column:
    """A whole number, 0 or more, for each record that has one.

    Attributes:
        known: the records that have one.
        digits: the records whose number has this binary digit, the lowest digit first.
    """

    known: int
    digits: tuple[int, ...]

    @classmethod
    def from_values(cls, values: Sequence[int | None]) -> "Column":
        """The column of these numbers; the place of a number is its key.

        >>> Column.from_values([2, None, 3]).digits
        (4, 5)
        """
        width = max((value.bit_length() for value in values if value is not None), default=1) or 1
        numbers = np.array([value or 0 for value in values], dtype=np.int64)
        known = np.array([value is not None for value in values], dtype=np.uint8)
        digits = tuple(_gather(numbers >> place & 1) for place in range(width))
        return cls(_gather(known), digits)

    @classmethod
    def from_pairs(cls, pairs: Mapping[int, int | None], size: int) -> "Column":
        """The column of a few numbers by key, all keys at most `size`.

        >>> Column.from_pairs({0: 2, 2: 3}, 2) == Column.from_values([2, None, 3])
        True
        """
        known = {key: value for key, value in pairs.items() if value is not None}
        width = max((value.bit_length() for value in known.values()), default=1) or 1
        digits = (
            make_set((key for key, value in known.items() if value >> place & 1), size)
            for place in range(width)
        )
        return cls(make_set(known, size), tuple(digits))

    def get(self, key: int) -> int | None:
        """The number of a record."""
        if not self.known >> key & 1:
            return None
        return sum((digit >> key & 1) << place for place, digit in enumerate(self.digits))

    def compare(self, value: int) -> tuple[int, int, int]:
        """The records with a smaller number, with this one, and with a greater one."""
        if value.bit_length() > len(self.digits):
            return self.known, 0, 0
        less, same, more = 0, self.known, 0
        for place in reversed(range(len(self.digits))):
            ones = same & self.digits[place]
            zeros = same ^ ones
            if value >> place & 1:
                less |= zeros
                same = ones
            else:
                more |= ones
                same = zeros
        return less, same, more

    def take(
        self, among: int, count: int, *, largest: bool = False, highest: bool = False
    ) -> list[int]:
        """The keys of the smallest (or largest) numbers among some records, in that order.

        Args:
            among: the records looked at; those without a number are left out.
            count: how many are wanted.
            largest: the largest numbers, in falling order.
            highest: of equal numbers those with the highest keys come first, not the lowest.
        """
        sure, open_ = 0, among & self.known
        for digit in reversed(self.digits):
            ones = open_ & digit
            first, rest = (ones, open_ ^ ones) if largest else (open_ ^ ones, ones)
            together = sure | first
            if together.bit_count() < count:
                sure, open_ = together, rest
            else:
                open_ = first
        keys = take(sure, count) + take(open_, count - sure.bit_count(), highest=highest)
        numbers = self._get_all(keys)
        sign, direction = (-1 if largest else 1), (-1 if highest else 1)
        return sorted(keys, key=lambda key: (sign * numbers[key], direction * key))

    def _get_all(self, keys: Sequence[int]) -> dict[int, int]:
        """The numbers of some records by key; a set is gone through once for all of them."""
        numbers = dict.fromkeys(keys, 0)
        for place, digit in enumerate(self.digits):
            data = pack(digit)
            for key in keys:
                if key >> 3 < len(data):
                    numbers[key] |= (data[key >> 3] >> (key & 7) & 1) << place
        return numbers

    def replace(self, keys: int, other: "Column") -> "Column":
        """The column with the numbers of `other` for these records."""
        width = max(len(self.digits), len(other.digits))
        return Column(
            self.known & ~keys | other.known & keys,
            tuple(
                _digit(self, place) & ~keys | _digit(other, place) & keys for place in range(width)
            ),
        )


def _digit(column: Column, place: int) -> int:
    return column.digits[place] if place < len(column.digits) else 0
