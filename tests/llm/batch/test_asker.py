import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from datagen.errors import EndpointError, RunError
from datagen.llm.batch.asker import BatchAsker
from datagen.llm.batch.endpoint import Batch, BatchEndpoint
from datagen.llm.batch.journal import JOURNAL_FILE
from datagen.llm.batch.lines import Ask, BatchResult
from datagen.llm.batch.outstanding import Outstanding, read_outstanding
from datagen.llm.batch.parts import PartLimits
from datagen.llm.batch.start import BatchProgress
from datagen.llm.mock_batches import BatchSettings
from datagen.llm.mock_server import MockEndpoint, MockSettings
from datagen.llm.retry import RetryPolicy
from datagen.records import Message, Prompt


def ask(number: int, round_: int = 0, candidate: int = 0) -> Ask:
    key = sha256(b"%d" % number).digest()
    prompt = Prompt((Message("user", f"cook {number}"),))
    return Ask(key, prompt, f"item {number}", candidate, round_)


def asks(count: int) -> list[Ask]:
    return [ask(number) for number in range(count)]


@dataclass
class Bench:
    """A run folder, a mock endpoint at work, and what was asked and collected."""

    folder: Path
    url: str
    session: aiohttp.ClientSession
    seen: list[BatchProgress] = field(default_factory=list)
    left: int = 0

    async def run(
        self,
        todo: Iterable[Ask],
        *,
        wait: bool = True,
        requests: int = 10,
        model: str = "tiny",
        **settings: Any,  # noqa: ANN401 - any setting
    ) -> list[BatchResult]:
        endpoint = BatchEndpoint(
            model=model,
            api_key="key-1234",
            base_url=self.url,
            retry=RetryPolicy(attempts=3, base=0.001),
        )
        limits = settings.pop("limits", PartLimits(requests))
        asker = BatchAsker(
            self.folder,
            endpoint,
            limits=limits,
            poll_seconds=0.005,
            on_progress=lambda progress: self.seen.append(BatchProgress(**_fields(progress))),
            **settings,
        )
        results: list[BatchResult] = []
        try:
            results.extend([result async for result in asker.run(todo, wait=wait)])
        finally:
            self.left = asker.left
            await endpoint.close()
        return results

    async def fail(self, todo: Iterable[Ask], **settings: Any) -> str:  # noqa: ANN401 - any setting
        with pytest.raises(EndpointError) as caught:
            await self.run(todo, **settings)
        return str(caught.value)

    async def count(self) -> dict[str, Any]:
        address = self.url.removesuffix("/v1") + "/mock/batches"
        async with self.session.get(address) as got:
            counters: dict[str, Any] = await got.json()
        return counters

    async def count_answered(self) -> dict[int, int]:
        """How many requests were answered how often."""
        return dict(Counter((await self.count())["answered"].values()))


def _fields(progress: BatchProgress) -> dict[str, Any]:
    return {name: getattr(progress, name) for name in BatchProgress.__slots__}


@asynccontextmanager
async def serve(
    folder: Path,
    mock: MockSettings | None = None,
    **settings: Any,  # noqa: ANN401 - any setting
) -> AsyncIterator[Bench]:
    endpoint = MockEndpoint(
        mock,
        writer=lambda messages, *_: f"about {messages[-1].content}",
        batches=BatchSettings(**settings),
    )
    async with endpoint.serve() as url, aiohttp.ClientSession() as session:
        yield Bench(folder, url, session)


def check_all(results: list[BatchResult], todo: list[Ask]) -> None:
    """Every request has one result, and it is its own."""
    by_key = {result.key: result for result in results}
    assert len(results) == len(by_key) == len(todo)
    for one in todo:
        result = by_key[one.key]
        assert (result.tag, result.candidate, result.round) == (one.tag, one.candidate, one.round)
        assert result.failure or result.reply.text == f"about {one.prompt.messages[-1].content}"


async def test_every_request_gets_its_own_reply(tmp_path: Path) -> None:
    async with serve(tmp_path) as bench:
        results = await bench.run(asks(25))
        counters = await bench.count()
    check_all(results, asks(25))
    reply = results[0].reply
    assert (reply.model, reply.finish_reason, reply.latency, reply.attempts) == (
        "tiny",
        "stop",
        0.0,
        1,
    )
    assert reply.usage.prompt_tokens > 0
    assert counters["batches"] == 3
    assert set(counters["answered"].values()) == {1}


async def test_nothing_to_ask_asks_nobody(tmp_path: Path) -> None:
    async with serve(tmp_path) as bench:
        assert await bench.run([]) == []
        assert (await bench.count())["uploads"] == 0


