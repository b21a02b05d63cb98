"""Pipeline, the paid half: asks what the store does not hold yet and keeps every answer."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from datagen.errors import AskError, EndpointError
from datagen.llm.client import Client
from datagen.pipeline.estimating import Estimator
from datagen.pipeline.job import Job, RequestMaker
from datagen.pipeline.judging import Judge
from datagen.plan import order_item
from datagen.prices import Budget, cost
from datagen.records import Item, Prompt, Rejection, Reply, Usage
from datagen.repair import add_feedback, write_feedback
from datagen.store import Answer, Request, RunStore, Standing, StoreWriter
from datagen.store.survey import iterate_standings

ASK_AGAIN = frozenset({"gave-up"})
"""Failures that cost nothing and say nothing about the request: a resume asks again."""

_CANDIDATES, _ROUNDS = 1_000, 1_000_000  # places of index, candidate and round in a prompt's seed


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to ask: a request, for one of its candidates, in one of its rounds.

    Attributes:
        position: of its item in the plan; -1 where nobody needs to know.
    """

    request: Request
    prompt: Prompt
    candidate: int
    round: int = 0
    feedback: str = ""
    position: int = -1

    def seed(self) -> int:
        """Sets it apart from every other asking of the same messages; 0 for the first."""
        index = self.request.item.index
        return index * _CANDIDATES + self.candidate + self.round * _ROUNDS


@dataclass(slots=True)
class Progress:
    """How far the asking is; `done` includes what earlier starts of the run had finished.

    Attributes:
        planned: replies wanted, all candidates counted.
        repaired: replies asked for again because they were rejected.
        spent: USD of the whole run, 0 where no price is known.
    """

    planned: int
    done: int = 0
    failed: int = 0
    resumed: int = 0
    repaired: int = 0
    in_flight: int = 0
    usage: Usage = field(default_factory=Usage)
    spent: float = 0.0


