"""Viewer: rows that come while the index is looked at, put behind those that are there.

Keys only grow, so a page that somebody looks at stays where it is. A row that is there already
(an item whose rejected reply was asked for again) keeps its key and changes its content.
"""

import contextlib
import sqlite3
from collections.abc import Iterable, Sequence

from datagen.errors import RunError
from datagen.store.database import explain
from datagen.viewer.bitmaps import Column, make_set, pack, unpack
from datagen.viewer.filling import (
    COLUMNS,
    DELETE_TEXT,
    INSERT_DIGIT,
    INSERT_TERM,
    list_column_rows,
    list_row_terms,
    list_row_values,
    write_rows,
)
from datagen.viewer.index import Index
from datagen.viewer.rows import Row


def append_rows(index: Index, rows: Sequence[Row], meta: dict[str, str] | None = None) -> int:
    """Put rows into an index; how many of them are new.

    Args:
        index: only one thread at a time appends to it.
        rows: of any ids; the last of several with one id counts.
        meta: kept with them.

    Raises:
        RunError: the index cannot be written.
    """
    distinct = {row.id: row for row in rows}
    size = index.size
    keys: dict[int, Row] = {}
    old: list[int] = []
    for row in distinct.values():
        key = index.find_key(row.id)
        if key is None:
            key = size + len(keys) - len(old) + 1
        else:
            old.append(key)
        keys[key] = row
    try:
        with contextlib.closing(_connect(index)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            _remove_texts(connection, index, old)
            write_rows(connection, list(keys.items()))
            _change_terms(connection, keys, make_set(old, size + 1))
            _change_columns(connection, index, keys)
            connection.executemany(
                "INSERT OR REPLACE INTO meta VALUES (?, ?)", (meta or {}).items()
            )
            connection.execute("COMMIT")
    except sqlite3.Error as exc:
        raise RunError(index.path, explain(exc)) from exc
    index.forget()
    return len(keys) - len(old)


def _connect(index: Index) -> sqlite3.Connection:
    connection = sqlite3.connect(index.path, timeout=30, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")  # whoever reads goes on reading
    connection.execute("PRAGMA synchronous = OFF")  # it can be made again
    return connection


def _remove_texts(connection: sqlite3.Connection, index: Index, keys: Iterable[int]) -> None:
    """The full text keeps no copy, so it must be told what to forget."""
    rows = index.read_rows(list(keys))
    connection.executemany(DELETE_TEXT, [(row.key, index.read_text(row)) for row in rows])


def _change_terms(connection: sqlite3.Connection, keys: dict[int, Row], old: int) -> None:
    added: dict[tuple[str, str], list[int]] = {}
    for key, row in keys.items():
        for term in list_row_terms(row):
            added.setdefault(term, []).append(key)
    if old:  # they may have lost any value that they had
        query = "SELECT kind, value FROM terms"
        added = {term: [] for term in connection.execute(query)} | added
    size = max(keys, default=0)
    query = "SELECT bits FROM terms WHERE kind = ? AND value = ?"
    for (kind, value), found in added.items():
        row_ = connection.execute(query, (kind, value)).fetchone()
        before = unpack(row_[0]) if row_ is not None else 0
        bits = before & ~old | make_set(found, size)
        if bits != before or row_ is None:
            connection.execute(INSERT_TERM, (kind, value, bits.bit_count(), pack(bits)))


def _change_columns(connection: sqlite3.Connection, index: Index, keys: dict[int, Row]) -> None:
    size = max(keys, default=0)
    touched = make_set(keys, size)
    for place, name in enumerate(COLUMNS):
        values: list[int | None] = [None] * (size + 1)
        for key, row in keys.items():
            values[key] = list_row_values(row)[place]
        column = index.read_column(name).replace(touched, Column.from_values(values))
        connection.executemany(INSERT_DIGIT, list_column_rows(name, column))
