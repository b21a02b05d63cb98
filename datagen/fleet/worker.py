"""Fleet, a worker: one shard from its file to its segments, in a process somewhere in the cluster.

Knows nothing of Ray; whoever starts it says how the ledger is reached.
"""

import asyncio
import os
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from datagen import __version__
from datagen.config import RunSettings
from datagen.errors import DatagenError
from datagen.fleet.asking import LentAsking
from datagen.fleet.reports import Counts, Grant, Report
from datagen.fleet.segments import SegmentWriter, list_segments, name_replies, read_segment
from datagen.fleet.shards import Shard, read_shard
from datagen.fleet.storage import Storage
from datagen.llm.pace import LeasedPace
from datagen.pipeline.asking import Progress
from datagen.pipeline.clients import open_client
from datagen.pipeline.estimating import Estimator, find_run_price, make_estimator
from datagen.pipeline.job import Job
from datagen.plan import Plan
from datagen.prompts import ResponseType
from datagen.sources import hold_images
from datagen.store import Answer, StoreWriter

COMMIT_SECONDS = 1.0
"""Seconds after which an answer is on its way to the shared storage."""


@dataclass(frozen=True, slots=True)
class Mission:
    """What all workers of a start are told.

    Attributes:
        version: of datagen; that of the workers has to be the same.
        settings: of the run; `concurrency` is what one worker prepares for.
        shared: address of the shared storage.
        start: folder of this start in it.
    """

    version: str
    settings: RunSettings
    types: Mapping[str, ResponseType]
    shared: str
    start: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a shard ended: `problem` is empty where all went well, `exit_code` that of its error."""

    problem: str = ""
    exit_code: int = 0


class Coordinator(Protocol):
    """The ledger as a worker reaches it."""

    def open(self, shard: int) -> tuple[int, str]:
        """A lease, and the key of the endpoint where it is not in the environment."""
        ...

    def renew(self, lease: int, report: Report) -> Awaitable[Grant]:
        """As `Ledger.renew`."""
        ...

    def close(self, lease: int, counts: Counts) -> None:
        """As `Ledger.close`."""
        ...


def run_shard(mission: Mission, number: int, coordinator: Coordinator) -> Outcome:
    """Ask all that a shard still wants, and publish the answers; errors become the outcome."""
    if mission.version != __version__:
        return Outcome(
            problem=f"the driver is datagen {mission.version}, a node of the cluster has"
            f" {__version__}; install the same version everywhere",
            exit_code=DatagenError.exit_code,
        )
    try:
        storage = Storage(mission.shared)
        shard = read_shard(storage, mission.start, number)
        lease, key = coordinator.open(number)
        key = os.environ.get(mission.settings.api_key_env) or key
        pace = LeasedPace(patience=mission.settings.patience)
        with open_client(mission.settings, key=key, pace=pace) as client:
            asking = LentAsking(
                _make_job(mission, shard),
                client,
                Path(),
                Progress(len(shard.wants)),
                estimator=_make_estimator(mission),
                shard=shard,
                kept=read_kept(storage, mission.start, number),
                pace=pace,
                renew=partial(coordinator.renew, lease),
            )
            try:
                asyncio.run(_ask(asking, SegmentWriter(storage, mission.start, number, lease)))
            finally:
                coordinator.close(lease, asking.count())
    except DatagenError as exc:
        return Outcome(problem=str(exc), exit_code=exc.exit_code)
    return Outcome()


def _make_job(mission: Mission, shard: Shard) -> Job:
    return Job(mission.settings, mission.types, hold_images(shard.images), Plan(()), 0)


async def _ask(asking: LentAsking, keeper: SegmentWriter) -> None:
    try:
        await _follow(asking, keeper)
    finally:
        await asking.client.close()
    asking.raise_error()


async def _follow(asking: LentAsking, keeper: SegmentWriter) -> None:
    """Ask, and keep the answers, while the lease is renewed."""
    ledger = asyncio.create_task(asking.follow_ledger())
    async with StoreWriter(
        keeper, commit_after=COMMIT_SECONDS, on_error=lambda: asking.stop("error")
    ) as writer:
        work = asyncio.create_task(asking.ask_all(asking.list_wanted(), writer))
        await asyncio.wait({ledger, work}, return_when=asyncio.FIRST_COMPLETED)
        # Without a ledger nothing may leave, and what waits for it would wait for ever.
        (work if ledger.done() else ledger).cancel()
        await asyncio.wait({ledger, work})
    for task in (work, ledger):
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error


def read_kept(storage: Storage, start: str, shard: int) -> dict[tuple[bytes, int], Answer]:
    """What earlier workers of a shard have published: the newest answer by key and candidate."""
    kept: dict[tuple[bytes, int], Answer] = {}
    for names in list_segments(storage, name_replies(start, shard)).values():
        for name in names:
            for row in read_segment(storage, name):
                place = (row.key, row.answer.candidate)
                if place not in kept or _supersedes(row.answer, kept[place]):
                    kept[place] = row.answer
    return kept


def _supersedes(newer: Answer, older: Answer) -> bool:
    """Whether an answer takes the place of another, by the rules of the run store."""
    return newer.round > older.round or (newer.round == older.round and bool(older.failure))


def _make_estimator(mission: Mission) -> Estimator:
    """Tokens are counted only where a limit of money needs them."""
    if mission.settings.max_cost is None:
        return Estimator(price=find_run_price(mission.settings))
    return make_estimator(mission.settings, mission.types)