@dataclass(slots=True)
class Asking:
    """One start of the paid half: the shared state of its workers.

    Attributes:
        estimator: what a request will cost, for the budget.
        budget: limits of this start.
        retry_rejected: ask once more for each reply that was rejected in an earlier start.
        on_answer: told the final answer of each item that this start has asked for, with its
            position in the plan, in the order of arrival; of several candidates, of each.
        stopped: why nothing new is started: `interrupted`, `max_cost`, `max_requests`, `error`.
    """

    job: Job
    client: Client
    folder: Path
    progress: Progress
    on_progress: Callable[[Progress], None] = lambda progress: None
    estimator: Estimator = field(default_factory=Estimator)
    budget: Budget = field(default_factory=Budget)
    retry_rejected: bool = False
    on_answer: Callable[[int, Request, Answer], None] = lambda position, request, answer: None
    stopped: str = ""
    judge: Judge = field(init=False)
    _error: EndpointError | None = None
    _finished: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Set the checks up before anything is asked."""
        self.judge = Judge(self.job.types, self.job.settings)

    def stop(self, why: str = "interrupted") -> None:
        """Start nothing new; what is in flight is finished and kept."""
        self.stopped = self.stopped or why

    async def run(self) -> None:
        """Ask all that the store does not hold; return when done or stopped.

        Raises:
            EndpointError: the endpoint refuses everything; what was answered is kept.
            RunError: the store cannot be written.
        """
        with RunStore(self.folder) as reading, RunStore(self.folder, write=True) as writing:
            async with StoreWriter(writing, on_error=lambda: self.stop("error")) as writer:
                await self.ask_all(self.list_todo(reading), writer)
        self.raise_error()

    async def ask_all(self, todo: Iterator[Task], writer: StoreWriter) -> None:
        """Ask for all of these tasks, so many at a time as the settings allow."""
        async with asyncio.TaskGroup() as group:
            for _ in range(min(self.job.settings.concurrency, self.progress.planned)):
                group.create_task(self._work(todo, writer))

    def raise_error(self) -> None:
        """Raise what the endpoint ended the asking with, if it did."""
        if self._error is not None:
            raise self._error

    def list_todo(self, store: RunStore) -> Iterator[Task]:
        """What has to be asked, in item order; shared by all workers."""
        maker = RequestMaker(self.job)
        for position, (item, standings) in enumerate(_match(self.job.items, store)):
            rounds = {each.candidate: each for each in standings}
            wanted = range(self.job.settings.candidates)
            left = [each for each in wanted if not self._is_done(rounds.get(each))]
            self._count_resumed(len(wanted) - len(left))
            if not left:  # no prompt is written, which would take most of the time
                continue
            request, prompt = maker.make(item)
            for candidate in left:
                answer = store.find_answer(request, candidate)
                start = Task(request, prompt, candidate, position=position)
                task = self.plan_task(start, answer)
                if task is not None:
                    yield task
                else:
                    self._count_resumed(1)

    def _is_done(self, standing: Standing | None) -> bool:
        """Whether nothing follows from the newest answer, whatever stands in it."""
        return (
            standing is not None
            and standing.failure not in ASK_AGAIN
            and not self.retry_rejected
            and standing.round >= self.job.settings.repair
        )

    def _count_resumed(self, replies: int) -> None:
        self.progress.resumed += replies
        self.progress.done += replies

    def plan_task(self, task: Task, answer: Answer | None) -> Task | None:
        """What is still to be asked for a request whose newest answer is given."""
        if answer is None:
            return task
        if answer.failure in ASK_AGAIN:
            return replace(task, round=answer.round, feedback=answer.feedback)
        return self.follow(task, answer, again=self.retry_rejected)

    def follow(self, task: Task, answer: Answer, *, again: bool = False) -> Task | None:
        """The next round after a rejected reply, where the settings want one."""
        repairs = answer.round < self.job.settings.repair
        if not (repairs or again):
            return None
        judged = self.judge.judge(task.request, answer)
        if not isinstance(judged.outcome, Rejection):
            return None
        self.progress.repaired += 1
        feedback = "" if answer.failure or not repairs else write_feedback(judged.findings)
        prompt = add_feedback(task.prompt, answer.reply.text, feedback) if feedback else task.prompt
        return replace(task, prompt=prompt, round=answer.round + 1, feedback=feedback)

    async def _work(self, todo: Iterator[Task], writer: StoreWriter) -> None:
        for task in todo:
            following: Task | None = task
            while following is not None:
                if self.stopped or not await self.admit(following):
                    return
                following = await self._handle(following, writer)

    async def admit(self, task: Task) -> bool:
        """Wait until the budget bears the request; False when it never will."""
        estimate = self.estimate(task)
        while limit := self.budget.name_limit(estimate):
            if limit != "max_cost" or not self.budget.in_flight:
                self.stop(limit)
                return False
            await self._finished.wait()  # what is in flight may come cheaper than reserved
        self.budget.start(estimate)
        return True

    def estimate(self, task: Task) -> float:
        """USD to reserve for a task."""
        prefix = len(task.request.prefix)
        return self.estimator.cost_of(task.request.item.response_type, task.prompt, prefix)

    async def _handle(self, task: Task, writer: StoreWriter) -> Task | None:
        """Ask once, keep the answer, and say what follows from it."""
        estimate = self.estimate(task)
        self.progress.in_flight += 1
        answer = None
        try:
            answer = await self._ask(task)
            writer.put(task.request, answer)
        except EndpointError as exc:
            self._error = self._error or exc
            self.stop("error")
        finally:
            self.progress.in_flight -= 1
            self.settle(estimate, answer)
        return None if answer is None else self.conclude(task, answer)

    def conclude(self, task: Task, answer: Answer) -> Task | None:
        """Count an answer that is kept, and say what is to be asked after it."""
        following = None if answer.failure else self.follow(task, answer)
        if following is None:
            self.progress.done += not answer.failure
            self.progress.failed += bool(answer.failure)
            if task.position >= 0:
                self.on_answer(task.position, task.request, answer)
        self.on_progress(self.progress)
        return following

    def settle(self, estimate: float, answer: Answer | None) -> None:
        """Count what an answer has cost; `estimate` is what was reserved for it."""
        usage = answer.reply.usage if answer is not None else Usage()
        price = self.estimator.price
        self.budget.finish(estimate, cost(usage, price) if price is not None else 0.0)
        total = self.progress.usage
        self.progress.usage = Usage(
            total.prompt_tokens + usage.prompt_tokens,
            total.completion_tokens + usage.completion_tokens,
            total.cached_tokens + usage.cached_tokens,
        )
        self.progress.spent = self.budget.spent
        self._finished.set()
        self._finished = asyncio.Event()

    async def _ask(self, task: Task) -> Answer:
        place = (task.candidate, task.round)
        try:
            reply = await self.client.ask(replace(task.prompt, seed=task.seed()))
        except AskError as exc:
            reply = Reply(str(exc), "", finish_reason="", attempts=exc.attempts)
            return Answer(reply, *place, failure=exc.code, feedback=task.feedback)
        return Answer(reply, *place, feedback=task.feedback)


def _match(items: Iterable[Item], store: RunStore) -> Iterator[tuple[Item, Sequence[Standing]]]:
    """Each item with how far it is; both come in the same order."""
    found = iterate_standings(store)
    known = next(found, None)
    for item in items:
        while known is not None and order_item(known[0]) < order_item(item):
            known = next(found, None)
        yield item, known[1] if known is not None and known[0] == item else ()
