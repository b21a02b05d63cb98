"""Spot-check, judge: what is measured of records known to be true or false -> thresholds and flags.

One half of the known records sets the thresholds, the other half tells how reliable they are; no
record does both. Of every measure a low value speaks against a record.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from math import floor

from datagen.spotcheck.accuracy import find_low_value, is_telling, measure_auc
from datagen.spotcheck.results import Reliability, Share
from datagen.spotcheck.statistics import ShareCell, count_effective, interval_share

FALSE_ALARMS = 0.05
"""At most this share of true records may be flagged, by all measures together."""

LEAST_OF_TYPE = 40
"""A response type with fewer true records in a half is judged by the thresholds of all types."""

LEAST_MORE = 0.03
"""A further measure has to find that much more of the false records to flag any; 0-1."""

ALL_TYPES = ""
"""Stands for all response types together in a mapping by type."""

REASONS: Mapping[str, tuple[str, str]] = {
    "gain": ("low-gain", "The picture makes the recorded answer hardly any likelier."),
    "worst": ("doubtful-word", "The picture speaks against a word of the answer."),
    "claim": (
        "unlikely-claim",
        "Something that the answer names is less likely with this picture than true answers are.",
    ),
    "agreement": ("disagrees", "The model answers the question in another way."),
    "clip": ("low-clip", "The answer fits the picture worse than true answers fit theirs."),
}
"""Code and sentence of a flag by its measure."""

_ADDS_NOTHING = "It finds hardly any false record that the other measures do not find."


@dataclass(frozen=True, slots=True)
class Known:
    """What was measured of a record of which is known whether it is true.

    Attributes:
        id: of the reference; its false twin has the same, so that both are in the same half.
        is_false: it is a twin.
        values: by measure; a measure that could not be had is left out.
    """

    id: str
    response_type: str
    is_false: bool
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Below which values records are flagged.

    Attributes:
        by_type: for each response type with enough references, and for `ALL_TYPES`, a threshold by
            measure; a measure that flags nobody is left out.
        aucs: how well each measure tells true from false, all types together.
        notes: for each measure that flags nobody, why.
    """

    by_type: Mapping[str, Mapping[str, float]]
    aucs: Mapping[str, Share] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)

    def find(self, response_type: str) -> Mapping[str, float]:
        """The thresholds that a type is judged by."""
        return self.by_type.get(response_type, self.by_type.get(ALL_TYPES, {}))


def is_setting(name: str) -> bool:
    """Whether the known record of that id sets thresholds; else it measures their reliability."""
    data = name.encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=1).digest()[0] % 2 == 0


def set_thresholds(known: Iterable[Known], *, share: float = FALSE_ALARMS) -> Thresholds:
    """Thresholds from the half of the known records that sets them.

    A measure takes part only if it is sure that it tells true from false: the lower bound of its
    AUC is above one half, and only if it finds false records that better ones do not find: one that
    adds little would take from them what may be flagged, and every measure may go by the style of a
    record rather than by its truth. All measures of a type have their thresholds at the same low quantile of
    the true records, the highest at which at most `share` of true records is flagged by any of
    them; `find_low_value` says what a quantile of few values is.
    """
    half = [one for one in known if is_setting(one.id)]
    measures = sorted({name for one in half for name in one.values})
    aucs = {name: _measure_auc(half, name) for name in measures}
    notes = {name: _say_blind(auc) for name, auc in aucs.items() if auc.low <= 0.5}
    true = [one for one in half if not one.is_false]
    by_type = {ALL_TYPES: true}
    for one in true:
        by_type.setdefault(one.response_type, []).append(one)
    usable = [name for name in measures if name not in notes]
    chosen = _choose_measures(half, sorted(usable, key=lambda name: -aucs[name].estimate), share)
    if chosen:  # else there are too few records, which is said below
        notes |= dict.fromkeys(set(usable) - set(chosen), _ADDS_NOTHING)
        usable = [name for name in usable if name in chosen]
    found = {
        name: _find_thresholds([one.values for one in group], usable, share)
        for name, group in by_type.items()
        if name == ALL_TYPES or len(group) >= LEAST_OF_TYPE
    }
    for name in usable:
        if not any(name in row for row in found.values()):
            notes[name] = f"Too few true records ({len(true)}) to tell which values are low."
    return Thresholds(found, aucs, notes)


def _choose_measures(half: Sequence[Known], ranked: Iterable[str], share: float) -> list[str]:
    """Those of the measures, the best first, that raise what all before them find."""
    true = [one.values for one in half if not one.is_false]
    false = [one.values for one in half if one.is_false]
    chosen: list[str] = []
    most = 0
    for name in ranked:
        bounds = _find_thresholds(true, [*chosen, name], share)
        found = sum(_is_low(values, bounds) for values in false)
        if found > most + LEAST_MORE * len(false) * bool(chosen):
            chosen.append(name)
            most = found
    return chosen


