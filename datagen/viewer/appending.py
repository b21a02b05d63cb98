"""Viewer: rows that come while the index is looked at, put behind those that are there.

Keys only grow, so a page that somebody looks at stays where it is. A row that is there already
(an item whose rejected reply was asked for again) keeps its key and changes its content.
"""

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from datagen.errors import RunError
from datagen.store.database import explain
from datagen.viewer.bitmaps import Column, make_set, pack, unpack
from datagen.viewer.filling import (
    COLUMNS,
    DELETE_TEXT,
    INSERT_DIGIT,
    INSERT_ROW,
    INSERT_TERM,
    encode_row,
    list_column_rows,
    list_row_terms,
    list_row_values,
    write_rows,
    write_texts,
)
from datagen.viewer.index import CHANGES, Index
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
    with _write(index, meta) as connection:
        # Read in the transaction: another viewer may append to the same index.
        keys, old = _find_keys(connection, {row.id: row for row in rows})
        _remove_texts(connection, index, old)
        write_rows(connection, list(keys.items()))
        write_texts(connection, list(keys.items()))
        _change_sets(connection, keys, old)
    index.forget()
    return len(keys) - len(old)


def change_rows(index: Index, rows: dict[int, Row], meta: dict[str, str] | None = None) -> None:
    """Put other scores, findings and states in place of those of some rows; texts stay.

    Args:
        index: only one thread at a time writes to it.
        rows: by key, which must be there.
        meta: kept with them.

    Raises:
        RunError: the index cannot be written.
    """
    with _write(index, meta) as connection:
        connection.executemany(INSERT_ROW, [encode_row(*each) for each in rows.items()])
        _change_sets(connection, rows, list(rows))
    index.forget()


@contextlib.contextmanager
def _write(index: Index, meta: dict[str, str] | None) -> Iterator[sqlite3.Connection]:
    """A transaction, which counts as a change."""
    try:
        with contextlib.closing(_connect(index)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            changes = int(index.get_meta(CHANGES) or 0) + 1
            values = {**(meta or {}), CHANGES: str(changes)}
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())
            connection.execute("COMMIT")
    except sqlite3.Error as exc:
        raise RunError(index.path, explain(exc)) from exc


def _find_keys(
    connection: sqlite3.Connection, rows: dict[str, Row]
) -> tuple[dict[int, Row], list[int]]:
    """The keys of rows, new ones behind all others; and those that are there already."""
    last = connection.execute("SELECT ifnull(max(key), 0) FROM rows").fetchone()[0]
    keys: dict[int, Row] = {}
    old: list[int] = []
    for row in rows.values():
        found = connection.execute("SELECT key FROM rows WHERE id = ?", (row.id,)).fetchone()
        if found is not None:
            old.append(found[0])
        else:
            last += 1
        keys[found[0] if found is not None else last] = row
    return keys, old


def _connect(index: Index) -> sqlite3.Connection:
    connection = sqlite3.connect(index.path, timeout=30, isolation_level=None)
    # No write-ahead log: it is a file of its own, which a new index in this place would inherit.
    connection.execute("PRAGMA synchronous = OFF")  # it can be made again
    return connection


def _remove_texts(connection: sqlite3.Connection, index: Index, keys: Iterable[int]) -> None:
    """The full text keeps no copy, so it must be told what to forget."""
    rows = index.read_rows(list(keys))
    connection.executemany(DELETE_TEXT, [(row.key, index.read_text(row)) for row in rows])


def _change_sets(connection: sqlite3.Connection, keys: dict[int, Row], old: list[int]) -> None:
    size = max(keys, default=0)
    if keys:
        _change_terms(connection, keys, make_set(old, size))
        _change_columns(connection, keys, size)


def _change_terms(connection: sqlite3.Connection, keys: dict[int, Row], old: int) -> None:
    added: dict[tuple[str, str], list[int]] = {}
    for key, row in keys.items():
        for kind, values in list_row_terms(row):
            for value in values:
                added.setdefault((kind, value), []).append(key)
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


def _change_columns(connection: sqlite3.Connection, keys: dict[int, Row], size: int) -> None:
    touched = make_set(keys, size)
    for place, name in enumerate(COLUMNS):
        values = {key: list_row_values(row)[place] for key, row in keys.items()}
        column = _read_column(connection, name).replace(touched, Column.from_pairs(values, size))
        connection.executemany(INSERT_DIGIT, list_column_rows(name, column))


def _read_column(connection: sqlite3.Connection, name: str) -> Column:
    query = "SELECT bits FROM digits WHERE name = ? ORDER BY place"
    known, *digits = (unpack(bits) for (bits,) in connection.execute(query, (name,)))
    return Column(known, tuple(digits))
