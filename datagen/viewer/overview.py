"""Viewer: the figures of a set as plain values, live while a run is writing.

What the report of the last build says, with everything that the index knows better by now.
"""

import json
from collections.abc import Mapping
from typing import Any

from datagen.pipeline import REPORT_FILE
from datagen.viewer.bitmaps import Column
from datagen.viewer.index import Index
from datagen.viewer.target import Target

BINS = 10
_SCORE_ONE = 10_000
_COST_ONE = 10**8


def describe_overview(target: Target, index: Index, planned: Mapping[str, int]) -> dict[str, Any]:
    """Counts by type, reason and finding, scores, lengths, cost; with the report of a run.

    Args:
        target: what it is about.
        index: of it.
        planned: records that the run wants, by type; empty where that is not known.
    """
    report = _read_report(target)
    accepted = index.find_set("state", "accepted")
    rejected = index.find_set("state", "rejected")
    scores, cost = index.read_column("score"), index.read_column("cost")
    told = report.get("types", {})
    names = sorted({*planned, *(name for name, _ in index.list_values("type"))} - {""})
    types = {
        name: told.get(name, {}) | _describe_type(index, name, scores, planned.get(name))
        for name in names
    }
    total = sum(planned.values())
    return report | {
        "planned": total or None,
        "written": accepted.bit_count(),
        "rejected": rejected.bit_count(),
        "not_answered": max(0, total - index.size) if total else None,
        "types": types,
        "reasons": dict(index.list_values("reason")),
        "findings": dict(index.list_values("finding")),
        "flags": dict(index.list_values("flag")),
        "objects": dict(index.list_values("object")[:100]),
        "scores": _count_scores(scores),
        "words": _describe_words(index.read_column("length"), accepted),
        "cost": sum_column(cost, cost.known) / _COST_ONE if cost.known else None,
    }


def sum_column(column: Column, among: int) -> int:
    """The sum of the numbers of some records.

    >>> sum_column(Column.from_values([1, None, 5]), 0b101)
    6
    """
    return sum((digit & among).bit_count() << place for place, digit in enumerate(column.digits))


def _read_report(target: Target) -> dict[str, Any]:
    if not target.is_run:
        return {}
    try:
        content = json.loads((target.path / REPORT_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # none yet; `datagen build` writes it
    return content if isinstance(content, dict) else {}


def _describe_type(index: Index, name: str, scores: Column, planned: int | None) -> dict[str, Any]:
    own = index.find_set("type", name)
    accepted = own & index.find_set("state", "accepted")
    scored = accepted & scores.known
    reasons = {
        code: count
        for code, _ in index.list_values("reason")
        if (count := (index.find_set("reason", code) & own & ~accepted).bit_count())
    }
    mean = sum_column(scores, scored) / scored.bit_count() / _SCORE_ONE if scored else None
    return {
        "planned": planned,
        "written": accepted.bit_count(),
        "rejected": (own & ~accepted).bit_count(),
        "reasons": reasons,
        "mean_score": round(mean, 3) if mean is not None else None,
    }


def _count_scores(scores: Column) -> list[tuple[float, int]]:
    """How many records score from each tenth on; the last takes those of 1 too."""
    bounds = [scores.compare(_SCORE_ONE * n // BINS)[0] for n in range(1, BINS)]
    below = [0, *(bits.bit_count() for bits in bounds), scores.known.bit_count()]
    return [(n / BINS, below[n + 1] - below[n]) for n in range(BINS)]


def _describe_words(length: Column, among: int) -> dict[str, int] | None:
    """The number of words that a tenth, half and nine tenths of the records stay below."""
    count = among.bit_count()
    if not count:
        return None
    places = {"p10": count // 10, "median": count // 2, "p90": count * 9 // 10}
    return {name: find_nth(length, among, place) for name, place in places.items()}


def find_nth(column: Column, among: int, place: int) -> int:
    """The number at a place of the sorted numbers, digit by digit."""
    value, open_ = 0, among & column.known
    for number in reversed(range(len(column.digits))):
        zeros = open_ & ~column.digits[number]
        if place < zeros.bit_count():
            open_ = zeros
        else:
            place -= zeros.bit_count()
            open_ &= column.digits[number]
            value |= 1 << number
    return value
