"""What a test tells, and what it does not."""

from math import sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.spotcheck.accuracy import estimate_prevalence, find_low_value, measure_auc
from datagen.spotcheck.results import Share
from datagen.spotcheck.statistics import Z, interval_share

# Hanley and McNeil, Radiology 143, 1982, table I: ratings 1-5 of 58 normal, 51 abnormal patients.
NORMAL = [rating for rating, count in enumerate((33, 6, 6, 11, 2), 1) for _ in range(count)]
ABNORMAL = [rating for rating, count in enumerate((3, 2, 2, 11, 33), 1) for _ in range(count)]


def make_share(hits: int, n: int) -> Share:
    return Share(hits / n, *interval_share(hits / n, n), n)


def test_the_area_is_the_published_one_and_its_interval_is_bounded_where_it_says() -> None:
    auc = measure_auc(NORMAL, ABNORMAL)
    assert auc.estimate == pytest.approx(0.893, abs=5e-4)
    for bound in (auc.low, auc.high):
        extra = (58 + 51) / 2 - 1
        factor = 1 + extra * (1 - bound) / (2 - bound) + extra * bound / (1 + bound)
        variance = bound * (1 - bound) * factor / (58 * 51)
        assert abs(auc.estimate - bound) == pytest.approx(Z * sqrt(variance), rel=1e-6)
    assert auc.high - auc.low == pytest.approx(4 * 0.032, abs=0.01)  # their standard error


def test_a_perfect_separation_of_few_leaves_doubt() -> None:
    auc = measure_auc([1, 2, 3], [4, 5, 6])
    assert auc.estimate == auc.high == 1
    assert auc.low < 0.7


def test_values_that_are_all_alike_tell_nothing() -> None:
    auc = measure_auc([1, 1, 1], [1, 1])
    assert auc.estimate == 0.5
    assert auc.low < 0.5 < auc.high


def test_an_empty_group_tells_nothing_at_all() -> None:
    assert measure_auc([], [1.0]) == Share(0.5, 0.0, 1.0, 0)


_VALUES = st.lists(st.integers(-5, 5), min_size=1, max_size=30)


@given(_VALUES, _VALUES)
def test_the_area_is_mirrored_when_the_groups_change_places(
    low: list[int], high: list[int]
) -> None:
    auc, mirrored = measure_auc(low, high), measure_auc(high, low)
    assert auc.estimate == pytest.approx(1 - mirrored.estimate)
    assert auc.low == pytest.approx(1 - mirrored.high, abs=1e-6)
    assert 0 <= auc.low <= auc.estimate <= auc.high <= 1


@pytest.mark.parametrize("shift", [0.0, 1.0, 2.0])
def test_the_interval_of_an_area_covers_the_truth_in_at_least_93_percent_of_draws(
    shift: float,
) -> None:
    truth = {0.0: 0.5, 1.0: 0.7602, 2.0: 0.9214}[shift]  # Φ(shift / √2)
    rng = Random(f"area {shift}")
    covered = 0
    for _ in range(400):
        low = [rng.gauss(0, 1) for _ in range(40)]
        high = [rng.gauss(shift, 1) for _ in range(25)]
        auc = measure_auc(low, high)
        covered += auc.low <= truth <= auc.high
    assert covered >= 372


@pytest.mark.parametrize(
    ("n", "share", "value"), [(19, 0.05, 1), (18, 0.05, None), (39, 0.05, 2), (100, 0.1, 10)]
)
def test_the_threshold_is_the_value_of_the_stated_rank(
    n: int, share: float, value: int | None
) -> None:
    assert find_low_value(range(1, n + 1), share) == value


def test_a_threshold_flags_no_larger_share_of_new_values_than_it_promises() -> None:
    rng = Random("threshold")
    flagged = 0
    for _ in range(2000):
        threshold = find_low_value([rng.random() for _ in range(40)], 0.1)
        assert threshold is not None
        flagged += rng.random() < threshold
    assert flagged <= 2000 * 0.1 + 3 * sqrt(2000 * 0.1 * 0.9)


def test_the_prevalence_is_that_of_a_published_example() -> None:
    # The manual of epiR: 23 of 150 cows test positive, sensitivity 96%, specificity 89%: 5.1%.
    found = estimate_prevalence(23 / 150, 150, make_share(960, 1000), make_share(890, 1000))
    assert found is not None
    assert found.estimate == pytest.approx(0.051, abs=5e-4)


def test_the_interval_of_a_prevalence_is_that_of_the_formula_by_hand() -> None:
    found = estimate_prevalence(0.3, 100, make_share(40, 50), make_share(45, 50))
    assert found is not None
    z = 1.959964
    a, se, sp = (30 + z * z / 2) / (100 + z * z), 41 / 52, 46 / 52
    p = (a + sp - 1) / (se + sp - 1)
    v = (
        a * (1 - a) / (100 + z * z)
        + p * p * se * (1 - se) / 52
        + (1 - p) * (1 - p) * sp * (1 - sp) / 52
    ) / (se + sp - 1) ** 2
    d = 2 * z * z * (p * se * (1 - se) / 52 - (1 - p) * sp * (1 - sp) / 52)
    assert found.estimate == pytest.approx(0.2 / 0.7)
    assert (found.low, found.high) == pytest.approx((p + d - z * v**0.5, p + d + z * v**0.5))


def test_a_test_that_tells_hardly_anything_gives_no_estimate() -> None:
    assert estimate_prevalence(0.1, 500, make_share(10, 100), make_share(95, 100)) is None
    assert estimate_prevalence(0.1, 500, make_share(4, 5), make_share(4, 5)) is None
    assert estimate_prevalence(0.1, 0, make_share(90, 100), make_share(95, 100)) is None


def test_fewer_flags_than_false_alarms_mean_that_none_may_be_faulty() -> None:
    found = estimate_prevalence(0.01, 300, make_share(80, 100), make_share(95, 100))
    assert found is not None
    assert found.estimate == found.low == 0
    assert found.high > 0


@given(st.integers(0, 100), st.integers(30, 60), st.integers(45, 60))
def test_a_prevalence_stays_within_0_and_1_and_its_interval_holds_it(
    flags: int, found: int, passed: int
) -> None:
    share = estimate_prevalence(flags / 100, 100, make_share(found, 60), make_share(passed, 60))
    if share is not None:
        assert 0 <= share.low <= share.estimate <= share.high <= 1


@pytest.mark.parametrize("prevalence", [0.0, 0.05, 0.2, 0.5])
@pytest.mark.parametrize(("sensitivity", "controls"), [(0.9, 50), (0.6, 120)])
def test_the_interval_of_a_prevalence_covers_the_truth_in_at_least_93_percent_of_draws(
    prevalence: float, sensitivity: float, controls: int
) -> None:
    rng = Random(f"prevalence {prevalence} {sensitivity}")

    def count(n: int, share: float) -> int:
        return sum(rng.random() < share for _ in range(n))

    covered, draws = 0, 400
    chance = prevalence * sensitivity + (1 - prevalence) * 0.05
    for _ in range(draws):
        share = estimate_prevalence(
            count(300, chance) / 300,
            300,
            make_share(count(controls, sensitivity), controls),
            make_share(count(controls, 0.95), controls),
        )
        assert share is not None
        covered += share.low <= prevalence <= share.high
    assert covered >= 0.93 * draws
