import asyncio
import json
import logging
import random
import socket
import ssl
import struct
import traceback
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from datagen.errors import AskError, DatagenError, EndpointError, SettingsError
from datagen.llm.client import Client
from datagen.llm.mock_server import MockEndpoint, MockSettings
from datagen.llm.openai_chat import OpenAIChatClient
from datagen.llm.pace import Pace
from datagen.llm.retry import RetryPolicy
from datagen.records import Message, Prompt, Reply, Usage

KEY = "proj-4f9a8b7c6d5e"
PROMPT = Prompt((Message("system", "Be brief."), Message("user", "a cook at a table")))
COMPLETION = {
    "model": "tiny-1",
    "choices": [{"message": {"content": "A cook."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 9, "completion_tokens": 3},
}


class Waits(list[float]):
    """A sleep that only writes down how long it was."""

    async def sleep(self, seconds: float) -> None:
        self.append(seconds)


def answer(body: object, status: int = 200, headers: str = "") -> bytes:
    """A whole HTTP answer; headers as lines that end in CRLF."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = (
        f"HTTP/1.1 {status} X\r\nContent-Length: {len(data)}\r\nConnection: close\r\n{headers}\r\n"
    )
    return head.encode() + data


def refuse(status: int, message: str = "", headers: str = "", **fields: str) -> bytes:
    return answer({"error": {"message": message, **fields}}, status, headers)


GOOD = answer(COMPLETION)
RESET = b"reset"
HANG = b"hang"
DRIP = b"drip"


class Script:
    """An endpoint that gives its answers in turn, the last one for ever."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.heads: list[str] = []
        self.bodies: list[dict[str, Any]] = []
        self.stopped = asyncio.Event()
        self.tasks: set[asyncio.Task[None]] = set()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length: ")[1].split("\r\n")[0])
        self.heads.append(head)
        self.bodies.append(json.loads(await reader.readexactly(length)))
        said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if said == HANG:
            await self.stopped.wait()
        elif said == DRIP:
            for place in range(len(GOOD)):
                writer.write(GOOD[place : place + 1])
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.stopped.wait(), 0.01)
        elif said == RESET:
            raw = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            writer.write(said)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        async with await asyncio.start_server(self.handle, "127.0.0.1", 0) as server:
            try:
                yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
            finally:
                self.stopped.set()
                await asyncio.gather(*self.tasks)


@asynccontextmanager
async def connect(url: str, **settings: Any) -> AsyncIterator[OpenAIChatClient]:  # noqa: ANN401 - any setting
    defaults: dict[str, Any] = {"model": "tiny", "api_key": KEY, "retry": RetryPolicy(attempts=1)}
    client = OpenAIChatClient(base_url=url, **(defaults | settings))
    try:
        yield client
    finally:
        await client.close()


async def ask(script: Script, prompt: Prompt = PROMPT, **settings: Any) -> Reply:  # noqa: ANN401 - any setting
    async with script.serve() as url, connect(url, **settings) as client:
        return await client.ask(prompt)


async def fail(script: Script, **settings: Any) -> DatagenError:  # noqa: ANN401 - any setting
    with pytest.raises(DatagenError) as caught:
        await ask(script, **settings)
    return caught.value


async def test_a_reply_carries_text_usage_and_the_seconds_it_took() -> None:
    reply = await ask(Script(GOOD))
    assert reply.latency > 0
    assert reply == Reply("A cook.", "tiny-1", "stop", Usage(9, 3, 0), reply.latency, 1)


async def test_only_what_is_set_is_sent() -> None:
    script = Script(GOOD)
    await ask(script)
    messages = [{"role": m.role, "content": m.content} for m in PROMPT.messages]
    assert script.bodies == [{"model": "tiny", "messages": messages}]
    assert script.heads[0].startswith("post /v1/chat/completions ")
    assert f"\r\nauthorization: bearer {KEY}\r\n" in script.heads[0]
    assert "\r\ncontent-type: application/json\r\n" in script.heads[0]


async def test_all_options_are_sent_and_extra_fields_too() -> None:
    script = Script(GOOD)
    options: dict[str, Any] = {"temperature": 0.0, "top_p": 0.9, "seed": 7, "max_tokens": 300}
    await ask(script, **options, extra={"top_k": 40})
    sent = script.bodies[0]
    assert {name: sent[name] for name in sent.keys() - {"model", "messages"}} == {
        **options,
        "top_k": 40,
    }


async def test_a_key_in_the_environment_is_not_sent_to_an_endpoint_without_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    script = Script(GOOD)
    await ask(script, api_key=None)
    assert KEY not in script.heads[0]


async def test_a_proxy_in_the_environment_is_not_used_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert (await ask(Script(GOOD))).text == "A cook."


async def test_a_query_in_the_base_url_is_kept() -> None:
    script = Script(GOOD)
    async with script.serve() as url, connect(f"{url}/?api-version=2") as client:
        await client.ask(PROMPT)
    assert script.heads[0].startswith("post /v1/chat/completions?api-version=2 ")


async def test_a_schema_is_sent_as_response_format() -> None:
    script = Script(GOOD)
    await ask(script, Prompt(PROMPT.messages, {"type": "object"}))
    assert script.bodies[0]["response_format"]["json_schema"]["schema"] == {"type": "object"}


# Failures that pass


@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(answer(b"<html>It works</html>"), id="200-not-json"),
        pytest.param(answer(b""), id="200-empty"),
        pytest.param(answer({"error": {"message": "overloaded"}}), id="200-error"),
        pytest.param(answer({"choices": []}), id="200-no-choice"),
        pytest.param(answer(b"", 204), id="204"),
        pytest.param(GOOD[:-20], id="cut-body"),
        pytest.param(answer(COMPLETION, headers="Content-Encoding: gzip\r\n"), id="not-gzip"),
        pytest.param(RESET, id="reset"),
        pytest.param(b"", id="closed"),
        pytest.param(b"SSH-2.0-x\r\n\r\n", id="not-http"),
        pytest.param(refuse(408), id="408"),
        pytest.param(refuse(409), id="409"),
        pytest.param(refuse(429), id="429"),
        pytest.param(refuse(500), id="500"),
        pytest.param(answer(b"<html>", 502), id="502"),
        pytest.param(refuse(503), id="503"),
    ],
)
async def test_a_passing_failure_is_tried_again(failure: bytes) -> None:
    waits = Waits()
    policy = RetryPolicy(attempts=3, sleep=waits.sleep)
    reply = await ask(Script(failure, failure, GOOD), retry=policy)
    assert (reply.text, reply.attempts, len(waits)) == ("A cook.", 3, 2)


