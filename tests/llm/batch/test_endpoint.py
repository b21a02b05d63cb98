import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from datagen.errors import EndpointError
from datagen.llm.batch.endpoint import Batch, BatchEndpoint, BatchProblem
from datagen.llm.batch.lines import write_line
from datagen.llm.client import Complaint
from datagen.llm.mock_batches import BatchSettings
from datagen.llm.mock_server import MockEndpoint, MockSettings
from datagen.llm.retry import RetryPolicy, TransientError
from datagen.records import Message, Prompt, Reply

PROMPT = Prompt((Message("system", "Be brief."), Message("user", "a cook at a table")))
CONTENT = write_line("aa", b'{"model":"m","messages":[{"role":"user","content":"a cook"}]}')
COMPLETION = {
    "model": "tiny-1",
    "choices": [{"message": {"content": "A cook."}, "finish_reason": "stop"}],
}
Handler = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def connect(url: str, **settings: Any) -> AsyncIterator[BatchEndpoint]:  # noqa: ANN401 - any setting
    retry = RetryPolicy(attempts=2, base=0.0)
    defaults: dict[str, Any] = {"model": "tiny", "api_key": "key-1234", "retry": retry}
    endpoint = BatchEndpoint(base_url=url, **(defaults | settings))
    try:
        yield endpoint
    finally:
        await endpoint.close()


@asynccontextmanager
async def serve_mock(**settings: Any) -> AsyncIterator[BatchEndpoint]:  # noqa: ANN401 - any setting
    mock = MockEndpoint(writer=lambda *_: "A cook.", batches=BatchSettings(**settings))
    async with mock.serve() as url, connect(url) as endpoint:
        yield endpoint


