"""Ask stage, batches: the order of the work, from prompts to results.

Parts are written, handed in, polled and collected. All that is known lies in the run folder, so
the work may end at any moment, even by a kill: the next start with the same folder goes on, and
hands nothing in twice.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import aclosing
from pathlib import Path

from datagen.llm.batch.endpoint import BatchEndpoint
from datagen.llm.batch.journal import Journal
from datagen.llm.batch.lines import Ask, BatchResult
from datagen.llm.batch.outstanding import Outstanding, count_outstanding
from datagen.llm.batch.parts import PartLimits
from datagen.llm.batch.start import BatchProgress, BatchStart

POLL_SECONDS = 60.0
"""Between two looks at the batches; they take minutes to hours."""

MOST_TRIES = 3
"""Batches that one request is put into before it is given up."""


class BatchAsker:
    """Asks many requests through the Batch API.

    Attributes:
        progress: how far it is.
        outstanding: what is at the endpoint or waits for it when `run` has ended.
        left: requests without an answer, of a batch that somebody has cancelled; the next start
            asks them.
    """

    def __init__(
        self,
        folder: Path,
        endpoint: BatchEndpoint,
        *,
        limits: PartLimits | None = None,
        most_tries: int = MOST_TRIES,
        poll_seconds: float = POLL_SECONDS,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        on_progress: Callable[[BatchProgress], None] | None = None,
    ) -> None:
        """Set up; nothing is read or sent before `run`.

        Args:
            folder: the run folder, which no other process may use meanwhile.
            endpoint: stays open until `close`.
            limits: of one file; None for OpenAI's.
            most_tries: batches that one request is put into before it is given up.
            poll_seconds: between two looks at the batches.
            sleep: waits the given seconds.
            on_progress: called after every look.
        """
        self._folder = folder
        self._endpoint = endpoint
        self._limits = limits or PartLimits()
        self._most_tries = most_tries
        self._poll_seconds = poll_seconds
        self._sleep = sleep
        self._on_progress = on_progress or (lambda _progress: None)
        self._stopped = asyncio.Event()
        self.progress = BatchProgress()
        self.outstanding = Outstanding()
        self.left = 0

    def stop(self) -> None:
        """End `run` soon; what is at the endpoint goes on there, for a later start."""
        self._stopped.set()

    async def close(self) -> None:
        """Close the connections to the endpoint."""
        await self._endpoint.close()

    async def run(
        self, todo: Iterable[Ask], *, wait: bool = True
    ) -> AsyncGenerator[BatchResult, None]:
        """Ask and yield results, in no order, each request's once.

        Args:
            todo: what has no answer yet, read once from front to end. What an earlier start has
                handed in is recognised; what it does not name any more is not asked; what was
                given up is asked anew.
            wait: stay until everything is answered. Else hand everything in, collect what is
                ready, and end; `outstanding` tells what is out.

        Raises:
            EndpointError: nothing can go on before the user has done something. What was ready
                has been yielded.
            RunError: the run folder cannot be used.
        """
        self.progress.collected = 0
        with Journal(self._folder) as journal:
            start = BatchStart(
                journal,
                self._folder,
                self._endpoint,
                self._limits,
                self._most_tries,
                self._stopped,
            )
            try:
                async with aclosing(self._go(start, todo, wait=wait)) as results:
                    async for result in results:
                        self.progress.collected += 1
                        yield result
            finally:
                self.outstanding = count_outstanding(journal)
                self.left = start.collection.left

    async def _go(
        self, start: BatchStart, todo: Iterable[Ask], *, wait: bool
    ) -> AsyncGenerator[BatchResult, None]:
        start.clean()
        async with aclosing(start.write_parts(todo)) as failures:
            async for failure in failures:
                yield failure
        if self._stopped.is_set():  # what is wanted is known in part only
            return
        for result in start.read_again():
            yield result
        await start.submit()
        while True:
            self._report(start)
            async with aclosing(start.poll()) as results:
                async for result in results:
                    yield result
            await start.submit()
            self._report(start)
            start.check()
            if not wait or not start.is_under_way() or await self._pause():
                return

    def _report(self, start: BatchStart) -> None:
        start.measure(self.progress)
        self._on_progress(self.progress)

    async def _pause(self) -> bool:
        """Wait for the next look; True when `stop` was called."""
        tasks = {
            asyncio.ensure_future(self._sleep(self._poll_seconds)),
            asyncio.ensure_future(self._stopped.wait()),
        }
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
        return self._stopped.is_set()
