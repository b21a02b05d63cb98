"""Ask stage, any OpenAI-compatible endpoint: Prompt -> chat completion over HTTP -> Reply.

The openai package's session decides headers and address, its HTTP client (aiohttp transport) sends;
bodies are written and read here, since the package's own models cost far more CPU time than the rest
of a request. The package is slow to import: import this module only when an endpoint is asked.
"""

import asyncio
import ipaddress
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import aiohttp
import httpx2
import msgspec
import openai

from datagen.errors import EndpointError, SettingsError
from datagen.llm.client import find_refused_option, judge, read_complaint
from datagen.llm.completions import read_reply, write_body
from datagen.llm.pace import Pace, Slot
from datagen.llm.pictures import LONGEST_SIDE, read_picture, to_data_url
from datagen.llm.retry import RetryPolicy, TransientError, read_retry_after
from datagen.records import Prompt, Reply

_OPENAI_URL = "https://api.openai.com/v1"
_OPENAI_DOMAIN = ".api.openai.com"  # its regions have a name before it
_CONNECT_SECONDS = 10.0
_NO_KEY = "none"
_USUAL_REPLY = 200.0  # tokens
_OWN_FIELDS = frozenset({"model", "messages", "n", "response_format", "stream"})
_OTHER_LIMIT = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}


