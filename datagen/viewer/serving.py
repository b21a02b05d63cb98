"""Viewer: a session -> a server on this machine, until Ctrl-C."""

import asyncio
import contextlib
import socket
from collections.abc import Callable

import uvicorn
from anyio import to_thread

from datagen.errors import SettingsError
from datagen.viewer.app import make_app
from datagen.viewer.session import Session

_BACKLOG = 128
_THREADS = 6


def open_socket(host: str, port: int) -> socket.socket:
    """Listen at an address; port 0 takes any that is free.

    Raises:
        SettingsError: the address cannot be had.
    """
    with contextlib.ExitStack() as opening:
        try:
            family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
            # The protocol is named, else asyncio lets the system wait for more before it sends the
            # second half of an answer: 40 ms each.
            kind = (family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            server = opening.enter_context(socket.socket(*kind))
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind((host, port))
            server.listen(_BACKLOG)
        except (OSError, OverflowError, UnicodeError) as exc:
            reason = getattr(exc, "strerror", None) or exc
            raise SettingsError(f"cannot listen at {host} port {port}: {reason}") from exc
        opening.pop_all()
    return server


def make_server(
    session: Session,
    listener: socket.socket,
    *,
    host: str,
    token: str,
    on_ready: Callable[[str], None],
) -> uvicorn.Server:
    """A server that is not started yet; `run_server` does.

    Args:
        session: what is shown.
        listener: from `open_socket`.
        host: as it stands in addresses.
        token: that opens the page.
        on_ready: told the address to open, once it is answered.
    """
    port = listener.getsockname()[1]
    config = uvicorn.Config(
        make_app(session, host=host, port=port, token=token),
        http="h11",
        ws="none",
        lifespan="off",
        loop="asyncio",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    return _Server(config, lambda: on_ready(make_address(host, port, token)))


def run_server(server: uvicorn.Server, listener: socket.socket) -> None:
    """Answer until Ctrl-C, or until `server.should_exit` is set."""
    with contextlib.suppress(KeyboardInterrupt):  # which is how it is told to end
        asyncio.run(_run(server, listener))


async def _run(server: uvicorn.Server, listener: socket.socket) -> None:
    # Each thread has a connection to the index: a few threads, a few connections.
    to_thread.current_default_thread_limiter().total_tokens = _THREADS
    await server.serve(sockets=[listener])


def make_address(host: str, port: int, token: str) -> str:
    """The address that opens the page."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}/?token={token}"


class _Server(uvicorn.Server):
    """Says when it is ready."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()