async def test_files_are_split_by_their_size_too(tmp_path: Path) -> None:
    async with serve(tmp_path) as bench:
        results = await bench.run(asks(25), limits=PartLimits(1000, 1000))
        counters = await bench.count()
    check_all(results, asks(25))
    assert counters["batches"] > 4


async def test_a_request_larger_than_a_file_is_rejected(tmp_path: Path) -> None:
    large = Ask(b"large", Prompt((Message("user", "x" * 2000),)), "large")
    odd = Ask(b"odd", Prompt((Message("user", "\ud800"),)), "odd")
    async with serve(tmp_path) as bench:
        results = await bench.run([large, odd, ask(1)], limits=PartLimits(10, 1000))
    failures = {result.tag: result.failure for result in results}
    assert failures == {"large": "context-too-long", "odd": "bad-request", "item 1": ""}


async def test_a_request_named_twice_is_asked_once(tmp_path: Path) -> None:
    async with serve(tmp_path, faults={"twice": 1.0}) as bench:
        results = await bench.run([ask(1), ask(2), ask(1)])
        answered = await bench.count_answered()
    check_all(results, asks(3)[1:])
    assert answered == {1: 2}


async def test_candidates_and_rounds_of_a_request_are_requests_of_their_own(
    tmp_path: Path,
) -> None:
    todo = [ask(1), ask(1, candidate=1), ask(1, round_=2)]
    async with serve(tmp_path) as bench:
        results = await bench.run(todo)
    named = sorted((result.candidate, result.round) for result in results)
    assert named == [(0, 0), (0, 2), (1, 0)]


async def test_a_second_start_asks_nothing_again_but_hands_out_what_was_not_kept(
    tmp_path: Path,
) -> None:
    async with serve(tmp_path, faults={"400": 0.3}, seed=1) as bench:
        first = await bench.run(asks(25))
        second = await bench.run(asks(25)[:12])
        counters = await bench.count()
    assert sorted(second, key=str) == sorted(
        (result for result in first if int(result.tag.split()[1]) < 12), key=str
    )
    assert (counters["batches"], set(counters["asked"].values())) == (3, {1})


@pytest.mark.parametrize("fault", ["429", "500", "error", "lost", "broken"])
async def test_what_may_be_gone_next_time_is_asked_again(tmp_path: Path, fault: str) -> None:
    async with serve(tmp_path, faults={fault: 0.3}, seed=5) as bench:
        results = await bench.run(asks(40), most_tries=9)
        counters = await bench.count()
    check_all(results, asks(40))
    assert {result.failure for result in results} == {""}
    asked = {sha256(b"%d" % number).hexdigest() for number in range(40)}
    assert counters["asked"].keys() == asked
    tries = {result.key.hex(): result.reply.attempts for result in results}
    assert tries == counters["asked"]
    assert max(tries.values()) > 1


async def test_a_request_is_given_up_in_the_end(tmp_path: Path) -> None:
    async with serve(tmp_path, faults={"429": 1.0}) as bench:
        results = await bench.run(asks(5), most_tries=2)
        counters = await bench.count()
    check_all(results, asks(5))
    assert {result.failure for result in results} == {"gave-up"}
    assert {result.reply.attempts for result in results} == {2}
    assert results[0].reply.text.startswith("gave up after 2 batches: http://127.0.0.1")
    assert "429: Too many requests." in results[0].reply.text
    assert set(counters["asked"].values()) == {2}


async def test_what_was_given_up_is_asked_anew_by_a_later_start(tmp_path: Path) -> None:
    async with serve(tmp_path, faults={"429": 0.6}, seed=2) as bench:
        first = await bench.run(asks(20), most_tries=1)
        given_up = [one for one in asks(20) if one.key in {r.key for r in first if r.failure}]
        second = await bench.run(given_up, most_tries=9)
        answered = await bench.count_answered()
    assert 5 < len(given_up) < 15
    check_all(second, given_up)
    assert {result.failure for result in second} == {""}
    assert answered == {1: 20}


async def test_results_that_somebody_has_removed_are_asked_by_the_start_after(
    tmp_path: Path,
) -> None:
    async with serve(tmp_path) as bench:
        await bench.run(asks(5))
        (tmp_path / "batches" / "00001.output.jsonl").unlink()
        assert await bench.run(asks(5)) == []
        assert bench.left == 5
        check_all(await bench.run(asks(5)), asks(5))


async def test_a_refused_request_is_not_asked_again(tmp_path: Path) -> None:
    async with serve(tmp_path, faults={"400": 0.5}) as bench:
        results = await bench.run(asks(30))
        counters = await bench.count()
    check_all(results, asks(30))
    assert {result.failure for result in results} == {"", "bad-request"}
    assert set(counters["asked"].values()) == {1}
    assert counters["batches"] == 3


