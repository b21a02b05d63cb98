"""Commands about files: check a data set, write contexts."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from datagen import pipeline
from datagen.balance import Balance
from datagen.checks import is_rejected
from datagen.checks.checker import Verdict
from datagen.cli.options import CHECK, CHECKED, CONTEXT, READ, settle, settle_check, takes_settings
from datagen.context import ContextPolicy, to_context_record
from datagen.errors import SettingsError
from datagen.formats.files import write_jsonl
from datagen.records import Finding

SHOWN = 50
"""Lines of findings printed before the rest is only counted."""

console = Console(highlight=False, soft_wrap=True)


_VERDICTS = ("supported", "unverifiable", "unsupported", "contradicted")


@dataclass(slots=True)
class TypeCounts:
    """Claims of one response type by verdict, and the sum of the scores."""

    records: int = 0
    failed: int = 0
    scores: float = 0.0
    claims: Counter[str] = field(default_factory=Counter)

    def add(self, verdict: Verdict) -> None:
        """Count one record."""
        self.records += 1
        self.failed += is_rejected(verdict.findings)
        self.scores += verdict.score or 0.0
        self.claims.update(claim.verdict for claim in verdict.claims)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "records": self.records,
            "failed": self.failed,
            "mean_score": round(self.scores / self.records, 3),
            "claims": {name: self.claims[name] for name in _VERDICTS},
        }


@dataclass(slots=True)
class _Counts:
    """What a check has found so far."""

    records: int = 0
    failed: int = 0
    shown: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    types: dict[str, TypeCounts] = field(default_factory=dict)
    balance: Balance = field(default_factory=Balance)

    def add(self, checked: pipeline.CheckedRecord) -> None:
        verdict = checked.verdict
        self.records += 1
        self.failed += is_rejected(verdict.findings)
        self.codes.update(finding.code for finding in verdict.findings)
        pipeline.count_balance(self.balance, checked)
        if verdict.score is not None:
            counts = self.types.setdefault(checked.response_type, TypeCounts())
            counts.add(verdict)


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

    Without --captions or --contexts only texts and structure are checked. Exit code 1 when a record
    fails, 0 when all pass.

    Example: [bold]datagen check llava_instruct_158k.json --captions captions.json --instances instances.json[/bold]
    """
    settings = settle_check(given)
    read = (file, settings.captions, settings.instances, settings.contexts, settings.tokenizer)
    _refuse_overwriting({"--claims": claims, "--scores": scores}, read)
    images = None
    if settings.captions is not None or settings.contexts is not None:
        if not pipeline.can_ground(settings):
            console.print(
                f"nothing is held against captions and boxes: language {settings.language},"
                f" --grounding {settings.grounding}",
                markup=False,
            )
        source = pipeline.read_source(settings)
        images = pipeline.ImageIndex({image.id: image for image in source.images})
    counts = _Counts()
    with ExitStack() as files:
        write_claim, write_score = (
            files.enter_context(write_jsonl(path)) if path is not None else None
            for path in (claims, scores)
        )
        for checked in pipeline.check_file(
            file,
            pipeline.make_rules(settings),
            images=images,
            folder=settings.images,
            workers=workers,
        ):
            counts.add(checked)
            _show(checked, counts, notes=notes, as_json=as_json)
            if write_claim is not None:
                for line in pipeline.describe_claims(checked):
                    write_claim(line)
            if write_score is not None:
                write_score(pipeline.describe_checked(checked))
    if as_json:
        print(json.dumps({"summary": _summarize(file, counts)}))
    else:
        _print_summary(file, counts)
    if counts.failed:
        raise typer.Exit(1)


def _show(checked: pipeline.CheckedRecord, counts: _Counts, *, notes: bool, as_json: bool) -> None:
    for finding in checked.verdict.findings:
        if not (notes or as_json or finding.severity == "reject"):
            continue
        counts.shown += 1
        if as_json:
            print(json.dumps(_to_json(checked.place, checked.id, finding), ensure_ascii=False))
        elif counts.shown <= SHOWN:
            console.print(_to_line(checked.place, checked.id, finding), markup=False)


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
        for image in source.images:
            write(to_context_record(image, policy))
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


def _summarize(file: Path, counts: _Counts) -> dict[str, Any]:
    return {
        "file": str(file),
        "records": counts.records,
        "failed": counts.failed,
        "codes": dict(sorted(counts.codes.items())),
        "types": {name: counts.types[name].to_json() for name in sorted(counts.types)},
        "balance": counts.balance.to_json(),
    }


def _print_summary(file: Path, counts: _Counts) -> None:
    if counts.shown > SHOWN:
        console.print(f"… and {counts.shown - SHOWN:,} more findings; --json prints them all")
    for code, count in counts.codes.most_common():
        console.print(f"  {code} {count:,}")
    for name in sorted(counts.types):
        console.print(_describe_type(name, counts.types[name]))
    console.print(f"{file}: {counts.records:,} records, {counts.failed:,} failed")


def _describe_type(name: str, counts: TypeCounts) -> str:
    said = ", ".join(f"{counts.claims[verdict]:,} {verdict}" for verdict in _VERDICTS)
    score = counts.scores / counts.records
    head = f"{name}: {counts.records:,} records, {counts.failed:,} failed, mean score {score:.2f}"
    return f"{head}; claims: {said}"
