import asyncio
from typing import Any

import aiohttp
import pytest

from tests.benchmarks.endpoint import WatchedEndpoint, make_endpoint, parse_arguments
from tests.benchmarks.journal import BROKEN, GONE, GOOD


def _make(*flags: str) -> WatchedEndpoint:
    return make_endpoint(parse_arguments(["--watched", *flags]))


def _body(text: str = "Hello") -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": text}]}


async def _ask(session: aiohttp.ClientSession, url: str, text: str = "Hello") -> tuple[int, str]:
    async with session.post(f"{url}/chat/completions", json=_body(text)) as answer:
        return answer.status, await answer.text()


async def test_a_spoiled_reply_is_spoiled_at_every_attempt() -> None:
    endpoint = _make("--spoil", "empty=0.5")
    async with endpoint.serve() as url, aiohttp.ClientSession() as session:
        rounds = [[await _ask(session, url, f"{n}") for n in range(20)] for _ in range(3)]
    assert rounds[0] == rounds[1] == rounds[2]
    spoiled = sum('"content":""' in text for _, text in rounds[0])
    assert 0 < spoiled < 20


async def test_a_fault_of_the_wire_can_pass_at_the_next_attempt() -> None:
    endpoint = _make("--fault", "500=0.5")
    async with endpoint.serve() as url, aiohttp.ClientSession() as session:
        statuses = [(await _ask(session, url))[0] for _ in range(20)]
    assert set(statuses) == {200, 500}
    assert [visit.outcome for visit in endpoint.journal.visits] == [
        GOOD if status == 200 else str(status) for status in statuses
    ]


@pytest.mark.parametrize("fault", ["reset", "cut-body", "non-json"])
async def test_what_is_no_completion_is_no_good_answer(fault: str) -> None:
    endpoint = _make("--fault", f"{fault}=1")
    async with endpoint.serve() as url, aiohttp.ClientSession() as session:
        try:
            await _ask(session, url)
        except aiohttp.ClientError:
            assert fault != "non-json"
    assert [visit.outcome for visit in endpoint.journal.visits] == [BROKEN]
    assert endpoint.journal.answered == set()


async def test_a_client_that_goes_away_is_noted() -> None:
    endpoint = _make("--latency", "60")
    async with endpoint.serve() as url:
        async with aiohttp.ClientSession() as session:
            asking = asyncio.create_task(_ask(session, url))
            while not endpoint.journal.visits:
                await asyncio.sleep(0.001)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
        while not endpoint.journal.visits[0].outcome:
            await asyncio.sleep(0.001)
    assert endpoint.journal.visits[0].outcome == GONE


@pytest.mark.parametrize(("flags", "told"), [((), True), (("--silent",), False)])
async def test_limits_are_told_unless_the_endpoint_is_silent(
    flags: tuple[str, ...], told: bool
) -> None:
    endpoint = _make("--requests-per-minute", "1", *flags)
    async with endpoint.serve() as url, aiohttp.ClientSession() as session:
        await _ask(session, url)
        async with session.post(f"{url}/chat/completions", json=_body()) as answer:
            names = {name.lower() for name in answer.headers}
            wait = float(answer.headers["Retry-After"])
    assert answer.status == 429
    assert ("x-ratelimit-remaining-requests" in names) is told
    assert ("retry-after-ms" in names) is told
    refused = endpoint.journal.visits[1]
    assert 59 < wait <= 60
    assert wait - 1 <= refused.asked_wait <= wait


async def test_the_journal_is_served() -> None:
    endpoint = _make()
    async with endpoint.serve() as url, aiohttp.ClientSession() as session:
        for text in ("a", "b", "a"):
            await _ask(session, url, text)
        root = url.removesuffix("/v1")
        async with session.get(f"{root}/bench/count") as answer:
            assert await answer.json() == {"visits": 3, "answered": 2}
        async with session.get(f"{root}/bench/visits?from=1") as answer:
            visits = await answer.json()
    assert [visit["digest"] for visit in visits] == [
        visit.digest for visit in endpoint.journal.visits[1:]
    ]


async def test_nothing_is_noted_where_nobody_watches() -> None:
    endpoint = make_endpoint(parse_arguments([]))
    async with endpoint.serve() as url, aiohttp.ClientSession() as session:
        assert (await _ask(session, url))[0] == 200
    assert endpoint.journal.visits == []
