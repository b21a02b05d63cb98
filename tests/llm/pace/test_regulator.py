"""The regulator in simulated time: as fast as the endpoint bears, and no faster."""

import pytest

from datagen.llm.pace.regulator import Regulator
from tests.llm.pace.simulation import Endpoint, simulate


@pytest.mark.parametrize(("requests", "workers"), [(2000, 64), (8000, 256)])
def test_an_endpoint_that_bears_the_load_is_not_throttled(requests: int, workers: int) -> None:
    result = simulate(Endpoint(latency=0.2), requests, workers)
    assert result.seconds <= 1.06 * requests / workers * 0.2
    assert result.most == workers


@pytest.mark.parametrize("burst", [10.0, 600.0])
def test_a_told_limit_is_used_up_without_running_into_it(burst: float) -> None:
    result = simulate(Endpoint(latency=0.1, per_minute=600, burst=burst), 1800, 64)
    assert result.counts["refused"] <= 0.02 * sum(result.counts.values())
    assert (1800 - burst) / 10 / result.seconds >= 0.95


def test_a_limit_that_only_retry_after_tells_is_learned() -> None:
    result = simulate(Endpoint(latency=0.1, per_minute=600, tells=False), 1800, 64)
    assert (1800 - 10) / 10 / result.seconds >= 0.85
    assert result.counts["refused"] <= 0.2 * sum(result.counts.values())


def test_what_an_endpoint_bears_in_flight_is_found_and_used() -> None:
    result = simulate(Endpoint(latency=0.2, bears=20), 4000, 256)
    assert 4000 / result.seconds >= 0.75 * 20 / 0.2


def test_stray_refusals_do_not_hold_up_the_others() -> None:
    result = simulate(Endpoint(latency=0.1, stray=0.05), 2000, 64)
    assert result.seconds <= 2 * 2000 / 64 * 0.1


def test_a_run_recovers_after_an_outage() -> None:
    endpoint = Endpoint(latency=0.2, is_dead=lambda now: 5 < now < 35)
    result = simulate(endpoint, 4000, 64)
    assert result.end == ""
    assert result.seconds <= 4000 / 64 * 0.2 + 30 + 10


def test_a_dead_endpoint_ends_the_run_after_the_patience_with_few_attempts() -> None:
    result = simulate(Endpoint(is_dead=lambda now: now > 1), 4000, 64, patience=120)
    assert "nothing has succeeded for 12" in result.end
    assert result.seconds < 130
    assert result.counts["lost"] < 300


@pytest.mark.parametrize("seed", range(5))
def test_never_more_is_in_flight_than_allowed(seed: int) -> None:
    endpoint = Endpoint(latency=0.05, bears=7, stray=0.1, per_minute=3000, burst=50)
    assert simulate(endpoint, 500, 16, seed=seed).most <= 16


def test_a_rate_of_the_users_own_is_kept() -> None:
    regulator = Regulator(most=8, per_minute={"requests": 60, "tokens": None}, patience=300)
    left = 0
    for tick in range(1000):  # ten seconds
        if regulator.find_delay(0.0, tick / 100) <= 0:
            departure = regulator.send(0.0, tick / 100)
            regulator.note_success(departure, tick / 100)
            left += 1
    assert 9 <= left <= 13
    assert regulator.find_rate() == 60
