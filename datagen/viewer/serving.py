"""Viewer: a session -> a server on this machine, until Ctrl-C."""

import asyncio
import socket
from collections.abc import Callable

import uvicorn

from datagen.errors import SettingsError
from datagen.viewer.app import make_app
from datagen.viewer.session import Session

_BACKLOG = 128


def open_socket(host: str, port: int) -> socket.socket:
    """Listen at an address; port 0 takes any that is free.

    Raises:
        SettingsError: the address cannot be had.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        server = socket.socket(family, socket.SOCK_STREAM)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((host, port))
        server.listen(_BACKLOG)
    except (OSError, OverflowError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else exc
        raise SettingsError(f"cannot listen at {host} port {port}: {reason}") from exc
    return server


def serve(
    session: Session,
    listener: socket.socket,
    *,
    host: str,
    token: str,
    on_ready: Callable[[str], None],
) -> None:
    """Answer until the process is told to end.

    Args:
        session: what is shown.
        listener: from `open_socket`.
        host: as it stands in addresses.
        token: that opens the page.
        on_ready: told the address to open, once it is answered.
    """
    port = listener.getsockname()[1]
    app = make_app(session, host=host, port=port, token=token)
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        loop="asyncio",
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    server = _Server(config, lambda: on_ready(make_address(host, port, token)))
    asyncio.run(server.serve(sockets=[listener]))


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
