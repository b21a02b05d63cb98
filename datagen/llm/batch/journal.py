"""Ask stage, batches: the journal, what is known of every part and request; SQLite in the run folder.

A kill at any moment leaves it whole. It holds no replies and no prompts: these lie in the part
files, and the run store decides what is still wanted.
"""

import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from datagen.errors import RunError

JOURNAL_FILE = "batches.sqlite"

_VERSION = 1
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE parts (
    number INTEGER PRIMARY KEY, state TEXT NOT NULL, digest TEXT NOT NULL,
    requests INTEGER NOT NULL, size INTEGER NOT NULL, posts INTEGER NOT NULL,
    is_pending INTEGER NOT NULL, file_id TEXT NOT NULL, batch_id TEXT NOT NULL
);
CREATE TABLE requests (
    custom_id TEXT PRIMARY KEY, part INTEGER NOT NULL REFERENCES parts (number),
    tries INTEGER NOT NULL, tag TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX requests_of_a_part ON requests (part);
"""
# Which requests this start of the run is to answer: on disk as soon as they are many.
_WANTED = "CREATE TEMP TABLE wanted (custom_id TEXT PRIMARY KEY) WITHOUT ROWID"


class PartState(StrEnum):
    """How far a part is."""

    WRITTEN = "written"  # its file lies in the run folder
    UPLOADED = "uploaded"  # the endpoint has the file
    OUT = "out"  # the endpoint has a batch
    CLOSED = "closed"  # its results are on disk, unanswered requests stand in another part


@dataclass(frozen=True, slots=True)
class Part:
    """One file of requests.

    Attributes:
        number: from 1, in the order of writing.
        digest: SHA-256 of the file, hex.
        requests, size: how many lines and bytes the file has.
        posts: calls begun to hand in the file, and from then on, to make the batch.
        is_pending: the last of them has no answer yet, so the endpoint must be searched for what
            it may have made.
        file_id, batch_id: the endpoint's names, empty before it has given them.
    """

    number: int
    state: PartState
    digest: str
    requests: int
    size: int
    posts: int = 0
    is_pending: bool = False
    file_id: str = ""
    batch_id: str = ""


class Row(NamedTuple):
    """A request of a part: the batches tried for it, its tag, whether this start wants it."""

    tries: int
    tag: str
    is_wanted: bool


class Journal:
    """The journal of one run folder; every method is one transaction, on disk when it returns."""

    def __init__(
        self, folder: Path, *, make_token: Callable[[], str] = lambda: secrets.token_hex(8)
    ) -> None:
        """Open the journal, or make it; `make_token` names the run to the endpoint, once.

        Raises:
            RunError: it cannot be used.
        """
        self.path = folder / JOURNAL_FILE
        with self._translated():
            self._connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            try:
                self._prepare(make_token)
            except BaseException:
                self._connection.close()
                raise

    def _prepare(self, make_token: Callable[[], str]) -> None:
        execute = self._connection.execute
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = FULL")  # what was paid for survives a power cut
        version = execute("PRAGMA user_version").fetchone()[0]
        if not version:
            self._connection.executescript(
                f"BEGIN; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;"
            )
        elif version != _VERSION:
            raise RunError(self.path, f"has version {version}, this datagen reads {_VERSION}")
        execute("INSERT OR IGNORE INTO meta VALUES ('token', ?)", (make_token(),))
        execute(_WANTED)

    def __enter__(self) -> Self:
        """Use the journal in a `with` block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the journal."""
        self._connection.close()

    def get_token(self, part: Part) -> str:
        """What names a part to the endpoint: unlike any other's, the same in every start."""
        return f"{self.get_meta('token')}-{part.number}-{part.digest[:16]}"

    def get_meta(self, name: str) -> str:
        """A value kept with the journal, empty when it was never set."""
        with self._translated():
            row = self._connection.execute(
                "SELECT value FROM meta WHERE name = ?", (name,)
            ).fetchone()
        return "" if row is None else str(row[0])

    def set_meta(self, name: str, value: str) -> None:
        """Keep a small value."""
        with self._transaction() as execute:
            execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def want(self, custom_id: str) -> bool:
        """Note that this start wants a request; False when that is known already."""
        with self._translated():
            cursor = self._connection.execute(
                "INSERT OR IGNORE INTO wanted VALUES (?)", (custom_id,)
            )
        return cursor.rowcount > 0

    def has_request(self, custom_id: str) -> bool:
        """Whether a request stands in some part."""
        with self._translated():
            row = self._connection.execute(
                "SELECT 1 FROM requests WHERE custom_id = ?", (custom_id,)
            ).fetchone()
        return row is not None

    def get_next_number(self) -> int:
        """The number that the next part will have."""
        with self._translated():
            row = self._connection.execute("SELECT max(number) FROM parts").fetchone()
        return int(row[0] or 0) + 1

    def add_part(self, part: Part, requests: Mapping[str, tuple[int, str]]) -> None:
        """Add a part with its requests, tries and tag by custom_id.

        Requests that stood in another part stand in this one from now on.
        """
        rows = [(id_, part.number, tries, tag) for id_, (tries, tag) in requests.items()]
        with self._transaction() as execute:
            execute(f"INSERT INTO parts VALUES ({_marks(Part)})", astuple(part))
            self._connection.executemany(
                "INSERT OR REPLACE INTO requests VALUES (?, ?, ?, ?)", rows
            )

    def save(self, part: Part) -> Part:
        """Write down how far a part is; returns it."""
        with self._transaction() as execute:
            execute(f"INSERT OR REPLACE INTO parts VALUES ({_marks(Part)})", astuple(part))
        return part

    def release(self, custom_ids: Iterable[str]) -> None:
        """Forget requests: whoever wants them again asks them anew."""
        with self._transaction():
            self._connection.executemany(
                "DELETE FROM requests WHERE custom_id = ?", ((id_,) for id_ in custom_ids)
            )

    def list_parts(self, *states: PartState) -> list[Part]:
        """All parts that are so far, in the order of writing."""
        with self._translated():
            rows = self._connection.execute(
                f"SELECT * FROM parts WHERE state IN ({','.join('?' * len(states))})"
                " ORDER BY number",
                states,
            ).fetchall()
        return [_to_part(row) for row in rows]

    def list_reopened(self) -> list[Part]:
        """Closed parts whose results this start wants: it never got them, or lost them."""
        with self._translated():
            rows = self._connection.execute(
                "SELECT * FROM parts WHERE state = 'closed' AND number IN"
                " (SELECT part FROM requests JOIN wanted USING (custom_id)) ORDER BY number"
            ).fetchall()
        return [_to_part(row) for row in rows]

    def read_rows(self, part: Part) -> dict[str, Row]:
        """The requests that stand in a part and in no later one, by custom_id."""
        with self._translated():
            rows = self._connection.execute(
                "SELECT custom_id, tries, tag, custom_id IN (SELECT custom_id FROM wanted)"
                " FROM requests WHERE part = ?",
                (part.number,),
            )
            return {id_: Row(tries, tag, bool(is_wanted)) for id_, tries, tag, is_wanted in rows}

    def count_wanted(self, part: Part) -> int:
        """How many requests of a part this start wants."""
        with self._translated():
            row = self._connection.execute(
                "SELECT count(*) FROM requests JOIN wanted USING (custom_id) WHERE part = ?",
                (part.number,),
            ).fetchone()
        return int(row[0])

    @contextmanager
    def _transaction(self) -> Iterator[Callable[..., sqlite3.Cursor]]:
        with self._translated():
            self._connection.execute("BEGIN IMMEDIATE")
            with self._connection:  # commits, or rolls back
                yield self._connection.execute

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as exc:
            raise RunError(
                self.path,
                f"cannot be used: {exc}; check the disk and that nobody else uses the run folder,"
                " then start again",
            ) from exc


def _marks(kind: type[Part]) -> str:
    return ",".join("?" * len(fields(kind)))


def _to_part(row: tuple[int, str, str, int, int, int, int, str, str]) -> Part:
    number, state, digest, requests, size, posts, is_pending, file_id, batch_id = row
    return Part(
        number,
        PartState(state),
        digest,
        requests,
        size,
        posts,
        bool(is_pending),
        file_id,
        batch_id,
    )
