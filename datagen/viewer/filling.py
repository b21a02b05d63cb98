"""Viewer: rows -> `view.sqlite`, in one pass and one transaction.

The full text of one chunk of rows is written while the next chunk is read: SQLite works outside of
Python's lock, so a second core takes it, as long as a whole chunk is one statement. Row by row the
two threads would wait for the lock at every row.
"""

import contextlib
import os
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import msgspec

from datagen.errors import RunError
from datagen.records import AnnotatedImage
from datagen.store.database import explain
from datagen.viewer.bitmaps import Column, make_set, pack
from datagen.viewer.rows import Place, Row

VERSION = 1
"""Of the tables; an index of another version is made anew."""

COLUMNS = ("score", "length", "flagged", "cost")
"""What lists can be sorted by, besides the order of the set."""

_KINDS = ("type", "state", "object", "reason", "finding", "flag")  # of facets
_AT_ONCE = 1000  # rows handed over together
_UNKNOWN = -1  # stands for no number while they are collected
_SCHEMA = """
PRAGMA page_size = 8192;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA cache_size = -16384;
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE rows (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    is_accepted INTEGER NOT NULL,
    image TEXT NOT NULL,
    words INTEGER NOT NULL,
    score REAL,
    cost REAL,
    reasons TEXT NOT NULL,
    flags TEXT NOT NULL,
    annotated TEXT NOT NULL,
    file INTEGER,
    start INTEGER,
    size INTEGER
);
CREATE TABLE images (id TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE bodies (key INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE terms (
    kind TEXT NOT NULL, value TEXT NOT NULL, count INTEGER NOT NULL, bits BLOB NOT NULL,
    UNIQUE (kind, value)
);
CREATE TABLE digits (
    name TEXT NOT NULL, place INTEGER NOT NULL, bits BLOB NOT NULL, UNIQUE (name, place)
);
CREATE VIRTUAL TABLE texts USING fts5(
    text, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO texts (texts, rank) VALUES ('hashsize', 8388608);
INSERT INTO texts (texts, rank) VALUES ('automerge', 0);
"""
INSERT_ROW = "INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
INSERT_BODY = "INSERT OR REPLACE INTO bodies VALUES (?, ?)"
_INSERT_TEXTS = """
INSERT INTO texts (rowid, text)
SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?)
"""
DELETE_TEXT = "INSERT INTO texts (texts, rowid, text) VALUES ('delete', ?, ?)"
INSERT_TERM = "INSERT OR REPLACE INTO terms VALUES (?, ?, ?, ?)"
INSERT_DIGIT = "INSERT OR REPLACE INTO digits VALUES (?, ?, ?)"


class RowSource(Protocol):
    """Where rows come from."""

    has_repeated_ids: bool

    def count(self) -> int:
        """Rows to come, roughly; 0 where that is not known."""
        ...

    def __iter__(self) -> Iterator[Row]:
        """The rows in their order."""
        ...

    def list_images(self) -> Iterable[AnnotatedImage]:
        """The images that the index shall keep, since nothing else holds them."""
        ...


def fill_index(
    path: Path,
    source: RowSource,
    meta: Mapping[str, str],
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Write an index whole or not at all.

    Args:
        path: of the index; one that is there is replaced once the new one is complete.
        source: of the rows.
        meta: kept with it.
        on_progress: told rows done and rows in all, 0 for not known.

    Raises:
        RunError: the index cannot be written.
        DatagenError: the source cannot be read.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with contextlib.closing(_open_part(part)) as connection:
            _fill(connection, source, meta, on_progress)
        for suffix in ("-journal", "-wal", "-shm"):  # of a viewer that was killed while it appended
            path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)
        part.replace(path)
    except sqlite3.Error as exc:
        raise RunError(path, explain(exc)) from exc
    except OSError as exc:
        raise RunError(path, f"cannot be written: {exc.strerror or exc}") from exc
    finally:
        part.unlink(missing_ok=True)


def _open_part(part: Path) -> sqlite3.Connection:
    part.unlink(missing_ok=True)
    connection = sqlite3.connect(part, isolation_level=None, check_same_thread=False)
    connection.executescript(_SCHEMA)
    return connection


