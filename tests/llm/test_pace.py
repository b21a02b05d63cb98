"""Pace as a whole, with the retry policy, against a simulated endpoint on a loop of virtual time."""

import asyncio
import math
import random
import selectors
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.errors import AskError, EndpointError, SettingsError
from datagen.llm.pace import Pace
from datagen.llm.retry import RetryPolicy, TransientError

_T = TypeVar("_T")


class Leaper(selectors.DefaultSelector):
    """Does not wait for the next timer but leaps to it."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everything waits for something that never comes"
            self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._leaper = Leaper()
        super().__init__(self._leaper)

    def time(self) -> float:
        return self._leaper.now


def simulate(coroutine: Coroutine[Any, Any, _T]) -> _T:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(coroutine)


# The endpoint


class Limiter(Protocol):
    """A rate limit: how long to wait (0 for a request that is let in), and what it tells."""

    def take(self, now: float) -> float: ...

    def tell(self, now: float) -> tuple[float, float, float]:
        """Limit, remaining, seconds until it is whole."""
        ...


@dataclass
class Allowance:
    """A token bucket for requests, full at the start."""

    per_minute: float
    holds: float
    level: float = field(init=False)
    at: float = 0.0

    def __post_init__(self) -> None:
        self.level = self.holds

    def take(self, now: float) -> float:
        rate = self.per_minute / 60
        self.level = min(self.holds, self.level + (now - self.at) * rate)
        self.at = now
        if self.level < 1:
            return (1 - self.level) / rate
        self.level -= 1
        return 0.0

    def tell(self, now: float) -> tuple[float, float, float]:
        missing = self.per_minute - self.level
        return self.per_minute, math.floor(self.level), missing * 60 / self.per_minute


@dataclass
class Minutes:
    """So many requests in every minute of the clock."""

    per_minute: int
    used: int = 0
    minute: int = 0

    def take(self, now: float) -> float:
        if now // 60 != self.minute:
            self.minute, self.used = int(now // 60), 0
        if self.used == self.per_minute:
            return (self.minute + 1) * 60 - now
        self.used += 1
        return 0.0

    def tell(self, now: float) -> tuple[float, float, float]:
        return self.per_minute, self.per_minute - self.used, (self.minute + 1) * 60 - now


@dataclass
class LastMinute:
    """So many requests in any 60 s; tells when the next may come."""

    per_minute: int
    taken: deque[float] = field(default_factory=deque)

    def take(self, now: float) -> float:
        while self.taken and self.taken[0] <= now - 60:
            self.taken.popleft()
        if len(self.taken) == self.per_minute:
            return self.taken[0] + 60 - now
        self.taken.append(now)
        return 0.0

    def tell(self, now: float) -> tuple[float, float, float]:
        return self.per_minute, self.per_minute - len(self.taken), self.taken[0] + 60 - now


Answer = tuple[int, Mapping[str, str]]
"""Status and headers; status 0 for a connection that broke."""


@dataclass
class Endpoint:
    """Answers after `latency` seconds, a fifth more or less; refuses at once.

    Attributes:
        bears: requests at a time, beyond which it refuses with `busy`.
        faults: answers given for no reason, each with its share of requests.
        outage: from when until when it gives one answer only, and which.
    """

    latency: float = 0.2
    limiter: Limiter | None = None
    tells: bool = True
    bears: float = math.inf
    busy: Answer = (503, {})
    faults: Sequence[tuple[float, Answer]] = ()
    outage: tuple[float, float, Answer] = (0.0, 0.0, (0, {}))
    seed: int = 0
    arrivals: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    at_a_time: int = 0
    most_at_a_time: int = 0

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)

    async def ask(self) -> Answer:
        await self._travel()
        self.arrivals.append(asyncio.get_running_loop().time())
        status, headers = await self._answer(self.arrivals[-1])
        self.answers[status] += 1
        await self._travel()
        return status, headers

    async def _travel(self) -> None:
        await asyncio.sleep(self._rng.uniform(0.001, 0.003))

    async def _answer(self, now: float) -> Answer:
        start, stop, answer = self.outage
        if start <= now < stop:
            return answer
        headers: dict[str, str] = {}
        if self.limiter is not None:
            wait = self.limiter.take(now)
            headers = self._tell(now)
            if wait > 0:
                return 429, headers | {"retry-after": str(math.ceil(wait))}
        place = self._rng.random()
        for share, fault in self.faults:
            place -= share
            if place < 0:
                return fault
        return await self._serve(headers)

    async def _serve(self, headers: Mapping[str, str]) -> Answer:
        if self.at_a_time >= self.bears:
            return self.busy
        self.at_a_time += 1
        self.most_at_a_time = max(self.most_at_a_time, self.at_a_time)
        await asyncio.sleep(self.latency * self._rng.uniform(0.8, 1.2))
        self.at_a_time -= 1
        return 200, headers

    def _tell(self, now: float) -> dict[str, str]:
        if self.limiter is None or not self.tells:
            return {}
        limit, remaining, reset = self.limiter.tell(now)
        names = ("limit", "remaining", "reset")
        values = (f"{limit:.0f}", f"{remaining:.0f}", f"{reset:.3f}s")
        return {
            f"x-ratelimit-{name}-requests": value for name, value in zip(names, values, strict=True)
        }

    @property
    def refused_share(self) -> float:
        return (self.answers[429] + self.answers[503]) / self.answers.total()


# The run


@dataclass
class Run:
    """What became of it.

    Attributes:
        replies: when each came.
        waited: seconds that one request was told to wait, in sum, at most.
        end: why it was stopped.
    """

    replies: list[float] = field(default_factory=list)
    given_up: int = 0
    waited: float = 0.0
    end: str = ""
    seconds: float = 0.0

    def count(self, start: float, stop: float) -> int:
        return sum(start <= at < stop for at in self.replies)


def run(endpoint: Endpoint, requests: int, workers: int, pace: Pace | None = None) -> Run:
    """Ask so many requests; without a pace to compare with."""
    return simulate(ask_all(endpoint, requests, workers, pace))


async def ask_all(endpoint: Endpoint, requests: int, workers: int, pace: Pace | None) -> Run:
    result, todo = Run(), iter(range(requests))
    policy = RetryPolicy(rng=random.Random(1))

    async def work() -> None:
        for _ in todo:
            try:
                await ask_one(endpoint, policy, pace, result)
            except AskError:
                result.given_up += 1

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(work())
    except* EndpointError as errors:
        result.end = str(errors.exceptions[0])
    result.seconds = asyncio.get_running_loop().time()
    return result


async def ask_one(endpoint: Endpoint, policy: RetryPolicy, pace: Pace | None, result: Run) -> None:
    waited = 0.0

    def judge(status: int, headers: Mapping[str, str]) -> None:
        nonlocal waited
        if status != 200:
            wait = float(headers["retry-after"]) if "retry-after" in headers else None
            waited += wait or 0.0
            raise TransientError(f"answered {status}", retry_after=wait, unreachable=status == 0)

    async def attempt() -> None:
        if pace is None:
            judge(*await endpoint.ask())
            return
        async with pace.slot() as slot:
            status, headers = await endpoint.ask()
            if status:
                slot.observe(status, headers)
            judge(status, headers)

    await policy.run(attempt)
    result.replies.append(asyncio.get_running_loop().time())
    result.waited = max(result.waited, waited)


async def fail(pace: Pace, error: BaseException, after: float = 0.0) -> None:
    async with pace.slot():
        await asyncio.sleep(after)
        raise error


# An endpoint that bears the load


@pytest.mark.parametrize(
    ("requests", "workers", "share"), [(8000, 256, 0.97), (8000, 64, 0.99), (2000, 64, 0.96)]
)
def test_an_endpoint_that_bears_the_load_is_not_throttled(
    requests: int, workers: int, share: float
) -> None:
    alone = run(Endpoint(), requests, workers)
    paced = run(Endpoint(), requests, workers, Pace(max_in_flight=workers))
    assert alone.seconds / paced.seconds >= share
    assert len(paced.replies) == requests


def test_the_start_is_slow() -> None:
    endpoint = Endpoint()
    run(endpoint, 256, 256, Pace(max_in_flight=256))
    assert sum(at < 0.1 for at in endpoint.arrivals) == 64
    assert endpoint.most_at_a_time > 128


# A rate limit


def limited(holds: float = 600, *, tells: bool = True, latency: float = 0.1) -> Endpoint:
    return Endpoint(latency=latency, limiter=Allowance(600, holds), tells=tells)


@pytest.mark.parametrize("latency", [0.1, 2.0])
@pytest.mark.parametrize("holds", [600, 10])
def test_a_told_limit_is_used_up_without_running_into_it(holds: float, latency: float) -> None:
    endpoint = limited(holds, latency=latency)
    result = run(endpoint, 1800, 64, Pace(max_in_flight=64))
    assert (1800 - holds) / 10 / (result.seconds - latency) >= 0.95
    assert endpoint.refused_share <= 0.01


@pytest.mark.parametrize("holds", [600, 10])
def test_a_limit_that_only_retry_after_tells_is_learned(holds: float) -> None:
    endpoint = limited(holds, tells=False)
    pace = Pace(max_in_flight=64)
    result = run(endpoint, 1800, 64, pace)
    assert (1800 - holds) / 10 / result.seconds >= 0.95
    assert endpoint.refused_share <= 0.02
    assert pace.snapshot().requests_per_minute == pytest.approx(600, rel=0.1)


@pytest.mark.parametrize("limiter", [Minutes, LastMinute])
@pytest.mark.parametrize("tells", [True, False])
def test_an_allowance_that_comes_back_by_the_minute_is_used_up(
    limiter: Callable[[int], Limiter], tells: bool
) -> None:
    endpoint = Endpoint(latency=0.1, limiter=limiter(600), tells=tells)
    result = run(endpoint, 1800, 64, Pace(max_in_flight=64))
    assert result.seconds <= 120 / 0.95
    assert endpoint.refused_share <= 0.02


def test_a_limit_counted_over_seconds_is_learned_because_answers_are_too_old_to_follow() -> None:
    @dataclass
    class Seconds(Allowance):
        def tell(self, now: float) -> tuple[float, float, float]:
            return 10, math.floor(self.level), (10 - self.level) / 10

    endpoint = Endpoint(latency=0.1, limiter=Seconds(600, 10))
    result = run(endpoint, 1800, 64, Pace(max_in_flight=64))
    assert 179 / result.seconds >= 0.95
    assert endpoint.refused_share <= 0.02


def test_a_used_up_allowance_pauses_all_when_only_retry_after_tells_for_how_long() -> None:
    def tell(remaining: int, reset: str) -> dict[str, str]:
        names = ("limit", "remaining", "reset")
        values = ("600", str(remaining), reset)
        return {
            f"x-ratelimit-{name}-requests": text for name, text in zip(names, values, strict=True)
        }

    async def refuse() -> float:
        pace = Pace(max_in_flight=8)
        async with pace.slot() as slot:
            slot.observe(200, tell(300, "50s"))  # the half is used, but comes back after 50 s
        with pytest.raises(TransientError):
            await hear(pace, 429, tell(0, "49s") | {"retry-after": "7"})
        return pace.snapshot().paused

    async def hear(pace: Pace, status: int, headers: Mapping[str, str]) -> None:
        async with pace.slot() as slot:
            slot.observe(status, headers)
            raise TransientError("refused")

    assert simulate(refuse()) == 7


def test_a_learned_rate_is_left_behind_when_the_limit_has_gone() -> None:
    endpoint = limited(10, tells=False)

    async def lift() -> Run:
        asyncio.get_running_loop().call_later(60, setattr, endpoint, "limiter", None)
        return await ask_all(endpoint, 16_000, 64, Pace(max_in_flight=64))

    result = simulate(lift())
    assert result.count(40, 60) <= 210
    assert result.count(100, 101) >= 500


def test_a_rate_of_the_users_own_is_kept_from_the_first_request_on() -> None:
    endpoint = Endpoint()
    result = run(endpoint, 600, 64, Pace(max_in_flight=64, requests_per_minute=600))
    for second in range(59):
        assert 9 <= sum(second <= at < second + 1 for at in endpoint.arrivals) <= 13
    assert result.seconds <= 60 / 0.98


@settings(max_examples=30, deadline=None)
@given(per_minute=st.floats(30, 30_000), latency=st.floats(0.01, 3), workers=st.integers(1, 40))
def test_no_more_leave_than_the_rate_and_its_burst(
    per_minute: float, latency: float, workers: int
) -> None:
    endpoint = Endpoint(latency=latency)
    run(endpoint, 120, workers, Pace(max_in_flight=workers, requests_per_minute=per_minute))
    burst = max(1.0, per_minute / 60 * 0.2)
    for count, at in enumerate(endpoint.arrivals, start=1):
        assert count <= 1 + burst + at * per_minute / 60
    assert endpoint.most_at_a_time <= workers


def test_tokens_are_paced_and_their_estimate_is_put_right() -> None:
    async def spend() -> float:
        pace = Pace(max_in_flight=8, tokens_per_minute=60_000)

        async def work() -> None:
            for _ in range(50):
                async with pace.slot(tokens=100) as slot:
                    await asyncio.sleep(0.1)
                    slot.settle(400)

        async with asyncio.TaskGroup() as group:
            for _ in range(8):
                group.create_task(work())
        return asyncio.get_running_loop().time()

    assert simulate(spend()) == pytest.approx(400 * 400 / 1000, rel=0.05)


def test_a_told_token_limit_holds_back_what_costs_more_than_is_left() -> None:
    headers = {
        "x-ratelimit-limit-tokens": "6000",
        "x-ratelimit-remaining-tokens": "400",
        "x-ratelimit-reset-tokens": "56s",
    }

    async def ask() -> list[float]:
        pace, times = Pace(max_in_flight=8), []
        async with pace.slot(tokens=500) as slot:
            slot.observe(200, headers)
        for _ in range(2):
            async with pace.slot(tokens=380):
                times.append(asyncio.get_running_loop().time())
        return times

    assert simulate(ask()) == pytest.approx([0, 3.8])  # a twentieth of what was told is left


def test_an_allowance_that_is_used_up_for_hours_ends_the_run() -> None:
    headers = {
        "x-ratelimit-limit-requests": "1000",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "7h0m0s",
    }

    async def ask_twice() -> None:
        pace = Pace(max_in_flight=2)
        async with pace.slot() as slot:
            slot.observe(200, headers)
        async with pace.slot():
            pass

    with pytest.raises(
        EndpointError,
        match=r"allowance of 1000 requests is used up; it comes back in 25200 s: resume after",
    ):
        simulate(ask_twice())


# An endpoint that bears less


@pytest.mark.parametrize("busy", [(503, {}), (429, {}), (429, {"retry-after": "1"})])
@pytest.mark.parametrize("latency", [0.2, 2.0])
def test_what_an_endpoint_bears_in_flight_is_found_and_used(busy: Answer, latency: float) -> None:
    endpoint = Endpoint(latency=latency, bears=20, busy=busy)
    pace = Pace(max_in_flight=256)
    result = run(endpoint, 3000, 256, pace)
    assert 3000 / result.seconds >= 0.85 * 20 / latency
    assert endpoint.refused_share <= 0.08
    assert 17 <= pace.snapshot().places <= 24


def test_a_crowd_of_refusals_pauses_all_as_long_as_retry_after_says() -> None:
    endpoint = Endpoint(bears=20, busy=(429, {"retry-after": "3"}))
    run(endpoint, 200, 64, Pace(max_in_flight=64))
    later = [at for at in endpoint.arrivals if at > 0.3]
    assert min(later) >= 3.0


def test_after_a_pause_the_places_open_one_by_one() -> None:
    endpoint = Endpoint(latency=5.0, bears=100, busy=(429, {"retry-after": "10"}))
    run(endpoint, 400, 256, Pace(max_in_flight=256))
    start = min(at for at in endpoint.arrivals if at > 6)
    assert sum(start <= at < start + 0.1 for at in endpoint.arrivals) <= 12
    assert sum(start <= at < start + 1.1 for at in endpoint.arrivals) >= 40


# Faults, outages, and the end


@pytest.mark.parametrize("seed", range(8))
def test_a_stray_refusal_delays_its_own_request_only(seed: int) -> None:
    undisturbed = run(Endpoint(latency=0.1), 600, 64, Pace(max_in_flight=64)).seconds
    faults = [(0.05, (429, {"retry-after": "2"}))]
    endpoint = Endpoint(latency=0.1, faults=faults, seed=seed)
    result = run(endpoint, 600, 64, Pace(max_in_flight=64))
    assert result.seconds <= 2 * undisturbed + result.waited
    assert len(result.replies) == 600


@pytest.mark.parametrize("fault", [429, 500, 503, 0])
def test_faults_without_a_named_wait_cost_no_more_than_without_pace(fault: int) -> None:
    def total(pace: bool) -> float:
        seconds = 0.0
        for seed in range(6):
            endpoint = Endpoint(latency=0.1, faults=[(0.05, (fault, {}))], seed=seed)
            seconds += run(endpoint, 600, 64, Pace(max_in_flight=64) if pace else None).seconds
        return seconds

    assert total(pace=True) <= 1.3 * total(pace=False)


def test_refusals_that_are_mere_chance_do_not_bring_the_run_to_a_crawl() -> None:
    faults = [(0.15, (429, {"retry-after": "2"}))]
    endpoint = Endpoint(latency=0.1, faults=faults)
    assert run(endpoint, 2000, 64, Pace(max_in_flight=64)).seconds < 60


@pytest.mark.parametrize("answer", [(0, {}), (500, {}), (503, {}), (429, {})])
def test_a_run_survives_an_outage_with_few_attempts_and_recovers(answer: Answer) -> None:
    endpoint = Endpoint(outage=(10, 40, answer))
    result = run(endpoint, 8000, 64, Pace(max_in_flight=64))
    assert len(result.replies) == 8000
    assert sum(10.5 <= at < 40 for at in endpoint.arrivals) < 120
    assert result.count(40, 46) > 0
    assert result.count(54, 55) >= 0.85 * 64 / 0.2


@pytest.mark.parametrize("status", [0, 503])
def test_an_endpoint_that_is_not_ready_yet_is_waited_for(status: int) -> None:
    endpoint = Endpoint(outage=(0, 20, (status, {})))
    result = run(endpoint, 4000, 64, Pace(max_in_flight=64))
    assert len(result.replies) == 4000
    assert sum(at < 20 for at in endpoint.arrivals) < 100
    assert result.count(27, 28) >= 0.95 * 64 / 0.2


@pytest.mark.parametrize("status", [0, 500, 503, 429])
def test_a_dead_endpoint_ends_the_run_after_the_patience(status: int) -> None:
    endpoint = Endpoint(outage=(1, math.inf, (status, {})))
    pace = Pace(max_in_flight=64, patience=120)
    result = run(endpoint, 8000, 64, pace)
    assert "nothing has succeeded for 12" in result.end
    assert f"the last: answered {status}" in result.end
    assert result.end.endswith("are kept: check the endpoint, then resume")
    assert 120 < result.seconds < 130
    assert result.given_up == 0
    assert sum(at > 1.5 for at in endpoint.arrivals) < 250


def test_no_slot_is_given_after_the_end() -> None:
    async def ask_on() -> None:
        pace = Pace(max_in_flight=4, patience=1)
        with pytest.raises(TransientError):
            await fail(pace, TransientError("gone", unreachable=True), after=1)
        await fail(pace, TransientError("never"))

    with pytest.raises(EndpointError, match="for 1 s, in 1 attempt, the last: gone; all replies"):
        simulate(ask_on())


def test_an_endpoint_that_names_a_long_wait_is_not_dead() -> None:
    endpoint = Endpoint(outage=(5, 200, (429, {"retry-after": "200"})))
    result = run(endpoint, 3000, 64, Pace(max_in_flight=64, patience=120))
    assert result.end == ""
    assert len(result.replies) == 3000


def test_time_without_any_request_is_no_failure() -> None:
    async def rest() -> None:
        pace = Pace(max_in_flight=4, patience=10)
        async with pace.slot():
            pass
        await asyncio.sleep(1000)
        with pytest.raises(TransientError):
            await fail(pace, TransientError("broke off"))
        async with pace.slot():
            pass

    simulate(rest())


# The queue


def test_slots_are_given_in_the_order_of_asking() -> None:
    async def ask() -> list[int]:
        pace, order = Pace(max_in_flight=1, requests_per_minute=60), []

        async def work(number: int) -> None:
            async with pace.slot():
                order.append(number)
                await asyncio.sleep(0.01)

        await asyncio.gather(*(work(number) for number in range(30)))
        return order

    assert simulate(ask()) == list(range(30))


@pytest.mark.parametrize("seed", range(10))
def test_cancelled_requests_leak_no_slot(seed: int) -> None:
    async def cancel_some() -> None:
        rng, pace = random.Random(seed), Pace(max_in_flight=4)

        async def work() -> None:
            async with pace.slot():
                await asyncio.sleep(rng.uniform(0, 0.02))

        tasks = [asyncio.create_task(work()) for _ in range(200)]
        while not all(task.done() for task in tasks):
            await asyncio.sleep(rng.uniform(0, 0.01))
            rng.choice(tasks).cancel()
            assert pace.snapshot().in_flight <= 4
        assert sum(not task.cancelled() for task in tasks) > 20
        assert (pace.snapshot().in_flight, pace.snapshot().waiting) == (0, 0)

    simulate(cancel_some())


def test_a_request_that_is_called_and_cancelled_in_the_same_moment_gives_its_place_on() -> None:
    async def cancel() -> None:
        pace = Pace(max_in_flight=1)
        first = pace.slot()
        await first.__aenter__()
        second = asyncio.create_task(enter(pace))
        third = asyncio.create_task(enter(pace))
        await asyncio.sleep(1)
        await first.__aexit__(None, None, None)
        second.cancel()
        await asyncio.sleep(1)
        assert second.cancelled()
        assert third.done()
        assert pace.snapshot().in_flight == 0

    async def enter(pace: Pace) -> None:
        async with pace.slot():
            pass

    simulate(cancel())


def test_what_ends_otherwise_is_neither_success_nor_failure() -> None:
    async def stop() -> int:
        pace = Pace(max_in_flight=4)
        for error in (EndpointError("wrong key"), ValueError("bug"), asyncio.CancelledError()):
            with pytest.raises(type(error)):
                await fail(pace, error)
        return pace.snapshot().in_flight

    assert simulate(stop()) == 0


def test_a_request_that_the_endpoint_judges_bad_shows_that_it_lives() -> None:
    async def ask() -> None:
        pace = Pace(max_in_flight=1, patience=5)
        for error in (TransientError("broke off"), AskError("bad-request", "no")) * 10:
            with pytest.raises(type(error)):
                await fail(pace, error, after=3)

    simulate(ask())


def test_the_snapshot_tells_how_things_stand() -> None:
    async def watch() -> None:
        pace = Pace(max_in_flight=8, requests_per_minute=120)
        assert pace.snapshot().places == 2
        async with pace.slot():
            waiting = asyncio.create_task(pace.slot().__aenter__())
            await asyncio.sleep(0.1)
            state = pace.snapshot()
            assert (state.in_flight, state.waiting, state.requests_per_minute) == (1, 1, 120)
            assert state.paused == 0
            await waiting

    simulate(watch())


def test_the_snapshot_tells_a_pause() -> None:
    async def watch() -> float:
        endpoint = Endpoint(bears=2, busy=(429, {"retry-after": "3"}))
        pace = Pace(max_in_flight=64)
        asking = asyncio.create_task(ask_all(endpoint, 40, 40, pace))
        await asyncio.sleep(1)
        paused = pace.snapshot().paused
        await asking
        return paused

    assert simulate(watch()) == pytest.approx(2, abs=0.1)


def test_a_slot_is_used_inside_its_block_only() -> None:
    with pytest.raises(RuntimeError, match="inside its `async with` only"):
        Pace(max_in_flight=1).slot().observe(200, {})


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"max_in_flight": 0}, "at least 1 request"),
        ({"requests_per_minute": 0}, "requests per minute must be above 0"),
        ({"tokens_per_minute": math.nan}, "tokens per minute must be above 0"),
    ],
)
def test_numbers_that_let_nothing_through_are_refused(wrong: dict[str, Any], problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        Pace(**({"max_in_flight": 1} | wrong))