def _measure_auc(half: Sequence[Known], name: str) -> Share:
    false, true = (
        [one.values[name] for one in half if one.is_false == wanted and name in one.values]
        for wanted in (True, False)
    )
    return measure_auc(false, true)


def _say_blind(auc: Share) -> str:
    return (
        "This model cannot tell true records from false ones by it: a true one comes out higher in "
        f"{auc.estimate:.0%} of pairs ({auc.low:.0%} to {auc.high:.0%}), where chance has 50%."
    )


def _find_thresholds(
    true: Sequence[Mapping[str, float]], measures: Sequence[str], share: float
) -> dict[str, float]:
    """The thresholds at the highest common quantile that flags few enough of the true records."""
    count = len(true)
    for rank in range(floor(share * (count + 1) + 1e-9), 0, -1):
        found = {}
        for name in measures:
            values = [one[name] for one in true if name in one]
            value = find_low_value(values, rank / (count + 1))
            if value is not None:
                found[name] = value
        flagged = sum(_is_low(one, found) for one in true)
        if (flagged + 1) / (count + 1) <= share + 1e-9:
            return found
    return {}


def _is_low(values: Mapping[str, float], thresholds: Mapping[str, float]) -> bool:
    return any(values[name] < bound for name, bound in thresholds.items() if name in values)


def flag(
    values: Mapping[str, float], thresholds: Mapping[str, float]
) -> tuple[tuple[str, str], ...]:
    """Why a record is flagged, each a code and a sentence; empty where it is not.

    Args:
        values: by measure, under the record's own picture.
        thresholds: of its response type.
    """
    return tuple(
        REASONS.get(name, (f"low-{name}", f"Its {name} is lower than that of true records."))
        for name, bound in thresholds.items()
        if name in values and values[name] < bound
    )


def measure_reliability(
    known: Iterable[Known], thresholds: Thresholds, populations: Mapping[str, int]
) -> dict[str, Reliability]:
    """Sensitivity and specificity on the half of the known records that did not set thresholds.

    Args:
        known: the same as for the thresholds.
        thresholds: set by the other half.
        populations: records of the set by response type; each type counts by them in
            `ALL_TYPES`, whatever the number of its references.

    Returns:
        By response type where there are enough references of it, and of `ALL_TYPES`.
    """
    groups: dict[str, list[Known]] = {}
    for one in known:
        if not is_setting(one.id):
            groups.setdefault(one.response_type, []).append(one)
    rows = {ALL_TYPES: _measure(list(groups.values()), thresholds, populations)}
    for name, group in groups.items():
        true = sum(not one.is_false for one in group)
        if min(true, len(group) - true) >= LEAST_OF_TYPE:
            rows[name] = _measure([group], thresholds, populations)
    return rows


def _measure(
    groups: Sequence[Sequence[Known]], thresholds: Thresholds, populations: Mapping[str, int]
) -> Reliability:
    found, passed = (
        _weigh(
            [[one for one in group if one.is_false == wanted] for group in groups],
            thresholds,
            populations,
        )
        for wanted in (True, False)
    )
    specificity = Share(1 - passed.estimate, 1 - passed.high, 1 - passed.low, passed.n)
    usable = is_telling(found, specificity)
    return Reliability(found, specificity, usable, _say_reliability(found, specificity, usable))


def _weigh(
    groups: Sequence[Sequence[Known]], thresholds: Thresholds, populations: Mapping[str, int]
) -> Share:
    """The share of known records that is flagged, types weighted by their records in the set."""
    cells = [
        ShareCell(
            max(populations.get(group[0].response_type, 0), 1),
            len(group),
            sum(_is_low(one.values, thresholds.find(one.response_type)) for one in group),
        )
        for group in groups
        if group
    ]
    if not cells:
        return Share(0.0, 0.0, 1.0, 0)
    total = sum(cell.population for cell in cells)
    estimate = sum(cell.population / total * cell.hits / cell.n for cell in cells)
    size = min(count_effective(cells, is_endless=True), sum(cell.n for cell in cells))
    return Share(estimate, *interval_share(estimate, size), int(size))


def _say_reliability(sensitivity: Share, specificity: Share, usable: bool) -> str:
    if not sensitivity.n or not specificity.n:
        return "No true records and false twins were measured, so nothing is known of the flags."
    said = (
        f"Of records with one false claim {sensitivity.estimate:.0%} are flagged "
        f"({sensitivity.low:.0%} to {sensitivity.high:.0%}), of true ones "
        f"{1 - specificity.estimate:.0%} ({1 - specificity.high:.0%} to {1 - specificity.low:.0%})"
    )
    if usable:
        return f"{said}."
    return f"{said}: too little to tell how many records of the set are faulty."
