"""Commands that make a data set: demo, plan, generate, build, report."""

import asyncio
import gc
import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich import box
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from datagen import pipeline
from datagen.balance import summarize_balance
from datagen.cli.clients import make_batch_endpoint, open_client
from datagen.cli.options import (
    ASK,
    CHECK,
    CONTEXT,
    MONEY,
    PLAN,
    PROMPT,
    READ,
    WRITE,
    Out,
    settle,
    takes_settings,
)
from datagen.cli.progress import ProgressLine
from datagen.config import RUN_FILE, RunSettings, load_settings, make_settings, shipped_folder
from datagen.errors import EndpointError, RunError, SettingsError
from datagen.llm.batch.outstanding import read_outstanding
from datagen.prices import Budget
from datagen.report import count_reasons, summarize
from datagen.store import Answer, Request

if TYPE_CHECKING:
    from datagen.llm.batch.asker import BatchAsker

_WORTH_A_PROCESS = 1000
"""Replies wanted from which on a process of its own judges them while others are asked for."""

console = Console()
RunFolder = Annotated[Path, typer.Argument(help="Run folder.", show_default=False)]


def demo(
    out: Annotated[Path, typer.Option(help="Folder for the result.")] = Path("datagen-demo"),
) -> None:
    """Run the whole pipeline on the shipped samples, offline, and show one record.

    Example: [bold]datagen demo --out demo[/bold]
    """
    samples = shipped_folder("samples")
    settings = make_settings(
        {
            "captions": samples / "captions.json",
            "instances": samples / "instances.json",
            "images": samples / "images",
            "per_image": True,
            "offline": True,
        }
    )
    _generate(settings, out, Start())
    _show_record(out, samples / "images")


@takes_settings(READ, CONTEXT, PLAN, PROMPT, ASK, MONEY)
def plan(given: dict[str, Any]) -> None:
    """Show what a run would ask and cost, without asking anybody.

    Example: [bold]datagen plan --captions captions.json --instances instances.json --records 1000 --model gpt-4.1-mini[/bold]
    """
    settings = settle(given)
    job = pipeline.prepare_job(settings)
    estimator = pipeline.make_estimator(settings, job.types)
    _print_source(job)
    _print_forecast(pipeline.forecast(job, estimator), estimator)


@takes_settings(READ, CONTEXT, PLAN, PROMPT, ASK, MONEY, CHECK, WRITE)
def generate(
    given: dict[str, Any],
    out: Out,
    extend: Annotated[
        bool,
        typer.Option("--extend", help="Allow more --records or --candidates than the run had."),
    ] = False,
    retry: Annotated[
        Literal["rejected"] | None,
        typer.Option(help="Ask once more for each reply that was rejected.", show_default=False),
    ] = None,
    max_requests: Annotated[
        int | None,
        typer.Option(help="Stop after asking that many.", min=1, rich_help_panel=MONEY),
    ] = None,
    no_wait: Annotated[
        bool,
        typer.Option("--no-wait", help="With --via batch: hand in, collect what is ready, end."),
    ] = False,
    batch_size: Annotated[
        int, typer.Option(help="With --via batch: requests in one batch.", min=1, max=50_000)
    ] = 50_000,
    poll_seconds: Annotated[
        float, typer.Option(help="With --via batch: seconds between two looks.", min=0.01)
    ] = 60.0,
) -> None:
    """Ask the model for every planned record and write the data set.

    The same command again goes on where it stopped; what is in the run folder is not asked twice.

    Example: [bold]datagen generate --captions captions.json --instances instances.json --model gpt-4.1-mini --records 1000 --out run[/bold]
    """
    start = Start(extend, retry == "rejected", max_requests, no_wait, batch_size, poll_seconds)
    _generate(settle(given, base=_load_run(out)), out, start)


@takes_settings(CHECK, WRITE)
def build(given: dict[str, Any], run: RunFolder) -> None:
    """Derive the data set anew from the stored replies, without asking anybody.

    What is let through and written may differ from the run's own settings.

    Example: [bold]datagen build run --drop pair --top 0.5[/bold]
    """
    settings = settle(given, base=_load_run(run, required=True))
    _print_report(run, pipeline.build_dataset(run, settings))


def report(
    run: RunFolder,
    as_json: Annotated[bool, typer.Option("--json", help="Print report.json.")] = False,
) -> None:
    """Show the counts of a run: records, reasons of rejection, tokens, troubles of the source.

    Example: [bold]datagen report run[/bold]
    """
    path = run / pipeline.REPORT_FILE
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text)
    except FileNotFoundError:
        raise RunError(path, "there is no report yet; `datagen build` writes it") from None
    except (OSError, ValueError) as exc:
        raise RunError(path, f"cannot be read; `datagen build` writes it anew: {exc}") from exc
    if as_json:
        print(text, end="")
        return
    _print_report(run, content)


