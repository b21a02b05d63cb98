import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal

import aiohttp
import openai
import pytest

from datagen.errors import SettingsError
from datagen.llm.mock_batches import BatchSettings
from datagen.llm.mock_server import MockEndpoint, MockSettings
from datagen.records import Message

URL: Literal["/v1/chat/completions"] = "/v1/chat/completions"


def echo(messages: Sequence[Message], _schema: Mapping[str, Any] | None, _seed: int) -> str:
    return f"This is about {messages[-1].content}."


def line(number: int, **fields: object) -> str:
    body = {"model": "m", "messages": [{"role": "user", "content": f"cook {number}"}]}
    request = {"custom_id": f"r{number}", "method": "POST", "url": URL, "body": body}
    return json.dumps(request | fields)


def lines(count: int) -> str:
    return "\n".join(line(number) for number in range(count))


class Caller:
    """Plain HTTP, without the product's own client."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self.session = session

    async def call(self, method: str, path: str, **how: Any) -> tuple[int, Any]:  # noqa: ANN401 - as aiohttp's, and any JSON
        address = self.url.removesuffix("/v1") + path
        async with self.session.request(method, address, **how) as got:
            text = await got.text()
            is_json = got.content_type == "application/json"
            return got.status, json.loads(text) if is_json else text

    async def get(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        return (await self.call("GET", path))[1]

    async def upload(self, content: str, name: str = "requests.jsonl") -> tuple[int, Any]:
        form = aiohttp.FormData()
        form.add_field("purpose", "batch")
        form.add_field("file", content.encode(), filename=name)
        return await self.call("POST", "/v1/files", data=form)

    async def create(self, content: str, **fields: object) -> tuple[int, Any]:
        _, file = await self.upload(content)
        body = {"input_file_id": file["id"], "endpoint": URL, "completion_window": "24h"}
        return await self.call("POST", "/v1/batches", json=body | fields)

    async def finish(self, batch_id: str) -> dict[str, Any]:
        async with asyncio.timeout(10):
            while True:
                batch: dict[str, Any] = await self.get(f"/v1/batches/{batch_id}")
                if batch["status"] in {"completed", "failed", "expired", "cancelled"}:
                    return batch
                await asyncio.sleep(0.002)

    async def work(self, content: str) -> dict[str, Any]:
        _, batch = await self.create(content)
        return await self.finish(batch["id"])

    async def read(self, file_id: str | None) -> list[str]:
        text = await self.get(f"/v1/files/{file_id}/content") if file_id else ""
        return str(text).splitlines()

    async def count(self) -> dict[str, Any]:
        counters: dict[str, Any] = await self.get("/mock/batches")
        return counters


@asynccontextmanager
async def serve(
    mock: MockSettings | None = None,
    **settings: Any,  # noqa: ANN401 - any setting
) -> AsyncIterator[Caller]:
    endpoint = MockEndpoint(mock, writer=echo, batches=BatchSettings(**settings))
    async with endpoint.serve() as url, aiohttp.ClientSession() as session:
        yield Caller(url, session)


async def test_the_openai_package_itself_is_served() -> None:
    async with (
        serve() as caller,
        openai.AsyncOpenAI(api_key="x", base_url=caller.url, max_retries=0) as client,
    ):
        file = await client.files.create(file=("a.jsonl", lines(3).encode()), purpose="batch")
        made = await client.batches.create(
            input_file_id=file.id, endpoint=URL, completion_window="24h", metadata={"part": "7"}
        )
        await caller.finish(made.id)
        batch = await client.batches.retrieve(made.id)
        listed = [batch.id async for batch in client.batches.list()]
        names = [file.filename async for file in client.files.list(purpose="batch")]
        assert batch.output_file_id is not None
        output = (await client.files.content(batch.output_file_id)).text
    assert made.status == "validating"
    assert (batch.status, batch.metadata, batch.error_file_id) == ("completed", {"part": "7"}, None)
    assert batch.request_counts is not None
    assert batch.request_counts.model_dump() == {"total": 3, "completed": 3, "failed": 0}
    assert (listed, names) == ([made.id], ["a.jsonl"])
    first = json.loads(output.splitlines()[0])
    assert (first["custom_id"], first["error"]) == ("r0", None)
    assert first["response"]["status_code"] == 200
    said = first["response"]["body"]["choices"][0]["message"]["content"]
    assert said == "This is about cook 0."


async def test_listings_begin_with_the_newest_and_come_in_pages() -> None:
    async with serve() as caller:
        made = [(await caller.create(line(number)))[1]["id"] for number in range(3)]
        first = await caller.get("/v1/batches?limit=2")
        second = await caller.get(f"/v1/batches?limit=2&after={made[1]}")
        files = await caller.get("/v1/files?purpose=batch")
        everything = await caller.get("/v1/files")
    assert [batch["id"] for batch in first["data"]] == [made[2], made[1]]
    assert [batch["id"] for batch in second["data"]] == [made[0]]
    assert (first["has_more"], second["has_more"]) == (True, False)
    assert {file["purpose"] for file in files["data"]} == {"batch"}
    assert len(files["data"]) == 3
    assert {file["purpose"] for file in everything["data"]} == {"batch", "batch_output"}


async def test_a_file_is_kept_byte_for_byte() -> None:
    content = line(0) + "\n\n" + line(1)
    async with serve() as caller:
        _, file = await caller.upload(content, "kept.jsonl")
        shown = await caller.get(f"/v1/files/{file['id']}")
        kept = await caller.get(f"/v1/files/{file['id']}/content")
    assert kept == content
    assert shown == file
    assert (file["filename"], file["bytes"], file["purpose"]) == (
        "kept.jsonl",
        len(content),
        "batch",
    )


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        (line(0) + '\n{"custom_id": "r1", "met', "invalid_json_line", 2),
        (line(0) + "\n" + line(0), "duplicate_custom_id", 2),
        (line(0, method="GET"), "invalid_json_line", 1),
        (line(0, body={"model": "other", "messages": []}), "model_not_found", 1),
        (lines(5), "too_large", None),
    ],
)
async def test_a_file_that_is_not_valid_fails_as_a_whole(
    content: str, code: str, place: int | None
) -> None:
    async with serve(MockSettings(models=("m",)), most_requests=4) as caller:
        batch = await caller.work(content)
        counters = await caller.count()
    assert batch["status"] == "failed"
    (problem,) = batch["errors"]["data"]
    assert (problem["code"], problem["line"]) == (code, place)
    assert counters["asked"] == {}


@pytest.mark.parametrize(
    ("fault", "status"), [("400", 400), ("429", 429), ("500", 500), ("error", None)]
)
async def test_a_refused_line_stands_in_the_error_file(fault: str, status: int | None) -> None:
    async with serve(faults={fault: 1.0}) as caller:
        batch = await caller.work(lines(2))
        (first, _) = await caller.read(batch["error_file_id"])
    assert (batch["status"], batch["output_file_id"]) == ("completed", None)
    assert batch["request_counts"] == {"total": 2, "completed": 0, "failed": 2}
    result = json.loads(first)
    if status is None:
        assert (result["response"], result["error"]["code"]) == (None, "server_error")
    else:
        assert result["response"]["status_code"] == status
        assert result["response"]["body"]["error"]["message"]


@pytest.mark.parametrize(("fault", "kept"), [("lost", 0), ("broken", 2), ("twice", 4)])
async def test_lines_of_results_can_be_lost_broken_or_double(fault: str, kept: int) -> None:
    async with serve(faults={fault: 1.0}) as caller:
        batch = await caller.work(lines(2))
        results = await caller.read(batch["output_file_id"])
        counters = await caller.count()
    assert len(results) == kept
    assert all(result.startswith('{"id"') for result in results)
    assert all(result.endswith("}") for result in results) is (fault != "broken")
    assert counters["answered"] == {"r0": 1, "r1": 1}
    assert counters["by_fault"] == {fault: 2}


async def test_a_share_of_the_lines_goes_wrong_and_the_seed_says_which() -> None:
    failed = []
    for seed in (1, 1, 2):
        async with serve(faults={"500": 0.3}, seed=seed) as caller:
            batch = await caller.work(lines(200))
            errors = await caller.read(batch["error_file_id"])
            failed.append([json.loads(error)["custom_id"] for error in errors])
    assert failed[0] == failed[1]
    assert failed[0] != failed[2]
    assert 40 < len(failed[0]) < 80


async def test_an_expired_batch_tells_of_the_lines_it_did_not_work_on() -> None:
    async with serve(batches=["expired"], share=0.6) as caller:
        batch = await caller.work(lines(10))
        output = await caller.read(batch["output_file_id"])
        errors = [json.loads(error) for error in await caller.read(batch["error_file_id"])]
        second = await caller.work(lines(10))
        counters = await caller.count()
    assert (batch["status"], second["status"]) == ("expired", "completed")
    assert (len(output), len(errors)) == (6, 4)
    assert {error["error"]["code"] for error in errors} == {"batch_expired"}
    assert Counter(counters["answered"].values()) == {2: 6, 1: 4}
    assert counters["by_status"] == {"expired": 1, "completed": 1}


async def test_a_cancelled_batch_keeps_what_was_answered_and_tells_no_more() -> None:
    async with serve(batches=["cancelled"]) as caller:
        batch = await caller.work(lines(10))
        output = await caller.read(batch["output_file_id"])
    assert (batch["status"], len(output), batch["error_file_id"]) == ("cancelled", 5, None)


async def test_a_batch_can_be_cancelled_until_it_has_ended() -> None:
    async with serve(delay=0.5) as caller:
        _, made = await caller.create(lines(10))
        status, batch = await caller.call("POST", f"/v1/batches/{made['id']}/cancel")
        ended = await caller.finish(made["id"])
        again, _ = await caller.call("POST", f"/v1/batches/{made['id']}/cancel")
    assert (status, batch["status"]) == (200, "cancelling")
    assert (ended["status"], ended["request_counts"]["completed"]) == ("cancelled", 0)
    assert again == 409


async def test_a_batch_that_breaks_off_the_connection_is_made_all_the_same() -> None:
    async with serve(batches=["reset"], uploads=["", "reset"]) as caller:
        with pytest.raises(aiohttp.ClientError):
            await caller.create(lines(2))
        with pytest.raises(aiohttp.ClientError):
            await caller.upload(lines(2), "second.jsonl")
        (batch,) = (await caller.get("/v1/batches"))["data"]
        names = [file["filename"] for file in (await caller.get("/v1/files?purpose=batch"))["data"]]
        ended = await caller.finish(batch["id"])
    assert ended["status"] == "completed"
    assert names == ["second.jsonl", "requests.jsonl"]


async def test_a_refused_call_makes_nothing() -> None:
    async with serve(batches=["503"], uploads=["503"]) as caller:
        upload, _ = await caller.upload(lines(2))
        create, _ = await caller.create(lines(2))
        batches = await caller.get("/v1/batches")
        files = await caller.get("/v1/files")
        counters = await caller.count()
    assert (upload, create) == (503, 503)
    assert (batches["data"], len(files["data"])) == ([], 1)
    assert (counters["uploads"], counters["calls"], counters["batches"]) == (2, 1, 0)


async def test_a_batch_beyond_the_queue_fails_until_there_is_room() -> None:
    async with serve(most_queued=15, delay=0.1) as caller:
        _, first = await caller.create(lines(10))
        while (await caller.get(f"/v1/batches/{first['id']}"))["status"] == "validating":
            await asyncio.sleep(0.002)
        second = await caller.work(lines(10))
        await caller.finish(first["id"])
        third = await caller.work(lines(10))
    assert (second["status"], third["status"]) == ("failed", "completed")
    assert second["errors"]["data"][0]["code"] == "token_limit_exceeded"


async def test_progress_is_told_while_a_batch_is_worked_on() -> None:
    seen = []
    async with serve(delay=0.2) as caller:
        _, batch = await caller.create(lines(50))
        while batch["status"] != "completed":
            seen.append((batch["status"], batch["request_counts"]["completed"]))
            assert batch["output_file_id"] is None
            await asyncio.sleep(0.01)
            batch = await caller.get(f"/v1/batches/{batch['id']}")
    assert list(dict(seen)) == ["validating", "in_progress", "finalizing"]
    counts = [count for _, count in seen]
    assert counts == sorted(counts)
    assert len(set(counts)) > 3


async def test_a_stopped_endpoint_goes_on_with_its_batches_when_it_serves_again() -> None:
    endpoint = MockEndpoint(writer=echo, batches=BatchSettings(delay=0.1))
    async with aiohttp.ClientSession() as session:
        async with endpoint.serve() as url:
            caller = Caller(url, session)
            _, batch = await caller.create(lines(40))
            while not (await caller.count())["asked"]:
                await asyncio.sleep(0.002)
        async with endpoint.serve() as url:
            caller = Caller(url, session)
            ended = await caller.finish(batch["id"])
            output = await caller.read(ended["output_file_id"])
            counters = await caller.count()
    assert (ended["status"], len(output)) == ("completed", 40)
    assert set(counters["asked"].values()) == {1}


async def test_a_reset_forgets_files_batches_and_counters() -> None:
    async with serve(delay=10) as caller:
        await caller.create(lines(2))
        await caller.call("POST", "/mock/reset")
        assert (await caller.get("/v1/batches"))["data"] == []
        assert (await caller.get("/v1/files"))["data"] == []
        assert (await caller.count())["uploads"] == 0


async def test_files_and_batches_want_the_key() -> None:
    async with serve(MockSettings(api_key="secret")) as caller:
        for path in ("/v1/files", "/v1/batches", "/v1/files/file-1/content"):
            assert (await caller.call("GET", path))[0] == 401


async def test_what_is_no_upload_is_refused() -> None:
    form = aiohttp.FormData()
    form.add_field("purpose", "batch")
    form.add_field("more", "text")
    async with serve() as caller:
        plain, _ = await caller.call("POST", "/v1/files", data=b"{}")
        without_file, _ = await caller.call("POST", "/v1/files", data=form)
        files = await caller.get("/v1/files")
    assert (plain, without_file, files["data"]) == (400, 400, [])


async def test_a_batch_of_nothing_is_refused() -> None:
    async with serve() as caller:
        body = {"input_file_id": "file-9", "endpoint": URL, "completion_window": "24h"}
        unknown, _ = await caller.call("POST", "/v1/batches", json=body)
        other, _ = await caller.create(lines(1), endpoint="/v1/embeddings")
        broken, _ = await caller.call("POST", "/v1/batches", data=b"{")
        missing, _ = await caller.call("GET", "/v1/batches/batch_9")
    assert (unknown, other, broken, missing) == (404, 400, 400, 404)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"delay": -1}, "delay"),
        ({"share": 1.5}, "shares"),
        ({"faults": {"400": 0.6, "500": 0.6}}, "shares"),
        ({"faults": {"reset": 0.1}}, "line fault 'reset'"),
        ({"batches": ["lost"]}, "batch fault 'lost'"),
        ({"uploads": ["expired"]}, "upload fault 'expired'"),
    ],
)
def test_settings_that_cannot_be_served_are_refused(settings: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        BatchSettings(**settings)