def _fill(
    connection: sqlite3.Connection,
    source: RowSource,
    meta: Mapping[str, str],
    on_progress: Callable[[int, int], None],
) -> None:
    total = source.count()
    facets = FacetKeys()
    connection.execute("BEGIN")
    with ThreadPoolExecutor(1, "texts") as pool:
        rows = _name_apart(source) if source.has_repeated_ids else iter(source)
        key = 1  # a key is never 0, which pages would take for none
        writing: Future[None] | None = None
        while chunk := list(islice(rows, _AT_ONCE)):
            numbered = [facets.add(first, row) for first, row in enumerate(chunk, key)]
            if writing is not None:
                writing.result()
            write_rows(connection, numbered)
            writing = pool.submit(write_texts, connection, numbered)
            key += len(chunk)
            on_progress(key - 1, total)
        if writing is not None:
            writing.result()
    images = ((image.id, msgspec.json.encode(image)) for image in source.list_images())
    connection.executemany("INSERT INTO images VALUES (?, ?)", images)
    connection.executemany(INSERT_TERM, facets.list_terms(key))
    connection.executemany(INSERT_DIGIT, facets.list_digits())
    connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
    connection.execute("INSERT INTO texts (texts, rank) VALUES ('automerge', 4)")
    connection.execute("CREATE INDEX rows_id ON rows (id)")
    connection.execute("COMMIT")
    on_progress(key - 1, key - 1)


def _name_apart(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows with ids of their own: the second `x` is `x#2`."""
    seen: dict[str, int] = {}
    for row in rows:
        count = seen[row.id] = seen.get(row.id, 0) + 1
        yield row if count == 1 else replace(row, id=f"{row.id}#{count}")


class FacetKeys:
    """Collects, row by row, which records have which values."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._terms: dict[str, defaultdict[str, array[int]]] = {
            kind: defaultdict(lambda: array("I")) for kind in _KINDS
        }
        # Eight bytes a number; no record has the key 0.
        self._values = [array("q", [_UNKNOWN]) for _ in COLUMNS]

    def add(self, key: int, row: Row) -> tuple[int, Row]:
        """Take the next row; gives back what is written of it."""
        terms = self._terms
        for kind, values in list_row_terms(row):
            found = terms[kind]
            for value in values:
                found[value].append(key)
        for numbers, number in zip(self._values, list_row_values(row), strict=True):
            numbers.append(_UNKNOWN if number is None else number)
        return key, row

    def list_terms(self, size: int) -> Iterator[tuple[str, str, int, bytes]]:
        """Rows of the table of terms."""
        for kind, found in self._terms.items():
            for value, keys in found.items():
                bits = make_set(keys, size)
                yield kind, value, bits.bit_count(), pack(bits)

    def list_digits(self) -> Iterator[tuple[str, int, bytes]]:
        """Rows of the table of digits; place -1 says which records have a number."""
        for name, values in zip(COLUMNS, self._values, strict=True):
            known = [None if value == _UNKNOWN else value for value in values]
            yield from list_column_rows(name, Column.from_values(known))


def list_column_rows(name: str, column: Column) -> Iterator[tuple[str, int, bytes]]:
    """A column as it is kept."""
    yield name, -1, pack(column.known)
    for place, digit in enumerate(column.digits):
        yield name, place, pack(digit)


def list_row_terms(row: Row) -> list[tuple[str, Iterable[str]]]:
    """The facets of a row, each a kind and its values."""
    state = "accepted" if row.is_accepted else "rejected"
    terms: list[tuple[str, Iterable[str]]] = [
        ("type", (row.type,)),
        ("state", (state,)),
        ("object", row.objects),
    ]
    if row.reasons or row.findings or row.flags:
        terms.append(("reason", dict.fromkeys(row.reasons)))
        terms.append(("finding", dict.fromkeys(row.findings)))
        terms.append(("flag", dict.fromkeys(row.flags)))
    return terms


def list_row_values(row: Row) -> tuple[int | None, int, int, int | None]:
    """What a row is sorted by, in the order of `COLUMNS`, as whole numbers.

    Scores are in 1/10000, costs in 1/10**8 USD.
    """
    score = None if row.score is None else round(row.score * 10_000)
    cost = None if row.cost is None else round(row.cost * 10**8)
    return score, row.words, len(row.flags), cost


def encode_row(key: int, row: Row) -> tuple[Any, ...]:
    """A row of the table of rows."""
    place = row.body if isinstance(row.body, Place) else (None, None, None)
    return (
        key,
        row.id,
        row.type,
        row.is_accepted,
        row.image,
        row.words,
        row.score,
        row.cost,
        " ".join(row.reasons),
        " ".join(row.flags),
        row.annotated,
        *place,
    )


def write_rows(connection: sqlite3.Connection, rows: list[tuple[int, Row]]) -> None:
    """Write rows with their bodies, without their texts."""
    connection.executemany(INSERT_ROW, [encode_row(*row) for row in rows])
    bodies = [(key, row.body) for key, row in rows if not isinstance(row.body, Place)]
    connection.executemany(INSERT_BODY, bodies)


def write_texts(connection: sqlite3.Connection, rows: list[tuple[int, Row]]) -> None:
    """Write what a search looks at, in one statement: Python's lock is free all the while."""
    texts = [(key, row.text.replace("\0", " ")) for key, row in rows]
    connection.execute(_INSERT_TEXTS, (msgspec.json.encode(texts).decode(),))
