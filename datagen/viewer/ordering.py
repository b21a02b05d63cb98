"""Viewer: the order of a list, and its pages: found by the record before them (keyset)."""

from dataclasses import dataclass
from typing import Protocol

from datagen.viewer.bitmaps import Column, keys_above, keys_below, take
from datagen.viewer.index import Index
from datagen.viewer.refusals import RefusedError


@dataclass(frozen=True, slots=True)
class Cursor:
    """A record in an order: its key, and its number where the order goes by one."""

    generation: str
    key: int
    value: int | None = None

    def __str__(self) -> str:
        """As it stands in an address."""
        return f"{self.generation}.{self.key}.{'' if self.value is None else self.value}"


class Ordered(Protocol):
    """What an order needs to know of a query."""

    @property
    def sort(self) -> str:
        """`id` for the order of the set, or the name of a column."""
        ...

    @property
    def is_falling(self) -> bool:
        """The largest first; records without a number come last all the same."""
        ...

    @property
    def after(self) -> Cursor | None:
        """The record before the page."""
        ...

    @property
    def before(self) -> Cursor | None:
        """The record behind the page."""
        ...

    @property
    def limit(self) -> int:
        """Records of a page."""
        ...


class Order:
    """The order of a list: by key, or by a number with the key for equal ones; unknown ones last."""

    def __init__(self, index: Index, query: Ordered) -> None:
        """Read what the order goes by.

        Raises:
            RefusedError: the page is of an index that is gone.
        """
        self._index = index
        self._query = query
        self._column: Column | None = None
        if query.sort != "id":
            self._column = index.read_column(query.sort)
        for cursor in (query.after, query.before):
            if cursor is not None and cursor.generation != index.generation:
                raise RefusedError("the list was built anew meanwhile; load it from its start", 409)

    def cursor(self, key: int) -> Cursor:
        """Where a record stands."""
        value = self._column.get(key) if self._column is not None else None
        return Cursor(self._index.generation, key, value)

    def take_page(self, bits: int) -> list[int]:
        """The page of a list of these records."""
        query = self._query
        if query.before is not None:
            return self._take(self._cut(bits, query.before)[0], backwards=True)[::-1]
        if query.after is not None:
            bits = self._cut(bits, query.after)[1]
        return self._take(bits)

    def has_before(self, bits: int, key: int) -> bool:
        """Whether the list has records before this one."""
        return bool(self._cut(bits, self.cursor(key))[0])

    def has_after(self, bits: int, key: int) -> bool:
        """Whether the list has records behind this one."""
        return bool(self._cut(bits, self.cursor(key))[1])

    def _cut(self, bits: int, cursor: Cursor) -> tuple[int, int]:
        """What stands before a record, and what behind it."""
        column, falls = self._column, self._query.is_falling
        if column is None:
            below, above = keys_below(bits, cursor.key), keys_above(bits, cursor.key)
            return (above, below) if falls else (below, above)
        if cursor.value is None:
            unknown = bits & ~column.known
            before = bits & column.known | keys_below(unknown, cursor.key)
            return before, keys_above(unknown, cursor.key)
        less, same, more = column.compare(cursor.value)
        first, last = (more, less) if falls else (less, more)
        before = bits & (first | keys_below(same, cursor.key))
        behind = bits & (last | keys_above(same, cursor.key) | ~column.known)
        return before, behind

    def _take(self, bits: int, *, backwards: bool = False) -> list[int]:
        """The first records of the order, or the last ones from the end."""
        column, falls, count = self._column, self._query.is_falling, self._query.limit
        if column is None:
            return take(bits, count, highest=falls != backwards)
        known, unknown = bits & column.known, bits & ~column.known
        if backwards:
            keys = take(unknown, count, highest=True)
            rest = count - len(keys)
            return keys + column.take(known, rest, largest=not falls, highest=True)
        keys = column.take(known, count, largest=falls)
        return keys + take(unknown, count - len(keys))
