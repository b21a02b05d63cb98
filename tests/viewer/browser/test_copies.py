"""Static copies: the same page without a server behind it, and without a way to decide."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.viewer.browser.conftest import watch
from tests.viewer.browser.runs import FALSE, HOSTILE


@pytest.fixture(scope="module")
def copies(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds both kinds of copy."""
    folder = tmp_path_factory.mktemp("copies")
    for name in ("copy.html", "copy"):
        command = [
            sys.executable,
            "-m",
            "datagen",
            "view",
            str(run),
            "--export",
            str(folder / name),
        ]
        subprocess.run(command, check=True, capture_output=True)
    return folder


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def served(copies: Path) -> Iterator[str]:
    """The folder behind a server that knows nothing of datagen, below a path."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(copies)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/copy/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=["file", "folder"])
def page(
    browser: Browser, copies: Path, served: str, request: pytest.FixtureRequest
) -> Iterator[Page]:
    address = served if request.param == "folder" else (copies / "copy.html").as_uri()
    with watch(browser) as make:
        page = make().new_page()
        page.goto(address)
        page.wait_for_selector(".row")
        yield page


def test_a_copy_lists_filters_searches_and_goes_back(page: Page) -> None:
    expect(page.locator(".row")).to_have_count(45)
    page.get_by_role("region", name="Checks").get_by_role("link", name="rejected").click()
    expect(page.locator(".row")).to_have_count(3)
    page.go_back()
    expect(page.locator(".row")).to_have_count(45)
    page.locator("#search").fill("surfboard")
    page.keyboard.press("Enter")
    expect(page.locator(".row .hit").first).to_have_text("surfboard")
    page.reload()
    expect(page.locator(".row .hit").first).to_have_text("surfboard")


def test_a_copy_shows_a_record_with_picture_and_boxes(page: Page) -> None:
    page.get_by_role("region", name="Reason of rejection").get_by_role(
        "link", name="false-absence"
    ).click()
    page.locator(".row a").first.click()
    expect(page.locator("h1")).to_have_text(FALSE)
    expect(page.locator(".boxes .box")).to_have_count(12)
    assert page.locator(".picture img").evaluate("it => it.naturalWidth > 0")
    page.locator("mark.is-contradicted").hover()
    expect(page.locator(".box.is-lit")).to_have_count(3)


def test_nothing_can_be_decided_in_a_copy(page: Page) -> None:
    page.locator(".row a").first.click()
    expect(page.locator(".boxes")).to_have_count(1)
    first = page.locator("h1").inner_text()
    for key in ("a", "x", "d", "1"):
        page.keyboard.press(key)
    expect(page.locator("h1")).to_have_text(first)
    expect(page.locator(".decision-bar")).to_have_count(0)
    page.keyboard.press("j")
    expect(page.locator("h1")).not_to_have_text(first)


def test_a_hostile_answer_does_nothing_in_a_copy_either(page: Page) -> None:
    page.get_by_role("region", name="Reason of rejection").get_by_role(
        "link", name="html-markup"
    ).click()
    page.locator(".row a").first.click()
    expect(page.locator("h1")).to_have_text(HOSTILE)
    expect(page.locator(".turn.is-model .said")).to_contain_text("<script>")
    assert "taken over" not in page.title()


def test_a_copy_has_the_overview(page: Page) -> None:
    page.get_by_role("link", name="Overview").click()
    expect(page.locator(".bars").first).to_be_visible()