async def test_spoiled_replies_are_replies(tmp_path: Path) -> None:
    async with serve(tmp_path, faults={"length": 1.0}) as bench:
        (result,) = await bench.run(asks(1))
    assert (result.failure, result.reply.finish_reason) == ("", "length")


async def test_what_an_expired_batch_left_is_asked_in_another(tmp_path: Path) -> None:
    async with serve(tmp_path, batches=["expired"], share=0.7) as bench:
        results = await bench.run(asks(10))
        counters = await bench.count()
    check_all(results, asks(10))
    assert Counter(result.reply.attempts for result in results) == {1: 7, 2: 3}
    assert set(counters["answered"].values()) == {1}
    assert counters["by_status"] == {"expired": 1, "completed": 1}


async def test_what_a_cancelled_batch_left_is_asked_by_the_next_start_only(
    tmp_path: Path,
) -> None:
    async with serve(tmp_path, batches=["cancelled"]) as bench:
        first = await bench.run(asks(10))
        left = bench.left
        done = {result.key for result in first}
        rest = [one for one in asks(10) if one.key not in done]
        second = await bench.run(rest)
        answered = await bench.count_answered()
    assert (len(first), left, bench.left) == (5, 5, 0)
    check_all(first + second, asks(10))
    assert answered == {1: 10}


async def test_a_batch_that_fails_as_a_whole_ends_the_start_and_is_made_again_by_the_next(
    tmp_path: Path,
) -> None:
    async with serve(tmp_path, batches=["", "failed"]) as bench:
        with pytest.raises(EndpointError, match=r"refused the batch .*: 400: This batch cannot"):
            await bench.run(asks(30))
        results = await bench.run(asks(30))
        counters = await bench.count()
    check_all(results, asks(30))
    assert (counters["uploads"], counters["batches"]) == (3, 4)
    assert set(counters["answered"].values()) == {1}


async def test_a_model_that_nobody_knows_ends_the_start(tmp_path: Path) -> None:
    async with serve(tmp_path, MockSettings(models=("other",))) as bench:
        said = await bench.fail(asks(3))
    assert "The model `tiny` does not exist" in said
    assert "check the name of the model" in said


async def test_lines_that_validation_refuses_are_rejected_and_the_rest_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = BatchEndpoint.write_request

    def write_odd(self: BatchEndpoint, custom_id: str, prompt: Prompt) -> bytes:
        line = write(self, custom_id, prompt)
        return line.replace(b"POST", b"GET") if prompt.messages[0].content == "cook 7" else line

    monkeypatch.setattr(BatchEndpoint, "write_request", write_odd)
    async with serve(tmp_path) as bench:
        results = await bench.run(asks(10))
        again = await bench.run([ask(7)])
        answered = await bench.count_answered()
    check_all(results, asks(10))
    (refused,) = (result for result in results if result.failure)
    assert (refused.tag, refused.failure) == ("item 7", "bad-request")
    assert "Invalid request" in refused.reply.text
    assert again == [refused]
    assert answered == {1: 9}


async def test_a_call_without_an_answer_is_not_made_again(tmp_path: Path) -> None:
    async with serve(tmp_path, batches=["reset", "", "reset"], uploads=["", "reset"]) as bench:
        results = await bench.run(asks(25))
        counters = await bench.count()
    check_all(results, asks(25))
    assert (counters["uploads"], counters["batches"]) == (3, 3)
    assert set(counters["answered"].values()) == {1}


async def test_a_batch_made_twice_after_all_is_cancelled_before_it_is_worked_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = BatchEndpoint.find_batches
    searches: list[str] = []

    async def miss_once(endpoint: BatchEndpoint, token: str, file_id: str) -> list[Batch]:
        searches.append(token)
        return await find(endpoint, token, file_id) if len(searches) > 1 else []

    monkeypatch.setattr(BatchEndpoint, "find_batches", miss_once)
    async with serve(tmp_path, batches=["reset"], delay=2) as bench:
        results = await bench.run(asks(5))
        while "cancelling" in (await bench.count())["by_status"]:
            await asyncio.sleep(0.01)
        counters = await bench.count()
    check_all(results, asks(5))
    assert counters["by_status"] == {"completed": 1, "cancelled": 1}
    assert set(counters["asked"].values()) == {1}


async def test_a_refused_call_is_made_again(tmp_path: Path) -> None:
    async with serve(tmp_path, batches=["503", "503"], uploads=["503"]) as bench:
        results = await bench.run(asks(5))
        counters = await bench.count()
    check_all(results, asks(5))
    assert (counters["uploads"], counters["calls"], counters["batches"]) == (2, 3, 1)


