"""Run store: answers out of an event loop into the store, in groups.

Rows are inserted in the loop, which takes some microseconds each; the wait for the disk happens in
a thread. Inserting in a thread as well would make both fight for the interpreter at every row.
"""

import asyncio
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Protocol, Self

from datagen.errors import RunError
from datagen.store.rows import Answer, Request

COMMIT_AFTER = 0.1
"""Seconds after which an answer is on its way to the disk."""


class Keeper(Protocol):
    """What keeps answers: a `RunStore`, or whoever keeps them elsewhere."""

    def insert(self, rows: Iterable[tuple[Request, Answer]]) -> None:
        """Take rows; only reckons, since the event loop waits."""
        ...

    def commit(self) -> None:
        """Make what was taken durable; runs in a thread.

        Raises:
            RunError: it cannot be kept.
        """
        ...


class StoreWriter:
    """Commits answers in groups; use it in an `async with` block, which ends when all is kept."""

    def __init__(
        self,
        store: Keeper,
        *,
        commit_after: float = COMMIT_AFTER,
        on_error: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare; the store is the writer's alone until the block ends.

        Args:
            store: opened for writing.
            commit_after: seconds after which an answer is committed.
            on_error: called when the store cannot be written any more.
        """
        self._store = store
        self._commit_after = commit_after
        self._on_error = on_error
        self._rows: list[tuple[Request, Answer]] = []
        self._arrived = asyncio.Event()
        self._closing = asyncio.Event()
        self._error: RunError | None = None

    async def __aenter__(self) -> Self:
        """Begin to commit."""
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Commit the rest.

        Raises:
            RunError: the store could not be written.
        """
        self._closing.set()
        self._arrived.set()
        await self._task
        if self._error is not None:
            raise self._error

    def put(self, request: Request, answer: Answer) -> None:
        """Take an answer to be kept; returns at once."""
        self._rows.append((request, answer))
        self._arrived.set()

    async def _run(self) -> None:
        try:
            while self._rows or not self._closing.is_set():
                await self._arrived.wait()
                await self._wait_for_more()
                self._arrived.clear()
                rows, self._rows = self._rows, []
                if rows:
                    self._store.insert(rows)
                    await asyncio.to_thread(self._store.commit)
        except RunError as exc:
            self._error = exc
            self._on_error()

    async def _wait_for_more(self) -> None:
        try:
            async with asyncio.timeout(self._commit_after):
                await self._closing.wait()
        except TimeoutError:
            return
