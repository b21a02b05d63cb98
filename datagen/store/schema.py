"""Run store: the tables, their version, and the way from older versions."""

import sqlite3
from pathlib import Path

from datagen.errors import RunError

APPLICATION_ID = 0x64617467
"""Spells "datg", so that a foreign database is told from a store."""

SCHEMA_VERSION = 2

# With rowids: in a table without them every long row takes a page of its own. The index answers what
# is asked of all answers at once, so that nobody reads through their texts for it.
_IMAGES = "CREATE TABLE images (id TEXT PRIMARY KEY, body BLOB NOT NULL);"
# Found by their place, not by their key: keys are random, and an index of a million random keys makes
# every new row write a page of its own.
_REQUESTS = """
CREATE TABLE requests (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL,
    image_id TEXT NOT NULL REFERENCES images (id),
    response_type TEXT NOT NULL,
    idx INTEGER NOT NULL,
    prefix BLOB NOT NULL REFERENCES prefixes (hash),
    context TEXT NOT NULL,
    question TEXT NOT NULL,
    UNIQUE (image_id, response_type, idx)
);
"""
_ANSWERS = """
CREATE TABLE answers (
    request INTEGER NOT NULL REFERENCES requests (id),
    candidate INTEGER NOT NULL,
    round INTEGER NOT NULL,
    failure TEXT NOT NULL,
    text TEXT NOT NULL,
    model TEXT NOT NULL,
    finish_reason TEXT NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    latency REAL NOT NULL,
    attempts INTEGER NOT NULL,
    feedback TEXT NOT NULL,
    PRIMARY KEY (request, candidate, round)
);
CREATE INDEX answers_counts ON answers (
    request, candidate, round, failure,
    attempts, prompt_tokens, completion_tokens, cached_tokens
);
"""
_FAILURES_INDEX = "CREATE INDEX failures_requests ON failures (request);"

_SCHEMA = f"""
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE prefixes (hash BLOB PRIMARY KEY, messages BLOB NOT NULL) WITHOUT ROWID;
{_IMAGES}
{_REQUESTS}
{_ANSWERS}
CREATE TABLE failures (
    request INTEGER NOT NULL REFERENCES requests (id),
    candidate INTEGER NOT NULL,
    round INTEGER NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    attempts INTEGER NOT NULL
);
{_FAILURES_INDEX}
"""

MIGRATIONS: dict[int, str] = {
    1: f"""
PRAGMA legacy_alter_table = ON;
ALTER TABLE images RENAME TO images_1;
{_IMAGES}
INSERT INTO images SELECT * FROM images_1 ORDER BY id;
DROP TABLE images_1;
ALTER TABLE requests RENAME TO requests_1;
{_REQUESTS}
INSERT INTO requests SELECT * FROM requests_1 ORDER BY id;
DROP TABLE requests_1;
ALTER TABLE answers RENAME TO answers_1;
{_ANSWERS}
INSERT INTO answers SELECT * FROM answers_1 ORDER BY request, candidate, round;
DROP TABLE answers_1;
{_FAILURES_INDEX}
PRAGMA legacy_alter_table = OFF;
"""
}
"""Statements that lead from a version to the next one, by the version they start from."""


def prepare_schema(connection: sqlite3.Connection, path: Path, *, write: bool) -> None:
    """Make the tables in an empty database, or check those that are there.

    Raises:
        RunError: a database of another program, or of a newer datagen.
    """
    application, version = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("application_id", "user_version")
    )
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if write and not application and not tables:
        connection.executescript(
            f"BEGIN; {_SCHEMA} PRAGMA application_id = {APPLICATION_ID};"
            f" PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
        )
        return
    if application != APPLICATION_ID:
        raise RunError(path, "is a database of another program; choose another folder")
    if version != SCHEMA_VERSION:
        _migrate(connection, path, version, write=write)


def _migrate(connection: sqlite3.Connection, path: Path, version: int, *, write: bool) -> None:
    """Lead an older store to today's version, all steps or none."""
    steps = range(version, SCHEMA_VERSION)
    if version > SCHEMA_VERSION or any(step not in MIGRATIONS for step in steps):
        raise RunError(
            path,
            f"has schema version {version}, this datagen reads {SCHEMA_VERSION}; "
            "use the datagen version that made it",
        )
    if not write:
        raise RunError(path, "was made by an older datagen; `datagen build` brings it up to date")
    script = " ".join(MIGRATIONS[step] for step in steps)
    connection.executescript(f"BEGIN; {script} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
