"""Ask stage, batches: the steps of one start of the work on a run folder.

Each may be cut short by a kill and is taken again by the next start; none hands in twice.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path

from datagen.errors import AskError, EndpointError
from datagen.llm.batch.collection import Collection
from datagen.llm.batch.endpoint import Batch, BatchEndpoint
from datagen.llm.batch.gate import QUEUE_FULL, Gate, find_ceiling
from datagen.llm.batch.journal import JOURNAL_FILE, Journal, Part, PartState
from datagen.llm.batch.lines import Ask, BatchResult, write_custom_id
from datagen.llm.batch.outstanding import count_outstanding
from datagen.llm.batch.parts import REQUESTS, PartFiles, PartLimits, PartWriter
from datagen.llm.batch.submission import Submission
from datagen.records import Reply

_CEILING = "ceiling"  # in the journal: requests of a part that the account's queue can hold
_BREATH = 256  # requests written before other tasks have their turn


@dataclass(slots=True)
class BatchProgress:
    """How far this start is.

    Attributes:
        batches, requests: at the endpoint now.
        completed, failed: of these requests, as the endpoint counts.
        waiting: requests that are not handed in yet.
        collected: results handed out by this start, failures included.
        is_queue_full: the account's queue at the endpoint holds no more for now.
    """

    batches: int = 0
    requests: int = 0
    completed: int = 0
    failed: int = 0
    waiting: int = 0
    collected: int = 0
    is_queue_full: bool = False


class BatchStart:
    """The steps of one start; `BatchAsker` takes them in their order."""

    def __init__(
        self,
        journal: Journal,
        folder: Path,
        endpoint: BatchEndpoint,
        limits: PartLimits,
        most_tries: int,
        stopped: asyncio.Event,
    ) -> None:
        """Set up; `stopped` ends what can be ended, the other arguments are `BatchAsker`'s."""
        self._journal = journal
        self._files = PartFiles(folder)
        self._endpoint = endpoint
        self._limits = limits
        self._stopped = stopped
        self._submission = Submission(journal, self._files, endpoint)
        self._gate = Gate()
        self._seen: dict[int, Batch] = {}
        self._error: EndpointError | None = None
        self.collection = Collection(journal, self._files, endpoint, most_tries)

    def clean(self) -> None:
        """Forget parts whose file somebody has removed or cut before it was handed in."""
        for part in self._journal.list_parts(PartState.WRITTEN):
            path = self._files.get_path(part.number, REQUESTS)
            if not path.is_file() or path.stat().st_size != part.size:
                self._files.remove(part.number, REQUESTS)
                self._journal.release(self._journal.read_rows(part))
                self._journal.save(replace(part, state=PartState.CLOSED, is_pending=False))

    async def write_parts(self, todo: Iterable[Ask]) -> AsyncGenerator[BatchResult, None]:
        """Write into parts what stands in none; yield what cannot be asked at all."""
        with PartWriter(self._journal, self._files, self._get_limits()) as writer:
            for count, ask in enumerate(todo, 1):
                custom_id = write_custom_id(ask.key, ask.candidate, ask.round)
                if self._journal.want(custom_id) and not self._journal.has_request(custom_id):
                    failure = self._write(ask, custom_id, writer)
                    if failure is not None:
                        yield failure
                if count % _BREATH == 0:
                    await asyncio.sleep(0)
                if self._stopped.is_set():
                    return

    def _write(self, ask: Ask, custom_id: str, writer: PartWriter) -> BatchResult | None:
        try:
            line = self._endpoint.write_request(custom_id, ask.prompt)
        except AskError as exc:
            return _refuse(ask, exc.code, str(exc))
        if len(line) > self._limits.size:
            problem = f"the request has {len(line):,} bytes, a file {self._limits.size:,} at most"
            return _refuse(ask, "context-too-long", problem)
        writer.add(custom_id, line, tag=ask.tag)
        return None

    def read_again(self) -> Iterator[BatchResult]:
        """Results on disk that an earlier start has handed out but nobody has kept."""
        for part in self._journal.list_reopened():
            yield from self.collection.read(part, self._get_limits())

    async def submit(self) -> None:
        """Hand in what waits, as far as the gate is open."""
        if self._get_error() is not None:
            return
        try:
            await self._settle_waiting()
            if not self._journal.list_parts(PartState.OUT):
                self._gate.admit()
            for part in self._list_waiting():
                if self._gate.is_open and not self._stopped.is_set():
                    await self._submission.submit(part)
                    self._gate.pass_one()
        except EndpointError as exc:
            self._error = exc

    async def _settle_waiting(self) -> None:
        """Find out what earlier calls have made, and drop or cut what cannot stay as it is."""
        for waiting in self._list_waiting():
            part = await self._submission.look_up(waiting)
            limits = self._get_limits()
            is_large = part.requests > limits.requests or part.size > limits.size
            is_whole = self._journal.count_wanted(part) == part.requests
            if part.state is not PartState.OUT and (is_large or not is_whole):
                self.collection.rewrite(part, limits)

    async def poll(self) -> AsyncGenerator[BatchResult, None]:
        """Look at every batch once; yield the results of those that have ended.

        Raises:
            EndpointError: the endpoint cannot be asked.
        """
        for part in self._journal.list_parts(PartState.OUT):
            batch = await self._look_at(part)
            try:
                async with aclosing(self._finish(part, batch)) as results:
                    async for result in results:
                        yield result
            except EndpointError as exc:  # the other batches may have results all the same
                self._error = self._error or exc

    async def _look_at(self, part: Part) -> Batch:
        batch = await self._retrieve(part)
        before = self._seen.get(part.number)
        if part.posts > 1 and (before or batch.has_ended):
            batch = await self._retrieve(await self._submission.cancel_twins(part))
        self._seen[part.number] = batch
        has_passed = batch.status in {"in_progress", "finalizing"}
        if self._gate.is_narrow and has_passed and (not before or before.status == "validating"):
            self._gate.admit()
        return batch

    async def _retrieve(self, part: Part) -> Batch:
        token = self._journal.get_token(part)
        return await self._endpoint.persist(
            lambda: self._endpoint.retrieve(part.batch_id, token, part.file_id)
        )

    async def _finish(self, part: Part, batch: Batch) -> AsyncGenerator[BatchResult, None]:
        if batch.status == "missing":
            raise EndpointError(
                f"{self._endpoint.address} does not know the batch {batch.id}: check the key and"
                f" the base URL. If it is gone for good, remove {JOURNAL_FILE} from the run folder"
                " to ask everything again that has no answer"
            )
        if not batch.has_ended:
            return
        del self._seen[part.number]
        if batch.status == "failed":
            results = self._read_failure(part, batch)
        else:
            if self._gate.is_narrow:
                self._gate.admit()
            await self.collection.fetch(part, batch)
            is_cancelled = batch.status == "cancelled"
            results = self.collection.read(part, self._get_limits(), is_cancelled=is_cancelled)
        for result in results:
            yield result

    def _read_failure(self, part: Part, batch: Batch) -> Iterator[BatchResult]:
        """A batch that did not pass validation: nothing of it was worked on."""
        problems = batch.list_problems()
        complaints = [self._endpoint.read_problem(problem) for problem in problems]
        if any(problem.code == QUEUE_FULL for problem in problems):
            self._hold(part, batch)
            return
        verdicts = map(self._endpoint.judge_request, complaints)
        error = next((found for found in verdicts if isinstance(found, EndpointError)), None)
        if error is None and problems and all(problem.line for problem in problems):
            yield from self.collection.refuse(part, problems, self._get_limits())
            return
        self._take_back(part)
        said = "; ".join(map(str, complaints)) or "no reason"
        problem = f"{self._endpoint.address} refused the batch {batch.id}: {said}"
        raise error or EndpointError(f"{problem}; start again when it is mended")

    def _hold(self, part: Part, batch: Batch) -> None:
        """The account's queue is full: hand the part in again when there may be room."""
        self._take_back(part)
        self._gate.shut()
        if not self._journal.list_parts(PartState.OUT):
            ceiling = find_ceiling(part, batch.list_problems())
            if ceiling < part.requests:
                self._journal.set_meta(_CEILING, str(ceiling))

    def _take_back(self, part: Part) -> None:
        self._journal.save(replace(part, state=PartState.UPLOADED, batch_id="", posts=0))

    def check(self) -> None:
        """Raise the first error that must end this start, if there was one."""
        error = self._get_error()
        if error is not None:
            raise error

    def is_under_way(self) -> bool:
        """Whether anything waits or is out that this start wants."""
        out = self._journal.list_parts(PartState.OUT)
        return bool(self._list_waiting()) or any(map(self._journal.count_wanted, out))

    def measure(self, progress: BatchProgress) -> None:
        """Write down how far everything is."""
        out = count_outstanding(self._journal)
        counts = [batch.count() for batch in self._seen.values()]
        progress.batches, progress.requests = out.batches, out.requests
        progress.completed = sum(completed for completed, _ in counts)
        progress.failed = sum(failed for _, failed in counts)
        progress.waiting = out.waiting_requests
        progress.is_queue_full = bool(out.waiting_parts) and self._gate.is_narrow

    def _list_waiting(self) -> list[Part]:
        return self._journal.list_parts(PartState.WRITTEN, PartState.UPLOADED)

    def _get_error(self) -> EndpointError | None:
        return self._error or self.collection.error

    def _get_limits(self) -> PartLimits:
        ceiling = self._journal.get_meta(_CEILING)
        requests = self._limits.requests
        return replace(self._limits, requests=min(requests, int(ceiling)) if ceiling else requests)


def _refuse(ask: Ask, code: str, problem: str) -> BatchResult:
    reply = Reply(problem, "", finish_reason="", attempts=0)
    return BatchResult(ask.key, ask.tag, ask.candidate, ask.round, reply, code)
