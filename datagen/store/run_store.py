"""The run store: every request and every answer of a run, in one SQLite file.

It is the truth about progress: what stands here was paid for and is never asked again, and the
data set is derived from it alone. Rows are only ever added. Replies are committed in groups, by a
thread of the writer's own, at most `COMMIT_AFTER` seconds after they arrived.
"""

import fcntl
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from datagen.errors import RunError
from datagen.records import AnnotatedImage, Item, Message, Reply, Usage

STORE_FILE = "run.sqlite"
LOCK_FILE = "run.lock"
COMMIT_AFTER = 0.1
APPLICATION_ID = 0x64617467  # "datg", so that a foreign database is told from a store
SCHEMA_VERSION = 1

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE prefixes (hash BLOB PRIMARY KEY, messages BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE images (id TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE requests (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    image_id TEXT NOT NULL REFERENCES images (id),
    response_type TEXT NOT NULL,
    idx INTEGER NOT NULL,
    prefix BLOB NOT NULL REFERENCES prefixes (hash),
    context TEXT NOT NULL,
    question TEXT NOT NULL,
    UNIQUE (image_id, response_type, idx)
);
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
    PRIMARY KEY (request, candidate, round)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it is kept: the item, its image, and what the model was sent.

    Attributes:
        key: digest of all that can change the answer.
        prefix: the messages before the query turn, the same for every item of a response type.
        context: the query turn.
        question: the human question of the record where the reply holds none, else empty.
    """

    key: bytes
    item: Item
    image: AnnotatedImage
    prefix: tuple[Message, ...]
    context: str
    question: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request: a reply, or a failure with its code and message.

    Attributes:
        candidate: which of several replies to the same request, from 0.
        round: 0 for the first asking, one more each time it is asked again.
        failure: reason code where there is no usable reply; `reply.text` is then the message.
    """

    reply: Reply
    candidate: int = 0
    round: int = 0
    failure: str = ""


class RunLock:
    """One process at a time on a run folder; released by the system when the process ends."""

    def __init__(self, folder: Path) -> None:
        """Remember the folder; `acquire` does the work."""
        self._path = folder / LOCK_FILE
        self._descriptor = -1

    def __enter__(self) -> Self:
        """Take the lock.

        Raises:
            RunError: another process holds it, or the folder cannot be written.
        """
        try:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as exc:
            raise RunError(self._path, f"the run folder cannot be written: {exc.strerror}") from exc
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            owner = os.read(self._descriptor, 32).decode("ascii", "replace").strip() or "unknown"
            os.close(self._descriptor)
            raise RunError(
                self._path.parent,
                f"another datagen process (pid {owner}) works on this run; wait for it or stop it",
            ) from exc
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, str(os.getpid()).encode())
        return self

    def __exit__(self, *_: object) -> None:
        """Give the lock back; the file stays, since removing it would race with the next taker."""
        os.close(self._descriptor)


class RunStore:
    """The store of one run folder, opened for reading or for reading and writing."""

    def __init__(self, folder: Path, *, write: bool = False) -> None:
        """Open the store; with `write` it is made where there is none.

        Raises:
            RunError: no store, a foreign or damaged database, another schema version, no access.
        """
        self.path = folder / STORE_FILE
        if not write and not self.path.is_file():
            raise RunError(folder, f"is no run folder: it holds no {STORE_FILE}")
        with self._translated():
            self._connection = _connect(self.path, write=write)
            try:
                self._check_schema(write=write)
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
        self.close()

    def close(self) -> None:
        """Close the connection; what was committed stays."""
        self._connection.close()

    def get_meta(self, name: str) -> str | None:
        """A value set by `set_meta`, or None."""
        with self._translated():
            row = self._connection.execute(
                "SELECT value FROM meta WHERE name = ?", (name,)
            ).fetchone()
        return None if row is None else str(row[0])

    def set_meta(self, name: str, value: str) -> None:
        """Keep a small value with the run, at once."""
        with self._translated(), self._connection:
            self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def find_answer(self, key: bytes, candidate: int = 0) -> Answer | None:
        """The newest answer to a request, or None when it was never answered."""
        with self._translated():
            row = self._connection.execute(
                f"SELECT {_ANSWER} FROM requests JOIN answers ON answers.request = requests.id"
                " WHERE key = ? AND candidate = ? ORDER BY round DESC LIMIT 1",
                (key, candidate),
            ).fetchone()
        return None if row is None else _to_answer(row)

    def count_answers(self) -> int:
        """How many requests have an answer."""
        with self._translated():
            return int(self._connection.execute("SELECT count(*) FROM requests").fetchone()[0])

    def iterate(self) -> Iterator[tuple[Request, Answer]]:
        """Every request with its newest answer, ordered by image id, response type and index."""
        with self._translated():
            prefixes = {
                hash_: msgspec.json.decode(body, type=tuple[Message, ...])
                for hash_, body in self._connection.execute("SELECT * FROM prefixes")
            }
            image = None
            for row in self._connection.execute(_NEWEST):
                key, image_id, name, index, prefix, context, question, body = row[:8]
                if image is None or image.id != image_id:
                    image = msgspec.json.decode(body, type=AnnotatedImage)
                item = Item(image_id, name, index)
                request = Request(key, item, image, prefixes[prefix], context, question)
                yield request, _to_answer(row[8:])

    def add(self, rows: list[tuple[Request, Answer]]) -> None:
        """Add answers with their requests, in one transaction; what stands already is left."""
        with self._translated(), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            for request, answer in rows:
                self._add_one(request, answer)

    def _add_one(self, request: Request, answer: Answer) -> None:
        execute, item = self._connection.execute, request.item
        body = msgspec.json.encode(request.prefix)
        prefix = sha256(body).digest()
        execute("INSERT OR IGNORE INTO prefixes VALUES (?, ?)", (prefix, body))
        execute(
            "INSERT OR IGNORE INTO images VALUES (?, ?)",
            (item.image_id, msgspec.json.encode(request.image)),
        )
        execute(
            "INSERT OR IGNORE INTO requests"
            " (key, image_id, response_type, idx, prefix, context, question)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                request.key,
                item.image_id,
                item.response_type,
                item.index,
                prefix,
                request.context,
                request.question,
            ),
        )
        reply, usage = answer.reply, answer.reply.usage
        execute(
            "INSERT OR IGNORE INTO answers SELECT id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
            " FROM requests WHERE key = ?",
            (
                answer.candidate,
                answer.round,
                answer.failure,
                reply.text,
                reply.model,
                reply.finish_reason,
                usage.prompt_tokens,
                usage.completion_tokens,
                usage.cached_tokens,
                reply.latency,
                reply.attempts,
                request.key,
            ),
        )

    def _check_schema(self, *, write: bool) -> None:
        application, version = (
            self._connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("application_id", "user_version")
        )
        tables = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if write and not application and not tables:
            self._connection.executescript(
                f"BEGIN; {_SCHEMA} PRAGMA application_id = {APPLICATION_ID};"
                f" PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            )
            return
        if application != APPLICATION_ID:
            raise RunError(self.path, "is a database of another program; choose another folder")
        if version != SCHEMA_VERSION:
            raise RunError(
                self.path,
                f"has schema version {version}, this datagen reads {SCHEMA_VERSION}; "
                "use the datagen version that made it",
            )

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as exc:
            raise RunError(self.path, _explain(exc)) from exc


class StoreWriter:
    """Hands answers to the store from an event loop without making it wait for the disk."""

    def __init__(
        self, folder: Path, *, commit_after: float = COMMIT_AFTER, on_error: Callable[[], None]
    ) -> None:
        """Open a connection of its own and start the thread.

        Args:
            folder: the run folder.
            commit_after: seconds within which an answer is committed.
            on_error: called (in the thread) when the store cannot be written any more.
        """
        self._queue: queue.SimpleQueue[tuple[Request, Answer] | None] = queue.SimpleQueue()
        self._commit_after = commit_after
        self._on_error = on_error
        self._error: RunError | None = None
        self._thread = threading.Thread(target=self._run, args=(folder,), name="store-writer")
        self._thread.start()

    def put(self, request: Request, answer: Answer) -> None:
        """Queue an answer; returns at once."""
        self._queue.put((request, answer))

    def close(self) -> None:
        """Commit what is queued and end the thread.

        Raises:
            RunError: the store could not be written.
        """
        self._queue.put(None)
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _run(self, folder: Path) -> None:
        try:
            with RunStore(folder, write=True) as store:
                is_open = True
                while is_open:
                    rows, is_open = self._collect()
                    if rows:
                        store.add(rows)
        except RunError as exc:
            self._error = exc
            self._on_error()

    def _collect(self) -> tuple[list[tuple[Request, Answer]], bool]:
        """What arrives within `commit_after` of the first answer, and whether more may come."""
        rows: list[tuple[Request, Answer]] = []
        entry = self._queue.get()
        end = time.monotonic() + self._commit_after
        while entry is not None:
            rows.append(entry)
            try:
                entry = self._queue.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                return rows, True
        return rows, False


_ANSWER = (
    "candidate, round, failure, text, model, finish_reason,"
    " prompt_tokens, completion_tokens, cached_tokens, latency, attempts"
)
_NEWEST = f"""
SELECT key, image_id, response_type, idx, prefix, context, question, body, {_ANSWER}
FROM requests
JOIN images ON images.id = image_id
JOIN answers ON answers.request = requests.id AND candidate = 0 AND round = (
    SELECT max(round) FROM answers WHERE request = requests.id AND candidate = 0
)
ORDER BY image_id, response_type, idx
"""


def _to_answer(row: tuple[int, int, str, str, str, str, int, int, int, float, int]) -> Answer:
    candidate, round_, failure, text, model, finish, prompt, completion, cached, latency, tries = (
        row
    )
    usage = Usage(prompt, completion, cached)
    return Answer(Reply(text, model, finish, usage, latency, tries), candidate, round_, failure)


def _connect(path: Path, *, write: bool) -> sqlite3.Connection:
    mode = "rwc" if write else "ro"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=30, isolation_level=None
    )
    if write:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")  # a committed reply survives a power cut
    return connection


def _explain(error: sqlite3.Error) -> str:
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
