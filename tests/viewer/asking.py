"""A viewer served on this machine as a user's is, and a browser's requests to it by hand."""

import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from datagen.cli.options import settle_check
from datagen.config import load_settings, make_settings
from datagen.viewer.serving import make_server, open_socket, run_server
from datagen.viewer.session import Session
from datagen.viewer.target import Target, open_target

TOKEN = "a-token-for-tests-only"


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever the page gets
        return json.loads(self.body)


@dataclass
class Page:
    """A browser that has opened the page: it sends the cookie, and what a page of its own sends."""

    session: Session
    port: int
    cookie: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Answer:
        """One request; a header of None is left out."""
        sent: dict[str, str | None] = {"Host": f"127.0.0.1:{self.port}", "Cookie": self.cookie}
        sent |= self.headers | dict(headers or {})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                if value is not None:
                    connection.putheader(name, value)
            if body is not None and "Content-Length" not in sent:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read())
        finally:
            connection.close()

    def get(self, path: str) -> Any:  # noqa: ANN401 - whatever the page gets
        """The JSON of a request that is answered."""
        answer = self.ask(path)
        assert answer.status == 200, answer.body
        return answer.json

    def post(
        self, path: str, content: object, headers: Mapping[str, str | None] | None = None
    ) -> Answer:
        """A change, as the page sends it."""
        sent = {"Content-Type": "application/json", "Origin": f"http://127.0.0.1:{self.port}"}
        body = json.dumps(content).encode()
        return self.ask(path, method="POST", body=body, headers={**sent, **(headers or {})})

    def open(self) -> Answer:
        """Open the address with the token, and keep the cookie."""
        answer = self.ask(f"/?token={TOKEN}")
        self.cookie = answer.headers["set-cookie"].partition(";")[0]
        return answer


def find_target(path: Path, **given: object) -> Target:
    """A run with its settings, or a file with these."""
    if path.is_dir():
        return open_target(path, make_settings(given, base=load_settings(path / "run.toml")[0]))
    return open_target(path, settle_check(dict(given)))


@contextmanager
def serve_page(target: Target, *, host: str = "127.0.0.1", reviewer: str = "ada") -> Iterator[Page]:
    """A server in a thread, its page opened."""
    ready = threading.Event()
    with open_socket("127.0.0.1", 0) as listener, Session(target, reviewer=reviewer) as session:
        server = make_server(
            session, listener, host=host, token=TOKEN, on_ready=lambda address: ready.set()
        )
        thread = threading.Thread(target=run_server, args=(server, listener))
        thread.start()
        try:
            assert ready.wait(60)
            page = Page(session, listener.getsockname()[1])
            if host == "127.0.0.1":
                page.open()
            yield page
        finally:
            server.should_exit = True
            thread.join()
