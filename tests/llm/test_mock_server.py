import asyncio
import json
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import openai
import pytest

from datagen.errors import SettingsError
from datagen.llm.mock_server import FAULTS, MockEndpoint, MockSettings
from datagen.llm.offline import write_reply
from datagen.records import Message

USER = {"role": "user", "content": "a cook"}


def echo(messages: Sequence[Message], _schema: Mapping[str, Any] | None, _seed: int) -> str:
    return f"This is about {messages[-1].content}."


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.text)
        return read

    @property
    def said(self) -> str:
        return str(self.json["choices"][0]["message"]["content"])


class Caller:
    """Plain HTTP, without the product's own client."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url
        self.session = session

    async def call(self, method: str, path: str, **how: Any) -> Answer:  # noqa: ANN401 - as aiohttp's
        async with self.session.request(method, self.url.removesuffix("/v1") + path, **how) as got:
            return Answer(got.status, got.headers, await got.text())

    async def ask(self, content: str = "a cook", **fields: Any) -> Answer:  # noqa: ANN401 - any JSON
        body = {"model": "m", "messages": [{"role": "user", "content": content}]} | fields
        return await self.call("POST", "/v1/chat/completions", json=body)

    async def count(self) -> dict[str, Any]:
        return (await self.call("GET", "/mock/counters")).json


@asynccontextmanager
async def serve(clock: Clock | None = None, **settings: Any) -> AsyncIterator[Caller]:  # noqa: ANN401 - any setting
    endpoint = MockEndpoint(MockSettings(**settings), writer=echo, clock=clock or Clock())
    async with endpoint.serve() as url, aiohttp.ClientSession() as session:
        yield Caller(url, session)


async def test_a_chat_completion_has_openais_shape() -> None:
    async with serve() as caller:
        answer = await caller.ask()
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    completion = answer.json
    assert completion.pop("id").startswith("chatcmpl-")
    assert completion == {
        "object": "chat.completion",
        "created": 1767225600,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": "This is about a cook.",
                    "refusal": None,
                },
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 6,
            "completion_tokens": 6,
            "total_tokens": 12,
            "prompt_tokens_details": {"cached_tokens": 0},
        },
    }


async def test_the_same_request_gets_the_same_bytes_in_any_run() -> None:
    texts = []
    for _ in range(2):
        async with serve() as caller:
            texts += [(await caller.ask()).text, (await caller.ask()).text]
    assert len(set(texts)) == 1


async def test_the_openai_package_itself_is_served() -> None:
    async with (
        serve(models=("small",)) as caller,
        openai.AsyncOpenAI(api_key="x", base_url=caller.url, max_retries=0) as client,
    ):
        models = [model.id async for model in client.models.list()]
        said = await client.chat.completions.create(
            model="small", messages=[{"role": "user", "content": "a cook"}], n=2
        )
        with pytest.raises(openai.NotFoundError, match="The model `big` does not exist"):
            await client.chat.completions.create(
                model="big", messages=[{"role": "user", "content": "a cook"}]
            )
    assert models == ["small"]
    assert [choice.message.content for choice in said.choices] == ["This is about a cook."] * 2
    assert said.usage is not None
    assert said.usage.total_tokens == 18


async def test_the_offline_writer_answers_by_default() -> None:
    context = "A cook stands at a table.\n\nperson: [0.1, 0.1, 0.5, 0.9]"
    async with MockEndpoint().serve() as url, aiohttp.ClientSession() as session:
        answer = await Caller(url, session).ask(context, seed=4)
    assert answer.said == write_reply([Message("user", context)], seed=4)


async def test_known_models_are_listed_and_others_refused() -> None:
    async with serve(models=("big", "small")) as caller:
        models = (await caller.call("GET", "/v1/models")).json["data"]
        good = await caller.ask(model="small")
        bad = await caller.ask(model="tiny")
    assert [model["id"] for model in models] == ["big", "small"]
    assert good.status == 200
    assert (bad.status, bad.json["error"]["code"]) == (404, "model_not_found")


async def test_a_key_is_demanded_when_set() -> None:
    async with serve(api_key="right") as caller:
        answers = [
            await caller.call("GET", "/v1/models", headers=headers)
            for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "right"})
        ]
        caller.session.headers["Authorization"] = "Bearer right"
        good = await caller.ask()
    assert [answer.status for answer in answers] == [401, 401, 401]
    assert {answer.json["error"]["code"] for answer in answers} == {"invalid_api_key"}
    assert good.status == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v1/embeddings", 404),
        ("GET", "/v1/chat/completions", 405),
        ("POST", "/v1/models", 405),
    ],
)
async def test_an_unknown_path_gets_an_error_in_the_usual_shape(
    method: str, path: str, status: int
) -> None:
    async with serve() as caller:
        answer = await caller.call(method, path)
    assert answer.status == status
    assert path in answer.json["error"]["message"]


async def test_a_bad_body_and_streaming_are_refused() -> None:
    async with serve() as caller:
        broken = await caller.call("POST", "/v1/chat/completions", data=b"{")
        stream = await caller.ask(stream=True)
    assert (broken.status, stream.status) == (400, 400)
    assert stream.json["error"]["param"] == "stream"


async def test_what_happened_is_counted_and_can_be_reset() -> None:
    async with serve() as caller:
        await caller.ask()
        await caller.ask(n=0)
        before = await caller.count()
        await caller.call("POST", "/mock/reset")
        after = await caller.count()
    assert before == {
        "requests": 2,
        "in_flight": 0,
        "max_in_flight": 1,
        "by_status": {"200": 1, "400": 1},
        "by_fault": {},
        "rate_limited": 0,
        "prompt_tokens": 6,
        "completion_tokens": 6,
        "cached_tokens": 0,
    }
    assert after["requests"] == 0
    assert after["by_status"] == {}


async def test_requests_side_by_side_are_counted() -> None:
    async with serve(latency=0.05) as caller:
        await asyncio.gather(*(caller.ask(f"{n}") for n in range(5)))
        counters = await caller.count()
    assert (counters["max_in_flight"], counters["in_flight"]) == (5, 0)


async def test_too_many_requests_side_by_side_are_refused() -> None:
    async with serve(latency=0.1, max_concurrency=2) as caller:
        answers = await asyncio.gather(*(caller.ask(f"{n}") for n in range(5)))
        later = await caller.ask()
    assert sorted(answer.status for answer in answers) == [200, 200, 503, 503, 503]
    assert later.status == 200


# Rate limits


def limits_of(answer: Answer, kind: str) -> list[str]:
    return [
        answer.headers[f"x-ratelimit-{what}-{kind}"] for what in ("limit", "remaining", "reset")
    ]


async def test_requests_above_the_rate_are_told_how_long_to_wait() -> None:
    clock = Clock()
    async with serve(clock, requests_per_minute=2) as caller:
        first, _, third = [await caller.ask(f"{n}") for n in range(3)]
        clock.now += 30
        fourth = await caller.ask("3")
        counters = await caller.count()
    assert limits_of(first, "requests") == ["2", "1", "30.000s"]
    assert third.status == 429
    assert third.json["error"]["code"] == "rate_limit_exceeded"
    assert (third.headers["Retry-After"], third.headers["retry-after-ms"]) == ("30", "30000")
    assert limits_of(third, "requests") == ["2", "0", "60.000s"]
    assert fourth.status == 200
    assert counters["rate_limited"] == 1


async def test_tokens_of_prompt_and_reply_are_charged() -> None:
    clock = Clock()
    async with serve(clock, tokens_per_minute=60) as caller:
        first = await caller.ask()  # 6 tokens of prompt, then 6 of the reply
        second = await caller.ask("x" * 4 * 50)
        clock.now += 6
        third = await caller.ask("x" * 4 * 50)
    assert limits_of(first, "tokens")[:2] == ["60", "54"]
    assert (second.status, second.headers["Retry-After"]) == (429, "6")
    assert third.status == 200


async def test_a_prompt_above_the_limit_of_a_minute_is_not_told_to_wait() -> None:
    async with serve(tokens_per_minute=10) as caller:
        answer = await caller.ask("x" * 400)
    assert answer.status == 429
    assert answer.json["error"]["message"].startswith("Request too large: 104 tokens")
    assert "Retry-After" not in answer.headers


# Faults


@pytest.mark.parametrize(
    ("fault", "status"), [("429", 429), ("429-retry-after", 429), ("500", 500), ("503", 503)]
)
async def test_a_refusing_fault_answers_with_its_status(fault: str, status: int) -> None:
    async with serve(faults={fault: 1.0}, retry_after=1.5) as caller:
        answer = await caller.ask()
        counters = await caller.count()
    assert answer.status == status
    assert answer.json["error"]["message"]
    waits = [answer.headers.get(name) for name in ("Retry-After", "retry-after-ms")]
    assert waits == (["2", "1500"] if fault == "429-retry-after" else [None, None])
    assert counters["by_fault"] == {fault: 1}
    assert counters["by_status"] == {str(status): 1}


@pytest.mark.parametrize("fault", ["reset", "stall"])
async def test_a_broken_connection_is_reset_by_tcp(fault: str) -> None:
    async with serve(faults={fault: 1.0}, stall=0.01) as caller:
        with pytest.raises(aiohttp.ClientOSError, match="reset by peer"):
            await caller.ask()
        counters = await caller.count()
    assert (counters["by_fault"], counters["by_status"]) == ({fault: 1}, {})


async def test_a_cut_body_is_shorter_than_announced() -> None:
    async with serve(faults={"cut-body": 1.0}) as caller:
        async with caller.session.post(
            f"{caller.url}/chat/completions", json={"model": "m", "messages": [USER]}
        ) as got:
            assert got.status == 200
            with pytest.raises(aiohttp.ClientPayloadError, match="Not enough data"):
                await got.read()
        assert (await caller.count())["by_fault"] == {"cut-body": 1}


async def test_a_page_comes_in_place_of_json() -> None:
    async with serve(faults={"non-json": 1.0}) as caller:
        answer = await caller.ask()
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert answer.text.startswith("<html>")


@pytest.mark.parametrize(
    ("fault", "text", "reason"),
    [
        ("empty", "", "stop"),
        ("refusal", "I am sorry, but I cannot help with this request.", "stop"),
        ("length", "This is ab", "length"),
        ("empty-length", "", "length"),
    ],
)
async def test_a_spoiled_reply_comes_as_a_completion(fault: str, text: str, reason: str) -> None:
    async with serve(faults={fault: 1.0}) as caller:
        answer = await caller.ask()
    assert (answer.status, answer.said) == (200, text)
    assert answer.json["choices"][0]["finish_reason"] == reason


async def test_every_fault_has_been_tried_here() -> None:
    tried = {"429", "429-retry-after", "500", "503", "reset", "stall", "cut-body", "non-json"}
    assert set(FAULTS) == tried | {"empty", "refusal", "length", "empty-length"}


async def test_a_faulty_request_can_succeed_when_it_comes_again_and_runs_repeat() -> None:
    async def run(order: Sequence[int]) -> dict[int, list[int]]:
        async with serve(faults={"500": 0.5}, seed=1) as caller:
            got: dict[int, list[int]] = {}
            for number in [*order, *order, *order]:
                got.setdefault(number, []).append((await caller.ask(f"{number}")).status)
        return got

    forward, backward = await run(range(20)), await run(range(19, -1, -1))
    assert forward == backward
    assert any(statuses[0] == 500 and 200 in statuses for statuses in forward.values())


# Serving


async def test_one_endpoint_serves_one_address_at_a_time() -> None:
    endpoint = MockEndpoint(writer=echo)
    async with endpoint.serve():
        with pytest.raises(SettingsError, match="serves already"):
            async with endpoint.serve():
                pass
    async with endpoint.serve() as url:
        assert url.startswith("http://127.0.0.1:")


async def test_an_address_in_use_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"cannot listen on 127.0.0.1, port {port}"):
            async with MockEndpoint(writer=echo).serve(port=port):
                pass


async def test_stopping_does_not_wait_for_stalled_requests() -> None:
    endpoint = MockEndpoint(MockSettings(faults={"stall": 1.0}, stall=3600.0), writer=echo)
    async with asyncio.timeout(30), aiohttp.ClientSession() as session:
        async with endpoint.serve() as url:
            caller = Caller(url, session)
            task = asyncio.create_task(caller.ask())
            while not (await caller.count())["by_fault"]:
                await asyncio.sleep(0.01)
        with pytest.raises(aiohttp.ClientError):
            await task


def test_run_serves_until_it_is_told_to_stop() -> None:
    program = (
        "from datagen.llm.mock_server import MockEndpoint\n"
        "MockEndpoint(writer=lambda *_: 'x').run(port=0, on_ready=lambda u: print(u, flush=True))\n"
        "print('stopped')"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == "stopped\n"
    assert process.returncode == 0
