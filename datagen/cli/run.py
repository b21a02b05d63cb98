"""Commands that make a data set: demo, plan, generate, build, report."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from datagen import pipeline
from datagen.cli.clusters import CLUSTER, settle_fleet
from datagen.cli.engine import Start, start_run
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
from datagen.cli.tables import print_forecast, print_report, print_source, show_record
from datagen.config import RUN_FILE, load_settings, make_settings, shipped_folder
from datagen.errors import RunError

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
    start_run(settings, out, Start())
    show_record(out, samples / "images")


@takes_settings(READ, CONTEXT, PLAN, PROMPT, ASK, MONEY)
def plan(given: dict[str, Any]) -> None:
    """Show what a run would ask and cost, without asking anybody.

    Example: [bold]datagen plan --captions captions.json --instances instances.json --records 1000 --model gpt-4.1-mini[/bold]
    """
    settings = settle(given)
    job = pipeline.prepare_job(settings)
    estimator = pipeline.make_estimator(settings, job.types)
    print_source(job)
    print_forecast(pipeline.forecast(job, estimator), estimator)


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
    ray: Annotated[
        bool, typer.Option("--ray", help="Ask from a Ray cluster.", rich_help_panel=CLUSTER)
    ] = False,
    ray_address: Annotated[
        str | None,
        typer.Option(
            help="Of the cluster, or local; default RAY_ADDRESS, the one here, else local.",
            show_default=False,
            rich_help_panel=CLUSTER,
        ),
    ] = None,
    ray_workers: Annotated[
        int | None,
        typer.Option(
            help="Shards at a time; default one for every two CPUs of the cluster.",
            min=1,
            show_default=False,
            rich_help_panel=CLUSTER,
        ),
    ] = None,
    shard_size: Annotated[
        int | None,
        typer.Option(
            help="Requests in a shard; default 1000.",
            min=1,
            show_default=False,
            rich_help_panel=CLUSTER,
        ),
    ] = None,
    shared: Annotated[
        str | None,
        typer.Option(
            help="Where all nodes find the shards: folder, s3:// or gs://; default in --out.",
            show_default=False,
            rich_help_panel=CLUSTER,
        ),
    ] = None,
) -> None:
    """Ask the model for every planned record and write the data set.

    The same command again goes on where it stopped; what is in the run folder is not asked twice.

    Example: [bold]datagen generate --captions captions.json --instances instances.json --model gpt-4.1-mini --records 1000 --out run[/bold]
    """
    settings = settle(given, base=_load_run(out))
    fleet = {
        "address": ray_address,
        "workers": ray_workers,
        "shard_size": shard_size,
        "shared": shared,
    }
    start_run(
        settings,
        out,
        Start(
            extend,
            retry == "rejected",
            max_requests,
            no_wait,
            batch_size,
            poll_seconds,
            settle_fleet(settings, fleet, is_wanted=ray),
        ),
    )


@takes_settings(CHECK, WRITE)
def build(given: dict[str, Any], run: RunFolder) -> None:
    """Derive the data set anew from the stored replies, without asking anybody.

    What is let through and written may differ from the run's own settings.

    Example: [bold]datagen build run --drop pair --top 0.5[/bold]
    """
    settings = settle(given, base=_load_run(run, required=True))
    print_report(run, pipeline.build_dataset(run, settings))


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
    print_report(run, content)


def _load_run(folder: Path, *, required: bool = False) -> dict[str, Any]:
    path = folder / RUN_FILE
    if not path.is_file():
        if required:
            raise RunError(folder, f"is no run folder: it holds no {RUN_FILE}")
        return {}
    return load_settings(path)[0]
