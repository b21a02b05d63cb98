"""One start of a run: asks whoever the settings name, builds the data set, says how it ended."""

import asyncio
import gc
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from datagen import pipeline
from datagen.cli.progress import ProgressLine
from datagen.cli.tables import console, print_report, print_source
from datagen.config import RunSettings
from datagen.errors import EndpointError, SettingsError
from datagen.fleet import Fleet, FleetOptions, Storage, merge_published, open_storage
from datagen.llm.batch.outstanding import read_outstanding
from datagen.pipeline.clients import find_key, make_batch_endpoint, open_client
from datagen.prices import Budget
from datagen.store import Answer, Request

if TYPE_CHECKING:
    from datagen.llm.batch.asker import BatchAsker

_WORTH_A_PROCESS = 1000
"""Replies wanted from which on a process of its own judges them while others are asked for."""


@dataclass(frozen=True, slots=True)
class Start:
    """What holds for one start of a run and is not kept with it."""

    extend: bool = False
    retry_rejected: bool = False
    max_requests: int | None = None
    no_wait: bool = False
    batch_size: int = 50_000
    poll_seconds: float = 60.0
    fleet: FleetOptions | None = None


def start_run(settings: RunSettings, out: Path, start: Start) -> None:
    """Begin a run or go on with it, and write the data set.

    Raises:
        DatagenError: the settings, a file or the endpoint does not allow it.
        typer.Exit: it ended before everything was asked and answered.
    """
    gc.disable()  # imports and annotations make millions of objects and no garbage
    try:
        _start_uncollected(settings, out, start)
    finally:
        gc.enable()


def _start_uncollected(settings: RunSettings, out: Path, start: Start) -> None:
    """`start_run` with the collector off until the asking begins."""
    began = time.monotonic()
    with open_client(settings) as client:
        job = pipeline.prepare_job(settings)
        estimator = _make_estimator(settings, job)
        print_source(job)
        with pipeline.open_run(out, job, extend=start.extend):
            storage = _collect(out, job, start)
            spent = pipeline.sum_cost(out, estimator.price)
            asking = pipeline.Asking(
                job,
                client,
                out,
                pipeline.Progress(job.count_wanted(), spent=spent),
                estimator=estimator,
                budget=Budget(settings.max_cost, start.max_requests, spent=spent),
                retry_rejected=start.retry_rejected,
            )
            asker = _make_batch_asker(settings, out, start)
            gc.freeze()  # what is there by now stays; the collector need not walk it over and over
            gc.enable()
            workers = settings.workers or os.cpu_count() or 1
            aside = storage is None and job.count_wanted() >= _WORTH_A_PROCESS and workers > 1
            with pipeline.DatasetBuilder(out, settings, job.types, aside=aside) as builder:
                if settings.candidates == 1:
                    asking.on_answer = _follow(builder)
                try:
                    if storage is None:
                        asyncio.run(_ask(asking, asker, wait=not start.no_wait))
                    else:
                        _ask_fleet(asking, storage, start)
                except (EndpointError, KeyboardInterrupt):
                    builder.finish(seconds=time.monotonic() - began)
                    raise
                content = builder.finish(seconds=time.monotonic() - began)
    print_report(out, content)
    _say_how_it_ended(asking, out, str(asker.outstanding) if asker is not None else "")


def _follow(builder: pipeline.DatasetBuilder) -> Callable[[int, Request, Answer], None]:
    """Builds the data set while the endpoint is waited for, as far as items come in order."""

    def take(pair: tuple[Request, Answer]) -> None:
        builder.add(pair[0], [pair[1]])

    line = pipeline.InOrder(take)
    return lambda position, request, answer: line.put(position, (request, answer))


def _make_batch_asker(settings: RunSettings, out: Path, start: Start) -> "BatchAsker | None":
    if settings.via == "chat":
        if waiting := str(read_outstanding(out)):
            raise SettingsError(f"--via batch has not ended: {waiting}; add --via batch")
        return None
    from datagen.llm.batch.asker import BatchAsker
    from datagen.llm.batch.parts import PartLimits

    return BatchAsker(
        out,
        make_batch_endpoint(settings),
        limits=PartLimits(requests=start.batch_size),
        poll_seconds=start.poll_seconds,
    )