async def test_a_full_queue_takes_parts_one_after_the_other(tmp_path: Path) -> None:
    async with serve(tmp_path, most_queued=25, delay=0.02) as bench:
        results = await bench.run(asks(80), requests=20)
        counters = await bench.count()
    check_all(results, asks(80))
    assert set(counters["answered"].values()) == {1}
    assert counters["by_status"]["completed"] == 4
    assert any(progress.is_queue_full for progress in bench.seen)


async def test_a_part_that_no_queue_can_hold_is_cut(tmp_path: Path) -> None:
    async with serve(tmp_path, most_queued=60, delay=0.01) as bench:
        results = await bench.run(asks(300), requests=150)
        counters = await bench.count()
    check_all(results, asks(300))
    assert set(counters["answered"].values()) == {1}
    assert counters["by_status"]["completed"] == 8  # twice 38 + 38 + 38 + 36


async def test_without_waiting_all_is_handed_in_and_collected_later(tmp_path: Path) -> None:
    async with serve(tmp_path, delay=0.1) as bench:
        assert await bench.run(asks(25), wait=False) == []
        out = read_outstanding(tmp_path)
        results = await bench.run(asks(25))
        counters = await bench.count()
    assert out == Outstanding(3, 25)
    check_all(results, asks(25))
    assert counters["batches"] == 3
    assert read_outstanding(tmp_path) == Outstanding()


async def test_without_waiting_what_is_ready_is_collected(tmp_path: Path) -> None:
    async with serve(tmp_path, faults={"500": 0.4}, seed=1) as bench:
        results = await bench.run(asks(20), wait=False)
        while (await bench.count())["by_status"].keys() != {"completed"}:
            await asyncio.sleep(0.005)
        done = {result.key for result in results}
        results += await bench.run([one for one in asks(20) if one.key not in done], wait=False)
        out = read_outstanding(tmp_path)
    assert 5 < len(results) <= 20
    assert out.requests == 20 - len(results)


async def test_requests_that_nobody_wants_any_more_are_not_asked(tmp_path: Path) -> None:
    async with serve(tmp_path, batches=["503"] * 3) as bench:
        await bench.fail(asks(20))
        results = await bench.run(asks(20)[5:12])
        counters = await bench.count()
    check_all(results, asks(20)[5:12])
    assert len(counters["asked"]) == 7


async def test_results_that_nobody_wants_any_more_are_kept_on_disk(tmp_path: Path) -> None:
    async with serve(tmp_path, delay=0.02) as bench:
        await bench.run(asks(10), wait=False)
        some = await bench.run(asks(4))
        rest = await bench.run(asks(10)[4:])
        answered = await bench.count_answered()
    check_all(some + rest, asks(10))
    assert answered == {1: 10}


async def test_a_part_whose_file_was_removed_is_written_again(tmp_path: Path) -> None:
    async with serve(tmp_path, uploads=["503"] * 3) as bench:
        await bench.fail(asks(20))
        (tmp_path / "batches" / "00001.requests.jsonl").unlink()
        (tmp_path / "batches" / "00002.requests.jsonl").write_bytes(b"cut")
        results = await bench.run(asks(20))
    check_all(results, asks(20))


async def test_a_file_that_the_endpoint_has_lost_is_handed_in_again(tmp_path: Path) -> None:
    async with serve(tmp_path, batches=["503"] * 3) as bench:
        await bench.fail(asks(5))
        async with bench.session.post(bench.url.removesuffix("/v1") + "/mock/reset"):
            pass
        async with serve(tmp_path) as other:
            bench.url = other.url
            said = await bench.fail(asks(5))
            results = await bench.run(asks(5))
    assert "No such object: file-" in said
    check_all(results, asks(5))


async def test_a_batch_that_the_endpoint_does_not_know_is_told(tmp_path: Path) -> None:
    async with serve(tmp_path, delay=30) as bench:
        await bench.run(asks(5), wait=False)
    async with serve(tmp_path) as bench:
        said = await bench.fail([*asks(5), ask(9)])
        assert "does not know the batch batch_000001" in said
        (tmp_path / JOURNAL_FILE).unlink()
        check_all(await bench.run(asks(5)), asks(5))