def _load_run(folder: Path, *, required: bool = False) -> dict[str, Any]:
    path = folder / RUN_FILE
    if not path.is_file():
        if required:
            raise RunError(folder, f"is no run folder: it holds no {RUN_FILE}")
        return {}
    return load_settings(path)[0]


@dataclass(frozen=True, slots=True)
class Start:
    """What holds for one start of a run and is not kept with it."""

    extend: bool = False
    retry_rejected: bool = False
    max_requests: int | None = None
    no_wait: bool = False
    batch_size: int = 50_000
    poll_seconds: float = 60.0


def _generate(settings: RunSettings, out: Path, start: Start) -> None:
    gc.disable()  # imports and annotations make millions of objects and no garbage
    try:
        _generate_uncollected(settings, out, start)
    finally:
        gc.enable()


def _generate_uncollected(settings: RunSettings, out: Path, start: Start) -> None:
    """`generate` with the collector off until the asking begins."""
    began = time.monotonic()
    with open_client(settings) as client:
        job = pipeline.prepare_job(settings)
        estimator = _make_estimator(settings, job)
        _print_source(job)
        with pipeline.open_run(out, job, extend=start.extend):
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
            aside = job.count_wanted() >= _WORTH_A_PROCESS and workers > 1
            with pipeline.DatasetBuilder(out, settings, job.types, aside=aside) as builder:
                if settings.candidates == 1:
                    asking.on_answer = _follow(builder)
                try:
                    asyncio.run(_ask(asking, asker, wait=not start.no_wait))
                except (EndpointError, KeyboardInterrupt):
                    builder.finish(seconds=time.monotonic() - began)
                    raise
                content = builder.finish(seconds=time.monotonic() - began)
    _print_report(out, content)
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


def _print_source(job: pipeline.Job) -> None:
    words = [f"{len(job.images):,} images, {len(job.items):,} records planned"]
    if job.excluded:
        words.append(f"{job.excluded:,} images excluded")
    if job.source.troubles:
        words.append(f"{len(job.source.troubles):,} bad entries, listed in the report")
    console.print("; ".join(words), highlight=False)


def _print_forecast(rows: list[pipeline.Forecast], estimator: pipeline.Estimator) -> None:
    table = _make_table(
        "response type", "requests", "images", "prompt", "cacheable", "replies", "USD"
    )
    for row in [*rows, pipeline.add_up(rows)]:
        tokens = (row.prompt_tokens, row.cached_tokens, row.completion_tokens)
        money = "-" if row.cost is None else f"{row.cost:,.2f}"
        counts = (f"{row.requests:,}", f"{row.images:,}", *map(_shorten, tokens))
        table.add_row(row.response_type, *counts, money)
    console.print(table)
    if estimator.counter is not None:
        console.print(estimator.counter.describe(), highlight=False)
    price = estimator.price
    if price is None:
        console.print("No price is known: give --model, or --price-input and --price-output.")
    else:
        console.print(
            f"USD per million tokens: {price.input:g} in, {price.output:g} out ({price.source}); "
            "cacheable tokens priced as cached. Replies are taken to be as long as the prompts' examples.",
            highlight=False,
        )


def _shorten(count: int) -> str:
    """A large count in four places: 189.1M."""
    if count < 10_000:
        return f"{count:,}"
    return f"{count / 1e3:,.1f}k" if count < 1_000_000 else f"{count / 1e6:,.1f}M"


def _make_table(first: str, *others: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column(first, no_wrap=True)
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _print_report(out: Path, content: dict[str, Any]) -> None:
    head, *rows = summarize(content)
    table = _make_table(*head)
    for row in rows:
        table.add_row(*row)
    console.print(table)
    for code, count in count_reasons(content).items():
        console.print(f"  rejected: {code} {count:,}", highlight=False)
    for code, count in content["source"]["troubles"]["counts"].items():
        console.print(f"  source: {code} {count:,}", highlight=False)
    for line in summarize_balance(content.get("balance", {"types": {}})):
        console.print(f"  {line}", highlight=False, soft_wrap=True)
    tokens = content["tokens"]
    console.print(
        f"tokens: {tokens['prompt']:,} prompt ({tokens['cached']:,} cached), "
        f"{tokens['completion']:,} completion; {content['seconds']:.1f} s",
        highlight=False,
    )
    console.print(f"data set: {out / pipeline.DATASET_FILE}", highlight=False, soft_wrap=True)


def _show_record(out: Path, images: Path) -> None:
    with (out / pipeline.DATASET_FILE).open(encoding="utf-8") as file:
        record = json.loads(next(file))
    text = Text(f"{images / record['image']}\n", style="dim")
    for message in record["conversations"]:
        style = "cyan" if message["from"] == "human" else "green"
        text.append(f"\n{message['from']:5}  ", style=f"bold {style}")
        text.append(message["value"].replace("\n", " "), style=style)
    console.print(Panel(text, title=record["id"]))
