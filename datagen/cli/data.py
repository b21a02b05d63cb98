"""Commands about files: check a data set, write contexts."""

import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer

from datagen import pipeline
from datagen.cli.findings import FindingList, console
from datagen.cli.options import CHECK, CHECKED, CONTEXT, READ, settle, settle_check, takes_settings
from datagen.context import ContextPolicy, to_context_records
from datagen.errors import SettingsError
from datagen.formats import START, write_jsonl


@takes_settings(CHECKED, CHECK)
def check(
    given: dict[str, Any],
    file: Annotated[Path, typer.Argument(help="LLaVA file: JSON array or JSONL, also .gz.")],
    notes: Annotated[bool, typer.Option("--notes", help="Show notes too, not only count.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON lines: a finding each, the summary last.")
    ] = False,
    claims: Annotated[
        Path | None,
        typer.Option(
            help="File for every claim with verdict and evidence, JSONL.", show_default=False
        ),
    ] = None,
    scores: Annotated[
        Path | None, typer.Option(help="File for every record's score, JSONL.", show_default=False)
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            help="Processes; default one a core, for large files.", min=1, show_default=False
        ),
    ] = None,
) -> None:
    """Hold every record of a LLaVA file against its image, and against what LLaVA's trainer does with bad ones.

    Without --captions or --contexts only texts and structure are checked.

    Exit code 1 when a record or the file as a whole fails, 2 when a flag is wrong or a file is unreadable.

    Example: [bold]datagen check llava_instruct_158k.json --captions captions.json --instances instances.json[/bold]
    """
    settings = settle_check(given)
    types = pipeline.list_known_types(settings)
    hint = "--prompts FOLDER adds types of your own to"
    pipeline.refuse_unknown_types("--min-scores", settings.min_scores, types, hint)
    read = (file, settings.captions, settings.instances, settings.contexts, settings.tokenizer)
    outputs = {"--claims": claims, "--scores": scores}
    _refuse_overwriting(outputs, read)
    images = None
    if settings.captions is not None or settings.contexts is not None:
        if not pipeline.can_ground(settings):
            print(
                f"nothing is held against captions and boxes: language {settings.language},"
                f" --grounding {settings.grounding}",
                file=sys.stderr,
            )
        source = pipeline.read_source(settings)
        images = pipeline.ImageIndex(source.images, types=types)
    found = FindingList(file, settings.images, notes=notes, as_json=as_json)
    checked_records = pipeline.check_file(
        file,
        pipeline.make_rules(settings),
        images=images,
        folder=settings.images,
        types=types,
        workers=workers,
    )
    try:
        _write_checked(checked_records, found, claims, scores)
    except KeyboardInterrupt:
        unwritten = [flag for flag, path in outputs.items() if path is not None]
        lost = f"; {', '.join(unwritten)} not written" if unwritten else ""
        print(f"datagen: stopped after {found.describe()}{lost}", file=sys.stderr)
        raise
    found.finish()
    if not found.passed:
        raise typer.Exit(1)


def _write_checked(
    checked_records: Iterable[pipeline.CheckedRecord],
    found: FindingList,
    claims: Path | None,
    scores: Path | None,
) -> None:
    """Show what is found, and write the two files, whole or not at all."""
    with ExitStack() as files:
        write_claim, write_score = (
            files.enter_context(write_jsonl(path)) if path is not None else None
            for path in (claims, scores)
        )
        for checked in checked_records:
            found.add(checked)
            if write_claim is not None:
                for line in pipeline.describe_claims(checked):
                    write_claim(line)
            if write_score is not None and checked.place != START:
                write_score(pipeline.describe_checked(checked))


@takes_settings(READ, CONTEXT)
def contexts(
    given: dict[str, Any],
    out: Annotated[Path, typer.Option(help="File to write, JSONL.", show_default=False)],
) -> None:
    """Write the symbolic context of every image as LLaVA's context JSONL.

    Example: [bold]datagen contexts --captions captions.json --instances instances.json --out contexts.jsonl[/bold]
    """
    settings = settle(given)
    policy = ContextPolicy(settings.crowds, settings.min_area, settings.max_boxes)
    _refuse_overwriting(
        {"--out": out},
        (settings.captions, settings.instances, settings.contexts, settings.exclude),
    )
    source = pipeline.read_source(settings)
    with write_jsonl(out) as write:
        for record in to_context_records(source.images, policy):
            write(record)
    console.print(f"{len(source.images):,} contexts: {out}")
    for trouble in source.troubles:
        console.print(f"  {trouble.code}: {trouble.file}, {trouble.entry}, {trouble.action}")


def _refuse_overwriting(outputs: Mapping[str, Path | None], inputs: Iterable[Path | None]) -> None:
    """Refuse to write a file that is read too, or two outputs into one file.

    Raises:
        SettingsError: names the flag.
    """
    taken = {path.resolve(): "is a file that is read" for path in inputs if path is not None}
    for flag, path in outputs.items():
        if path is not None:
            if path.resolve() in taken:
                raise SettingsError(f"{flag} {path}: {taken[path.resolve()]}; choose another name")
            taken[path.resolve()] = f"is written by {flag} already"
