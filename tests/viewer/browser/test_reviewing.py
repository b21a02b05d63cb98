"""Deciding by keys: on disk before the page moves on, undone as often as one likes, never by a slip."""

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

Open = Callable[..., Page]

LISTED = "type=complex_reasoning"


@pytest.fixture
def page(open_page: Open) -> Page:
    """The first record of a list of 15, with nothing decided that an earlier test left."""
    page = open_page(LISTED)
    expect(page.locator(".row")).to_have_count(15)
    for _ in range(60):
        answer = page.evaluate(
            "async () => (await fetch('api/undo', {method: 'POST', body: '{}',"
            " headers: {'Content-Type': 'application/json'}})).json()"
        )
        if answer.get("nothing"):
            break
    page.reload()
    page.locator(".row a").first.click()
    page.wait_for_selector(".decision-bar")
    page.wait_for_load_state("networkidle")
    return page


def test_a_accepts_and_moves_on(page: Page) -> None:
    first = page.locator("h1").inner_text()
    page.keyboard.press("a")
    expect(page.locator("h1")).not_to_have_text(first)
    expect(page.locator(".row", has_text="accepted by review")).to_have_count(1)
    expect(page.locator(".progress")).to_contain_text("1 of 45")
    expect(page.locator(".progress")).to_contain_text("1 accepted, 0 rejected, 0 deferred")


def test_a_number_rejects_with_its_reason(page: Page) -> None:
    page.keyboard.press("3")
    expect(page.locator(".progress")).to_contain_text("1 rejected")
    page.keyboard.press("k")
    expect(page.locator(".decision.is-rejected")).to_contain_text("Wrong number")
    expect(page.locator(".progress .rate")).to_have_text(re.compile(r"100% \(\d+–100%\) rejected"))


def test_x_opens_the_reasons_and_escape_closes_them(page: Page) -> None:
    first = page.locator("h1").inner_text()
    page.keyboard.press("x")
    expect(page.locator(".reasons.is-open button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".reasons.is-open")).to_have_count(0)
    expect(page.locator("h1")).to_have_text(first)
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    expect(page.locator(".progress")).to_contain_text("1 rejected")


def test_zero_rejects_in_the_reviewers_own_words(page: Page) -> None:
    page.keyboard.press("0")
    page.keyboard.type("the sign says a2d")
    page.keyboard.press("Enter")
    expect(page.locator(".progress")).to_contain_text("1 rejected")
    page.keyboard.press("k")
    expect(page.locator(".remark")).to_contain_text("the sign says a2d")


def test_d_defers_and_that_is_no_rejection(page: Page) -> None:
    page.keyboard.press("d")
    expect(page.locator(".progress")).to_contain_text("0 rejected, 1 deferred")
    expect(page.locator(".progress .rate")).to_have_count(0)


def test_a_decision_survives_a_reload_and_so_does_its_undo(page: Page) -> None:
    first = page.locator("h1").inner_text()
    page.keyboard.press("a")
    expect(page.locator(".progress")).to_contain_text("1 accepted")
    page.reload()
    expect(page.locator(".progress")).to_contain_text("1 accepted")
    page.keyboard.press("u")
    expect(page.locator("h1")).to_have_text(first)
    expect(page.locator(".progress")).to_contain_text("0 of 45")
    page.reload()
    expect(page.locator(".progress")).to_contain_text("0 of 45")
    page.keyboard.press("Shift+U")
    expect(page.locator(".decision.is-accepted")).to_have_count(1)


def test_undo_goes_back_through_several_records(page: Page) -> None:
    first = page.locator("h1").inner_text()
    for key, count in (("a", "1 of 45"), ("x", "1 of 45"), ("Enter", "2 of 45"), ("d", "3 of 45")):
        page.keyboard.press(key)
        expect(page.locator(".progress")).to_contain_text(count)
    for left in ("2 of 45", "1 of 45", "0 of 45"):
        page.keyboard.press("u")
        expect(page.locator(".progress")).to_contain_text(left)
    expect(page.locator("h1")).to_have_text(first)


def test_backspace_decides_nothing(page: Page) -> None:
    first = page.locator("h1").inner_text()
    page.keyboard.press("Backspace")
    page.keyboard.press("Delete")
    expect(page.locator("h1")).to_have_text(first)
    expect(page.locator(".progress")).to_contain_text("0 of 45")


def test_no_key_decides_while_one_types(page: Page) -> None:
    page.keyboard.press("n")
    page.keyboard.type("axd 123 u")
    expect(page.locator(".progress")).to_contain_text("0 of 45")
    page.keyboard.press("Enter")
    expect(page.locator(".remark")).to_contain_text("axd 123 u")


def test_keys_that_are_off_do_nothing(page: Page) -> None:
    page.keyboard.press("?")
    page.get_by_label("Keys are on").uncheck()
    page.get_by_role("link", name="Records").click()
    page.keyboard.press("a")
    expect(page.locator(".keys-off")).to_be_visible()
    expect(page.locator(".progress")).to_contain_text("0 of 45")
    page.get_by_role("link", name="Keys").click()
    page.get_by_label("Keys are on").check()


def test_the_event_is_on_disk_before_the_page_moves_on(page: Page, run: Path) -> None:
    first = page.locator("h1").inner_text()
    page.keyboard.press("a")
    expect(page.locator("h1")).not_to_have_text(first)
    with sqlite3.connect(run / "review.sqlite") as connection:
        kinds = connection.execute("SELECT kind, record FROM events ORDER BY n DESC").fetchone()
    connection.close()
    assert kinds == ("accept", first)


def test_a_failed_save_stays_in_sight_and_can_be_tried_again(page: Page) -> None:
    first = page.locator("h1").inner_text()
    failing = {"left": 1}

    def fail(route: Route) -> None:
        if failing["left"]:
            failing["left"] -= 1
            route.fulfill(status=507, json={"error": "the disk is full"})
        else:
            route.continue_()

    page.route("**/review", fail)
    page.keyboard.press("a")
    expect(page.get_by_role("alert")).to_contain_text("Not saved. the disk is full")
    expect(page.locator("h1")).to_have_text(first)
    page.keyboard.press("j")
    expect(page.locator("h1")).not_to_have_text(first)
    expect(page.get_by_role("alert")).to_contain_text(first)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".progress")).to_contain_text("1 accepted")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_two_tabs_do_not_overwrite_each_other_silently(page: Page) -> None:
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector(".decision-bar")
    page.keyboard.press("d")
    expect(page.locator(".progress")).to_contain_text("1 deferred")
    other.keyboard.press("a")
    expect(other.get_by_role("alert")).to_contain_text("Not saved.")
    expect(other.locator(".decision.is-deferred")).to_have_count(1)
    other.get_by_role("button", name="Save mine all the same").click()
    expect(other.locator(".progress")).to_contain_text("1 accepted, 0 rejected, 0 deferred")


def test_reasons_can_be_reworded(page: Page) -> None:
    page.get_by_role("link", name="edit reasons").click()
    page.get_by_label("Reason 3").fill("Counted wrongly")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    page.go_back()
    expect(page.locator(".reasons")).to_contain_text("Counted wrongly")
    page.get_by_role("link", name="edit reasons").click()
    page.get_by_label("Reason 3").fill("Wrong number")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