class OpenAIChatClient:
    """A `Client` for everything that speaks OpenAI's chat completions."""

    def __init__(
        self,
        *,
        model: str,
        api_key: str | None,
        base_url: str | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        top_p: float | None = None,
        seed: int | None = None,
        extra: Mapping[str, Any] | None = None,
        timeout: float = 120.0,
        max_connections: int = 512,
        retry: RetryPolicy | None = None,
        pace: Pace | None = None,
        picture_side: int = LONGEST_SIDE,
    ) -> None:
        """Set up; nothing is sent before the first `ask`. What is None is not sent.

        Args:
            model: as the endpoint calls it.
            api_key: None or empty for an endpoint that wants none.
            base_url: address up to and without `/chat/completions`; None for OpenAI's own.
            temperature: how freely the model draws, 0 for the likeliest reply.
            max_tokens: the longest reply, in tokens; goes under the name that the endpoint knows.
            top_p: share of the probability to draw from, 0-1.
            seed: asks the endpoint to repeat itself, where it can.
            extra: further fields of the request body, for what only some servers understand.
            timeout: seconds for one attempt as a whole, a wait for a free connection included.
            max_connections: as many as there shall be requests in flight, or more.
            retry: None for `RetryPolicy()`.
            picture_side: pixels to which a prompt's picture is made to fit.
            pace: shared by all that ask the same endpoint; None for one of its own.

        Raises:
            SettingsError: the key, the address or a field of `extra` cannot be sent.
        """
        url = _check_url(base_url or _OPENAI_URL)
        self._endpoint = f"{url.scheme}://{url.netloc.decode()}{url.path.rstrip('/')}"
        self._is_openai = f".{url.host}".endswith(_OPENAI_DOMAIN)
        self._key = _check_key(api_key or "")
        self._model = model
        self._options = _gather_options(extra, temperature=temperature, top_p=top_p, seed=seed)
        self._limit = max_tokens
        self._limit_name = "max_completion_tokens" if self._is_openai else "max_tokens"
        self._limit_renamed = False
        self._timeout = timeout
        self._retry = retry or RetryPolicy()
        self._picture_side = picture_side
        self._pace = pace or Pace(max_in_flight=max_connections)
        self._http = _open_http(url, timeout, max_connections)
        self._openai = _open_session(url, self._key, self._http)
        # What the package sends with each request, and where; put together once.
        self._headers = {
            name: value
            for name, value in self._openai.default_headers.items()
            if isinstance(value, str)
        } | {"Authorization": f"Bearer {self._key or _NO_KEY}"}
        self._address = url.copy_with(path=f"{url.path.rstrip('/')}/chat/completions")

    def __repr__(self) -> str:
        return f"OpenAIChatClient(model={self._model!r}, base_url={self._endpoint!r})"

    @property
    def endpoint(self) -> str:
        """The address without the key or a password, as it may be shown."""
        return self._endpoint

    async def ask(self, prompt: Prompt) -> Reply:
        """Ask until there is a reply; raises as `Client.ask` says."""
        made = 0
        tokens = _guess_tokens(prompt)

        async def attempt() -> Reply:
            nonlocal made
            async with self._pace.slot(tokens) as slot:
                made += 1
                return await self._attempt(prompt, made, slot)

        return await self._retry.run(attempt)

    async def close(self) -> None:
        """Close every connection."""
        await self._openai.close()

    async def _attempt(self, prompt: Prompt, number: int, slot: Slot) -> Reply:
        limit_name = self._limit_name
        body = self._write_body(prompt, limit_name)
        start = time.perf_counter()
        response = await self._post(body)
        seconds = time.perf_counter() - start
        slot.observe(response.status_code, _read_headers(response))
        if not response.is_success:
            raise self._judge(response, limit_name)
        try:
            reply = read_reply(response.content)
        except ValueError as exc:
            said = read_complaint(response.status_code, response.content, self._key)
            problem = f"{self._endpoint} sent no chat completion but {said}"
            raise TransientError(problem) from exc
        usage = reply.usage
        slot.settle(usage.prompt_tokens + usage.completion_tokens)
        model = reply.model or self._model
        return replace(reply, model=model, latency=seconds, attempts=number)

    def _write_body(self, prompt: Prompt, limit_name: str) -> bytes:
        limit = {} if self._limit is None else {limit_name: self._limit}
        url = None
        if prompt.image is not None:
            url = to_data_url(read_picture(prompt.image, longest_side=self._picture_side))
        options = self._options | limit
        return write_body(self._model, prompt, options, is_openai=self._is_openai, picture_url=url)

    async def _post(self, body: bytes) -> httpx2.Response:
        try:
            # The transport bounds each read alone: a reply that drips in would never time out.
            async with asyncio.timeout(self._timeout):
                return await self._http.post(self._address, content=body, headers=self._headers)
        # An answer that is not HTTP arrives as aiohttp's own error, which nobody translates.
        except (httpx2.HTTPError, aiohttp.ClientError, OSError) as exc:
            raise self._explain(exc) from exc

    def _explain(self, exc: Exception) -> TransientError | EndpointError:
        """Tell broken connections apart by the causes beneath the openai error.

        On this transport the error itself does not: a refused connection and one that was reset
        half-way both come as APITimeoutError.
        """
        causes = tuple(_walk_causes(exc))
        if any(isinstance(cause, aiohttp.ClientConnectorCertificateError) for cause in causes):
            return EndpointError(
                f"the certificate of {self._endpoint} is not valid for it; check the base URL"
            )
        for kind, problem, unreachable in _BROKEN_CONNECTIONS:
            if any(isinstance(cause, kind) for cause in causes):
                said = problem.format(endpoint=self._endpoint, seconds=self._timeout)
                return TransientError(said, unreachable=unreachable)
        return TransientError(f"the connection to {self._endpoint} broke off")

    def _judge(self, response: httpx2.Response, limit_name: str) -> Exception:
        complaint = read_complaint(response.status_code, response.content, self._key)
        sent = [] if self._limit is None else [limit_name]
        if find_refused_option(complaint, sent) and self._rename_limit(limit_name):
            return TransientError(f"{self._endpoint} answered {complaint}", retry_after=0.0)
        return judge(
            complaint,
            endpoint=self._endpoint,
            options=[*self._options, *sent, "response_format"],
            retry_after=read_retry_after(response.headers, time.time),
        )

    def _rename_limit(self, refused: str) -> bool:
        """Use the other name from now on; False when both have been refused.

        Requests in flight side by side are refused together: the first of them renames, the
        others find it done.
        """
        if not self._limit_renamed:
            self._limit_renamed = True
            self._limit_name = _OTHER_LIMIT[refused]
        return self._limit_name != refused


