"""Intervals hold what they promise: by hand, by published tables and by every possible sample."""

from math import comb, inf
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.spotcheck.statistics import (
    MeanCell,
    ShareCell,
    count_effective,
    estimate_mean,
    estimate_share,
    find_sample_size,
    find_t,
    interval_share,
)


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [  # Newcombe, Stat. Med. 17, 1998, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_intervals(hits: int, n: int, low: float, high: float) -> None:
    assert interval_share(hits / n, n) == pytest.approx((low, high), abs=5e-5)


def test_nothing_looked_at_leaves_everything_open_and_all_looked_at_nothing() -> None:
    assert interval_share(0.3, 0) == (0.0, 1.0)
    assert interval_share(0.3, inf) == (0.3, 0.3)


@pytest.mark.parametrize(("n", "p"), [(30, 0.05), (60, 0.02), (100, 0.1), (100, 0.5), (400, 0.03)])
def test_wilson_covers_the_truth_in_at_least_93_percent_of_all_samples(n: int, p: float) -> None:
    chances = [comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
    covered = 0.0
    for k, chance in enumerate(chances):
        low, high = interval_share(k / n, n)
        covered += chance * (low <= p <= high)
    assert covered >= 0.93


@pytest.mark.parametrize(
    ("margin", "population", "size"),
    [  # Krejcie and Morgan, Educ. Psychol. Meas. 30, 1970
        (0.05, 1000, 278),
        (0.05, 10_000, 370),
        (0.05, 100_000, 383),
        (0.05, None, 385),
        (0.1, None, 97),
        (0.05, 10, 10),
    ],
)
def test_the_sample_size_is_that_of_the_tables(
    margin: float, population: int | None, size: int
) -> None:
    assert find_sample_size(margin, population) == size


@pytest.mark.parametrize("margin", [0.0, -0.1, 0.6])
def test_a_margin_that_no_share_can_have_is_refused(margin: float) -> None:
    with pytest.raises(ValueError, match="margin"):
        find_sample_size(margin)


def test_a_stratified_share_is_weighted_by_records_not_by_sample() -> None:
    share = estimate_share([ShareCell(900, 50, 5), ShareCell(100, 50, 25)])
    assert share.estimate == pytest.approx(0.9 * 0.1 + 0.1 * 0.5)
    assert share.n == 100


def test_one_stratum_counts_as_many_as_it_has_where_the_set_is_large() -> None:
    assert count_effective([ShareCell(10**9, 80, 20)]) == pytest.approx(80, rel=1e-6)


def test_the_effective_number_grows_as_the_population_is_used_up() -> None:
    # By hand: in one stratum p(1-p) cancels, so n / (1 - n/N) remains.
    assert count_effective([ShareCell(100, 80, 20)]) == pytest.approx(400)
    assert count_effective([ShareCell(80, 80, 20)]) == inf
    assert count_effective([ShareCell(80, 80, 20)], is_endless=True) == pytest.approx(80)


def test_a_whole_population_leaves_no_doubt_and_part_of_it_always_some() -> None:
    whole = estimate_share([ShareCell(40, 40, 0), ShareCell(3, 3, 1)])
    assert (whole.low, whole.high) == (whole.estimate, whole.estimate)
    for cells in (
        [ShareCell(40, 1, 0)],
        [ShareCell(40, 1, 1), ShareCell(60, 1, 0)],
        [ShareCell(5000, 30, 0), ShareCell(1000, 30, 30)],
        [ShareCell(5000, 300, 0)],
    ):
        share = estimate_share(cells)
        assert share.high - share.low > 0.01


def test_a_stratum_that_was_not_looked_at_is_taken_to_be_like_the_rest() -> None:
    seen = [ShareCell(900, 50, 5), ShareCell(100, 50, 25)]
    assert estimate_share([*seen, ShareCell(7, 0, 0)]) == estimate_share(seen)


_CELLS = st.lists(
    st.tuples(st.integers(1, 60), st.integers(0, 500), st.floats(0, 1)).map(
        lambda drawn: ShareCell(drawn[0] + drawn[1], drawn[0], round(drawn[0] * drawn[2]))
    ),
    min_size=1,
    max_size=5,
)


@given(_CELLS)
def test_an_interval_of_a_share_holds_its_estimate_and_stays_within_0_and_1(
    cells: list[ShareCell],
) -> None:
    share = estimate_share(cells)
    assert 0 <= share.low <= share.estimate <= share.high <= 1


@given(st.integers(0, 99), st.integers(1, 100))
def test_more_hits_never_lower_a_bound(hits: int, n: int) -> None:
    hits = min(hits, n - 1)
    less, more = interval_share(hits / n, n), interval_share((hits + 1) / n, n)
    assert less[0] <= more[0]
    assert less[1] <= more[1]


@pytest.mark.parametrize(
    ("strata", "truth"),
    [
        ([(2000, 60, 0.02), (400, 36, 0.10)], "small shares"),
        ([(20_000, 110, 0.05), (5000, 80, 0.3), (30, 5, 0.5)], "a tiny stratum"),
        ([(300, 40, 0.01), (200, 60, 0.15)], "a finite population"),
        ([(900, 30, 0.5), (100, 30, 0.5)], "one half"),
        ([(5000, 200, 0.01), (1000, 100, 0.05)], "very small shares"),
        ([(1000, 40, 0.1), (1000, 5, 0.1), (1000, 5, 0.1)], "few in large strata"),
    ],
)
def test_a_stratified_interval_covers_the_truth_in_at_least_93_percent_of_draws(
    strata: list[tuple[int, int, float]], truth: str
) -> None:
    rng = Random(truth)
    populations = [
        [index < round(size * share) for index in range(size)] for size, _, share in strata
    ]
    exact = sum(map(sum, populations)) / sum(map(len, populations))
    covered = 0
    for _ in range(1000):
        cells = [
            ShareCell(size, n, sum(rng.sample(members, n)))
            for (size, n, _), members in zip(strata, populations, strict=True)
        ]
        share = estimate_share(cells)
        covered += share.low <= exact <= share.high
    assert covered >= 930


def test_a_mean_is_that_of_the_strata_by_hand() -> None:
    mean = estimate_mean([MeanCell(300, (1.0, 3.0)), MeanCell(100, (10.0, 12.0, 14.0))])
    assert mean is not None
    assert mean.estimate == pytest.approx(0.75 * 2 + 0.25 * 12)
    # s² are 2 and 4; 5 values in 2 strata leave 3 degrees of freedom, t = 3.182.
    spread = 0.75**2 * (1 - 2 / 300) * 2 / 2 + 0.25**2 * (1 - 3 / 100) * 4 / 3
    assert mean.high - mean.estimate == pytest.approx(3.182 * spread**0.5, rel=2e-3)
    assert mean.n == 5


def test_a_single_value_of_many_records_leaves_the_mean_open() -> None:
    mean = estimate_mean([MeanCell(10, (0.4,))])
    assert mean is not None
    assert (mean.low, mean.high) == (-inf, inf)
    whole = estimate_mean([MeanCell(1, (0.4,))])
    assert whole is not None
    assert (whole.low, whole.high) == (0.4, 0.4)


def test_a_stratum_of_one_value_borrows_the_spread_of_all() -> None:
    mean = estimate_mean([MeanCell(50, (1.0, 2.0, 6.0)), MeanCell(50, (3.0,))])
    assert mean is not None
    assert 0 < mean.high - mean.low < inf


def test_no_values_have_no_mean() -> None:
    assert estimate_mean([MeanCell(50, ())]) is None


@pytest.mark.parametrize(
    ("freedom", "point"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (5, 2.571), (10, 2.228), (30, 2.042), (1000, 1.962)],
)
def test_students_t_is_that_of_the_tables(freedom: int, point: float) -> None:
    assert find_t(freedom) == pytest.approx(point, abs=5e-3)
