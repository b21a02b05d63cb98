"""A leased pace lets go what it was granted and no more, and tells what it lacks."""

import asyncio

import pytest

from datagen.llm.pace import LeasedPace, Needs
from datagen.llm.retry import TransientError


async def _hold(pace: LeasedPace, tokens: float, done: asyncio.Event) -> None:
    async with pace.slot(tokens) as slot:
        await done.wait()
        slot.settle(tokens)


async def _begin(
    pace: LeasedPace, count: int, done: asyncio.Event, tokens: float = 0.0
) -> list[asyncio.Task[None]]:
    """So many that want to leave; those that may have left when this returns."""
    tasks = [asyncio.create_task(_hold(pace, tokens, done)) for _ in range(count)]
    await _settle()
    return tasks


async def _settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def _finish(tasks: list[asyncio.Task[None]], done: asyncio.Event) -> None:
    done.set()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_nothing_leaves_before_there_are_places() -> None:
    pace, done = LeasedPace(), asyncio.Event()
    tasks = await _begin(pace, 5, done)
    assert pace.snapshot().in_flight == 0
    assert pace.take_needs() == Needs()
    pace.grant(8, {}, 0.0)
    await _settle()
    assert pace.snapshot().in_flight == 2  # the window begins small, and grows with success
    done.set()
    await _settle()
    assert pace.snapshot().waiting == 0
    await _finish(tasks, done)


async def test_no_more_leave_than_were_granted() -> None:
    pace, done = LeasedPace(), asyncio.Event()
    tasks = await _begin(pace, 6, done)
    pace.grant(64, {"requests": 0.0}, 0.0)
    await _settle()
    assert pace.snapshot().in_flight == 0
    assert pace.take_needs().wanted == {"requests": 6.0}
    pace.grant(64, {"requests": 4.0}, 0.0)
    await _settle()
    assert pace.snapshot().in_flight == 4
    await _finish(tasks, done)


async def test_tokens_are_wanted_by_what_requests_cost() -> None:
    pace, done = LeasedPace(), asyncio.Event()
    tasks = await _begin(pace, 2, done, tokens=500.0)
    pace.grant(64, {"requests": 0.0, "tokens": 0.0}, 0.0)
    needs = pace.take_needs()
    assert needs.least == {"requests": 1.0, "tokens": 500.0}
    assert needs.wanted == {"requests": 2.0, "tokens": 1000.0}
    pace.grant(64, {"requests": 1.0, "tokens": 400.0}, 0.0)
    await _settle()
    assert pace.snapshot().in_flight == 0
    pace.grant(64, {"requests": 0.0, "tokens": 100.0}, 0.0)
    await _settle()
    assert pace.snapshot().in_flight == 1
    await _finish(tasks, done)


async def test_what_is_not_needed_is_given_back_once() -> None:
    pace = LeasedPace()
    pace.grant(64, {"requests": 5.0}, 0.0)
    assert pace.take_needs().wanted == {"requests": -5.0}
    assert pace.take_needs().wanted == {"requests": 0.0}


async def test_without_a_limit_only_the_places_hold_back() -> None:
    pace, done = LeasedPace(), asyncio.Event()
    pace.grant(64, {"requests": 0.0}, 0.0)
    pace.grant(64, {}, 0.0)  # there is no limit any more
    done.set()
    await asyncio.gather(*(_hold(pace, 0.0, done) for _ in range(50)))
    assert pace.take_needs().wanted == {}


async def test_a_pause_of_another_process_is_obeyed() -> None:
    pace, done = LeasedPace(), asyncio.Event()
    pace.grant(64, {}, 60.0)
    tasks = await _begin(pace, 2, done)
    assert pace.snapshot().in_flight == 0
    assert pace.snapshot().paused == pytest.approx(60.0, abs=5.0)
    assert pace.take_needs().pause == 0.0  # it is not this process that was refused
    await _finish(tasks, done)


async def test_what_an_endpoint_tells_and_refuses_is_told_once() -> None:
    pace = LeasedPace()
    pace.grant(64, {}, 0.0)
    headers = {
        "x-ratelimit-limit-requests": "600",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "60s",
        "retry-after": "30",
    }

    async def refuse() -> None:
        async with pace.slot() as slot:
            await asyncio.sleep(0)  # all of them leave before the first is refused
            slot.observe(429, headers)
            raise TransientError("not now", retry_after=30.0)

    ended = await asyncio.gather(*(refuse() for _ in range(8)), return_exceptions=True)
    assert {type(each) for each in ended} == {TransientError}
    needs = pace.take_needs()
    assert [(told.unit, told.limit) for told in needs.told] == [("requests", 600.0)]
    assert needs.pause == pytest.approx(30.0, abs=5.0)
    assert pace.take_needs().told == ()