async def test_no_answer_in_time_is_tried_again() -> None:
    policy = RetryPolicy(attempts=2, sleep=Waits().sleep)
    reply = await ask(Script(HANG, GOOD), retry=policy, timeout=0.3)
    assert (reply.text, reply.attempts) == ("A cook.", 2)


async def test_a_reply_that_drips_in_times_out_as_a_whole() -> None:
    error = await fail(Script(DRIP), timeout=0.1)
    assert isinstance(error, AskError)
    assert str(error).endswith("did not answer in 0.1 s")


@pytest.mark.parametrize(
    ("failure", "problem"),
    [
        (answer(b"<html>"), "sent no chat completion but 200: an HTML page"),
        (answer({"error": {"message": "busy"}}), "sent no chat completion but 200: busy"),
        (GOOD[:-20], "cut its reply off"),
        (RESET, "broke off"),
        (refuse(503, "overloaded"), "answered 503: overloaded"),
        (HANG, "did not answer in 0.2 s"),
    ],
    ids=["page", "error", "cut", "reset", "503", "hang"],
)
async def test_giving_up_says_what_went_wrong_last(failure: bytes, problem: str) -> None:
    policy = RetryPolicy(attempts=2, sleep=Waits().sleep)
    error = await fail(Script(failure), retry=policy, timeout=0.2 if failure == HANG else 20)
    assert isinstance(error, AskError)
    assert (error.code, error.attempts) == ("gave-up", 2)
    assert str(error).startswith("gave up after 2 attempts: ")
    assert str(error).endswith(problem)


