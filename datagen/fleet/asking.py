"""Fleet, a worker's asking: the pipeline's, within what the ledger lends.

Only the pace, the budget and the source of the tasks differ from a run of one process.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from datagen.fleet.reports import Counts, Grant, Report
from datagen.fleet.shards import Shard, unpack_task
from datagen.llm.pace import LeasedPace
from datagen.pipeline.asking import Asking, Task
from datagen.pipeline.job import RequestMaker
from datagen.prices import Budget
from datagen.store import Answer

_SETTLE = 0.01  # seconds in which the first tasks come so far that it is known what they need

Renew = Callable[[Report], Awaitable[Grant]]
"""Hands a report to the ledger and brings back what it lends."""


@dataclass(slots=True)
class LentAsking(Asking):
    """Asks for one shard.

    Attributes:
        shard: what is wanted.
        kept: answers of earlier workers of this shard, the newest by key and candidate.
        pace: that the client goes by.
        renew: speaks to the ledger.
    """

    shard: Shard = field(kw_only=True)
    kept: dict[tuple[bytes, int], Answer] = field(kw_only=True)
    pace: LeasedPace = field(kw_only=True)
    renew: Renew = field(kw_only=True)
    budget: Budget = field(default_factory=lambda: Budget(0.0, 0))
    _lent: asyncio.Event = field(default_factory=asyncio.Event)
    _waiting: int = 0
    _last_cost: float = 0.0

    def list_wanted(self) -> Iterator[Task]:
        """The tasks of the shard that no earlier worker has finished."""
        maker = RequestMaker(self.job)
        for want in self.shard.wants:
            task = unpack_task(want, maker)
            answer = self.kept.get((task.request.key, task.candidate))
            todo = self.plan_task(task, answer)
            if todo is not None:
                yield todo
            else:
                self.progress.resumed += 1
                self.progress.done += 1

    async def admit(self, task: Task) -> bool:
        """Wait until the ledger lends enough for the task; False once it says stop."""
        estimate = self._last_cost = self.estimate(task)
        self._waiting += 1
        try:
            while self.budget.name_limit(estimate):
                if self.stopped:
                    return False
                await self._lent.wait()
        finally:
            self._waiting -= 1
        self.budget.start(estimate)
        return True

    async def follow_ledger(self) -> None:
        """Renew the lease again and again, until the task is cancelled."""
        await asyncio.sleep(_SETTLE)
        while True:
            grant = await self.renew(self.report())
            self.obey(grant)
            await asyncio.sleep(grant.again)

    def report(self) -> Report:
        """What has been done so far, and what is wanted next."""
        more = self._waiting + math.ceil(1.5 * self.pace.count_ready())
        return Report(
            self.pace.take_needs(),
            self.count(),
            self.progress.planned - self.progress.done - self.progress.failed,
            self.budget.reserved,
            more,
            more * self._last_cost,
            self._last_cost,
        )

    def count(self) -> Counts:
        """What has been done so far."""
        progress = self.progress
        return Counts(
            progress.done,
            progress.failed,
            progress.repaired,
            progress.usage.prompt_tokens,
            progress.usage.completion_tokens,
            progress.usage.cached_tokens,
            self.budget.requests,
            self.budget.spent,
        )

    def obey(self, grant: Grant) -> None:
        """Take over what is lent."""
        if grant.stop:
            self.stop(grant.stop)
        self.budget.set_limits(grant.max_cost, grant.max_requests)
        self.pace.grant(grant.places, grant.permits, grant.pause, is_open=grant.is_open)
        self._lent.set()
        self._lent = asyncio.Event()
