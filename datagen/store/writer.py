"""Run store: the thread that commits answers in groups, so that the event loop never waits."""

import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

from datagen.errors import RunError
from datagen.store.rows import Answer, Request
from datagen.store.run_store import RunStore

COMMIT_AFTER = 0.1
"""Seconds within which an answer is on disk."""


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
