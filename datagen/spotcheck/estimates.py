"""Spot-check, judge: the sample's values and flags -> what holds for the whole set, with intervals."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from datagen.spotcheck.accuracy import estimate_prevalence
from datagen.spotcheck.results import (
    FlaggedRecord,
    Mean,
    Measure,
    ProbeKind,
    Reliability,
    Share,
    Stratum,
    TypeResult,
)
from datagen.spotcheck.statistics import (
    MeanCell,
    ShareCell,
    count_effective,
    estimate_mean,
    estimate_share,
    interval_share,
)
from datagen.spotcheck.subjects import CONTROLS, Control, Subject
from datagen.spotcheck.verdicts import ALL_TYPES, Thresholds

ALL = "all"
"""Name of the row for all response types together."""

Values = Mapping[Control, Mapping[str, float]]
"""By control, then by measure; what could not be measured is left out."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A record of the sample that was looked at; those whose picture could not be shown are none.

    Attributes:
        reasons: why it is flagged; empty where it is not.
    """

    subject: Subject
    values: Values
    reasons: tuple[tuple[str, str], ...] = ()


def estimate_types(
    judged: Sequence[Judged],
    strata: Sequence[Stratum],
    reliabilities: Mapping[str, Reliability],
) -> tuple[TypeResult, ...]:
    """What share of each response type is flagged, and how much of it is faulty.

    Within a stratum every record that was looked at stands for as many; those whose pictures could
    not be shown are taken to be like the others.

    Args:
        judged: all records that were looked at.
        strata: all of the set.
        reliabilities: as `measure_reliability` gives them; empty where nothing was measured.

    Returns:
        One a type, in the order of the strata, then that of all.
    """
    types = list(dict.fromkeys(row.response_type for row in strata))
    rows = [
        (name, [row for row in strata if row.response_type == name], reliabilities.get(name))
        for name in types
    ]
    overall = reliabilities.get(ALL_TYPES)
    return tuple(
        _estimate_type(name, judged, chosen, own or overall)
        for name, chosen, own in [*rows, (ALL, list(strata), None)]
    )


def _estimate_type(
    name: str,
    judged: Sequence[Judged],
    strata: Sequence[Stratum],
    reliability: Reliability | None,
) -> TypeResult:
    cells = [
        ShareCell(row.population, len(members), sum(bool(one.reasons) for one in members))
        for row, members in _group(judged, strata)
    ]
    flagged = estimate_share(cells)
    defects: Share | None = None
    if reliability is not None and reliability.usable and flagged.n:
        size = count_effective([cell for cell in cells if cell.n], is_endless=True)
        defects = estimate_prevalence(
            flagged.estimate, size, reliability.sensitivity, reliability.specificity
        )
    return TypeResult(name, sum(row.population for row in strata), flagged.n, flagged, defects)


def _group(
    judged: Iterable[Judged], strata: Sequence[Stratum]
) -> list[tuple[Stratum, list[Judged]]]:
    members: dict[str, list[Judged]] = {row.name: [] for row in strata}
    for one in judged:
        if one.subject.stratum in members:
            members[one.subject.stratum].append(one)
    return [(row, members[row.name]) for row in strata]


def summarize_measures(
    judged: Sequence[Judged],
    strata: Sequence[Stratum],
    thresholds: Thresholds,
    titles: Mapping[str, str],
) -> tuple[Measure, ...]:
    """Each measure over the sample under each control; means hold for the whole set.

    Args:
        judged: all records that were looked at.
        strata: all of the set.
        thresholds: that the records were flagged by.
        titles: of the measures, for people; their order is that of the result.
    """
    groups = _group(judged, strata)
    return tuple(
        Measure(
            name,
            title,
            values=_list_values(judged, name),
            means=_list_means(groups, name),
            gap=_average(groups, partial(_find_gap, name)),
            threshold=_find_threshold(name, strata, thresholds),
            auc=thresholds.aucs.get(name),
            note=thresholds.notes.get(name, ""),
        )
        for name, title in titles.items()
        if any(name in row for one in judged for row in one.values.values())
    )


def _list_values(judged: Sequence[Judged], name: str) -> dict[Control, tuple[float, ...]]:
    found = {
        control: sorted(
            one.values[control][name] for one in judged if name in one.values.get(control, {})
        )
        for control in CONTROLS
    }
    return {control: tuple(values) for control, values in found.items() if values}


def _list_means(
    groups: Sequence[tuple[Stratum, Sequence[Judged]]], name: str
) -> dict[Control, Mean]:
    means = {}
    for control in CONTROLS:
        mean = _average(groups, partial(_find_value, name, control))
        if mean is not None:
            means[control] = mean
    return means


def _average(
    groups: Sequence[tuple[Stratum, Sequence[Judged]]], find: Callable[[Judged], float | None]
) -> Mean | None:
    """The mean over the set of what is found of each record; records without it are left out."""
    return estimate_mean(
        [
            MeanCell(row.population, [value for one in members if (value := find(one)) is not None])
            for row, members in groups
        ]
    )


def _find_value(name: str, control: Control, one: Judged) -> float | None:
    return one.values.get(control, {}).get(name)


def _find_gap(name: str, one: Judged) -> float | None:
    right, shuffled = _find_value(name, "right", one), _find_value(name, "shuffled", one)
    return None if right is None or shuffled is None else right - shuffled


def _find_threshold(name: str, strata: Sequence[Stratum], thresholds: Thresholds) -> float | None:
    """The threshold by which most records of the set are judged."""
    weights: dict[float, int] = {}
    for row in strata:
        bound = thresholds.find(row.response_type).get(name)
        if bound is not None:
            weights[bound] = weights.get(bound, 0) + row.population
    return max(weights, key=lambda bound: weights[bound], default=None)


def summarize_probes(
    answered: Iterable[tuple[str, Control, bool]],
) -> tuple[ProbeKind, ...]:
    """The share of right answers by kind and control, with Wilson's interval.

    Args:
        answered: of each probe its kind, the picture shown, and whether the answer was right; an
            answer that is none counts as wrong.
    """
    tallies: dict[str, dict[Control, list[bool]]] = {}
    for kind, control, is_right in answered:
        tallies.setdefault(kind, {}).setdefault(control, []).append(is_right)
    return tuple(
        ProbeKind(
            kind,
            {control: _count_share(row[control]) for control in CONTROLS if control in row},
        )
        for kind, row in tallies.items()
    )


def _count_share(marks: Sequence[bool]) -> Share:
    share = sum(marks) / len(marks)
    return Share(share, *interval_share(share, len(marks)), len(marks))


def rank_flagged(
    records: Iterable[FlaggedRecord], measures: Sequence[Measure], *, most: int | None = None
) -> tuple[FlaggedRecord, ...]:
    """Flagged records, worst first: more reasons before fewer, then the lowest values.

    Values of different measures are compared by the share of the sample that has lower ones.

    Args:
        records: in any order.
        measures: of the sample.
        most: keep so many.
    """
    samples = {measure.name: measure.values.get("right", ()) for measure in measures}

    def find_place(record: FlaggedRecord) -> tuple[int, float, str]:
        ranks = [
            bisect_left(samples[name], value) / len(samples[name])
            for name, value in record.values.items()
            if samples.get(name)
        ]
        return -len(record.reasons), sum(ranks) / max(len(ranks), 1), record.id

    return tuple(sorted(records, key=find_place)[:most])
