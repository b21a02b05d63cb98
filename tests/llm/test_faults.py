import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.errors import SettingsError
from datagen.llm.faults import (
    FAULTS,
    FaultDraw,
    MockSettings,
    TokenBucket,
    draw_fault,
    parse_fault,
)


def digest(number: int) -> bytes:
    return hashlib.sha256(b"%d" % number).digest()


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_can_be_asked_for(name: str) -> None:
    assert parse_fault(f"{name}=0.25") == (name, 0.25)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("404=0.1", "fault '404' is not known; known are 429, 429-retry-after"),
        ("=0.1", "is not known"),
        ("", "is not known"),
        ("500", "write 500=RATE, such as 500=0.1"),
        ("500=often", "write 500=RATE"),
        ("500=1.5", "between 0 and 1"),
        ("500=-0.1", "between 0 and 1"),
        ("500=nan", "between 0 and 1"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(text: str, problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        parse_fault(text)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"faults": {"500": 0.6, "reset": 0.6}}, "add up to 1.2"),
        ({"faults": {"teapot": 0.1}}, "'teapot' is not known"),
        ({"latency": -1.0}, "latency must be"),
        ({"stall": float("inf")}, "stall must be"),
        ({"requests_per_minute": 0}, "requests_per_minute must be"),
        ({"max_concurrency": 0}, "max_concurrency must be"),
    ],
    ids=str,
)
def test_settings_that_cannot_be_served_are_refused(
    settings: dict[str, float], problem: str
) -> None:
    with pytest.raises(SettingsError, match=problem):
        MockSettings(**settings)  # type: ignore[arg-type]  # one dict for many types


def test_ten_faults_of_a_tenth_each_are_possible() -> None:
    MockSettings(faults=dict.fromkeys(list(FAULTS)[:10], 0.1))


def test_the_settings_do_not_show_the_key() -> None:
    assert "secret" not in repr(MockSettings(api_key="secret"))


def test_faults_come_at_their_rates() -> None:
    rates = {"429": 0.1, "500": 0.2, "reset": 0.3}
    drawn = Counter(draw_fault(rates, 0, digest(number), 0) for number in range(5000))
    shares = {name: round(count / 5000, 1) for name, count in drawn.items()}
    assert shares == {"429": 0.1, "500": 0.2, "reset": 0.3, "": 0.4}


def test_a_rate_of_one_meets_every_request_and_of_zero_none() -> None:
    assert {draw_fault({"500": 1.0}, 0, digest(n), 0) for n in range(100)} == {"500"}
    assert {draw_fault({"500": 0.0}, 0, digest(n), 0) for n in range(100)} == {""}


def test_the_seed_changes_the_draw() -> None:
    draws = [[draw_fault({"500": 0.5}, seed, digest(n), 0) for n in range(50)] for seed in range(2)]
    assert draws[0] != draws[1]


@given(order=st.permutations(range(12)))
def test_faults_do_not_depend_on_the_order_of_arrival(order: list[int]) -> None:
    def draw(numbers: list[int]) -> dict[int, list[str]]:
        faults = FaultDraw({"500": 0.3, "reset": 0.3}, seed=5)
        met: dict[int, list[str]] = {}
        for number in numbers * 3:  # every body comes three times
            met.setdefault(number, []).append(faults.draw(digest(number)))
        return met

    assert draw(order) == draw(sorted(order))


def test_a_body_that_comes_again_is_drawn_anew() -> None:
    faults = FaultDraw({"500": 0.5}, seed=0)
    assert {faults.draw(digest(1)) for _ in range(30)} == {"", "500"}


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_starts_full_and_fills_evenly() -> None:
    clock = Clock()
    bucket = TokenBucket(60, clock)
    bucket.spend(60)
    assert (bucket.measure(), bucket.find_wait(1), bucket.find_wait(60)) == (0, 1.0, 60.0)
    clock.now += 1.5
    assert (bucket.measure(), bucket.find_wait(1)) == (1.5, 0.0)
    clock.now += 1000
    assert bucket.measure() == 60


def test_an_overdrawn_bucket_must_fill_up_first() -> None:
    clock = Clock()
    bucket = TokenBucket(60, clock)
    bucket.spend(90)
    assert bucket.find_wait(10) == 40.0
