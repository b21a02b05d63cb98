"""The simulation agrees with what can be reckoned by hand."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.simulation import Scenario, describe, find_rate, simulate

PLAIN = Scenario(4, 32, 800, 100, latency=2.0, between=0.0)


def test_undisturbed_workers_take_the_rounds_of_their_places() -> None:
    """100 requests, 8 at a time: 2, then eights: 14 rounds."""
    one = simulate(Scenario(1, 8, 100, 100, latency=1.0))
    assert one.seconds == pytest.approx(14.0)
    four = simulate(PLAIN)  # two shards each, the second begun before the first has ended
    assert 800 / 32 * 2.0 <= four.seconds <= 2 * 2 * 14
    assert (four.attempts, four.repeated, four.lost) == (800, 0, 0)


def test_long_answers_at_the_end_of_a_shard_do_not_hold_the_next_one_up() -> None:
    scenario = replace(PLAIN, requests=80_000, concurrency=320, shard_size=400, spread=0.5)
    seconds = 80_000 / 320 * 2.0 * math.exp(0.5**2 / 2)
    assert simulate(scenario).seconds < 1.15 * seconds


def test_a_common_rate_bounds_any_number_of_workers() -> None:
    for workers in (1, 8):
        shard = 800 // workers  # a worker that waits for the end of its shard leaves rate unused
        scenario = replace(
            PLAIN, workers=workers, concurrency=640, shard_size=shard, per_minute=600.0
        )
        prediction = simulate(scenario)
        assert prediction.seconds == pytest.approx(800 / find_rate(scenario), rel=0.05)
        assert prediction.seconds > 80.0


def test_failing_attempts_are_made_again() -> None:
    prediction = simulate(replace(PLAIN, requests=8000, failing=0.2))
    assert prediction.attempts == pytest.approx(8000 / 0.8, rel=0.03)


def test_a_lost_worker_repeats_what_it_had_not_published() -> None:
    prediction = simulate(replace(PLAIN, killed_at=5.0, recovery=10.0))
    assert prediction.lost == 1
    assert 0 < prediction.repeated <= 8 * 2
    assert prediction.attempts == 800 + prediction.repeated
    assert prediction.seconds > simulate(PLAIN).seconds


@given(
    st.integers(1, 8),
    st.integers(1, 60),
    st.integers(1, 200),
    st.integers(1, 40),
    st.integers(0, 9),
)
def test_every_scenario_ends_and_the_same_seed_ends_it_alike(
    workers: int, concurrency: int, requests: int, size: int, seed: int
) -> None:
    scenario = Scenario(
        workers, max(workers, concurrency), requests, size, spread=0.7, failing=0.1, losses=60.0
    )
    first = simulate(scenario, seed)
    assert first == simulate(scenario, seed)
    assert first.attempts >= requests + first.repeated
    assert first.repeated <= first.lost * 2 * scenario.concurrency + requests


def test_a_driver_that_is_slower_than_the_workers_bounds_them() -> None:
    scenario = replace(PLAIN, workers=50, concurrency=400, requests=20_000, driver=0.01)
    assert simulate(scenario).seconds == pytest.approx(200.0, rel=0.15)


def test_it_is_told_in_one_line() -> None:
    assert "requests/s; 0 workers lost, 0 requests repeated (0.00%)" in describe(
        PLAIN, simulate(PLAIN)
    )
