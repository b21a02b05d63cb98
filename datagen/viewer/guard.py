"""Viewer: who may ask: this machine, this page, this browser.

A page on this machine is within reach of every other page that the browser has open. So each
request must name this very address (a foreign name that leads here is refused), must not come from
another site, and must carry the cookie that only the address printed at the start gives.
"""

import hmac
import ipaddress
import json
import secrets
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlencode

from datagen.viewer.refusals import RefusedError

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BYTES = 1 << 20
"""Of a request's body."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_ANY_ADDRESS = {"0.0.0.0", "::"}


class Guard:
    """Lets through what is safe; everything that leaves carries the headers of the policy."""

    def __init__(self, app: App, *, host: str, port: int, token: str) -> None:
        """Wrap an application.

        Args:
            app: asked when a request is let through.
            host: that the server listens to.
            port: likewise.
            token: gives the cookie, as `?token=`.
        """
        self._app = app
        self._host = host
        self._port = port
        self._token = token
        self._cookie = secrets.token_urlsafe(32)
        self._cookie_name = f"datagen-{port}"  # cookies know no ports: two viewers, two names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        sender = _add_headers(send)
        try:
            target = self._check(scope)
        except RefusedError as refused:
            await _answer(sender, refused.status, str(refused))
            return
        if target is not None:
            cookie = f"{self._cookie_name}={self._cookie}; Path=/; HttpOnly; SameSite=Strict"
            await _answer(sender, 303, "", [("location", target), ("set-cookie", cookie)])
            return
        await self._app(scope, _limit_body(receive), sender)

    def _check(self, scope: Scope) -> str | None:
        """Where to send a browser that showed the token; None to let the request through.

        Raises:
            RefusedError: the request is not let through.
        """
        headers: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        host = self._check_host(headers.get("host", []))
        _check_site(headers, f"http://{host}")
        if scope["method"] not in {"GET", "HEAD", "POST"}:
            raise RefusedError("only GET and POST are answered here", 405)
        given = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        tokens = [value for name, value in given if name == "token"]
        if scope["path"] == "/" and scope["method"] == "GET" and tokens:
            if not hmac.compare_digest(tokens[0].encode(), self._token.encode()):
                raise RefusedError("the token is not the one of this start of datagen view", 401)
            rest = urlencode([(name, value) for name, value in given if name != "token"])
            return f"/?{rest}" if rest else "/"
        if not self._has_cookie(headers.get("cookie", [])):
            raise RefusedError("open the address that datagen view has printed", 401)
        if scope["method"] == "POST":
            _check_post(headers)
        return None

    def _check_host(self, given: list[str]) -> str:
        """The Host that was asked for, if it is one of ours."""
        if len(given) == 1 and given[0].lower() in self._list_hosts(given[0]):
            return given[0].lower()
        raise RefusedError("this address is not served here", 403)

    def _list_hosts(self, given: str) -> set[str]:
        names = {self._host, "localhost"} if is_loopback(self._host) else {self._host}
        if self._host in _ANY_ADDRESS:
            # A foreign page comes under a name; a bare address cannot be led astray.
            name = given.rpartition(":")[0].strip("[]")
            names = {socket.gethostname().lower(), "localhost"} | (
                {name} if _is_ip(name) else set()
            )
        hosts = {f"[{name}]" if ":" in name else name for name in names}
        with_port = {f"{host}:{self._port}" for host in hosts}
        return with_port | hosts if self._port == 80 else with_port

    def _has_cookie(self, given: list[str]) -> bool:
        for text in given:
            try:
                morsel = SimpleCookie(text).get(self._cookie_name)
            except CookieError:
                continue
            if morsel is not None:
                return hmac.compare_digest(morsel.value.encode(), self._cookie.encode())
        return False


def _check_site(headers: dict[str, list[str]], own: str) -> None:
    """Refuse what another page asks for, be it of the same machine."""
    sites = headers.get("sec-fetch-site", [])
    if any(site not in {"same-origin", "none"} for site in sites):
        raise RefusedError("another page may not ask for this", 403)
    if any(origin.lower() != own for origin in headers.get("origin", [])):
        raise RefusedError("another page may not ask for this", 403)


def _check_post(headers: dict[str, list[str]]) -> None:
    kind = headers.get("content-type", [""])[0].partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RefusedError("a change is sent as application/json", 415)
    length = headers.get("content-length", ["0"])[0]
    if not length.isdigit() or int(length) > MOST_BYTES:
        raise RefusedError(f"a change has at most {MOST_BYTES:,} bytes", 413)


def _limit_body(receive: Receive) -> Receive:
    """Stop a body that grows beyond the limit, whatever length it was said to have."""
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MOST_BYTES:
            raise RefusedError(f"a change has at most {MOST_BYTES:,} bytes", 413)
        return message

    return limited


def _add_headers(send: Send) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = [pair for pair in message.get("headers", []) if pair[0].lower() not in _NAMES]
            if not any(name.lower() == b"cache-control" for name, _ in given):
                given.append((b"cache-control", b"no-store"))
            message["headers"] = [*given, *HEADERS]
        await send(message)

    return sender


_NAMES = {name for name, _ in HEADERS}


async def _answer(
    send: Send, status: int, sentence: str, more: list[tuple[str, str]] | None = None
) -> None:
    body = json.dumps({"error": sentence}).encode() if sentence else b""
    headers = [("content-type", "application/json"), ("content-length", str(len(body)))]
    pairs = [(name.encode(), value.encode("latin-1")) for name, value in [*headers, *(more or [])]]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens there."""
    return host == "localhost" or (_is_ip(host) and ipaddress.ip_address(host).is_loopback)


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