async def test_retry_after_is_obeyed_exactly_beyond_what_the_package_obeys() -> None:
    waits = Waits()
    policy = RetryPolicy(sleep=waits.sleep)
    script = Script(
        refuse(429, headers="Retry-After: 180\r\n"),
        refuse(503, headers="retry-after-ms: 1250\r\n"),
        refuse(
            429,
            headers="Date: Fri, 01 Jan 2027 00:00:00 GMT\r\n"
            "Retry-After: Fri, 01 Jan 2027 00:05:00 GMT\r\n",
        ),
        GOOD,
    )
    assert (await ask(script, retry=policy)).attempts == 4
    assert waits == [180.0, 1.25, 300.0]


# Failures that do not


async def test_a_dead_address_stops_the_run_when_patience_ends() -> None:
    waits = Waits()
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        policy = RetryPolicy(attempts=4, sleep=waits.sleep)
        async with connect(url, retry=policy) as client:
            with pytest.raises(EndpointError) as caught:
                await client.ask(PROMPT)
    assert f"{url} does not accept connections; check the base URL" in str(caught.value)
    assert len(waits) == 3


async def test_a_host_without_address_stops_the_run_when_patience_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def find_none(*_args: object, **_kwargs: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", find_none)
    waits = Waits()
    policy = RetryPolicy(attempts=3, sleep=waits.sleep)
    async with connect("http://nowhere.invalid/v1", retry=policy) as client:
        with pytest.raises(EndpointError, match=r"the host of http://nowhere\.invalid/v1 is not"):
            await client.ask(PROMPT)
    assert len(waits) == 2


async def test_a_wrong_certificate_stops_the_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse_certificate(*_args: object, **_kwargs: object) -> None:
        key = ConnectionKey("localhost", 443, True, True, None, None, None)
        raise aiohttp.ClientConnectorCertificateError(key, ssl.CertificateError("self-signed"))

    monkeypatch.setattr(aiohttp.TCPConnector, "connect", refuse_certificate)
    waits = Waits()
    policy = RetryPolicy(sleep=waits.sleep)
    async with connect("https://localhost/v1", retry=policy) as client:
        with pytest.raises(EndpointError, match="the certificate of https://localhost/v1 is not"):
            await client.ask(PROMPT)
    assert waits == []


@pytest.mark.parametrize(
    ("failure", "advice"),
    [
        (refuse(401, "Incorrect API key"), "check the API key"),
        (refuse(403, "no access"), "check what the API key is allowed to do"),
        (refuse(404, "no such model", code="model_not_found"), "check the name of the model"),
        (answer(b"404 page not found", 404), "the base URL, which mostly ends in /v1"),
        (refuse(402, "Insufficient Balance"), "pay the bill"),
        (refuse(429, "no money", code="insufficient_quota"), "raise the account's quota"),
    ],
    ids=["401", "403", "model", "path", "402", "quota"],
)
async def test_what_only_the_user_can_mend_stops_the_run_at_once(
    failure: bytes, advice: str
) -> None:
    waits = Waits()
    error = await fail(Script(failure), retry=RetryPolicy(sleep=waits.sleep))
    assert isinstance(error, EndpointError)
    assert advice in str(error)
    assert waits == []


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (refuse(400, "maximum context length is 8 tokens"), "context-too-long"),
        (refuse(400, "filtered", code="content_filter"), "content-policy"),
        (refuse(413, "too large"), "context-too-long"),
        (refuse(422, "messages are wrong"), "bad-request"),
    ],
    ids=["context", "policy", "413", "422"],
)
async def test_what_is_wrong_with_one_request_rejects_its_item(failure: bytes, code: str) -> None:
    error = await fail(Script(failure), retry=RetryPolicy())
    assert isinstance(error, AskError)
    assert (error.code, error.attempts) == (code, 1)


