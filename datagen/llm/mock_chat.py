"""Ask stage, the mock endpoint's chat part: POST /v1/chat/completions.

A request is checked in this order: body, model, rate limits; then its fault is drawn (`faults`).
Refusals and resets come at once, whatever holds a reply after the latency.
"""

import asyncio
import hashlib
import math
import socket
import struct
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from datagen.llm import mock_protocol
from datagen.llm.faults import FaultDraw, MockSettings, TokenBucket
from datagen.llm.mock_protocol import ChatRequest, RefusedError, Writer
from datagen.records import Usage

_REMEMBERED_REPLIES = 2_000  # about 10 MB
_PAGE = "<html><head><title>Welcome</title></head><body><h1>It works</h1></body></html>"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER for 0 s: closing sends RST

_STATUS_FAULTS = {
    "429": (429, "Too many requests.", "requests", "rate_limit_exceeded"),
    "429-retry-after": (429, "Too many requests.", "requests", "rate_limit_exceeded"),
    "500": (500, "The server had an error.", "server_error", None),
    "503": (503, "The server is overloaded.", "server_error", None),
}
"""Status, message, type and code of the faults that are refusals."""


@dataclass(slots=True)
class Counters:
    """What has happened since the start or the last reset."""

    requests: int = 0
    in_flight: int = 0
    by_status: Counter[int] = field(default_factory=Counter)
    by_fault: Counter[str] = field(default_factory=Counter)
    rate_limited: int = 0
    max_in_flight: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0


class ChatPart:
    """Answers chat requests; what it has sent it writes into the counters."""

    def __init__(
        self,
        settings: MockSettings,
        counters: Counters,
        writer: Writer,
        count_tokens: Callable[[str], int],
        clock: Callable[[], float],
    ) -> None:
        """Start with full rate limits and no request known; arguments as of `MockEndpoint`."""
        self._settings = settings
        self._counters = counters
        self._writer = writer
        self._count_tokens = count_tokens
        self._replies: dict[tuple[bytes, str], tuple[bytes, Usage]] = {}
        self._draw = FaultDraw(settings.faults, settings.seed)
        limits = {"requests": settings.requests_per_minute, "tokens": settings.tokens_per_minute}
        self._buckets = {name: TokenBucket(limit, clock) for name, limit in limits.items() if limit}

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one request; raises RefusedError for what is refused."""
        body = await request.read()
        chat = self._read_chat(body)
        limits = self._admit(chat)
        digest = hashlib.sha256(body).digest()
        fault = self._draw.draw(digest)
        if fault:
            self._counters.by_fault[fault] += 1
        await self._delay(fault)
        if fault in {"reset", "stall"}:
            return BrokenOff()
        if fault == "non-json":
            return web.Response(text=_PAGE, content_type="text/html")
        reply = self._compose(chat, digest, fault)
        if fault == "cut-body":
            return await _send_half(request, reply)
        return respond(reply, headers=limits)

    async def _delay(self, fault: str) -> None:
        """Wait as long as the answer takes; a refusal is raised without any wait."""
        if fault in _STATUS_FAULTS:
            raise self._refuse(fault)
        waits = {"reset": 0.0, "stall": self._settings.stall}
        if seconds := waits.get(fault, self._settings.latency):
            await asyncio.sleep(seconds)

    def _read_chat(self, body: bytes) -> ChatRequest:
        chat = mock_protocol.read_request(body)
        if self._settings.models and chat.model not in self._settings.models:
            message = f"The model `{chat.model}` does not exist."
            raise RefusedError(404, message, code="model_not_found", param="model")
        return chat

    def _admit(self, chat: ChatRequest) -> dict[str, str]:
        """Let a request in and return the headers that tell the limits; 429 when over one."""
        if not self._buckets:
            return {}
        tokens, _ = mock_protocol.count_prompt(chat.get_messages(), self._count_tokens)
        costs = {"requests": 1, "tokens": tokens}
        waits = {name: bucket.find_wait(costs[name]) for name, bucket in self._buckets.items()}
        name = max(waits, key=waits.__getitem__)
        if waits[name] > 0:
            raise self._limit(name, costs[name], waits[name])
        for name, bucket in self._buckets.items():
            bucket.spend(costs[name])
        return self._show_limits()

    def _limit(self, name: str, cost: int, wait: float) -> RefusedError:
        self._counters.rate_limited += 1
        limit = self._buckets[name].limit
        if cost > limit:
            message = f"Request too large: {cost} {name}, the limit is {limit} per minute."
            headers = {}
        else:
            message = f"Rate limit reached: {limit} {name} per minute."
            headers = _tell_wait(wait)
        headers |= self._show_limits()
        return RefusedError(429, message, kind=name, code="rate_limit_exceeded", headers=headers)

    def _show_limits(self) -> dict[str, str]:
        headers = {}
        for name, bucket in self._buckets.items():
            headers[f"x-ratelimit-limit-{name}"] = str(bucket.limit)
            headers[f"x-ratelimit-remaining-{name}"] = str(max(0, math.floor(bucket.measure())))
            headers[f"x-ratelimit-reset-{name}"] = f"{bucket.find_wait(bucket.limit):.3f}s"
        return headers

    def _refuse(self, fault: str) -> RefusedError:
        status, message, kind, code = _STATUS_FAULTS[fault]
        headers = _tell_wait(self._settings.retry_after) if fault == "429-retry-after" else {}
        return RefusedError(status, message, kind=kind, code=code, headers=headers)

    def _compose(self, chat: ChatRequest, digest: bytes, fault: str) -> bytes:
        known = self._replies.get((digest, fault))
        if known is None:
            completion = mock_protocol.compose(chat, self._writer, self._count_tokens, fault)
            known = mock_protocol.render(completion, chat, digest.hex()[:24]), completion.usage
            self._replies[digest, fault] = known
            if len(self._replies) > _REMEMBERED_REPLIES:
                del self._replies[next(iter(self._replies))]
        body, usage = known
        self._counters.prompt_tokens += usage.prompt_tokens
        self._counters.completion_tokens += usage.completion_tokens
        self._counters.cached_tokens += usage.cached_tokens
        if "tokens" in self._buckets:
            self._buckets["tokens"].spend(usage.completion_tokens)
        return body


class BrokenOff(web.StreamResponse):
    """No answer: the connection is reset when it should be sent."""

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Reset the connection."""
        if request.transport is not None:
            raw = request.transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            request.transport.abort()
        raise ConnectionResetError("broken off on purpose")


def respond(
    body: bytes, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """A JSON answer from its bytes."""
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")


def _tell_wait(seconds: float) -> dict[str, str]:
    """Whole seconds, rounded up, and the exact time beside them."""
    return {
        "Retry-After": str(math.ceil(seconds)),
        "retry-after-ms": str(math.ceil(seconds * 1000)),
    }


async def _send_half(request: web.Request, body: bytes) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = len(body)
    response.force_close()
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()  # once what is written has been sent
    return response
