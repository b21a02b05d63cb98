"""What the commands that make a data set show: tables of plans and runs, and one record."""

import json
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from datagen import pipeline
from datagen.balance import summarize_balance
from datagen.report import count_reasons, summarize

console = Console()


def print_source(job: pipeline.Job) -> None:
    """How much was read and planned, and what was left out."""
    words = [f"{job.count_images():,} images, {len(job.items):,} records planned"]
    if job.excluded:
        words.append(f"{job.excluded:,} images excluded")
    if job.source.troubles:
        words.append(f"{len(job.source.troubles):,} bad entries, listed in the report")
    console.print("; ".join(words), highlight=False)


def print_forecast(rows: list[pipeline.Forecast], estimator: pipeline.Estimator) -> None:
    """What a run would ask, by response type, and what it would cost."""
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


def print_report(out: Path, content: dict[str, Any]) -> None:
    """The counts of a run; `content` is what `report.json` holds."""
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


def show_record(out: Path, images: Path) -> None:
    """The first record of a run folder as a dialogue."""
    with (out / pipeline.DATASET_FILE).open(encoding="utf-8") as file:
        record = json.loads(next(file))
    text = Text(f"{images / record['image']}\n", style="dim")
    for message in record["conversations"]:
        style = "cyan" if message["from"] == "human" else "green"
        text.append(f"\n{message['from']:5}  ", style=f"bold {style}")
        text.append(message["value"].replace("\n", " "), style=style)
    console.print(Panel(text, title=record["id"]))
