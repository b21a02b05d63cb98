import asyncio
import email.utils
import random
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.errors import AskError, DatagenError, EndpointError
from datagen.llm.retry import RETRIED_STATUSES, RetryPolicy, TransientError, read_retry_after


class Longest(random.Random):
    """Draws the upper bound always, so that waits are exact."""

    def uniform(self, a: float, b: float) -> float:
        assert a == 0
        return b


class Clock:
    """A sleep that only writes down how long it was."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


def fail(times: int, **how: float) -> Callable[[], Awaitable[str]]:
    left = [times]

    async def attempt() -> str:
        if left[0]:
            left[0] -= 1
            raise TransientError("overloaded", retry_after=how.get("retry_after"))
        return "done"

    return attempt


async def test_waits_double_from_the_base_up_to_the_cap() -> None:
    clock = Clock()
    policy = RetryPolicy(attempts=10, base=0.5, cap=60, sleep=clock.sleep, rng=Longest())
    assert await policy.run(fail(9)) == "done"
    assert clock.waits == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]


async def test_the_jitter_comes_from_the_given_generator() -> None:
    clock = Clock()
    await RetryPolicy(base=0.5, sleep=clock.sleep, rng=random.Random(7)).run(fail(3))
    rng = random.Random(7)
    assert clock.waits == [rng.uniform(0, 0.5), rng.uniform(0, 1), rng.uniform(0, 2)]


async def test_a_first_success_waits_for_nothing() -> None:
    clock = Clock()
    assert await RetryPolicy(sleep=clock.sleep).run(fail(0)) == "done"
    assert clock.waits == []


async def test_a_wait_named_by_the_endpoint_is_obeyed_exactly_above_two_minutes_too() -> None:
    clock = Clock()
    await RetryPolicy(sleep=clock.sleep).run(fail(2, retry_after=300.25))
    assert clock.waits == [300.25, 300.25]


async def test_a_named_wait_longer_than_the_patience_stops_the_run_at_once() -> None:
    clock = Clock()
    policy = RetryPolicy(patience=900, sleep=clock.sleep)
    with pytest.raises(EndpointError, match=r"asks to wait 86400 s, longer than the 900 s"):
        await policy.run(fail(1, retry_after=86400))
    assert clock.waits == []


async def test_patience_bounds_the_sum_of_all_waits() -> None:
    clock = Clock()
    policy = RetryPolicy(attempts=100, patience=100, sleep=clock.sleep)
    with pytest.raises(AskError, match="gave up after 4 attempts: overloaded") as caught:
        await policy.run(fail(99, retry_after=30))
    assert clock.waits == [30, 30, 30]
    assert (caught.value.code, caught.value.attempts) == ("gave-up", 4)


async def test_when_attempts_run_out_the_request_is_given_up() -> None:
    clock = Clock()
    with pytest.raises(AskError, match="gave up after 3 attempts: overloaded") as caught:
        await RetryPolicy(attempts=3, sleep=clock.sleep).run(fail(3))
    assert (caught.value.code, caught.value.attempts, len(clock.waits)) == ("gave-up", 3, 2)


async def test_an_address_that_never_answered_is_the_endpoints_fault() -> None:
    async def attempt() -> str:
        raise TransientError("http://localhost:1/v1 does not accept connections", unreachable=True)

    with pytest.raises(EndpointError, match="gave up after 1 attempt: http://localhost:1/v1 does"):
        await RetryPolicy(attempts=1).run(attempt)


@pytest.mark.parametrize(
    "failure",
    [AskError("bad-request", "no"), EndpointError("wrong key"), ValueError("bug")],
    ids=["ask", "endpoint", "bug"],
)
async def test_only_transient_failures_are_tried_again(failure: Exception) -> None:
    made: list[int] = []

    async def attempt() -> str:
        made.append(1)
        raise failure

    with pytest.raises(type(failure)) as caught:
        await RetryPolicy(sleep=Clock().sleep).run(attempt)
    assert caught.value is failure
    assert len(made) == 1


async def test_an_error_after_retries_knows_all_attempts() -> None:
    failures: list[Exception] = [TransientError("busy"), AskError("bad-request", "no")]

    async def attempt() -> str:
        raise failures.pop(0)

    with pytest.raises(AskError) as caught:
        await RetryPolicy(sleep=Clock().sleep).run(attempt)
    assert caught.value.attempts == 2


async def test_a_cancelled_request_is_not_tried_again() -> None:
    started = asyncio.Event()
    made: list[int] = []

    async def attempt() -> str:
        made.append(1)
        started.set()
        await asyncio.Event().wait()
        return "never"

    task = asyncio.create_task(RetryPolicy().run(attempt))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(made) == 1


async def test_requests_side_by_side_keep_their_own_counts() -> None:
    async def sleep(_seconds: float) -> None:
        await asyncio.sleep(0)

    async def run(failures: int) -> int:
        made = 0
        inner = fail(failures)

        async def attempt() -> str:
            nonlocal made
            made += 1
            await asyncio.sleep(0)
            return await inner()

        try:
            await policy.run(attempt)
        except DatagenError:
            return -made
        return made

    policy = RetryPolicy(attempts=4, sleep=sleep)
    counts = await asyncio.gather(*(run(index % 6) for index in range(60)))
    assert counts == [min(index % 6 + 1, 4) * (1 if index % 6 < 4 else -1) for index in range(60)]


@given(attempt=st.integers(1, 3000), base=st.floats(0.001, 10), cap=st.floats(0.001, 100))
def test_no_drawn_wait_exceeds_the_cap(attempt: int, base: float, cap: float) -> None:
    clock = Clock()
    policy = RetryPolicy(
        attempts=min(attempt, 40), base=base, cap=cap, patience=1e9, sleep=clock.sleep
    )
    asyncio.run(policy.run(fail(min(attempt, 40) - 1)))
    assert all(0 < wait <= cap for wait in clock.waits)
    assert len(clock.waits) == min(attempt, 40) - 1


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 529])
def test_these_statuses_are_retried(status: int) -> None:
    assert status in RETRIED_STATUSES


@pytest.mark.parametrize("status", [200, 400, 401, 402, 403, 404, 413, 422])
def test_these_statuses_are_not_retried(status: int) -> None:
    assert status not in RETRIED_STATUSES


NOON = 1_800_000_000.0
IN_A_MINUTE = email.utils.formatdate(NOON + 60, usegmt=True)
SENT = email.utils.formatdate(NOON + 50, usegmt=True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 7200 "}, 7200.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "2"}, 2.0),
        ({"retry-after": IN_A_MINUTE}, 60.0),
        ({"retry-after": IN_A_MINUTE, "date": SENT}, 10.0),
        ({"retry-after": IN_A_MINUTE, "date": "today"}, 60.0),
        ({"retry-after": email.utils.formatdate(NOON - 60, usegmt=True)}, None),
        ({"retry-after": "0"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "later"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert read_retry_after(headers, now=lambda: NOON) == seconds


@given(
    st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms", "date"]), st.text()),
)
def test_no_header_whatever_breaks_the_reading(headers: dict[str, str]) -> None:
    seconds = read_retry_after(headers, now=lambda: NOON)
    assert seconds is None or seconds > 0
