"""Run store: SQLite, opened so that nothing committed is lost, and its errors in plain words."""

import sqlite3
from pathlib import Path


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """Open a database so that what is committed survives a power cut; `write` makes it."""
    mode = "rwc" if write else "ro"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=30,
        isolation_level=None,
        check_same_thread=False,  # commits wait for the disk in a thread, one at a time
    )
    if write:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # a committed reply survives a power cut
    return connection


def explain(error: sqlite3.Error) -> str:
    """What a database error means for the user, and what to do."""
    code = getattr(error, "sqlite_errorname", "") or ""
    for prefix, sentence in _EXPLANATIONS.items():
        if code.startswith(prefix):
            return sentence
    return f"the store cannot be used: {error}"


_EXPLANATIONS = {
    "SQLITE_FULL": "the disk is full; make room and start the same command again",
    "SQLITE_READONLY": "cannot be written: the file or its folder is read-only",
    "SQLITE_CANTOPEN": "cannot be opened: check that the folder exists and may be written",
    "SQLITE_NOTADB": "is no database: the file is damaged or not a run store; it was left as it is",
    "SQLITE_CORRUPT": "is damaged; it was left as it is: restore a copy or start a new run folder",
    "SQLITE_BUSY": "is locked by another program; close it and start again",
    "SQLITE_IOERR": "the disk failed while reading or writing; start again when it is mended",
}
