"""Viewer: which records, in which order, how many: filters, search, sorting, pages, counts.

A filter is a set of keys (`bitmaps.py`), so counts are exact, and a page is found by the key and
the number of the record before it (keyset), at any depth in the same time.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from datagen.viewer.bitmaps import keys_above, keys_below, make_set
from datagen.viewer.filling import COLUMNS
from datagen.viewer.index import Index
from datagen.viewer.ordering import Cursor, Order
from datagen.viewer.refusals import RefusedError
from datagen.viewer.searching import Term, parse_search, write_match

REVIEW_STATES = ("none", "accepted", "rejected", "deferred", "edited")
"""Values of the facet `review`; an edited record may have a decision too."""

FACETS = ("type", "state", "reason", "finding", "flag", "object", "review")
SORTS = ("id", *COLUMNS)
MOST_ROWS = 200
MOST_HITS = 100_000
"""Hits of a search that are counted; what is beyond is said to be capped."""

_NUMBERS = ("min_words", "max_words", "limit", "until")
_TEXTS = ("q", "sort", "after", "before", "sample")
_LONGEST_VALUE = 500


@dataclass(frozen=True, slots=True)
class Query:
    """What a list shows.

    Attributes:
        filters: the values allowed of each facet; one of them is enough, and every facet counts.
        terms: what is looked for in the turns.
        until: later keys are counted as new and not shown.
    """

    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    min_words: int | None = None
    max_words: int | None = None
    terms: tuple[Term, ...] = ()
    sort: str = "id"
    is_falling: bool = False
    after: Cursor | None = None
    before: Cursor | None = None
    limit: int = 50
    until: int | None = None
    sample: str = ""

    @classmethod
    def parse(cls, params: Iterable[tuple[str, str]]) -> "Query":
        """Read the parameters of an address.

        Raises:
            RefusedError: an unknown name or an unusable value, in a sentence.
        """
        filters: dict[str, list[str]] = {}
        single: dict[str, str] = {}
        for name, value in params:
            if len(value) > _LONGEST_VALUE:
                raise RefusedError(f"{name}: longer than {_LONGEST_VALUE} characters")
            if name in FACETS:
                filters.setdefault(name, []).append(value)
            elif name not in _NUMBERS + _TEXTS:
                raise RefusedError(f"unknown parameter {name!r}{_suggest(name)}")
            elif name in single:
                raise RefusedError(f"{name}: given twice")
            elif value:
                single[name] = value
        numbers = {
            name: _read_number(name, single.pop(name)) for name in _NUMBERS if name in single
        }
        if not 1 <= numbers.get("limit", 1) <= MOST_ROWS:
            raise RefusedError(f"limit: between 1 and {MOST_ROWS}")
        sort = single.pop("sort", "id")
        if sort.removeprefix("-") not in SORTS:
            raise RefusedError(f"sort: one of {', '.join(SORTS)}, with - before it for falling")
        if "after" in single and "before" in single:
            raise RefusedError("after and before: give one of them")
        return cls(
            filters={name: tuple(dict.fromkeys(values)) for name, values in filters.items()},
            terms=tuple(parse_search(single["q"])) if "q" in single else (),
            sort=sort.removeprefix("-"),
            is_falling=sort.startswith("-"),
            after=_read_cursor(single.get("after")),
            before=_read_cursor(single.get("before")),
            sample=single.get("sample", ""),
            **numbers,
        )


def _suggest(name: str) -> str:
    near = get_close_matches(name, FACETS + _NUMBERS + _TEXTS, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _read_number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise RefusedError(f"{name}: {text[:20]!r} is no whole number from 0")
    return int(text)


def _read_cursor(text: str | None) -> Cursor | None:
    if text is None:
        return None
    match text.split("."):
        case [generation, key, value]:
            number = _read_number("cursor", value) if value else None
            return Cursor(generation, _read_number("cursor", key), number)
    raise RefusedError("after or before: not a cursor of this list")


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list.

    Attributes:
        keys: of the records, in order.
        total: records that fit, those of other pages included.
        is_capped: there may be more than `total`.
        new: records beyond `until` that fit.
        until: the greatest key that the list knows.
    """

    keys: Sequence[int]
    previous: Cursor | None
    next: Cursor | None
    total: int
    is_capped: bool
    new: int
    until: int


