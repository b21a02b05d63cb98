"""The server listens where it is told to, and answers without waiting for more to send."""

import socket
import statistics
import time

import pytest

from datagen.errors import SettingsError
from datagen.viewer.serving import make_address, open_socket
from tests.viewer.asking import Page


def test_any_free_port_is_taken() -> None:
    with open_socket("127.0.0.1", 0) as one, open_socket("127.0.0.1", 0) as two:
        assert one.getsockname()[1] != two.getsockname()[1]
        assert one.getsockname()[0] == "127.0.0.1"
        assert one.proto == socket.IPPROTO_TCP


@pytest.mark.parametrize(("host", "port"), [("256.1.1.1", 0), ("127.0.0.1", 70_000), ("x" * 80, 0)])
def test_an_address_that_cannot_be_had_is_said(host: str, port: int) -> None:
    with pytest.raises(SettingsError, match="cannot listen at"):
        open_socket(host, port)


def test_an_address_opens_the_page() -> None:
    assert make_address("127.0.0.1", 80, "t") == "http://127.0.0.1:80/?token=t"
    assert make_address("::1", 8000, "t") == "http://[::1]:8000/?token=t"


def test_an_answer_does_not_wait_for_the_systems_timer(page: Page) -> None:
    """Such a wait is 40 ms each; the quickest answers tell, whatever else the machine does."""
    times = []
    for _ in range(30):
        start = time.perf_counter()
        page.get("/api/settings")
        times.append(time.perf_counter() - start)
    assert statistics.quantiles(times, n=10)[0] < 0.035
