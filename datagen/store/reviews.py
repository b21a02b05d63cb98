"""Run store, what people decided about records: append-only events, each on disk when acknowledged.

A file of its own beside the run store (or beside a data set file): a run can be made again, an hour
of somebody's attention cannot. `states` holds what follows from the events, kept in the same
transaction, so that lists can be filtered by it.

Several processes may write at once. Whoever decides on an old revision of a record is refused, so
that nobody overwrites another unknowingly.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, Self

from datagen.errors import ReviewError, RunError, StaleRevision
from datagen.store.database import connect, explain
from datagen.store.review_events import (
    DECISIONS,
    EVENT_COLUMNS,
    KINDS,
    STATE_COLUMNS,
    Decision,
    EventKind,
    ReviewEvent,
    ReviewState,
    fold_events,
    read_event,
    read_state_row,
    write_state_row,
)
from datagen.store.review_reasons import ReviewReason, check_reasons
from datagen.store.review_schema import prepare_review_schema

REVIEW_FILE = "review.sqlite"

_EVENT = ", ".join(f"events.{name}" for name in EVENT_COLUMNS)
_STATE = ", ".join(STATE_COLUMNS)


def find_review_file(target: Path) -> Path:
    """Where the decisions about a run folder, or about a data set file, are kept.

    >>> find_review_file(Path("mix.json")).name
    'mix.json.review.sqlite'
    """
    if target.is_dir():
        return target / REVIEW_FILE
    return target.with_name(f"{target.name}.{REVIEW_FILE}")


class ReviewStore:
    """The decisions about one set; may be used from several threads. `with` closes it."""

    def __init__(self, target: Path, *, write: bool = False) -> None:
        """Open the file of a run folder or data set file; with `write` it is made.

        Raises:
            RunError: no such file, a foreign or damaged one, one of another version.
        """
        self.path = find_review_file(target)
        if not write and not self.path.is_file():
            raise RunError(target, f"has no reviews: there is no {self.path.name}")
        self._lock = RLock()
        with self._translated():
            self._connection = connect(self.path, write=write)
            try:
                prepare_review_schema(self._connection, self.path, write=write)
            except BaseException:
                self._connection.close()
                raise

    def __enter__(self) -> Self:
        """Use the store in a `with` block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the store."""
        self.close()

    def close(self) -> None:
        """Close the connection; what was acknowledged stays."""
        with self._lock:
            self._connection.close()

    def add(
        self,
        record: str,
        kind: EventKind,
        *,
        revision: int,
        by: str,
        at: str,
        reason: str | None = None,
        comment: str | None = None,
        turns: Sequence[Mapping[str, str]] | None = None,
        choice: str | None = None,
    ) -> ReviewState:
        """Keep what a reviewer did; it is on disk when this returns.

        Args:
            record: id of the record.
            kind: what they did.
            revision: the one that they saw.
            by: who they are.
            at: when, ISO 8601.
            reason: a code of the present list.
            comment: as `ReviewEvent` has it, like all that follows.
            turns: of an edit.
            choice: of a choice.

        Raises:
            StaleRevision: there is a later revision; nothing was kept.
            ReviewError: an unknown kind or reason; nothing was kept.
        """
        if kind not in KINDS:
            raise ReviewError(f"{kind!r} is nothing that a reviewer does: {', '.join(KINDS)}")
        with self.transaction():
            state = self.read_state(record)
            if state.revision != revision:
                raise StaleRevision(record, revision, state.to_json())
            version = None if reason is None else self._find_version(reason)
            said = None if turns is None else json.dumps([dict(turn) for turn in turns])
            event = self._append((record, kind, by, at, reason, version, comment, said, choice))
            self._connection.execute(
                "UPDATE standing SET status = 'dropped' WHERE by = ? AND status = 'undone'", (by,)
            )
            self._connection.execute(
                "INSERT INTO standing VALUES (?, ?, ?, 'done')", (event, by, record)
            )
            return self._refresh(record)

    def undo(self, by: str, at: str) -> tuple[str, ReviewState] | None:
        """Take back the last thing that this reviewer did and that stands; None if there is none."""
        return self._turn_back("undo", "max", "done", "undone", by, at)

    def redo(self, by: str, at: str) -> tuple[str, ReviewState] | None:
        """Do again what this reviewer took back last; None if there is none."""
        return self._turn_back("redo", "min", "undone", "done", by, at)

    def _turn_back(
        self, kind: str, which: str, before: str, after: str, by: str, at: str
    ) -> tuple[str, ReviewState] | None:
        # What stands has lower numbers than what was taken back, so the ends meet here.
        with self.transaction():
            target = self._connection.execute(
                f"SELECT {which}(event) FROM standing WHERE by = ? AND status = ?", (by, before)
            ).fetchone()[0]
            if target is None:
                return None
            (record,) = self._connection.execute(
                "UPDATE standing SET status = ? WHERE event = ? RETURNING record", (after, target)
            ).fetchone()
            self._append((record, kind, by, at), target)
            return record, self._refresh(record)

    def _append(self, values: Sequence[object], target: int | None = None) -> int:
        row = [*values, *[None] * (9 - len(values)), target]
        cursor = self._connection.execute(
            f"INSERT INTO events ({', '.join(EVENT_COLUMNS)}) VALUES ({', '.join('?' * len(row))})",
            row,
        )
        return int(cursor.lastrowid or 0)

    def _refresh(self, record: str) -> ReviewState:
        """Reckon the state of a record anew; its events are few."""
        count = self._connection.execute(
            "SELECT count(*) FROM events WHERE record = ?", (record,)
        ).fetchone()[0]
        standing = [
            event
            for event in self.read_history(record)
            if event.kind in KINDS and not event.is_undone
        ]
        state = fold_events(standing, count)
        row = [record, *write_state_row(state)]
        self._connection.execute(
            f"INSERT OR REPLACE INTO states VALUES ({', '.join('?' * len(row))})", row
        )
        return state

    def read_state(self, record: str) -> ReviewState:
        """What holds of a record now."""
        rows = self.query(f"SELECT {_STATE} FROM states WHERE record = ?", (record,))
        return read_state_row(rows[0]) if rows else ReviewState()

    def read_states(self) -> dict[str, ReviewState]:
        """What holds now of every record that anybody did something about, by its id."""
        rows = self.query(f"SELECT record, {_STATE} FROM states ORDER BY record")
        return {record: read_state_row(row) for record, *row in rows}

    def find_states(self, records: Sequence[str]) -> dict[str, ReviewState]:
        """What holds now of these records, as far as anybody did something about them."""
        marks = ", ".join("?" * len(records))
        rows = self.query(f"SELECT record, {_STATE} FROM states WHERE record IN ({marks})", records)
        return {record: read_state_row(row) for record, *row in rows}

    def read_history(self, record: str) -> list[ReviewEvent]:
        """The events about a record, in order."""
        return self._read_events("WHERE events.record = ?", (record,))

    def read_events(self) -> list[ReviewEvent]:
        """All events of the file, in order."""
        return self._read_events("", ())

    def _read_events(self, where: str, values: Sequence[Any]) -> list[ReviewEvent]:
        rows = self.query(
            f"SELECT n, {_EVENT}, status FROM events LEFT JOIN standing ON event = n"
            f" {where} ORDER BY n",
            values,
        )
        return [read_event(row) for row in rows]

    def read_decisions(self, by: str | None = None) -> dict[str, dict[str, Decision]]:
        """Each reviewer's own decision that stands, or those of one, by reviewer and record."""
        rows = self.query(
            "SELECT standing.by, standing.record, kind FROM standing JOIN events ON n = event"
            " WHERE status = 'done' AND standing.by = ifnull(?, standing.by) ORDER BY n",
            (by,),
        )
        decisions: dict[str, dict[str, Decision]] = {}
        for by, record, kind in rows:
            if kind in DECISIONS:
                decisions.setdefault(by, {})[record] = DECISIONS[kind]
        return decisions

    def list_reasons(self, version: int | None = None) -> list[ReviewReason]:
        """The reasons of a version of the list, in order; of the present one by default."""
        rows = self.query(
            "SELECT code, label, version FROM reasons"
            " WHERE version = ifnull(?, (SELECT max(version) FROM reasons)) ORDER BY place",
            (version,),
        )
        return [ReviewReason(*row) for row in rows]

    def find_label(self, code: str | None, version: int | None) -> str:
        """What a reason was called when it was given; empty without a reason."""
        listed = self.list_reasons(version) if code and version else []
        return next((reason.label for reason in listed if reason.code == code), code or "")

    def set_reasons(
        self, reasons: Sequence[tuple[str, str]], *, version: int
    ) -> list[ReviewReason]:
        """Put another list, code and label each, in place of the present one, which stays on file.

        Args:
            reasons: in the order of their keys.
            version: of the list that was changed.

        Raises:
            ReviewError: somebody else changed it meanwhile, or the list cannot be used.
        """
        check_reasons(reasons)
        with self.transaction():
            present = self.list_reasons()
            last = present[0].version
            if last != version:
                raise ReviewError(
                    f"the list of reasons was changed meanwhile (version {last}, not {version})"
                )
            if [(reason.code, reason.label) for reason in present] != list(reasons):
                self._connection.executemany(
                    "INSERT INTO reasons VALUES (?, ?, ?, ?)",
                    [(last + 1, place, *reason) for place, reason in enumerate(reasons)],
                )
            return self.list_reasons()

    def _find_version(self, code: str) -> int:
        present = self.list_reasons()
        for reason in present:
            if reason.code == code:
                return reason.version
        known = ", ".join(reason.code for reason in present)
        raise ReviewError(f"{code!r} is no reason of the present list: {known}")

    def query(self, text: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows of the file."""
        with self._lock, self._translated():
            return self._connection.execute(text, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All that is written in the block, or nothing; on disk when the block has ended."""
        with self._lock, self._translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
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
