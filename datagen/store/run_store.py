"""Run store: reading and writing of requests and answers."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from datagen.errors import RunError
from datagen.records import AnnotatedImage, Item, Message, Usage
from datagen.store.database import connect, explain
from datagen.store.rows import (
    ANSWER_COLUMNS,
    Answer,
    Request,
    read_answer,
    split_record_id,
)
from datagen.store.schema import prepare_schema

STORE_FILE = "run.sqlite"


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
            self._connection = connect(self.path, write=write)
            try:
                prepare_schema(self._connection, self.path, write=write)
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

    def find_answer(self, request: Request, candidate: int = 0) -> Answer | None:
        """The newest answer to a request, or None when it was never answered."""
        with self._translated():
            row = self._connection.execute(
                f"SELECT {ANSWER_COLUMNS} FROM requests JOIN answers ON answers.request = requests.id"
                f" WHERE {_THIS} AND candidate = ? ORDER BY round DESC LIMIT 1",
                (*_identify(request), candidate),
            ).fetchone()
        return None if row is None else read_answer(row)

    def find_request(self, record_id: str) -> tuple[Request, list[Answer]] | None:
        """The request behind a record's id and all its answers, by candidate and round."""
        with self._translated():
            for place in split_record_id(record_id):
                rows = self._connection.execute(_ALL, place).fetchall()
                if rows:
                    key, *_, prefix, context, question, body = rows[0][:8]
                    request = Request(
                        key,
                        Item(*place),
                        msgspec.json.decode(body, type=AnnotatedImage),
                        msgspec.json.decode(prefix, type=tuple[Message, ...]),
                        context,
                        question,
                    )
                    return request, [read_answer(row[8:]) for row in rows]
        return None

    def count_answers(self) -> int:
        """How many requests have an answer."""
        with self._translated():
            return int(self._connection.execute("SELECT count(*) FROM requests").fetchone()[0])

    def find_images(self, ids: Iterable[str]) -> dict[str, AnnotatedImage]:
        """The images of these ids, as far as the run asked about them."""
        found = {}
        with self._translated():
            for image_id in ids:
                row = self._connection.execute(
                    "SELECT body FROM images WHERE id = ?", (image_id,)
                ).fetchone()
                if row is not None:
                    found[image_id] = msgspec.json.decode(row[0], type=AnnotatedImage)
        return found

    def iterate_images(self) -> Iterator[AnnotatedImage]:
        """Every image that the run asked about, by id."""
        with self._translated():
            for (body,) in self._connection.execute("SELECT body FROM images ORDER BY id"):
                yield msgspec.json.decode(body, type=AnnotatedImage)

    def sum_usage(self) -> Usage:
        """Tokens of all replies of the run, those of earlier rounds included."""
        with self._translated():
            row = self._connection.execute(
                "SELECT total(prompt_tokens), total(completion_tokens), total(cached_tokens)"
                " FROM answers"
            ).fetchone()
        return Usage(*map(int, row))

    def sum_attempts(self) -> int:
        """Requests made over the wire for all answers of the run, failed ones included."""
        with self._translated():
            row = self._connection.execute(
                "SELECT (SELECT total(attempts) FROM answers WHERE failure = '')"
                " + (SELECT total(attempts) FROM failures)"
            ).fetchone()
        return int(row[0])

    def iterate(self, *, after: Item | None = None) -> Iterator[tuple[Request, list[Answer]]]:
        """Every request with the newest answer of each candidate.

        Ordered by image id, response type and index; the answers by candidate.

        Args:
            after: begin behind this item; None from the start.
        """
        with self._translated():
            prefixes = {
                hash_: msgspec.json.decode(body, type=tuple[Message, ...])
                for hash_, body in self._connection.execute("SELECT * FROM prefixes")
            }
            image = None
            place = (after.image_id, after.response_type, after.index) if after else ("", "", -1)
            rows = self._connection.execute(_NEWEST, place)
            for _, group in groupby(rows, key=itemgetter(0)):
                answers = list(group)
                key, image_id, name, index, prefix, context, question, body = answers[0][:8]
                if image is None or image.id != image_id:
                    image = msgspec.json.decode(body, type=AnnotatedImage)
                item = Item(image_id, name, index)
                request = Request(key, item, image, prefixes[prefix], context, question)
                yield request, [read_answer(row[8:]) for row in answers]

    def query(self, text: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Rows of the store as they come."""
        with self._translated():
            yield from self._connection.execute(text, values)

    def add(self, rows: Iterable[tuple[Request, Answer]]) -> None:
        """Add answers with their requests, in one transaction; what stands already is left."""
        self.insert(rows)
        self.commit()

    def insert(
        self, rows: Iterable[tuple[Request, Answer]], meta: Mapping[str, str] | None = None
    ) -> None:
        """The first half of `add`, which only reckons; nothing is kept before `commit`.

        Args:
            rows: answers with their requests.
            meta: values as of `set_meta`, kept together with them or not at all.
        """
        with self._translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                for request, answer in rows:
                    self._add_one(request, answer)
                for pair in (meta or {}).items():
                    self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", pair)
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def commit(self) -> None:
        """The second half of `add`, which waits for the disk; may run in another thread."""
        with self._translated():
            try:
                self._connection.execute("COMMIT")
            except sqlite3.Error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _add_one(self, request: Request, answer: Answer) -> None:
        execute, item = self._connection.execute, request.item
        prefix, body = _digest_prefix(request.prefix)
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
        self._add_answer(_identify(request), answer)

    def _add_answer(self, request: Sequence[object], answer: Answer) -> None:
        execute, reply, usage = self._connection.execute, answer.reply, answer.reply.usage
        place = (answer.candidate, answer.round)
        if answer.failure:
            execute(
                f"INSERT INTO failures SELECT id, ?, ?, ?, ?, ? FROM requests WHERE {_THIS}",
                (*place, answer.failure, reply.text, reply.attempts, *request),
            )
        execute(
            _INSERT_ANSWER,
            (
                *place,
                answer.failure,
                reply.text,
                reply.model,
                reply.finish_reason,
                usage.prompt_tokens,
                usage.completion_tokens,
                usage.cached_tokens,
                reply.latency,
                reply.attempts,
                answer.feedback,
                *request,
            ),
        )

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as exc:
            raise RunError(self.path, explain(exc)) from exc


_THIS = "(image_id, response_type, idx, key) = (?, ?, ?, ?)"

_NEWEST = f"""
SELECT key, image_id, response_type, idx, prefix, context, question, body, {ANSWER_COLUMNS}
FROM requests
JOIN images ON images.id = image_id
JOIN answers ON answers.request = requests.id AND round = (
    SELECT max(round) FROM answers AS others
    WHERE others.request = requests.id AND others.candidate = answers.candidate
)
WHERE (image_id, response_type, idx) > (?, ?, ?)
ORDER BY image_id, response_type, idx, candidate
"""
_ALL = f"""
SELECT key, image_id, response_type, idx, messages, context, question, body, {ANSWER_COLUMNS}
FROM requests
JOIN images ON images.id = image_id
JOIN prefixes ON hash = prefix
JOIN answers ON answers.request = requests.id
WHERE (image_id, response_type, idx) = (?, ?, ?)
ORDER BY candidate, round
"""
# A reply that is there is never replaced; a failure is, once there is something better.
_INSERT_ANSWER = f"""
INSERT INTO answers (request, {ANSWER_COLUMNS})
SELECT id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM requests WHERE {_THIS}
ON CONFLICT (request, candidate, round) DO UPDATE SET
    failure = excluded.failure, text = excluded.text, model = excluded.model,
    finish_reason = excluded.finish_reason, prompt_tokens = excluded.prompt_tokens,
    completion_tokens = excluded.completion_tokens, cached_tokens = excluded.cached_tokens,
    latency = excluded.latency, attempts = excluded.attempts, feedback = excluded.feedback
WHERE answers.failure <> ''
"""


@lru_cache(maxsize=64)
def _digest_prefix(prefix: tuple[Message, ...]) -> tuple[bytes, bytes]:
    """Digest and JSON of the messages that all requests of a response type share."""
    body = msgspec.json.encode(prefix)
    return sha256(body).digest(), body


def _identify(request: Request) -> tuple[str, str, int, bytes]:
    """What the columns of `_THIS` are for a request."""
    item = request.item
    return item.image_id, item.response_type, item.index, request.key
