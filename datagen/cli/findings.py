"""What `datagen check` shows: findings as they come, the counts at the end."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from datagen import pipeline
from datagen.balance import Balance
from datagen.checks import is_rejected
from datagen.checks.checker import Verdict
from datagen.formats import START
from datagen.records import Finding

SHOWN = 50
"""Lines of findings printed before the rest is only counted."""

_MANY = 10
_NEARLY_ALL = 0.9
"""So many missing pictures, in number and share, speak of a wrong folder; one line then says so."""

_VERDICTS = ("supported", "unverifiable", "unsupported", "contradicted")

console = Console(highlight=False, soft_wrap=True)


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

    def describe(self, name: str) -> str:
        """One line of the summary."""
        said = ", ".join(f"{self.claims[verdict]:,} {verdict}" for verdict in _VERDICTS)
        score = self.scores / self.records
        counts = _count_records(self.records, self.failed)
        return f"{name}: {counts}, mean score {score:.2f}; claims: {said}"


@dataclass(slots=True)
class FindingList:
    """Shows what is found in one file and counts it.

    Attributes:
        file: the file that is checked.
        folder: of the pictures, where they are opened.
        notes: show notes too.
        as_json: JSON lines in place of text.
        failed: records that failed; what is wrong with the file as a whole is none of them.
        faults: reason codes that reject the file as a whole.
    """

    file: Path
    folder: Path | None = None
    notes: bool = False
    as_json: bool = False
    records: int = 0
    failed: int = 0
    faults: list[str] = field(default_factory=list)
    _shown: int = 0
    _codes: Counter[tuple[str, str]] = field(default_factory=Counter)
    _types: dict[str, TypeCounts] = field(default_factory=dict)
    _balance: Balance = field(default_factory=Balance)
    _pictures: set[str] = field(default_factory=set)
    _missing: dict[str, None] = field(default_factory=dict)
    _held: list[str] = field(default_factory=list)
    _unheld: int = 0

    def add(self, checked: pipeline.CheckedRecord) -> None:
        """Count one record, and show what was found in it."""
        verdict = checked.verdict
        if checked.place == START:
            self.faults += [each.code for each in verdict.findings if each.severity == "reject"]
        else:
            self.records += 1
            self.failed += is_rejected(verdict.findings)
            pipeline.count_balance(self._balance, checked)
        self._codes.update((finding.severity, finding.code) for finding in verdict.findings)
        if verdict.score is not None:
            self._types.setdefault(checked.response_type, TypeCounts()).add(verdict)
        if self.folder is not None:
            self._add_picture(checked)
        for finding in verdict.findings:
            self._show(checked, finding)

    @property
    def passed(self) -> bool:
        """Whether the file and all its records may go to the trainer."""
        return not (self.failed or self.faults)

    def finish(self) -> None:
        """Print the summary."""
        if self.as_json:
            print(json.dumps({"summary": self._summarize()}))
            return
        if self._is_wrong_folder():
            console.print(self._describe_missing(), markup=False)
        else:
            for line in self._held:
                self._print_line(line)
            self._shown += self._unheld
        if self._shown > SHOWN:
            console.print(f"… and {self._shown - SHOWN:,} more findings; --json prints them all")
        for severity, word in (("reject", "rejected"), ("note", "noted")):
            for (kind, code), count in self._codes.most_common():
                if kind == severity:
                    console.print(f"  {word}: {code} {count:,}")
        for name in sorted(self._types):
            console.print(self._types[name].describe(name), markup=False)
        if self.records and self._codes["note", "no-context"] == self.records:
            console.print(
                "nothing was held against captions and boxes: they have none of the records' pictures"
            )
        told = f"{self.file}: {self.describe()}"
        told += "" if self.records else ": there is nothing to train on"
        told += f"; the file as a whole fails: {', '.join(self.faults)}" if self.faults else ""
        console.print(told, markup=False)

    def describe(self) -> str:
        """How many there were, and how many of them failed."""
        return _count_records(self.records, self.failed)

    def _show(self, checked: pipeline.CheckedRecord, finding: Finding) -> None:
        if self.as_json:
            print(json.dumps(_to_json(checked, finding), ensure_ascii=False))
        elif self.notes or finding.severity == "reject":
            line = _to_line(checked, finding)
            if finding.code == "image-missing":  # how many there are shows at the end
                self._hold(line)
            else:
                self._print_line(line)

    def _hold(self, line: str) -> None:
        if len(self._held) < SHOWN:
            self._held.append(line)
        else:
            self._unheld += 1

    def _print_line(self, line: str) -> None:
        self._shown += 1
        if self._shown <= SHOWN:
            console.print(line, markup=False)

    def _add_picture(self, checked: pipeline.CheckedRecord) -> None:
        name = checked.record.get("image") if isinstance(checked.record, dict) else None
        if isinstance(name, str) and name:
            self._pictures.add(name)
            if any(finding.code == "image-missing" for finding in checked.verdict.findings):
                self._missing[name] = None

    def _is_wrong_folder(self) -> bool:
        missing, looked_for = len(self._missing), len(self._pictures)
        return missing >= max(_MANY, _NEARLY_ALL * looked_for)

    def _describe_missing(self) -> str:
        missing, looked_for = len(self._missing), len(self._pictures)
        first = (self.folder or Path()) / next(iter(self._missing))
        some = f"{missing:,} of the {looked_for:,} pictures were not found"
        told = f"none of the {missing:,} pictures was found" if missing == looked_for else some
        return (
            f"{told} in {self.folder}; the first was looked for at {first}."
            " Give --images the folder that the records' `image` starts from."
        )

    def _summarize(self) -> dict[str, Any]:
        codes: Counter[str] = Counter()
        for (_, code), count in self._codes.items():
            codes[code] += count
        return {
            "file": str(self.file),
            "passed": self.passed,
            "records": self.records,
            "failed": self.failed,
            "codes": dict(sorted(codes.items())),
            "types": {name: self._types[name].to_json() for name in sorted(self._types)},
            "balance": self._balance.to_json(),
        }


def _count_records(records: int, failed: int) -> str:
    return f"{records:,} {'record' if records == 1 else 'records'}, {failed:,} failed"


def _to_json(checked: pipeline.CheckedRecord, finding: Finding) -> dict[str, Any]:
    return {
        "place": checked.place,
        "id": checked.id,
        "reason": finding.code,
        "severity": finding.severity,
        "turn": finding.turn,
        "span": finding.span,
        "message": finding.message,
    }


def _to_line(checked: pipeline.CheckedRecord, finding: Finding) -> str:
    turn = "" if finding.turn is None else f", turn {finding.turn}"
    span = f" {finding.span!r}" if finding.span else ""
    record = f" ({checked.id})" if checked.id else ""
    return f"{checked.place}{record}{turn}: {finding.code}:{span} {finding.message}"