@asynccontextmanager
async def serve_all(handle: Handler) -> AsyncIterator[BatchEndpoint]:
    """An endpoint that answers everything with one function."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        async with connect(f"http://127.0.0.1:{site.port}/v1") as endpoint:
            yield endpoint
    finally:
        await runner.cleanup()


@asynccontextmanager
async def serve_answer(
    body: str, status: int = 200, kind: str = "application/json"
) -> AsyncIterator[BatchEndpoint]:
    async def handle(_request: web.Request) -> web.Response:
        return web.Response(text=body, status=status, content_type=kind)

    async with serve_all(handle) as endpoint:
        yield endpoint


@pytest.fixture
def part(tmp_path: Path) -> Path:
    path = tmp_path / "part.jsonl"
    path.write_bytes(CONTENT)
    return path


async def finish(endpoint: BatchEndpoint, batch_id: str) -> Batch:
    while not (batch := await endpoint.retrieve(batch_id, "token", "")).has_ended:
        pass
    return batch


@pytest.mark.parametrize(
    ("prompt", "settings"),
    [
        (PROMPT, {}),
        (PROMPT, {"temperature": 0.2, "max_tokens": 50, "seed": 7, "extra": {"top_k": 3}}),
        (Prompt(PROMPT.messages, {"type": "string"}, seed=4), {"top_p": 0.5}),
    ],
)
async def test_a_line_holds_the_very_body_that_is_sent_online(
    prompt: Prompt, settings: dict[str, Any]
) -> None:
    bodies = []

    async def handle(request: web.Request) -> web.Response:
        bodies.append(await request.read())
        return web.json_response(COMPLETION)

    async with (
        serve_all(handle) as server,
        connect(server.address, **settings) as endpoint,
    ):
        await endpoint.ask(prompt)
        line = endpoint.write_request("aa", prompt)
    assert line.endswith(b'"body":' + bodies[0] + b"}\n")
    assert json.loads(line)["custom_id"] == "aa"


async def test_a_file_is_handed_in_and_found_by_name_and_size(part: Path) -> None:
    async with serve_mock() as endpoint:
        for name in ("one.jsonl", "two.jsonl", "three.jsonl"):
            await endpoint.upload(part, name)
        assert await endpoint.find_file("two.jsonl", len(CONTENT)) == "file-000002"
        assert await endpoint.find_file("two.jsonl", 7) == ""
        assert await endpoint.find_file("four.jsonl", len(CONTENT)) == ""


async def test_a_batch_is_found_among_hundreds_by_its_token(part: Path) -> None:
    async with serve_mock(delay=30) as endpoint:
        file_id = await endpoint.upload(part, "one.jsonl")
        ids = [await endpoint.create(file_id, f"token {number}") for number in range(230)]
        (found,) = await endpoint.find_batches("token 3", file_id)
        nothing = await endpoint.find_batches("token 300", file_id)
    assert found.id == ids[3]
    assert nothing == []


async def test_batches_of_one_token_come_oldest_first_without_failed_ones(part: Path) -> None:
    async with serve_mock(batches=["failed"]) as endpoint:
        file_id = await endpoint.upload(part, "one.jsonl")
        failed, *ids = [await endpoint.create(file_id, "token") for _ in range(3)]
        await finish(endpoint, failed)
        found = await endpoint.find_batches("token", file_id)
    assert [batch.id for batch in found] == sorted(ids)


async def test_without_metadata_the_file_tells_whose_batch_it_is() -> None:
    data = [
        {"id": "b1", "status": "completed", "input_file_id": "f1", "metadata": None},
        {"id": "b2", "status": "completed", "input_file_id": "f2"},
    ]
    async with serve_answer(json.dumps({"data": data})) as endpoint:
        (found,) = await endpoint.find_batches("token", "f2")
    assert found.id == "b2"


async def test_results_are_fetched_as_they_are(part: Path) -> None:
    got: list[bytes] = []
    async with serve_mock() as endpoint:
        file_id = await endpoint.upload(part, "one.jsonl")
        await endpoint.download(file_id, got.append)
    assert b"".join(got) == CONTENT


async def test_a_batch_is_shown_with_counts_and_problems(part: Path) -> None:
    part.write_bytes(b"{}")
    async with serve_mock() as endpoint:
        file_id = await endpoint.upload(part, "one.jsonl")
        batch = await finish(endpoint, await endpoint.create(file_id, "token"))
    assert (batch.status, batch.count(), batch.metadata) == (
        "failed",
        (0, 0),
        {"datagen_part": "token"},
    )
    (problem,) = batch.list_problems()
    assert (problem.code, problem.line) == ("invalid_json_line", 1)


async def test_a_batch_may_be_shown_in_few_words() -> None:
    async with serve_answer('{"id": "b1", "status": "in_progress", "errors": null}') as endpoint:
        batch = await endpoint.retrieve("b1", "token", "f1")
    assert (batch.count(), batch.list_problems(), batch.has_ended) == ((0, 0), [], False)


async def test_a_batch_that_nobody_knows_is_missing() -> None:
    async with serve_mock() as endpoint:
        assert (await endpoint.retrieve("batch_9", "token", "f1")).status == "missing"


async def test_a_batch_of_somebody_else_under_the_same_id_is_missing(part: Path) -> None:
    async with serve_mock(delay=30) as endpoint:
        file_id = await endpoint.upload(part, "one.jsonl")
        batch_id = await endpoint.create(file_id, "token")
        ours = await endpoint.retrieve(batch_id, "token", file_id)
        other = await endpoint.retrieve(batch_id, "another token", file_id)
    assert (ours.status, other.status) == ("validating", "missing")


async def test_a_cancelled_batch_ends(part: Path) -> None:
    async with serve_mock(delay=0.1) as endpoint:
        file_id = await endpoint.upload(part, "one.jsonl")
        batch_id = await endpoint.create(file_id, "token")
        await endpoint.cancel(batch_id)
        assert (await finish(endpoint, batch_id)).status == "cancelled"


@pytest.mark.parametrize("status", [404, 405, 501])
async def test_an_endpoint_without_batches_is_named(status: int, part: Path) -> None:
    async with serve_answer('{"detail": "Not Found"}', status) as endpoint:
        with pytest.raises(EndpointError, match="takes no batches: ask it online"):
            await endpoint.upload(part, "one.jsonl")


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ("<html>hello</html>", 200, "text/html"),
        ('{"id": 7}', 200, "application/json"),
        ('{"id": "b', 200, "application/json"),
        ('{"error": {"message": "later"}}', 503, "application/json"),
        ('{"error": {"message": "slower"}}', 429, "application/json"),
    ],
)
async def test_what_may_be_gone_next_time_is_tried_again(body: str, status: int, kind: str) -> None:
    async with serve_answer(body, status, kind) as endpoint:
        with pytest.raises(TransientError):
            await endpoint.retrieve("b1", "token", "f1")
        with pytest.raises(EndpointError, match=r"gave up after 2 attempts.*nothing is lost"):
            await endpoint.persist(lambda: endpoint.retrieve("b1", "token", "f1"))


async def test_a_wrong_key_is_told_without_the_key(part: Path) -> None:
    mock = MockEndpoint(MockSettings(api_key="other"), writer=lambda *_: "")
    async with mock.serve() as url, connect(url) as endpoint:
        with pytest.raises(EndpointError, match="check the API key") as caught:
            await endpoint.upload(part, "one.jsonl")
    assert "key-1234" not in str(caught.value)


async def test_nobody_at_the_address_is_told() -> None:
    async with serve_mock() as gone:
        address = gone.address
    async with connect(address) as endpoint:
        with pytest.raises(EndpointError, match="does not accept connections"):
            await endpoint.persist(lambda: endpoint.retrieve("b1", "token", "f1"))


async def test_a_reply_without_a_model_gets_the_one_that_was_asked() -> None:
    completion = COMPLETION | {"model": None}
    result = {"custom_id": "aa", "response": {"status_code": 200, "body": completion}}
    async with connect("http://127.0.0.1:9/v1") as endpoint:
        named = endpoint.read_result(json.dumps(result).encode())
    assert named == ("aa", Reply("A cook.", "tiny"))


async def test_a_problem_of_validation_reads_like_a_refused_request() -> None:
    problem = BatchProblem("unsupported_value", "No `top_k` here.", 3, "body.top_k")
    async with connect("http://127.0.0.1:9/v1", extra={"top_k": 3}) as endpoint:
        complaint = endpoint.read_problem(problem)
        verdict = endpoint.judge_request(complaint)
    assert complaint == Complaint(400, "No `top_k` here.", "unsupported_value", param="top_k")
    assert isinstance(verdict, EndpointError)