def _read_headers(response: httpx2.Response) -> dict[str, str]:
    """The headers by lower-case name; httpx2's own mapping goes through all of them at each look."""
    return {
        name.decode("latin-1").lower(): value.decode("latin-1")
        for name, value in response.headers.raw
    }


# What aiohttp raises, what it means, and whether no connection came about at all; the first that
# is among the causes decides.
_BROKEN_CONNECTIONS: tuple[tuple[type[Exception], str, bool], ...] = (
    (aiohttp.ClientConnectorDNSError, "the host of {endpoint} is not known", True),
    (aiohttp.ClientConnectorError, "{endpoint} does not accept connections", True),
    (aiohttp.ConnectionTimeoutError, "{endpoint} does not accept connections", True),
    (aiohttp.ClientResponseError, "{endpoint} does not answer in HTTP", True),
    (TimeoutError, "{endpoint} did not answer in {seconds:g} s", False),
    (aiohttp.ClientPayloadError, "{endpoint} cut its reply off", False),
    (httpx2.DecodingError, "{endpoint} sent a reply that cannot be decompressed", False),
)


def _guess_tokens(prompt: Prompt) -> float:
    """What a request may take of a token limit; the reply says what it took (`Slot.settle`)."""
    return sum(len(message.content) for message in prompt.messages) / 4 + _USUAL_REPLY


def _walk_causes(exc: BaseException | None) -> Iterator[BaseException]:
    while exc is not None:
        yield exc
        exc = exc.__cause__


def _gather_options(extra: Mapping[str, Any] | None, **options: float | None) -> dict[str, Any]:
    extra = extra or {}
    if own := sorted(_OWN_FIELDS & extra.keys()):
        raise SettingsError(f"the request field `{own[0]}` is set by datagen itself: leave it out")
    try:
        msgspec.json.encode(extra)
    except (TypeError, UnicodeEncodeError) as exc:
        raise SettingsError(f"the extra request fields cannot be sent as JSON: {exc}") from exc
    return {name: value for name, value in options.items() if value is not None} | dict(extra)


def _check_key(key: str) -> str:
    if not (key.isascii() and key.isprintable()) or " " in key:
        # Never show the key, not even the character that is wrong.
        raise SettingsError("the API key holds a blank or a special character: copy it again")
    return key


def _check_url(text: str) -> httpx2.URL:
    try:
        url = httpx2.URL(text.strip())
    except httpx2.InvalidURL as exc:
        raise SettingsError(f"the base URL cannot be read: {exc}") from exc
    if url.scheme not in {"http", "https"} or not url.host or (url.port or 0) > 65535:
        raise SettingsError("the base URL must look like http://localhost:8000/v1")
    if url.path.rstrip("/").endswith("/chat/completions"):
        raise SettingsError("the base URL must end before /chat/completions, mostly with /v1")
    return url


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _open_http(url: httpx2.URL, timeout: float, max_connections: int) -> httpx2.AsyncClient:
    return openai.DefaultAioHttpClient(
        timeout=httpx2.Timeout(timeout, connect=min(timeout, _CONNECT_SECONDS), pool=None),
        limits=httpx2.Limits(max_connections=max_connections),
        trust_env=not _is_this_machine(url.host),  # a proxy does not reach a local server
    )


def _open_session(url: httpx2.URL, key: str, http: httpx2.AsyncClient) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        # Never None: the package would send OPENAI_API_KEY, to whatever address this is.
        api_key=key or _NO_KEY,
        base_url=url.copy_with(query=None),
        default_query=dict(url.params),
        max_retries=0,
        http_client=http,
    )
