"""Ask stage, the mock endpoint: OpenAI's protocol over HTTP, with faults on demand.

For dry runs over the wire, tests and benchmarks; it answers what the offline writer (or another
writer) composes. Served are

    POST /v1/chat/completions   see `mock_chat`; streaming is not supported
    GET  /v1/models             the models it answers for
    /v1/files, /v1/batches      see `mock_batches`
    GET  /mock/counters         what has happened so far, as JSON
    POST /mock/reset            forget all of that, and which requests came before

Everything under /v1 is counted, and needs the key where one is set.
"""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from aiohttp import web

from datagen.errors import SettingsError
from datagen.llm.faults import FAULTS, MockSettings, parse_fault
from datagen.llm.mock_batches import BatchPart, BatchSettings, mount
from datagen.llm.mock_chat import BrokenOff, ChatPart, Counters, respond
from datagen.llm.mock_protocol import CREATED, RefusedError, Writer, estimate_tokens
from datagen.records import Message

__all__ = ["FAULTS", "MockEndpoint", "MockSettings", "Writer", "estimate_tokens", "parse_fault"]

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_LARGEST_BODY = 64 * 2**20  # bytes; prompts may carry pictures
_BACKLOG = 1024  # connections that may wait to be accepted; a run opens all of its own at once


class MockEndpoint:
    """The endpoint: serves, counts, and fails as its settings say.

    One object serves one address at a time; what it counts outlives a stop.
    """

    def __init__(
        self,
        settings: MockSettings | None = None,
        *,
        batches: BatchSettings | None = None,
        writer: Writer | None = None,
        count_tokens: Callable[[str], int] = estimate_tokens,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Set up; nothing listens before `serve` or `run`.

        Args:
            settings: None for an endpoint that is quick and never fails.
            batches: the same for its files and batches.
            writer: writes the replies; None for the offline writer.
            count_tokens: tokens of a text; a fourth of its characters by default.
            clock: seconds, drives the rate limits.
        """
        self._settings = settings or MockSettings()
        self._batch_settings = batches or BatchSettings()
        self._writer = writer or _load_offline_writer()
        self._count_tokens = count_tokens
        self._clock = clock
        self._is_serving = False
        self._start_anew()

    def _start_anew(self) -> None:
        self._counters = Counters()
        self._chat = ChatPart(
            self._settings, self._counters, self._writer, self._count_tokens, self._clock
        )
        self._batches = BatchPart(
            self._batch_settings, self._writer, self._count_tokens, self._settings.models
        )

    @asynccontextmanager
    async def serve(self, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
        """Serve inside an `async with`, whose value is the base URL, `http://host:port/v1`.

        Args:
            host: address to listen on; anything but this machine's own lets others in.
            port: 0 for any that is free.

        Raises:
            SettingsError: the address cannot be used, or this object serves already.
        """
        if self._is_serving:
            raise SettingsError("this mock endpoint serves already: make another one")
        # Handlers may sleep for a minute; whoever stops the server does not wait for them.
        runner = web.AppRunner(
            self._build_app(), access_log=None, shutdown_timeout=0.1, handler_cancellation=True
        )
        self._is_serving = True
        try:
            await runner.setup()
            yield await _listen(runner, host, port)
        finally:
            await runner.cleanup()
            self._is_serving = False

    def run(
        self,
        host: str = "127.0.0.1",
        port: int = 8000,
        on_ready: Callable[[str], None] | None = None,
    ) -> None:
        """Serve until SIGINT or SIGTERM; `on_ready` is told the base URL.

        Raises:
            SettingsError: the address cannot be used.
        """

        async def serve_until_stopped() -> None:
            stopped = asyncio.Event()
            for name in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(name, stopped.set)
            async with self.serve(host=host, port=port) as url:
                if on_ready is not None:
                    on_ready(url)
                await stopped.wait()

        asyncio.run(serve_until_stopped())

    def _build_app(self) -> web.Application:
        app = web.Application(
            client_max_size=_LARGEST_BODY, middlewares=[_shape_errors, self._guard]
        )
        app.router.add_post("/v1/chat/completions", self._answer_chat)
        app.router.add_get("/v1/models", self._list_models)
        app.router.add_get("/mock/counters", self._show_counters)
        app.router.add_post("/mock/reset", self._reset)
        mount(app, lambda: self._batches)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Count what goes on under /v1, and keep out what has no key or is too much."""
        if not request.path.startswith("/v1/"):
            return await handler(request)
        counters = self._counters  # a reset in between shall not make the new ones negative
        counters.requests += 1
        counters.in_flight += 1
        counters.max_in_flight = max(counters.max_in_flight, counters.in_flight)
        try:
            self._check_key(request)
            self._check_concurrency(counters.in_flight)
            response = await handler(request)
        except (RefusedError, web.HTTPException) as refusal:
            counters.by_status[refusal.status] += 1
            raise
        finally:
            counters.in_flight -= 1
        if not isinstance(response, BrokenOff):
            counters.by_status[response.status] += 1
        return response

    def _check_key(self, request: web.Request) -> None:
        key = self._settings.api_key
        if key is not None and request.headers.get("Authorization") != f"Bearer {key}":
            raise RefusedError(401, "The API key is missing or wrong.", code="invalid_api_key")

    def _check_concurrency(self, in_flight: int) -> None:
        most = self._settings.max_concurrency
        if most is not None and in_flight > most:
            raise RefusedError(503, f"More than {most} requests at a time.", kind="server_error")

    async def _answer_chat(self, request: web.Request) -> web.StreamResponse:
        return await self._chat.answer(request)

    async def _list_models(self, _request: web.Request) -> web.Response:
        models = [
            {"id": name, "object": "model", "created": CREATED, "owned_by": "datagen"}
            for name in self._settings.models or ("mock",)
        ]
        return respond(msgspec.json.encode({"object": "list", "data": models}))

    async def _show_counters(self, _request: web.Request) -> web.Response:
        return respond(msgspec.json.encode(self._counters))

    async def _reset(self, _request: web.Request) -> web.Response:
        await self._batches.stop()
        self._start_anew()
        return respond(b"{}")


def _load_offline_writer() -> Writer:
    from datagen.llm.offline import write_reply  # the mock can be had without its wording tables

    def write(messages: Sequence[Message], schema: Mapping[str, Any] | None, seed: int) -> str:
        return write_reply(messages, json_schema=schema, seed=seed)

    return write


async def _listen(runner: web.AppRunner, host: str, port: int) -> str:
    site = web.TCPSite(runner, host, port, backlog=_BACKLOG)
    try:
        await site.start()
    except (OSError, OverflowError) as exc:
        raise SettingsError(f"cannot listen on {host}, port {port}: {exc}") from exc
    return f"http://{f'[{host}]' if ':' in host else host}:{site.port}/v1"


@web.middleware
async def _shape_errors(request: web.Request, handler: _Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except RefusedError as refusal:
        return respond(refusal.body, refusal.status, refusal.headers)
    except web.HTTPException as exc:  # no such path, wrong method, body too large
        message = f"{exc.reason}: {request.method} {request.path}"
        return respond(RefusedError(exc.status, message).body, exc.status)
