"""The inspector as people meet it: the real command behind a real Chromium, both on this machine."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from datagen.config import shipped_folder
from tests.viewer.browser.runs import make_hostile_file, make_run

_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
"""No sandbox, for tests run as root; nothing of its own accord over the network."""

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")

WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # For one module at a time: while it runs, nothing else in this thread may use asyncio.
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found is None:
        message = "these tests need Chromium: apt-get install -y chromium"
        pytest.fail(message) if os.environ.get("NEED_CHROMIUM") else pytest.skip(message)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=list(_FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def pristine_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("made") / "run")


@pytest.fixture(scope="module")
def run(pristine_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the module's own, so that its decisions concern no other."""
    return Path(shutil.copytree(pristine_run, tmp_path_factory.mktemp("viewed") / "run"))


@pytest.fixture(scope="module")
def hostile_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pictures = shipped_folder("samples") / "images"
    return make_hostile_file(tmp_path_factory.mktemp("hostile"), pictures)


@contextmanager
def serve(target: Path, *flags: str) -> Iterator[str]:
    """`datagen view`; gives the address that opens the page."""
    command = [sys.executable, "-m", "datagen", "view", str(target), "--no-browser", *flags]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield next(line.strip() for line in process.stdout if "?token=" in line)
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def address(run: Path) -> Iterator[str]:
    with serve(run) as found:
        yield found


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Open]:
    """Opens the page at a query (`record=9`), in a window of its own; no error goes unseen."""
    with watch(browser) as make:

        def open_(query: str = "", **options: Any) -> Page:  # noqa: ANN401 - playwright's own
            page = make(**options).new_page()
            page.goto(address)
            if query:
                page.goto(f"{address.partition('?')[0]}?{query}")
            page.wait_for_selector("main")
            return page

        yield open_


@contextmanager
def watch(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes windows; what their pages complain about fails the test when they are closed."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(**options: Any) -> BrowserContext:  # noqa: ANN401 - playwright's own
        context = browser.new_context(**{"viewport": WIDE, "reduced_motion": "reduce", **options})
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on(
            "console", lambda line: complaints.append(line.text) if is_bad(line.text) else None
        )
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


def is_bad(line: str) -> bool:
    """Whether a line of the console tells of a breach of the policy or of an error of the page.

    A refused request is told there too; what the page makes of it, its own tests say.
    """
    return re.search(r"Content Security Policy|Uncaught|Refused to", line) is not None
