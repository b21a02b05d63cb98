"""Agreement as in published examples, as reckoned by hand, and as the truth has it."""

import json
import random
from pathlib import Path

import pytest

from datagen.errors import ReviewError
from datagen.spotcheck.statistics import interval_share
from datagen.store import ReviewStore
from datagen.store.review_events import Decision, EventKind
from datagen.store.review_samples import ReviewSample, SampledRecord, SampleStratum, keep_sample
from datagen.viewer.agreement import (
    Cell,
    Table,
    compare_checks,
    compare_reviewers,
    find_ac1,
    find_kappa,
    find_raw,
    measure_agreement,
)

# Counts, raw agreement, kappa, AC1; None where the source does not give it.
PUBLISHED: list[tuple[str, Table, float, float, float | None]] = [
    # The package irrCAC by K. Gwet, data set cont3x3abstractors.
    ("irrCAC", [[13, 0, 0], [0, 20, 7], [0, 4, 56]], 0.89, 0.7964094, 0.8493305),
    # Cohen, Psychol. Bull. 70, 1968, the example with 200 cases in three categories.
    ("Cohen", [[88, 14, 18], [10, 40, 10], [2, 6, 12]], 0.70, 0.492, None),
    # Feinstein and Cicchetti, J. Clin. Epidemiol. 43, 1990: the same raw agreement, evenly spread
    # and not.
    ("balanced", [[40, 9], [6, 45]], 0.85, 0.70, None),
    ("skewed", [[80, 10], [5, 5]], 0.85, 0.32, None),
]


@pytest.mark.parametrize(("name", "table", "raw", "kappa", "ac1"), PUBLISHED)
def test_published_examples_come_out_as_published(
    name: str, table: Table, raw: float, kappa: float, ac1: float | None
) -> None:
    assert find_raw(table) == pytest.approx(raw)
    assert find_kappa(table) == pytest.approx(kappa, abs=0.005 if ac1 is None else 1e-6)
    if ac1 is not None:
        assert find_ac1(table) == pytest.approx(ac1, abs=1e-6)


def test_kappa_collapses_where_nearly_all_is_accepted_and_ac1_does_not() -> None:
    # By hand: p = 98/100; both accept 99 of 100, so e of kappa = 0.99² + 0.01² = 0.9802 and
    # kappa = (0.98 - 0.9802) / 0.0198; e of AC1 = 2 * 0.99 * 0.01 = 0.0198.
    table = [[98, 1], [1, 0]]
    assert find_kappa(table) == pytest.approx(-0.0002 / 0.0198)
    assert find_ac1(table) == pytest.approx(0.9602 / 0.9802)


def test_kappa_has_no_value_where_both_accept_everything() -> None:
    assert find_kappa([[9, 0], [0, 0]]) is None
    assert find_ac1([[9, 0], [0, 0]]) == 1.0
    assert find_raw([[0, 0], [0, 0]]) is None


def test_reviewers_are_compared_on_what_both_decided() -> None:
    ann: dict[str, Decision] = {"a": "accepted", "b": "rejected", "c": "deferred", "d": "accepted"}
    bob: dict[str, Decision] = {"a": "accepted", "b": "accepted", "c": "rejected", "e": "accepted"}
    cleo: dict[str, Decision] = {"z": "accepted"}
    (pair,) = compare_reviewers({"bob": bob, "ann": ann, "cleo": cleo})
    assert (pair.a, pair.b, pair.n, pair.raw) == ("ann", "bob", 2, 0.5)
    assert pair.kappa == 0.0


def test_checks_against_reviewers_by_hand() -> None:
    # 100 rejected by the checks, 10 looked at, 8 faulty; 900 accepted, 30 looked at, 3 faulty.
    found = compare_checks([Cell(True, 100, 10, 8), Cell(False, 900, 30, 3)])
    assert found.table == ((80.0, 20.0), (90.0, 810.0))
    assert found.precision.estimate == 0.8
    assert found.precision.low < 0.8 < found.precision.high
    assert found.recall.estimate == pytest.approx(80 / 170)
    # 8 records stand for 10 each and 3 for 30: (80 + 90)² / (8 * 100 + 3 * 900) = 8.257.
    assert (found.recall.low, found.recall.high) == interval_share(80 / 170, 170**2 / 3500)
    assert (found.n, found.precision.n, found.recall.n) == (40, 10, 11)


def test_without_decisions_nothing_is_known() -> None:
    found = compare_checks([Cell(True, 100, 0, 0), Cell(False, 900, 0, 0)])
    assert found.table == ((0.0, 0.0), (0.0, 0.0))
    for share in (found.precision, found.recall):
        assert (share.low, share.high, share.n) == (0.0, 1.0, 0)


@pytest.mark.slow
def test_the_intervals_hold_the_truth_in_nineteen_samples_of_twenty() -> None:
    chance = random.Random(5)
    caught = [chance.random() < 0.8 for _ in range(300)]  # faulty or not, by what the checks said
    passed = [chance.random() < 0.1 for _ in range(2700)]
    precision = sum(caught) / len(caught)
    recall = sum(caught) / (sum(caught) + sum(passed))
    covered = [0, 0]
    for _ in range(1000):
        one, two = chance.sample(caught, 40), chance.sample(passed, 100)
        found = compare_checks([Cell(True, 300, 40, sum(one)), Cell(False, 2700, 100, sum(two))])
        covered[0] += found.precision.low <= precision <= found.precision.high
        covered[1] += found.recall.low <= recall <= found.recall.high
    assert covered[0] >= 930
    assert covered[1] >= 930


def _keep_sample(store: ReviewStore, name: str = "s") -> None:
    strata = (
        SampleStratum("t, accepted", "t", "accepted", 90, 3),
        SampleStratum("t, rejected", "t", "rejected", 10, 2),
    )
    records = [("a", 0, 30.0), ("b", 0, 30.0), ("c", 0, 30.0), ("d", 1, 5.0), ("e", 1, 5.0)]
    kept = tuple(SampledRecord(record, strata[n].name, weight) for record, n, weight in records)
    keep_sample(store, ReviewSample(name, 0, strata, kept))


def test_figures_of_a_store_are_plain_values(tmp_path: Path) -> None:
    kinds: dict[str, EventKind] = {"a": "accept", "b": "reject", "c": "defer", "d": "reject"}
    with ReviewStore(tmp_path, write=True) as store:
        assert measure_agreement(store)["checks"] is None
        _keep_sample(store)
        for record, kind in {**kinds, "outside": "reject"}.items():
            store.add(record, kind, revision=0, by="ann", at="now")
        store.add("a", "reject", revision=1, by="bob", at="now")
        found = json.loads(json.dumps(measure_agreement(store)))
        with pytest.raises(ReviewError, match="no sample 'x'"):
            measure_agreement(store, "x")
    # The decision that holds for a is bob's; the deferred and the unseen record count for nobody.
    assert found["checks"]["sample"] == "s"
    assert found["checks"]["table"] == [[10.0, 0.0], [90.0, 0.0]]
    assert found["checks"]["n"] == 3
    assert found["reviewers"] == [
        {"a": "ann", "b": "bob", "n": 1, "raw": 0.0, "kappa": 0.0, "ac1": -1.0}
    ]
    assert "kappa down to 0" in found["text"]
