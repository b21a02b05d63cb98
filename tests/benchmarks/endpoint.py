"""The benchmarks' endpoint: datagen's mock endpoint, light and watched, as a process of its own.

    python -m tests.benchmarks.endpoint --latency 0.2 --fault 500=0.05

Faults of the wire are drawn anew at each attempt, as the mock endpoint does. A spoiled reply
(`--spoil`) belongs to the request for good, like a weak answer of a model at temperature 0: a run
that asks twice gets it twice, so that its data set can be compared with that of a run that did not.
Beside the mock endpoint's own addresses there are

    GET /bench/count            visits so far, and requests that have a good answer
    GET /bench/visits?from=N    the journal from the N-th visit on
"""

import argparse
import hashlib
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec
from aiohttp import web

from datagen.llm import mock_protocol
from datagen.llm.faults import draw_fault
from datagen.llm.mock_chat import respond
from datagen.llm.mock_server import MockEndpoint, MockSettings, estimate_tokens, parse_fault
from datagen.llm.tokens import load_counter
from tests.benchmarks.journal import BROKEN, GONE, GOOD, Journal
from tests.benchmarks.wording import make_light_writer

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CHAT_PATH = "/v1/chat/completions"


class WatchedEndpoint(MockEndpoint):
    """A mock endpoint that keeps a journal and spoils some replies for good."""

    def __init__(
        self,
        settings: MockSettings,
        *,
        spoils: Mapping[str, float] | None = None,
        is_watched: bool = True,
        tells_limits: bool = True,
        **others: Any,  # noqa: ANN401 - the arguments of MockEndpoint
    ) -> None:
        """Set up.

        Args:
            settings: of the mock endpoint.
            spoils: share of requests, 0-1, by a fault's name; such a request always meets it.
            is_watched: keep a journal, which costs time and memory.
            tells_limits: False leaves `Retry-After` in whole seconds as the only word on limits.
            others: arguments of `MockEndpoint`.
        """
        super().__init__(settings, **others)
        self.journal = Journal()
        self._spoils = dict(spoils or {})
        self._is_watched = is_watched
        self._tells_limits = tells_limits

    # The mock endpoint has no public place for middlewares, and the product needs none.
    def _build_app(self) -> web.Application:
        app = super()._build_app()
        wanted = {
            self._watch: self._is_watched,
            self._spoil: bool(self._spoils),
            _hide_limits: not self._tells_limits,
        }
        app.middlewares[:0] = [layer for layer, is_wanted in wanted.items() if is_wanted]
        app.router.add_get("/bench/count", self._show_count)
        app.router.add_get("/bench/visits", self._show_visits)
        return app

    @web.middleware
    async def _watch(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        if request.path != CHAT_PATH:
            return await handler(request)
        visit = self.journal.open_visit(hashlib.sha256(await request.read()).hexdigest())
        outcome, wait = GONE, 0.0
        try:
            response = await handler(request)
            outcome, wait = name_outcome(response), read_wait(response)
        finally:
            self.journal.close_visit(visit, outcome, wait)
        return response

    @web.middleware
    async def _spoil(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        response = await handler(request)
        if request.path != CHAT_PATH or name_outcome(response) != GOOD:
            return response
        body = await request.read()
        digest = hashlib.sha256(body).digest()
        fault = draw_fault(self._spoils, self._settings.seed, digest, attempt=0)
        if not fault:
            return response
        chat = mock_protocol.read_request(body)
        completion = mock_protocol.compose(chat, self._writer, self._count_tokens, fault)
        return respond(mock_protocol.render(completion, chat, digest.hex()[:24]))

    async def _show_count(self, _request: web.Request) -> web.Response:
        return respond(msgspec.json.encode(self.journal.count()))

    async def _show_visits(self, request: web.Request) -> web.Response:
        first = int(request.query.get("from", "0"))
        return respond(msgspec.json.encode(self.journal.visits[first:]))


def name_outcome(response: web.StreamResponse) -> str:
    """What an answer is worth; see `journal`."""
    if response.status != web.HTTPOk.status_code:
        return str(response.status)
    is_whole = isinstance(response, web.Response) and response.content_type == "application/json"
    return GOOD if is_whole else BROKEN


def read_wait(response: web.StreamResponse) -> float:
    """Seconds that an answer asks to wait."""
    exact = response.headers.get("retry-after-ms")
    return float(exact) / 1000 if exact else float(response.headers.get("Retry-After", 0.0))


@web.middleware
async def _hide_limits(request: web.Request, handler: _Handler) -> web.StreamResponse:
    response = await handler(request)
    for name in list(response.headers):
        if name.lower().startswith("x-ratelimit-") or name.lower() == "retry-after-ms":
            del response.headers[name]
    return response


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line; flags are named as in `datagen mock-server` where both have them."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.endpoint")
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--fault", action="append", default=[], metavar="NAME=RATE")
    parser.add_argument("--spoil", action="append", default=[], metavar="NAME=RATE")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--retry-after", type=float, default=1.0)
    parser.add_argument("--requests-per-minute", type=int)
    parser.add_argument("--writer", choices=["light", "offline"], default="light")
    parser.add_argument("--reply-size", type=int, default=1200, help="characters, light writer")
    parser.add_argument("--tokens-of", metavar="MODEL", help="count exactly, as this model does")
    parser.add_argument("--watched", action="store_true", help="keep a journal")
    parser.add_argument("--silent", action="store_true", help="tell Retry-After and no limits")
    return parser.parse_args(arguments)


def make_endpoint(given: argparse.Namespace) -> WatchedEndpoint:
    """The endpoint that the command line asks for."""
    settings = MockSettings(
        latency=given.latency,
        faults=dict(parse_fault(text) for text in given.fault),
        seed=given.seed,
        retry_after=given.retry_after,
        requests_per_minute=given.requests_per_minute,
    )
    exact = load_counter(given.tokens_of).count_text if given.tokens_of else estimate_tokens
    return WatchedEndpoint(
        settings,
        spoils=dict(parse_fault(text) for text in given.spoil),
        is_watched=given.watched,
        tells_limits=not given.silent,
        writer=make_light_writer(given.reply_size) if given.writer == "light" else None,
        count_tokens=exact,
    )


def _say_ready(url: str) -> None:
    sys.stdout.write(f"serving {url}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    make_endpoint(parse_arguments()).run(port=0, on_ready=_say_ready)
