"""Counts of a run: records, rejections with their reasons, notes, tokens, troubles of the source."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from datagen.records import Finding, Rejection, Sample, Trouble, Usage

LISTED_TROUBLES = 1000
"""Troubles listed with their ids in the report; all of them are counted."""


@dataclass(slots=True)
class Tally:
    """Counts collected while a data set is built; `to_json` is the content of `report.json`."""

    planned: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    turns: Counter[str] = field(default_factory=Counter)
    answer_words: Counter[str] = field(default_factory=Counter)
    rejected: Counter[tuple[str, str]] = field(default_factory=Counter)
    dropped_pairs: Counter[str] = field(default_factory=Counter)
    scored: Counter[str] = field(default_factory=Counter)
    scores: dict[str, float] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)
    tokens: Counter[str] = field(default_factory=Counter)

    def add_usage(self, usage: Usage, attempts: int) -> None:
        """Count what the run has cost so far: tokens, and requests made over the wire."""
        self.tokens.update(
            prompt=usage.prompt_tokens,
            completion=usage.completion_tokens,
            cached=usage.cached_tokens,
            attempts=attempts,
        )

    def add_sample(
        self,
        sample: Sample,
        findings: Iterable[Finding],
        score: float | None = None,
        dropped_pairs: int = 0,
    ) -> None:
        """Count a record that was written, with its notes, its score and the pairs it lost."""
        name = sample.item.response_type
        self.written[name] += 1
        self.turns[name] += len(sample.turns)
        self.answer_words[name] += sum(len(turn.answer.split()) for turn in sample.turns)
        self.notes.update(finding.code for finding in findings)
        self.dropped_pairs[name] += dropped_pairs
        if score is not None:
            self.scored[name] += 1
            self.scores[name] = self.scores.get(name, 0.0) + score

    def add_rejection(self, rejection: Rejection) -> None:
        """Count an item that gave no record, by its reason."""
        self.rejected[rejection.item.response_type, rejection.finding.code] += 1

    def to_json(self, source: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """The report as plain values, keys in a fixed order; `source` is from `describe_source`."""
        planned, written = sum(self.planned.values()), sum(self.written.values())
        rejected = sum(self.rejected.values())
        return {
            "planned": planned,
            "written": written,
            "rejected": rejected,
            "not_answered": planned - written - rejected,
            "types": {name: self._describe_type(name) for name in sorted(self.planned)},
            "notes": dict(sorted(self.notes.items())),
            "tokens": {
                name: self.tokens[name] for name in ("prompt", "completion", "cached", "attempts")
            },
            "seconds": round(seconds, 3),
            "source": dict(source),
        }

    def _describe_type(self, name: str) -> dict[str, Any]:
        written, turns, scored = self.written[name], self.turns[name], self.scored[name]
        reasons = {code: n for (kind, code), n in sorted(self.rejected.items()) if kind == name}
        return {
            "planned": self.planned[name],
            "written": written,
            "rejected": sum(reasons.values()),
            "reasons": reasons,
            "turns_per_record": round(turns / written, 2) if written else None,
            "words_per_answer": round(self.answer_words[name] / turns, 1) if turns else None,
            "dropped_pairs": self.dropped_pairs[name],
            "mean_score": round(self.scores[name] / scored, 3) if scored else None,
        }


def describe_source(*, images: int, excluded: int, troubles: Sequence[Trouble]) -> dict[str, Any]:
    """What was read: usable and excluded images, troubles counted by code and listed with ids."""
    return {
        "images": images,
        "excluded": excluded,
        "troubles": {
            "counts": dict(sorted(Counter(trouble.code for trouble in troubles).items())),
            "listed": [_describe_trouble(trouble) for trouble in troubles[:LISTED_TROUBLES]],
        },
    }


def _describe_trouble(trouble: Trouble) -> dict[str, str]:
    return {
        "code": trouble.code,
        "file": trouble.file,
        "entry": trouble.entry,
        "action": trouble.action,
        "detail": trouble.detail,
    }


def summarize(report: Mapping[str, Any]) -> list[list[str]]:
    """The report as rows of a table: a row a response type, then the sum; first row is the head."""
    rows = [["response type", "planned", "written", "rejected", "turns", "words an answer"]]
    rows += [
        [
            name,
            f"{counts['planned']:,}",
            f"{counts['written']:,}",
            f"{counts['rejected']:,}",
            _show(counts["turns_per_record"]),
            _show(counts["words_per_answer"]),
        ]
        for name, counts in report["types"].items()
    ]
    totals = [f"{report[name]:,}" for name in ("planned", "written", "rejected")]
    return [*rows, ["all", *totals, "", ""]]


def count_reasons(report: Mapping[str, Any]) -> dict[str, int]:
    """Rejections by reason code over all response types, the commonest first."""
    counts: Counter[str] = Counter()
    for described in report["types"].values():
        counts.update(described["reasons"])
    return dict(counts.most_common())


def _show(value: float | None) -> str:
    return "-" if value is None else f"{value:g}"
