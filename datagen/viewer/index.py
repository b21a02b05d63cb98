"""Viewer: the index of a run or file, `view.sqlite`: thin rows, facets, full text.

It can be thrown away at any time. Threads read it at once, each with a connection of its own.
"""

import contextlib
import os
import secrets
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from datagen.checks.shape import read_record
from datagen.errors import RunError
from datagen.records import AnnotatedImage
from datagen.store.database import explain
from datagen.viewer.bitmaps import Column, unpack
from datagen.viewer.file_rows import decode_record
from datagen.viewer.filling import fill_index
from datagen.viewer.refusals import RefusedError
from datagen.viewer.rows import StoredRow, join_texts
from datagen.viewer.target import Target, place_index

TIME_LIMIT = 2.0
"""Seconds that one query may take."""

CHANGES = "changes"
"""Name of the number of appends to an index since it was built."""

_STEPS = 2_000  # of SQLite's machine between two looks at the clock
_CACHED = 16 << 20  # bytes of sets kept at hand


class Index:
    """An open index; `with` closes it.

    Attributes:
        generation: differs whenever the index was built anew, so that old cursors are known.
        version: grows with every change of it.
    """

    def __init__(self, path: Path, files: Sequence[Path]) -> None:
        """Open it; `files` are those that bodies are read from.

        Raises:
            RunError: it cannot be read.
        """
        self.path = path
        self.version = 0
        self._local = threading.local()
        self._connections: dict[threading.Thread, sqlite3.Connection] = {}
        # Held open, so that rows and bodies fit also when a build puts new files in their place.
        self._files = [_open_file(file) for file in files]
        self._sets: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._lock = threading.Lock()
        self._changes = self.get_meta(CHANGES)
        self.generation = self.get_meta("generation")

    def __enter__(self) -> "Index":
        """Use the index in a `with` block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the connections of all threads, and the files."""
        with self._lock:
            for connection in self._connections.values():
                connection.close()
            self._connections = {}
        for file in self._files:
            if file is not None:
                os.close(file)
        self._files = []

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection of this thread."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if found is None:
            address = f"{self.path.absolute().as_uri()}?mode=ro"
            found = sqlite3.connect(
                address, uri=True, timeout=5, isolation_level=None, check_same_thread=False
            )
            found.execute("PRAGMA query_only = ON")
            self._local.connection = found
            with self._lock:
                for thread in [each for each in self._connections if not each.is_alive()]:
                    self._connections.pop(thread).close()  # threads of a server come and go
                self._connections[threading.current_thread()] = found
        return found

    @contextlib.contextmanager
    def limit_time(self, seconds: float = TIME_LIMIT) -> Iterator[sqlite3.Connection]:
        """The connection of this thread, for queries that are stopped when they take too long.

        Raises:
            RefusedError: they did, or the index cannot be read.
        """
        connection, end = self.connection, time.monotonic() + seconds
        connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
        try:
            yield connection
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorname == "SQLITE_INTERRUPT":
                message = f"this took longer than {seconds:g} s and was stopped; ask for less"
                raise RefusedError(message, 503) from exc
            raise RefusedError(f"{self.path.name} {explain(exc)}", 503) from exc
        finally:
            connection.set_progress_handler(None, 0)

    def get_meta(self, name: str) -> str:
        """A value kept with the index, empty where there is none."""
        row = self.connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row is not None else ""

    def count(self) -> int:
        """The greatest key, which is the number of records."""
        row = self.connection.execute("SELECT max(key) FROM rows").fetchone()
        return int(row[0] or 0)

    def find_set(self, kind: str, value: str) -> int:
        """The records with this value of a facet."""
        return self._cache((kind, value), lambda: self._read_set(kind, value))

    def list_values(self, kind: str) -> list[tuple[str, int]]:
        """The values of a facet with the number of their records, the commonest first."""
        query = "SELECT value, count FROM terms WHERE kind = ? ORDER BY count DESC, value"
        return [
            (str(value), int(count)) for value, count in self.connection.execute(query, (kind,))
        ]

    def read_column(self, name: str) -> Column:
        """What lists are sorted by; see `COLUMNS`."""
        query = "SELECT place FROM digits WHERE name = ? AND place >= 0 ORDER BY place"
        places = [place for (place,) in self.connection.execute(query, (name,))]
        known, *digits = (self._find_digit(name, place) for place in (-1, *places))
        return Column(known, tuple(digits))

    def read_rows(self, keys: Sequence[int]) -> list[StoredRow]:
        """The rows with these keys, in this order."""
        marks = ", ".join("?" * len(keys))
        query = f"SELECT * FROM rows WHERE key IN ({marks})"
        rows = self.connection.execute(query, tuple(keys))
        found = {row[0]: StoredRow(*row) for row in rows}
        return [found[key] for key in keys if key in found]

    def find_key(self, record_id: str) -> int | None:
        """The key of a record by its id."""
        query = "SELECT key FROM rows WHERE id = ?"
        row = self.connection.execute(query, (record_id,)).fetchone()
        return int(row[0]) if row is not None else None

    def find_known(self, record_ids: Sequence[str]) -> set[str]:
        """Those of some ids, at most a few thousand, that are a record's."""
        marks = ", ".join("?" * len(record_ids))
        query = f"SELECT id FROM rows WHERE id IN ({marks})"
        return {id_ for (id_,) in self.connection.execute(query, tuple(record_ids))}

    def list_appended_rejections(self) -> list[tuple[str, str]]:
        """Id and type of the rejected records that no file of the run holds."""
        query = "SELECT id, type FROM rows WHERE file IS NULL AND NOT is_accepted"
        return [(str(id_), str(type_)) for id_, type_ in self.connection.execute(query)]

    def read_body(self, row: StoredRow) -> bytes:
        """The JSON text of a record, or of its rejection."""
        if row.file is not None and row.start is not None and row.size is not None:
            file = self._files[row.file]
            return os.pread(file, row.size, row.start) if file is not None else b""
        query = "SELECT body FROM bodies WHERE key = ?"
        found = self.connection.execute(query, (row.key,)).fetchone()
        return bytes(found[0]) if found is not None else b""

    def read_texts(self, row: StoredRow) -> list[str]:
        """The texts of its messages, or of a rejected reply as the only answer."""
        body = decode_record(self.read_body(row))
        turns = read_record(body).turns
        if turns:
            return [turn.text or "" for turn in turns]
        reply = body.get("reply", "") if isinstance(body, dict) else body
        return ["", reply if isinstance(reply, str) else ""]

    def read_text(self, row: StoredRow) -> str:
        """What the full text knows of a row that was appended."""
        texts = self.read_texts(row)
        return join_texts(texts) if row.is_accepted else texts[-1]

    def read_image(self, image_id: str) -> AnnotatedImage | None:
        """An annotated image that the index keeps."""
        query = "SELECT body FROM images WHERE id = ?"
        row = self.connection.execute(query, (image_id,)).fetchone()
        return msgspec.json.decode(row[0], type=AnnotatedImage) if row is not None else None

    def notice_changes(self) -> None:
        """Drop what is kept at hand if somebody, perhaps another viewer, has appended."""
        changes = self.get_meta(CHANGES)
        if changes != self._changes:
            self._changes = changes
            self.forget()

    def forget(self) -> None:
        """Drop what is kept at hand, after the index has changed."""
        with self._lock:
            self._sets.clear()
            self.version += 1

    def _read_set(self, kind: str, value: str) -> int:
        query = "SELECT bits FROM terms WHERE kind = ? AND value = ?"
        row = self.connection.execute(query, (kind, value)).fetchone()
        return unpack(row[0]) if row is not None else 0

    def _find_digit(self, name: str, place: int) -> int:
        def read() -> int:
            query = "SELECT bits FROM digits WHERE name = ? AND place = ?"
            return unpack(self.connection.execute(query, (name, place)).fetchone()[0])

        return self._cache((f"digit {name}", str(place)), read)

    def _cache(self, name: tuple[str, str], read: Callable[[], int]) -> int:
        version = self.version
        with self._lock:
            if name in self._sets:
                self._sets.move_to_end(name)
                return self._sets[name]
        bits = read()
        with self._lock:
            if version == self.version:
                self._sets[name] = bits
                room = _CACHED // max(1, self.size >> 3)
                while len(self._sets) > max(room, 64):
                    self._sets.popitem(last=False)
        return bits

    @property
    def size(self) -> int:
        """Records, as counted when the index was last changed."""
        found: tuple[int, int] | None = getattr(self, "_size", None)
        if found is None or found[0] != self.version:
            found = self._size = (self.version, self.count())
        return found[1]


def _open_file(path: Path) -> int | None:
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None


def open_index(
    target: Target, on_progress: Callable[[int, int], None] = lambda done, total: None
) -> Index:
    """Open the index of a target; it is built where there is none or the target has changed.

    Args:
        target: what it is about.
        on_progress: told rows done and rows in all while it is built.

    Raises:
        DatagenError: the target cannot be read, the index cannot be written.
    """
    path = place_index(target.path)
    source = target.describe()
    if (index := _reopen(path, source, target)) is not None:
        return index
    meta = {"source": source, "generation": secrets.token_hex(4)}
    with target.open_rows() as rows:
        fill_index(path, rows, meta, on_progress)
    index_ = _reopen(path, source, target)
    if index_ is None:
        raise RunError(target.path, "was changed while it was read; start again")
    return index_


def _reopen(path: Path, source: str, target: Target) -> Index | None:
    """The index at a place if it is one of today's target."""
    if not path.is_file():
        return None
    index: Index | None = None
    try:
        index = Index(path, target.list_files())
        if index.get_meta("source") == source == target.describe():
            return index
    except sqlite3.Error:
        pass  # damaged, or no index; it is only a copy, so it is made anew
    if index is not None:
        index.close()
    return None
