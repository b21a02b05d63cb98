"""Inspector, agreement: decisions of people -> how far the checks, and the people, can be believed.

    compare_checks      checks against reviewers: a table of two by two, precision and recall
    compare_reviewers   reviewers against each other: raw agreement, Cohen's kappa, Gwet's AC1

Deferred records are no decisions and stay out of both.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any, NamedTuple

from datagen.spotcheck.results import Share
from datagen.spotcheck.statistics import ShareCell, estimate_share, interval_share
from datagen.store import ReviewStore
from datagen.store.review_events import Decision
from datagen.store.review_samples import (
    ReviewSample,
    list_samples,
    read_sample,
    read_sample_decisions,
)

KAPPA_TEXT = (
    "Kappa asks how much more two people agree than they would by chance, and takes chance to be "
    "what their shares of acceptances give. Where both accept nearly everything, that chance is "
    "close to 1, hardly anything is left above it, and a single disagreement brings kappa down to 0 "
    "although they agree on almost every record. AC1 takes chance to be small where nearly all "
    "records are alike, so read the raw agreement and AC1 beside kappa."
)
"""Why kappa collapses when nearly all is accepted; stands below the figures."""


class Cell(NamedTuple):
    """Decided records that the checks treated alike, of one stratum.

    Attributes:
        is_caught: whether the checks rejected them.
        population: how many records of the set the stratum has.
        n: how many of them were decided.
        faulty: how many of these a reviewer rejected.
    """

    is_caught: bool
    population: float
    n: int
    faulty: int


@dataclass(frozen=True, slots=True)
class ChecksAgreement:
    """Checks against reviewers.

    Attributes:
        table: records of the set, estimated: rows are what the checks said (rejected, accepted),
            columns what the reviewers said (rejected, accepted).
        precision: of the records that the checks rejected, the share that reviewers reject too.
        recall: of the records that reviewers reject, the share that the checks rejected.
        n: records that were decided.
    """

    table: tuple[tuple[float, float], tuple[float, float]]
    precision: Share
    recall: Share
    n: int


@dataclass(frozen=True, slots=True)
class ReviewersAgreement:
    """Two reviewers on the `n` records that both decided; a figure is None where it has no value."""

    a: str
    b: str
    n: int
    raw: float | None
    kappa: float | None
    ac1: float | None


def measure_agreement(store: ReviewStore, sample: str | None = None) -> dict[str, Any]:
    """All figures as plain values, with the text on kappa.

    Args:
        store: the reviews.
        sample: the sample that the checks are measured on; by default the one drawn last. Without
            any sample `checks` is None, for nothing says how the decided records were picked.

    Raises:
        ReviewError: no such sample.
    """
    name = sample or next(iter(list_samples(store)), None)
    checks = None
    if name is not None:
        cells = _make_cells(read_sample(store, name), read_sample_decisions(store, name))
        checks = {"sample": name, **asdict(compare_checks(cells))}
    pairs = [asdict(pair) for pair in compare_reviewers(store.read_decisions())]
    return {"checks": checks, "reviewers": pairs, "text": KAPPA_TEXT}


def _make_cells(sample: ReviewSample, decisions: Mapping[str, Decision]) -> list[Cell]:
    said: dict[str, list[Decision]] = {stratum.name: [] for stratum in sample.strata}
    for record in sample.records:
        decision = decisions.get(record.record)
        if decision is not None and decision != "deferred":
            said[record.stratum].append(decision)
    return [
        Cell(
            stratum.state == "rejected",
            stratum.population,
            len(said[stratum.name]),
            said[stratum.name].count("rejected"),
        )
        for stratum in sample.strata
    ]


def compare_checks(cells: Iterable[Cell]) -> ChecksAgreement:
    """Hold the checks against the reviewers, every decided record standing for those of its cell.

    Precision is a share over the strata that the checks rejected (see `estimate_share`). Recall is
    a ratio of two sums over strata, a / (a + c) in the table; its interval is Wilson's with the
    effective number of the records that reviewers rejected, (sum w)² / sum w², w being what each
    stands for (Kish, Survey Sampling, 1965, section 11.7). Strata of which nothing was decided are
    left out.
    """
    kept = [cell for cell in cells if cell.n]
    table = (
        (_add(kept, True, True), _add(kept, True, False)),
        (_add(kept, False, True), _add(kept, False, False)),
    )
    precision = estimate_share(
        [ShareCell(round(cell.population), cell.n, cell.faulty) for cell in kept if cell.is_caught]
    )
    (caught, _), (missed, _) = table
    return ChecksAgreement(
        table, precision, _find_recall(kept, caught, missed), sum(cell.n for cell in kept)
    )


def _add(cells: Sequence[Cell], is_caught: bool, is_faulty: bool) -> float:
    return sum(
        cell.population / cell.n * (cell.faulty if is_faulty else cell.n - cell.faulty)
        for cell in cells
        if cell.is_caught == is_caught
    )


def _find_recall(cells: Sequence[Cell], caught: float, missed: float) -> Share:
    faulty = sum(cell.faulty for cell in cells)
    if not faulty:
        return Share(0.0, 0.0, 1.0, 0)
    squares = sum(cell.faulty * (cell.population / cell.n) ** 2 for cell in cells)
    recall = caught / (caught + missed)
    return Share(recall, *interval_share(recall, (caught + missed) ** 2 / squares), faulty)


def compare_reviewers(
    decisions: Mapping[str, Mapping[str, Decision]],
) -> list[ReviewersAgreement]:
    """Every two reviewers, by name, who decided records in common.

    Args:
        decisions: by reviewer, then by record.
    """
    pairs = []
    for a, b in combinations(sorted(decisions), 2):
        both = Counter(
            (decision, decisions[b][record])
            for record, decision in decisions[a].items()
            if record in decisions[b]
        )
        table = [
            [both[row, column] for column in ("accepted", "rejected")]
            for row in ("accepted", "rejected")
        ]
        n = sum(map(sum, table))
        if n:
            pairs.append(
                ReviewersAgreement(a, b, n, find_raw(table), find_kappa(table), find_ac1(table))
            )
    return pairs


Table = Sequence[Sequence[float]]
"""Records by the category that one gave (rows) and that the other gave (columns)."""


def find_raw(table: Table) -> float | None:
    """The share of records on which two agree: the diagonal over all; None without records.

    >>> find_raw([[20, 5], [10, 15]])
    0.7
    """
    total = sum(map(sum, table))
    return sum(table[k][k] for k in range(len(table))) / total if total else None


def find_kappa(table: Table) -> float | None:
    """Cohen's kappa: how far two agree beyond what their shares of each category give by chance.

    (p - e) / (1 - e), p being the raw agreement and e the sum over categories of the product of
    both shares (Cohen, Educ. Psychol. Meas. 20, 1960). None where e is 1: both gave one and the same category to every record.

    >>> round(find_kappa([[20, 5], [10, 15]]), 3)
    0.4
    """
    rows, columns = _find_shares(table)
    return _correct(table, sum(row * column for row, column in zip(rows, columns, strict=True)))


def find_ac1(table: Table) -> float | None:
    """Gwet's AC1: the same with a chance that is small where nearly all records are alike.

    (p - e) / (1 - e), e being 1 / (q - 1) times the sum over the q categories of s (1 - s), s the
    mean of both shares (Gwet, Br. J. Math. Stat. Psychol. 61, 2008).

    >>> round(find_ac1([[118, 5], [2, 0]]), 2), round(find_kappa([[118, 5], [2, 0]]), 2)
    (0.94, -0.02)
    """
    means = [(row + column) / 2 for row, column in zip(*_find_shares(table), strict=True)]
    return _correct(table, sum(mean * (1 - mean) for mean in means) / (len(table) - 1))


def _find_shares(table: Table) -> tuple[list[float], list[float]]:
    total = sum(map(sum, table)) or 1
    rows = [sum(row) / total for row in table]
    return rows, [sum(column) / total for column in zip(*table, strict=True)]


def _correct(table: Table, chance: float) -> float | None:
    raw = find_raw(table)
    return None if raw is None or chance >= 1 else (raw - chance) / (1 - chance)