def _make_estimator(settings: RunSettings, job: pipeline.Job) -> pipeline.Estimator:
    """Count tokens only where somebody wants to know: it takes a moment to begin."""
    if settings.max_cost is None:
        return pipeline.Estimator(price=pipeline.find_run_price(settings))
    estimator = pipeline.make_estimator(settings, job.types)
    if estimator.price is None:
        raise SettingsError(
            f"--max-cost: no price is known for {settings.model}; "
            "give --price-input and --price-output in USD per million tokens"
        )
    return estimator


def _collect(out: Path, job: pipeline.Job, start: Start) -> Storage | None:
    """The shared storage, where there is one; what lies there is taken over first."""
    if start.fleet is None:
        return None
    storage = open_storage(start.fleet, out)
    if count := merge_published(out, storage, job):
        console.print(f"{count:,} answers taken over from {storage.url}", highlight=False)
    return storage


def _ask_fleet(asking: pipeline.Asking, storage: Storage, start: Start) -> None:
    settings = asking.job.settings
    fleet = Fleet(
        asking,
        start.fleet or FleetOptions(),
        storage,
        key="" if settings.offline else find_key(settings),
        max_requests=start.max_requests,
        on_stop=lambda: _say_stopping(asking),
    )
    try:
        with ProgressLine(console, asking.progress.planned) as line:
            asking.on_progress = line.update
            fleet.run()
    finally:
        asyncio.run(asking.client.close())  # it has asked nobody


async def _ask(asking: pipeline.Asking, asker: "BatchAsker | None", *, wait: bool) -> None:
    with ProgressLine(console, asking.progress.planned) as line:
        asking.on_progress = line.update
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, _interrupt, asking, asker, loop)
        try:
            if asker is None:
                await asking.run()
            else:
                from datagen.pipeline.batching import run_batches

                await run_batches(asking, asker, wait=wait)
        finally:
            loop.remove_signal_handler(signal.SIGINT)
            await asking.client.close()
            if asker is not None:
                await asker.close()


def _interrupt(
    asking: pipeline.Asking, asker: "BatchAsker | None", loop: asyncio.AbstractEventLoop
) -> None:
    """First Ctrl-C: finish what is in flight. The second one has its usual meaning."""
    asking.stop()
    if asker is not None:
        asker.stop()
    loop.remove_signal_handler(signal.SIGINT)
    _say_stopping(asking)


def _say_stopping(asking: pipeline.Asking) -> None:
    console.print(
        f"\nFinishing {asking.progress.in_flight} requests in flight; Ctrl-C again to leave them."
    )


_WHY_STOPPED = {
    "interrupted": "Stopped",
    "max_cost": "Stopped at --max-cost",
    "max_requests": "Stopped at --max-requests",
}


def _say_how_it_ended(asking: pipeline.Asking, out: Path, outstanding: str) -> None:
    progress = asking.progress
    left = progress.planned - progress.done - progress.failed
    if outstanding:
        console.print(outstanding, highlight=False)
        raise typer.Exit(0 if not asking.stopped else 130)
    if left and asking.stopped:
        console.print(
            f"{_WHY_STOPPED[asking.stopped]} with {left:,} left to ask; all replies are kept. "
            f"Go on with:\n  datagen generate --out {out}",
            highlight=False,
            soft_wrap=True,
        )
        raise typer.Exit(130 if asking.stopped == "interrupted" else 1)
    if progress.failed:
        console.print(
            f"{progress.failed:,} requests failed; the reasons are in {pipeline.REJECTED_FILE}. "
            f"Those without an answer are asked again with:\n  datagen generate --out {out}",
            highlight=False,
            soft_wrap=True,
        )
        raise typer.Exit(1)
