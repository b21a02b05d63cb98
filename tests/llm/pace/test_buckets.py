import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.llm.pace.buckets import Bucket, ToldBucket
from datagen.llm.pace.limits import ToldLimit


def test_one_request_goes_at_once_and_the_next_when_it_has_flowed_in() -> None:
    bucket = Bucket("requests", rate=0.5)
    assert bucket.find_wait(1, now=0) == 0
    bucket.spend(1, now=0)
    assert bucket.find_wait(1, now=0) == 2
    assert bucket.find_wait(1, now=1.5) == 0.5
    assert bucket.find_wait(1, now=2) == 0


def test_a_late_timer_costs_nothing_but_a_long_rest_is_not_caught_up() -> None:
    bucket = Bucket("requests", rate=100)
    bucket.spend(1, now=0)
    assert bucket.measure(now=0.1) == pytest.approx(10)
    assert bucket.measure(now=60) == 20


def test_what_costs_more_than_the_bucket_holds_waits_until_it_is_full() -> None:
    bucket = Bucket("tokens", rate=100)
    bucket.measure(now=1)
    assert bucket.find_wait(500, now=1) == 0
    bucket.spend(500, now=1)
    assert bucket.find_wait(500, now=1) == 5


def test_what_is_given_back_does_not_overflow() -> None:
    bucket = Bucket("tokens", rate=100)
    bucket.spend(-1000, now=0)
    assert bucket.measure(now=0) == 20


@given(
    rate=st.floats(0.01, 1000),
    steps=st.lists(st.tuples(st.floats(0, 10), st.floats(0.01, 50)), max_size=60),
)
def test_no_more_is_spent_than_flows_in_and_one_burst(
    rate: float, steps: list[tuple[float, float]]
) -> None:
    bucket = Bucket("tokens", rate)
    now = spent = largest = 0.0
    for seconds, cost in steps:
        now += seconds
        if bucket.find_wait(cost, now) == 0:
            bucket.spend(cost, now)
            spent += cost
            largest = max(largest, cost)
    burst = max(bucket.capacity, largest)
    assert spent <= rate * now + bucket.capacity + burst + 0.001


def tell(remaining: float, *, period: float | None = 60.0, reset: float = math.nan) -> ToldLimit:
    return ToldLimit("requests", 600, remaining, period, reset)


def test_a_told_allowance_may_be_spent_at_once_but_for_a_reserve() -> None:
    bucket = ToldBucket("requests", now=0)
    bucket.believe(tell(100), now=0, age=0, spent=0)
    for _ in range(97):
        assert bucket.find_wait(1, now=0) == 0
        bucket.spend(1, now=0)
    assert bucket.find_wait(1, now=0) == pytest.approx(0.1)


def test_what_left_after_a_request_is_taken_off_what_its_answer_tells() -> None:
    bucket = ToldBucket("requests", now=0)
    bucket.believe(tell(100), now=2, age=2, spent=50)
    assert bucket.measure(now=2) == 70  # 100, and 20 that flowed in, less 50


def test_the_own_reckoning_is_kept_where_the_answer_allows_it() -> None:
    bucket = ToldBucket("requests", now=0)
    bucket.believe(tell(100), now=0, age=0, spent=0)
    bucket.spend(40, now=0)
    bucket.believe(tell(90), now=0, age=0, spent=50)  # 40 or 90, as it was counted
    assert bucket.measure(now=0) == 60
    bucket.believe(tell(30), now=0, age=0, spent=0)  # others use the same key
    assert bucket.measure(now=0) == 30


def test_a_fixed_window_holds_nothing_until_it_is_whole_again() -> None:
    bucket = ToldBucket("requests", now=0)
    bucket.believe(tell(599, period=None, reset=50), now=0, age=0, spent=0)
    bucket.spend(599, now=10)
    assert bucket.find_wait(1, now=10) == 40
    bucket.believe(tell(0, period=None, reset=39), now=11, age=0, spent=0)
    assert bucket.find_wait(1, now=49.9) == pytest.approx(0.1)
    assert bucket.find_wait(1, now=50) == 0
    assert bucket.measure(now=50) == 599


def test_an_answer_from_before_the_reset_empties_nothing() -> None:
    bucket = ToldBucket("requests", now=0)
    bucket.believe(tell(599, period=None, reset=50), now=0, age=0, spent=0)
    bucket.measure(now=50)
    bucket.believe(tell(0, period=None, reset=50), now=51, age=2, spent=0)
    assert bucket.measure(now=51) == 599


def test_an_allowance_told_as_used_up_from_the_start_comes_back() -> None:
    bucket = ToldBucket("requests", now=0)
    bucket.believe(tell(0, period=None, reset=20), now=0, age=0, spent=0)
    assert bucket.find_wait(1, now=0) == 20
    assert bucket.find_wait(1, now=20) == 0