async def test_other_batches_are_collected_before_an_error_is_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    got: list[BatchResult] = []
    retrieve = BatchEndpoint.retrieve

    async def wait_for(endpoint: BatchEndpoint, *named: str) -> Batch:
        while not (batch := await retrieve(endpoint, *named)).has_ended:
            await asyncio.sleep(0.005)
        return batch

    async def collect(asker: BatchAsker) -> None:
        async for result in asker.run(asks(30)):
            got.append(result)

    monkeypatch.setattr(BatchEndpoint, "retrieve", wait_for)
    async with serve(tmp_path, batches=["failed"]) as bench:
        endpoint = BatchEndpoint(model="tiny", api_key="x", base_url=bench.url)
        asker = BatchAsker(tmp_path, endpoint, limits=PartLimits(requests=10))
        with pytest.raises(EndpointError, match="cannot be worked on"):
            await collect(asker)
        await endpoint.close()
    assert len(got) == 20
    assert asker.outstanding == Outstanding(waiting_parts=1, waiting_requests=10)


async def test_an_exhausted_quota_in_the_results_ends_the_start_and_loses_nothing(
    tmp_path: Path,
) -> None:
    async with serve(tmp_path, delay=0.01) as bench:
        await bench.run(asks(10), wait=False)
        error = {"error": {"message": "pay first", "code": "insufficient_quota"}}
        output = tmp_path / "batches" / "00001.errors.jsonl"
        lines = [
            json.dumps(
                {"custom_id": one.key.hex(), "response": {"status_code": 429, "body": error}}
            )
            for one in asks(10)[:4]
        ]
        output.write_text("\n".join(lines), encoding="utf-8")
        (tmp_path / "batches" / "00001.output.jsonl").write_bytes(b"")
        await asyncio.sleep(0.05)
        said = await bench.fail(asks(10))
        results = await bench.run(asks(10))
    assert "pay first; raise the account's quota, then resume" in said
    check_all(results, asks(10))
    assert Counter(result.reply.attempts for result in results) == {1: 4, 2: 6}


async def test_a_stop_ends_the_waiting_and_a_later_start_collects(tmp_path: Path) -> None:
    async with serve(tmp_path, delay=0.1) as bench:
        endpoint = BatchEndpoint(model="tiny", api_key="x", base_url=bench.url)
        asker = BatchAsker(tmp_path, endpoint, poll_seconds=60)
        asyncio.get_running_loop().call_later(0.03, asker.stop)
        first = [result async for result in asker.run(asks(5))]
        await endpoint.close()
        assert (first, asker.outstanding) == ([], Outstanding(1, 5))
        check_all(await bench.run(asks(5)), asks(5))
        assert (await bench.count())["batches"] == 1


async def test_a_stop_before_the_first_file_hands_nothing_in(tmp_path: Path) -> None:
    async with serve(tmp_path) as bench:
        endpoint = BatchEndpoint(model="tiny", api_key="x", base_url=bench.url)
        asker = BatchAsker(tmp_path, endpoint)
        asker.stop()
        assert [result async for result in asker.run(asks(5))] == []
        await endpoint.close()
        assert (await bench.count())["uploads"] == 0
        check_all(await bench.run(asks(5)), asks(5))


async def test_waiting_is_as_long_as_was_said(tmp_path: Path) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await asyncio.sleep(0.01)

    async with serve(tmp_path, delay=0.1) as bench:
        endpoint = BatchEndpoint(model="tiny", api_key="x", base_url=bench.url)
        asker = BatchAsker(tmp_path, endpoint, poll_seconds=77, sleep=sleep)
        check_all([result async for result in asker.run(asks(5))], asks(5))
        await endpoint.close()
    assert set(waits) == {77}


async def test_progress_tells_of_all_batches(tmp_path: Path) -> None:
    async with serve(tmp_path, delay=0.1) as bench:
        await bench.run(asks(25))
    first, last = bench.seen[0], bench.seen[-1]
    assert (first.batches, first.requests, first.collected) == (3, 25, 0)
    assert (last.batches, last.requests, last.collected) == (0, 0, 25)
    assert any(0 < progress.completed < 25 for progress in bench.seen)


async def test_a_consumer_that_stops_reading_loses_nothing(tmp_path: Path) -> None:
    async with serve(tmp_path) as bench:
        endpoint = BatchEndpoint(model="tiny", api_key="x", base_url=bench.url)
        results = BatchAsker(tmp_path, endpoint, poll_seconds=0.01).run(asks(5))
        first = await anext(results)
        await results.aclose()
        await endpoint.close()
        rest = await bench.run([one for one in asks(5) if one.key != first.key])
        answered = await bench.count_answered()
    check_all([first, *rest], asks(5))
    assert answered == {1: 5}


async def test_a_run_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    async with serve(tmp_path / "missing") as bench:
        with pytest.raises(RunError):
            await bench.run(asks(1))
