"""Run store, what models saw: every look of a spot-check, and the flags that came of them.

A file of its own beside the run store: looks can be made again, replies cannot, and a data set
file that no run made can be spot-checked too.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from datagen.errors import RunError
from datagen.store.database import connect, explain

LOOKS_FILE = "spotcheck.sqlite"

_APPLICATION_ID = 0x64676C6B  # "dglk"
_VERSION = 1
_SCHEMA = f"""
BEGIN;
CREATE TABLE looks (key BLOB PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE flags (record TEXT PRIMARY KEY, reasons BLOB NOT NULL) WITHOUT ROWID;
PRAGMA application_id = {_APPLICATION_ID};
PRAGMA user_version = {_VERSION};
COMMIT;
"""
_AT_ONCE = 500  # keys in one query; SQLite takes some thousands


class LookStore:
    """The looks of one folder; `with` closes it. Each `add` is durable when it returns."""

    def __init__(self, folder: Path, *, write: bool = False) -> None:
        """Open `spotcheck.sqlite`; with `write` it is made where there is none.

        Raises:
            RunError: no such file, a foreign or damaged one, one of another version.
        """
        self.path = folder / LOOKS_FILE
        if not write and not self.path.is_file():
            raise RunError(folder, f"holds no {LOOKS_FILE}; `datagen spotcheck` makes it")
        with self._translated():
            self._connection = connect(self.path, write=write)
            try:
                self._prepare(write=write)
            except BaseException:
                self._connection.close()
                raise

    def __enter__(self) -> Self:
        """Use the store in a `with` block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the store."""
        self._connection.close()

    def find(self, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        """The bodies of those looks that are there, by key."""
        found: dict[bytes, bytes] = {}
        with self._translated():
            for start in range(0, len(keys), _AT_ONCE):
                part = keys[start : start + _AT_ONCE]
                marks = ", ".join("?" * len(part))
                query = f"SELECT key, body FROM looks WHERE key IN ({marks})"
                found.update(self._connection.execute(query, part).fetchall())
        return found

    def add(self, looks: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep looks, all of them or none; one that is there already stays as it is."""
        with self._translated(), self._transaction():
            self._connection.executemany("INSERT OR IGNORE INTO looks VALUES (?, ?)", looks)

    def update_flags(
        self, looked_at: Iterable[str], flags: Mapping[str, Sequence[tuple[str, str]]]
    ) -> None:
        """Keep what a spot-check says of the records that it looked at; the others keep theirs.

        Args:
            looked_at: record ids.
            flags: reasons, each a code and a sentence, by the id of a flagged record.
        """
        with self._translated(), self._transaction():
            self._connection.executemany(
                "DELETE FROM flags WHERE record = ?", ((record,) for record in looked_at)
            )
            self._connection.executemany(
                "INSERT OR REPLACE INTO flags VALUES (?, ?)",
                ((record, msgspec.json.encode(reasons)) for record, reasons in flags.items()),
            )

    def read_flags(self) -> dict[str, list[tuple[str, str]]]:
        """The reasons, each a code and a sentence, of every flagged record by its id."""
        with self._translated():
            return {
                record: msgspec.json.decode(reasons, type=list[tuple[str, str]])
                for record, reasons in self._connection.execute("SELECT * FROM flags")
            }

    def _prepare(self, *, write: bool) -> None:
        application, version, tables = (
            self._connection.execute(query).fetchone()[0]
            for query in (
                "PRAGMA application_id",
                "PRAGMA user_version",
                "SELECT count(*) FROM sqlite_master",
            )
        )
        if write and not application and not tables:
            self._connection.executescript(_SCHEMA)
        elif application != _APPLICATION_ID:
            raise RunError(self.path, "is a database of another program; choose another folder")
        elif version != _VERSION:
            raise RunError(
                self.path,
                f"has version {version}, this datagen reads {_VERSION}; move it away to begin anew",
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as exc:
            raise RunError(self.path, explain(exc)) from exc
