"""Run store, reviews: the tables of `review.sqlite`.

events          what reviewers did; never changed, which triggers see to
standing        whether an event counts: `done`, `undone`, or `dropped` (undone for good)
states          what follows for a record; a record without events has no row
reasons         every version of the list of reasons
samples         named samples, with their `strata` and their `sampled` records
"""

import sqlite3
from pathlib import Path

from datagen.errors import RunError
from datagen.store.review_reasons import FIRST_REASONS

_APPLICATION_ID = 0x64677276  # "dgrv"
_VERSION = 1
_SCHEMA = f"""
CREATE TABLE events (
    n INTEGER PRIMARY KEY,
    record TEXT NOT NULL,
    kind TEXT NOT NULL,
    by TEXT NOT NULL,
    at TEXT NOT NULL,
    reason TEXT,
    reasons_version INTEGER,
    comment TEXT,
    turns TEXT,
    choice TEXT,
    target INTEGER REFERENCES events (n)
);
CREATE INDEX events_by_record ON events (record);
CREATE TRIGGER events_stay BEFORE UPDATE ON events
    BEGIN SELECT RAISE (ABORT, 'events are never changed'); END;
CREATE TRIGGER events_last BEFORE DELETE ON events
    BEGIN SELECT RAISE (ABORT, 'events are never removed'); END;
CREATE TABLE standing (
    event INTEGER PRIMARY KEY REFERENCES events (n),
    by TEXT NOT NULL,
    record TEXT NOT NULL,
    status TEXT NOT NULL
);
CREATE INDEX standing_by_reviewer ON standing (by, status, event);
CREATE TABLE states (
    record TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    decision TEXT,
    reason TEXT,
    reasons_version INTEGER,
    by TEXT NOT NULL,
    comment TEXT NOT NULL,
    edited TEXT,
    edited_by TEXT NOT NULL,
    choice TEXT
) WITHOUT ROWID;
CREATE INDEX states_by_decision ON states (decision);
CREATE TABLE reasons (
    version INTEGER NOT NULL,
    place INTEGER NOT NULL,
    code TEXT NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY (version, place)
) WITHOUT ROWID;
CREATE TABLE samples (
    name TEXT PRIMARY KEY,
    seed INTEGER NOT NULL,
    drawn INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE strata (
    sample TEXT NOT NULL REFERENCES samples (name),
    name TEXT NOT NULL,
    response_type TEXT NOT NULL,
    state TEXT NOT NULL,
    population INTEGER NOT NULL,
    sampled INTEGER NOT NULL,
    PRIMARY KEY (sample, name)
) WITHOUT ROWID;
CREATE TABLE sampled (
    sample TEXT NOT NULL REFERENCES samples (name),
    record TEXT NOT NULL,
    place INTEGER NOT NULL,
    stratum TEXT NOT NULL,
    weight REAL NOT NULL,
    PRIMARY KEY (sample, record)
) WITHOUT ROWID;
PRAGMA application_id = {_APPLICATION_ID};
PRAGMA user_version = {_VERSION};
"""


def prepare_review_schema(connection: sqlite3.Connection, path: Path, *, write: bool) -> None:
    """Make the tables in an empty database, or check those that are there.

    Two processes may come at the same time, so the look and the making are one transaction.

    Raises:
        RunError: a database of another program, or of another version.
    """
    if write and not _count_tables(connection):
        connection.execute("BEGIN IMMEDIATE")
        try:
            if not _count_tables(connection) and not _read(connection, "application_id"):
                for statement in _split(_SCHEMA):
                    connection.execute(statement)
                connection.executemany(
                    "INSERT INTO reasons VALUES (1, ?, ?, ?)",
                    [(place, *reason) for place, reason in enumerate(FIRST_REASONS)],
                )
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
    if _read(connection, "application_id") != _APPLICATION_ID:
        raise RunError(path, "is a database of another program; move it away to begin anew")
    version = _read(connection, "user_version")
    if version != _VERSION:
        raise RunError(path, f"has version {version}, this datagen reads {_VERSION}")


def _count_tables(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def _read(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _split(script: str) -> list[str]:
    """Statements of a script; `executescript` would commit before it begins."""
    statements, part = [], ""
    for line in script.splitlines(keepends=True):
        part += line
        if sqlite3.complete_statement(part):
            statements.append(part)
            part = ""
    return statements
