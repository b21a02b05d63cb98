"""Commands around reviewing: review-sample, export-pairs."""

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from datagen.cli.options import settle
from datagen.config import RUN_FILE, load_settings
from datagen.errors import RunError

console = Console(highlight=False, soft_wrap=True)

RunFolder = Annotated[Path, typer.Argument(help="Run folder.", show_default=False)]


def review_sample(
    run: RunFolder,
    count: Annotated[int, typer.Option("--count", "-n", help="Records to draw.", min=1)] = 100,
    seed: Annotated[int, typer.Option(help="Decides what is drawn.")] = 0,
    name: Annotated[
        str, typer.Option(help="Name of the sample, to tell several apart.")
    ] = "sample",
) -> None:
    """Draw records of a run for people to review, accepted and rejected ones of every response type.

    The same command with a larger number adds to the sample; no decision is lost.

    Example: [bold]datagen review-sample run -n 100[/bold]
    """
    from datagen.store import ReviewStore
    from datagen.viewer.sampling import draw_review_sample, list_reviewable

    records = list(list_reviewable(run))
    with ReviewStore(run, write=True) as store:
        sample = draw_review_sample(store, records, size=count, seed=seed, name=name)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for column in ("stratum", "records", "drawn"):
        table.add_column(column, justify="left" if column == "stratum" else "right")
    for stratum in sample.strata:
        table.add_row(stratum.name, f"{stratum.population:,}", f"{stratum.sampled:,}")
    console.print(table)
    console.print(
        f"sample {name!r}: {len(sample.records):,} of {len(records):,} records", markup=False
    )


def export_pairs(
    run: RunFolder,
    out: Annotated[Path, typer.Option(help="File to write, JSONL.", show_default=False)],
) -> None:
    """Write what reviewers chose and edited as preference pairs with pictures, for TRL's DPO trainer.

    A module that loads them is written beside the file.

    Example: [bold]datagen export-pairs run --out pairs.jsonl[/bold]
    """
    from datagen.viewer import pairs

    path = run / RUN_FILE
    if not path.is_file():
        raise RunError(run, f"is no run folder: it holds no {RUN_FILE}")
    settings = settle({}, base=load_settings(path)[0])
    count, left_out = pairs.export_pairs(run, settings, out)
    console.print(f"{count:,} pairs: {out}", markup=False)
    for reason, number in sorted(left_out.items()):
        console.print(f"  without a pair: {number:,} ({reason})", markup=False)
    console.print(f"to load them: {pairs.name_loader(out)}", markup=False)
