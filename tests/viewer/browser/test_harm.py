"""What a model or a foreign file holds does no harm: it is text, and it stays in its place."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from datagen.config import shipped_folder
from tests.viewer.browser.conftest import serve, watch
from tests.viewer.browser.runs import SCRIPT

Open = Callable[..., Page]


def test_markup_in_an_answer_is_shown_and_not_done(open_page: Open) -> None:
    page = open_page("reason=html-markup")
    page.locator(".row a").first.click()
    expect(page.locator(".turn.is-model .said")).to_contain_text("<img src=x onerror=")
    assert page.locator("#app script, .said img, .said a").count() == 0
    assert "taken over" not in page.title()


def test_an_address_in_an_answer_is_no_link(open_page: Open) -> None:
    page = open_page("reason=html-markup")
    page.locator(".row a").first.click()
    expect(page.locator(".said").last).to_contain_text("https://example.com/a")
    assert page.locator("a[href*='example.com']").count() == 0


def test_characters_that_cannot_be_seen_are_told_by_their_codes(open_page: Open) -> None:
    page = open_page("reason=html-markup")
    page.locator(".row a").first.click()
    codes = page.locator(".turn.is-model .said .hidden-character")
    expect(codes).to_have_text(["⟨U+202E⟩", "⟨U+202C⟩", "⟨U+0007⟩"])
    expect(page.locator(".turn.is-model .said")).to_contain_text("⟨U+202E⟩")


@pytest.fixture(scope="module")
def hostile(hostile_file: Path) -> Iterator[str]:
    with serve(hostile_file, "--images", str(shipped_folder("samples") / "images")) as found:
        yield found


@pytest.fixture
def page(browser: Browser, hostile: str) -> Iterator[Page]:
    with watch(browser) as make:
        page = make().new_page()
        page.goto(hostile)
        page.wait_for_selector(".row")
        yield page


def test_a_picture_outside_of_the_folder_is_not_shown(page: Page) -> None:
    for record in ("out", "root"):
        row = page.locator(".row", has_text="A file.").nth(0 if record == "out" else 1)
        row.locator("a").click()
        expect(page.locator("h1")).to_have_text(record)
        expect(page.locator(".picture.is-missing")).to_contain_text("etc/passwd")
        page.go_back()


def test_a_text_of_megabytes_is_shown_in_parts(page: Page) -> None:
    page.locator(".row", has_text="A dog runs.").locator("a").click()
    said = page.locator(".turn.is-model .said")
    expect(said.get_by_role("button", name="Show")).to_be_visible(timeout=60_000)
    assert len(said.inner_text()) < 25_000


def test_a_hostile_id_is_text_too(page: Page) -> None:
    page.locator(".row", has_text="<script>").locator("a").click()
    expect(page.locator("h1")).to_have_text(SCRIPT)
    assert page.locator("h1 script").count() == 0
    assert page.title().startswith("<script>")