@pytest.mark.parametrize("reason", ["stop", "length", "content_filter"])
async def test_an_empty_reply_is_a_reply(reason: str) -> None:
    body = {"choices": [{"message": {"content": ""}, "finish_reason": reason}]}
    reply = await ask(Script(answer(body)))
    assert (reply.text, reply.finish_reason, reply.model) == ("", reason, "tiny")


# The two names of the token limit

WRONG_NAME = refuse(
    400,
    "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
    param="max_tokens",
)


async def test_a_refused_name_of_the_limit_is_changed_once_and_remembered() -> None:
    script = Script(WRONG_NAME, GOOD)
    waits = Waits()
    async with (
        script.serve() as url,
        connect(url, max_tokens=300, retry=RetryPolicy(sleep=waits.sleep)) as client,
    ):
        assert (await client.ask(PROMPT)).attempts == 2
        assert (await client.ask(PROMPT)).attempts == 1
    limits = [sorted(body.items() - {("model", "tiny")})[-1:] for body in map(_flat, script.bodies)]
    assert limits == [
        [("max_tokens", 300)],
        [("max_completion_tokens", 300)],
        [("max_completion_tokens", 300)],
    ]
    assert waits == [0.0]


def _flat(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "messages"}


async def test_requests_refused_side_by_side_all_change_the_name() -> None:
    script = Script(WRONG_NAME, WRONG_NAME, WRONG_NAME, GOOD)
    policy = RetryPolicy(sleep=Waits().sleep)
    async with script.serve() as url, connect(url, max_tokens=9, retry=policy) as client:
        replies = await asyncio.gather(*(client.ask(PROMPT) for _ in range(3)))
    assert [reply.attempts for reply in replies] == [2, 2, 2]
    assert sum("max_completion_tokens" in body for body in script.bodies) == 3


async def test_a_limit_refused_under_both_names_stops_the_run() -> None:
    other = refuse(400, "unknown field max_completion_tokens", param="max_completion_tokens")
    policy = RetryPolicy(sleep=Waits().sleep)
    error = await fail(Script(WRONG_NAME, other), max_tokens=9, retry=policy)
    assert isinstance(error, EndpointError)
    assert "leave out the option `max_completion_tokens`" in str(error)


async def test_a_limit_that_was_not_sent_is_not_renamed() -> None:
    error = await fail(Script(WRONG_NAME))
    assert isinstance(error, AskError)
    assert (error.code, error.attempts) == ("bad-request", 1)


