"""No page puts up barriers: axe-core finds nothing serious, in either theme, at either width."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.viewer.browser.conftest import PHONE, WIDE

Open = Callable[..., Page]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")

PLACES = {
    "grid": "",
    "list": "layout=list&q=dog&type=conversation",
    "nothing found": "q=xylophone",
    "record": "record=9",
    "rejected record": "state=rejected&record=9",
    "edit": "record=9&edit=1",
    "candidates": "record=2&view=compare",
    "overview": "view=overview",
    "agreement": "view=agreement",
    "reasons": "view=reasons",
    "keys": "view=keys",
}
"""Addresses by the page that they show; 9 is a record that the checks reject."""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_axe_finds_nothing_serious(open_page: Open, theme: str, size: dict[str, int]) -> None:
    page = open_page(color_scheme=theme, viewport=size)
    home = page.url.partition("?")[0]
    for name, query in PLACES.items():
        page.goto(f"{home}?{query}")
        page.wait_for_load_state("networkidle")
        expect(page.locator("main h1")).to_have_count(1)
        assert (name, find_barriers(page)) == (name, [])


def test_nothing_is_wider_than_a_phone(open_page: Open) -> None:
    page = open_page(viewport=PHONE)
    home = page.url.partition("?")[0]
    for name, query in PLACES.items():
        page.goto(f"{home}?{query}")
        page.wait_for_load_state("networkidle")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert (name, width) == (name, PHONE["width"])


def test_a_failed_save_and_open_reasons_put_up_no_barrier_either(open_page: Open) -> None:
    page = open_page("record=9")
    page.wait_for_load_state("networkidle")
    page.route("**/review", lambda route: route.fulfill(status=507, json={"error": "disk full"}))
    page.keyboard.press("a")
    expect(page.get_by_role("alert")).to_be_visible()
    page.keyboard.press("x")
    assert find_barriers(page) == []
    page.get_by_role("button", name="Give it up").click()


def test_the_focus_goes_to_the_record_that_was_opened_and_back_to_its_place(
    open_page: Open,
) -> None:
    page = open_page()
    page.locator(".row a").nth(4).click()
    expect(page.locator("h1")).to_be_focused()
    page.go_back()
    expect(page.locator(".row a").nth(4)).to_be_focused()


def find_barriers(page: Page) -> list[str]:
    """What axe-core calls serious or critical, each with the elements that it concerns."""
    page.evaluate(AXE)
    found = page.evaluate("async () => (await axe.run()).violations")
    return [
        f"{each['id']}: {[node['target'] for node in each['nodes']][:5]}"
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]
