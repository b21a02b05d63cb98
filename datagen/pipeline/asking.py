"""Pipeline, the paid half: asks what the store does not hold yet and keeps every answer."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from datagen.errors import AskError, EndpointError
from datagen.llm.client import Client
from datagen.pipeline.job import Job, RequestMaker
from datagen.records import (
    Prompt,
    Reply,
)
from datagen.store import Answer, Request, RunStore, StoreWriter

ASK_AGAIN = frozenset({"gave-up"})
"""Failures that cost nothing and say nothing about the request: a resume asks again."""


@dataclass(slots=True)
class Progress:
    """How far the asking is; `done` includes what earlier starts of the run had finished."""

    planned: int
    done: int = 0
    failed: int = 0
    resumed: int = 0
    in_flight: int = 0
    tokens: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Asking:
    """One start of the paid half: the shared state of its workers."""

    job: Job
    client: Client
    folder: Path
    progress: Progress
    on_progress: Callable[[Progress], None]
    stopped: bool = False
    error: EndpointError | None = None

    def stop(self) -> None:
        """Start nothing new; what is in flight is finished and kept."""
        self.stopped = True

    async def run(self) -> None:
        """Ask all that the store does not hold; return when done or stopped.

        Raises:
            EndpointError: the endpoint refuses everything; what was answered is kept.
            RunError: the store cannot be written.
        """
        loop = asyncio.get_running_loop()

        def stop_soon() -> None:
            loop.call_soon_threadsafe(self.stop)

        writer = StoreWriter(self.folder, on_error=stop_soon)
        try:
            with RunStore(self.folder) as store:
                todo = self._list_todo(store)
                async with asyncio.TaskGroup() as group:
                    for _ in range(min(self.job.settings.concurrency, len(self.job.items))):
                        group.create_task(self._work(todo, writer))
        finally:
            await asyncio.to_thread(writer.close)
        if self.error is not None:
            raise self.error

    def _list_todo(self, store: RunStore) -> Iterator[tuple[Request, Prompt, int]]:
        """What has no answer yet, with the number of the round; shared by all workers."""
        maker = RequestMaker(self.job)
        for item in self.job.items:
            request, prompt = maker.make(item)
            answer = store.find_answer(request.key)
            if answer is None:
                yield request, prompt, 0
            elif answer.failure in ASK_AGAIN:
                yield request, prompt, answer.round + 1
            else:
                self.progress.resumed += 1
                self.progress.done += 1

    async def _work(self, todo: Iterator[tuple[Request, Prompt, int]], writer: StoreWriter) -> None:
        for request, prompt, round_ in todo:
            if self.stopped:
                return
            self.progress.in_flight += 1
            try:
                writer.put(request, await self._ask(prompt, round_))
            except EndpointError as exc:
                self.error = self.error or exc
                self.stop()
            finally:
                self.progress.in_flight -= 1
            self.on_progress(self.progress)

    async def _ask(self, prompt: Prompt, round_: int) -> Answer:
        try:
            reply = await self.client.ask(prompt)
        except AskError as exc:
            self.progress.failed += 1
            reply = Reply(str(exc), "", finish_reason="", attempts=exc.attempts)
            return Answer(reply, round=round_, failure=exc.code)
        self.progress.done += 1
        usage = reply.usage
        self.progress.tokens.update(prompt=usage.prompt_tokens, completion=usage.completion_tokens)
        return Answer(reply, round=round_)