@pytest.mark.parametrize("host", ["api.openai.com", "eu.api.openai.com"])
async def test_openai_itself_gets_the_new_name_at_once(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Script(GOOD)
    async with script.serve() as local:
        port = int(local.split(":")[2].split("/")[0])

        async def find_here(*_args: object, **_kwargs: object) -> list[tuple[Any, ...]]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", find_here)
        async with connect(f"http://{host}:{port}/v1", max_tokens=9) as client:
            await client.ask(PROMPT)
    assert _flat(script.bodies[0]) == {"model": "tiny", "max_completion_tokens": 9}


# The key stays secret


@pytest.mark.parametrize(
    "failure",
    [
        refuse(401, f"Incorrect API key provided: {KEY}"),
        refuse(400, f"header Authorization: Bearer {KEY} is odd"),
        refuse(500, KEY),
        answer({"error": {"message": "no", "code": KEY}}, 503),
        answer(f"<p>{KEY}</p>".encode()),
        answer(f"oops {KEY}".encode()),
        answer(f"oops {KEY}".encode(), 404),
    ],
    ids=["401", "400", "500", "code", "page", "text", "404"],
)
async def test_the_key_is_in_no_message_traceback_or_log(
    failure: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    policy = RetryPolicy(attempts=2, sleep=Waits().sleep)
    error = await fail(Script(failure), retry=policy)
    assert KEY not in "".join(traceback.format_exception(error))
    assert KEY not in caplog.text


async def test_the_client_shows_model_and_address_but_no_secret() -> None:
    async with connect("http://me:secret@localhost:8000/v1/") as client:
        shown = f"{client!r} {client}"
    assert "OpenAIChatClient(model='tiny', base_url='http://localhost:8000/v1')" in shown
    assert "secret" not in shown
    assert KEY not in shown


# Settings


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"api_key": "two words"}, "API key holds a blank"),
        ({"api_key": "line\nbreak"}, "API key holds a blank"),
        ({"api_key": "clé-1234567"}, "API key holds a blank"),
        ({"base_url": "localhost:8000/v1"}, "must look like"),
        ({"base_url": "ftp://localhost/v1"}, "must look like"),
        ({"base_url": "http://"}, "must look like"),
        ({"base_url": "http://localhost:99999/v1"}, "must look like"),
        ({"base_url": "http://localhost:port/v1"}, "cannot be read"),
        ({"base_url": "http://h/v1/chat/completions"}, "must end before /chat/completions"),
        ({"extra": {"stream": True}}, "`stream` is set by datagen itself"),
        ({"extra": {"stop": 1j}}, "cannot be sent as JSON"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_settings_that_cannot_be_sent_are_refused_without_showing_the_key(
    settings: dict[str, Any], problem: str
) -> None:
    with pytest.raises(SettingsError, match=problem) as caught:
        OpenAIChatClient(**{"model": "m", "api_key": KEY, **settings})
    assert str(settings.get("api_key", KEY)) not in str(caught.value)


# With the mock endpoint


async def test_the_pacer_learns_the_limit_from_the_responses() -> None:
    endpoint = MockEndpoint(MockSettings(requests_per_minute=60), writer=lambda *_: "Yes.")
    pace = Pace(max_in_flight=4)
    async with endpoint.serve() as url, connect(url, pace=pace) as client:
        assert pace.snapshot().requests_per_minute is None
        await client.ask(PROMPT)
        assert pace.snapshot().requests_per_minute == 60
        assert pace.snapshot().in_flight == 0


async def test_every_reply_is_good_in_the_end_when_three_in_ten_requests_fail() -> None:
    settings = MockSettings(faults={"429": 0.1, "500": 0.1, "reset": 0.1}, seed=3)
    endpoint = MockEndpoint(settings, writer=lambda messages, *_: f"About {messages[-1].content}.")

    async def sleep(_seconds: float) -> None:
        await asyncio.sleep(0.001)

    async def run() -> list[Reply]:
        policy = RetryPolicy(attempts=12, sleep=sleep, rng=random.Random(1))
        async with endpoint.serve() as url, connect(url, retry=policy) as client:
            chat: Client = client
            prompts = [Prompt((Message("user", f"picture {n}"),)) for n in range(100)]
            return list(await asyncio.gather(*(chat.ask(prompt) for prompt in prompts)))

    replies = await run()
    assert [reply.text for reply in replies] == [f"About picture {n}." for n in range(100)]
    assert 20 < sum(reply.attempts - 1 for reply in replies) < 80


async def test_an_interrupted_request_leaves_the_client_usable() -> None:
    endpoint = MockEndpoint(MockSettings(latency=0.05), writer=lambda *_: "Yes.")
    async with endpoint.serve() as url, connect(url) as client:
        task = asyncio.create_task(client.ask(PROMPT))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await client.ask(PROMPT)).text == "Yes."
