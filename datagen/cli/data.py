"""Commands about files: check a data set, write contexts."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from datagen import pipeline
from datagen.checks import SeenRecords, check_image_file, check_record, make_finding
from datagen.cli.options import CONTEXT, READ, settle, takes_settings
from datagen.context import ContextPolicy, to_context_record
from datagen.formats.files import BrokenLine, iter_records, write_jsonl
from datagen.records import Finding

SHOWN = 50
"""Lines of findings printed before the rest is only counted."""

console = Console(highlight=False, soft_wrap=True)


def check(
    file: Annotated[Path, typer.Argument(help="LLaVA file: JSON array or JSONL, also .gz.")],
    images: Annotated[
        Path | None, typer.Option(help="Folder of the pictures; opens every one of them.")
    ] = None,
    notes: Annotated[bool, typer.Option("--notes", help="Show notes too, not only count.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON lines: a finding each, the summary last.")
    ] = False,
) -> None:
    """Hold every record of a LLaVA file against what LLaVA's trainer does with bad ones.

    Exit code 1 when a record fails, 0 when all pass.

    Example: [bold]datagen check llava_instruct_158k.json --images coco/train2017[/bold]
    """
    counts: Counter[str] = Counter()
    records = failed = shown = 0
    for place, name, findings in _check_file(file, images):
        records += 1
        failed += any(finding.severity == "reject" for finding in findings)
        for finding in findings:
            counts[finding.code] += 1
            if not (notes or as_json or finding.severity == "reject"):
                continue
            shown += 1
            if as_json:
                print(json.dumps(_to_json(place, name, finding), ensure_ascii=False))
            elif shown <= SHOWN:
                console.print(_to_line(place, name, finding), markup=False)
    if as_json:
        summary = {"file": str(file), "records": records, "failed": failed}
        print(json.dumps({"summary": {**summary, "codes": dict(sorted(counts.items()))}}))
    else:
        _print_summary(file, records, failed, shown, counts)
    if failed:
        raise typer.Exit(1)


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
    source = pipeline.read_source(settings)
    with write_jsonl(out) as write:
        for image in source.images:
            write(to_context_record(image, policy))
    console.print(f"{len(source.images):,} contexts: {out}")
    for trouble in source.troubles:
        console.print(f"  {trouble.code}: {trouble.file}, {trouble.entry}, {trouble.action}")


def _check_file(file: Path, images: Path | None) -> Iterator[tuple[str, str, list[Finding]]]:
    """Place, id and findings of every record of a file."""
    seen = SeenRecords()
    for place, record in iter_records(file):
        if isinstance(record, BrokenLine):
            yield place, "", [make_finding("not-json", span=record.span, detail=record.message)]
            continue
        findings = check_record(record) + seen.check(record)
        fields = record if isinstance(record, dict) else {}
        image = fields.get("image")
        if images is not None and isinstance(image, str) and image:
            problem = check_image_file(images / image)
            findings += [problem] if problem else []
        yield place, str(fields.get("id", "")), findings


def _to_json(place: str, name: str, finding: Finding) -> dict[str, Any]:
    return {
        "place": place,
        "id": name,
        "reason": finding.code,
        "severity": finding.severity,
        "turn": finding.turn,
        "span": finding.span,
        "message": finding.message,
    }


def _to_line(place: str, name: str, finding: Finding) -> str:
    turn = "" if finding.turn is None else f", turn {finding.turn}"
    span = f" {finding.span!r}" if finding.span else ""
    record = f" ({name})" if name else ""
    return f"{place}{record}{turn}: {finding.code}:{span} {finding.message}"


def _print_summary(file: Path, records: int, failed: int, shown: int, counts: Counter[str]) -> None:
    if shown > SHOWN:
        console.print(f"… and {shown - SHOWN:,} more findings; --json prints them all")
    for code, count in counts.most_common():
        console.print(f"  {code} {count:,}")
    console.print(f"{file}: {records:,} records, {failed:,} failed")