def find_nothing(kind: str, value: str) -> int:
    """Where nobody decides, no record has a decision."""
    return 0


class Listing:
    """Answers queries about one index."""

    def __init__(self, index: Index, find_more: Callable[[str, str], int] = find_nothing) -> None:
        """Prepare.

        Args:
            index: what is listed.
            find_more: the records of a facet that the index does not hold: reviews and samples.
        """
        self.index = index
        self._find_more = find_more
        self._searches: OrderedDict[tuple[int, str], tuple[int, bool]] = OrderedDict()

    def list_page(self, query: Query) -> Page:
        """A page of a list.

        Raises:
            RefusedError: it took too long, or the cursor is of an index that is gone.
        """
        with self.index.limit_time():
            known = self.index.size
            until = known if query.until is None else min(query.until, known)
            bits, is_capped = self._select(query)
            shown = keys_below(bits, until + 1)
            order = Order(self.index, query)
            keys = order.take_page(shown)
            first = order.cursor(keys[0]) if keys and order.has_before(shown, keys[0]) else None
            last = order.cursor(keys[-1]) if keys and order.has_after(shown, keys[-1]) else None
            total, new = shown.bit_count(), keys_above(bits, until).bit_count()
            return Page(keys, first, last, total, is_capped, new, until)

    def count_facets(self, query: Query) -> tuple[dict[str, list[tuple[str, int]]], bool]:
        """How many records each value would leave, given the filters of the other facets.

        Raises:
            RefusedError: it took too long.
        """
        with self.index.limit_time():
            parts = {name: self._unite(name, values) for name, values in query.filters.items()}
            rest, is_capped = self._select(query, without_facets=True)
            counts = {}
            for kind in FACETS:
                bits = rest
                for name, part in parts.items():
                    if name != kind:
                        bits &= part
                counts[kind] = self._count(kind, bits)
            return counts, is_capped

    def _count(self, kind: str, bits: int) -> list[tuple[str, int]]:
        if kind == "review":
            values = [(value, 0) for value in REVIEW_STATES]
        else:
            values = self.index.list_values(kind)
            if bits.bit_count() == self.index.size:
                return values
        counted = [(value, (bits & self._find(kind, value)).bit_count()) for value, _ in values]
        return sorted(
            [(value, count) for value, count in counted if count], key=lambda pair: -pair[1]
        )

    def _select(self, query: Query, *, without_facets: bool = False) -> tuple[int, bool]:
        """The records that fit, and whether there may be more."""
        bits, is_capped = ((1 << self.index.size) - 1) << 1, False  # keys begin with 1
        if query.terms:
            bits, is_capped = self._search(query.terms)
        for name, values in query.filters.items() if not without_facets else ():
            bits &= self._unite(name, values)
        if query.min_words is not None or query.max_words is not None:
            bits &= self._limit_words(query.min_words or 0, query.max_words)
        if query.sample:
            bits &= self._find_more("sample", query.sample)
        return bits, is_capped

    def _unite(self, kind: str, values: Iterable[str]) -> int:
        bits = 0
        for value in values:
            bits |= self._find(kind, value)
        return bits

    def _find(self, kind: str, value: str) -> int:
        if kind == "review":
            return self._find_more(kind, value)
        return self.index.find_set(kind, value)

    def _limit_words(self, least: int, most: int | None) -> int:
        column = self.index.read_column("length")
        bits = column.known & ~column.compare(least)[0]
        return bits if most is None else bits & ~column.compare(most)[2]

    def _search(self, terms: Sequence[Term]) -> tuple[int, bool]:
        name = (self.index.version, write_match(terms))
        if name not in self._searches:
            query = "SELECT rowid FROM texts WHERE texts MATCH ? LIMIT ?"
            rows = self.index.connection.execute(query, (name[1], MOST_HITS + 1)).fetchall()
            size = self.index.size  # rows may have come since it was counted
            bits = make_set([key for (key,) in rows[:MOST_HITS] if key <= size], size)
            self._searches[name] = bits, len(rows) > MOST_HITS
            while len(self._searches) > 8:
                self._searches.popitem(last=False)
        return self._searches[name]
