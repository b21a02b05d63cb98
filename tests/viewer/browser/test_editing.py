"""Editing: the checks answer at once, the original stays, nothing that was typed is lost."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

Open = Callable[..., Page]


@pytest.fixture
def page(open_page: Open) -> Page:
    """A record that the checks reject for one false sentence, opened for an edit."""
    page = open_page("state=rejected")
    page.locator(".row a").first.click()
    page.wait_for_selector(".decision-bar")
    page.keyboard.press("e")
    expect(answer(page)).to_be_focused()
    return page


def answer(page: Page) -> Locator:
    return page.locator(".edit-turn textarea").last


def test_the_checks_say_at_once_what_is_wrong_and_when_it_is_right(page: Page) -> None:
    expect(page.locator(".verdict")).to_contain_text("The checks reject this")
    expect(page.locator(".verdict")).to_contain_text("false-absence")
    text = answer(page).input_value()
    answer(page).fill(text.replace("There is no person to be seen.", ""))
    expect(page.locator(".verdict")).to_contain_text("The checks let this pass")
    answer(page).fill(f"{text} Two elephants stand there.")
    expect(page.locator(".verdict")).to_contain_text("absent-object")
    page.get_by_role("button", name="Discard the edit").click()


def test_a_draft_outlives_a_reload(page: Page) -> None:
    answer(page).fill("Half a sentence")
    page.wait_for_function("() => Object.keys(localStorage).some((name) => name.includes('draft'))")
    page.reload()
    expect(answer(page)).to_have_value("Half a sentence")
    page.get_by_role("button", name="Discard the edit").click()
    expect(page.locator(".conversation")).not_to_contain_text("Half a sentence")


def test_letters_typed_in_an_edit_are_text_and_no_decisions(page: Page) -> None:
    answer(page).press_sequentially("axd12u")
    expect(answer(page)).to_have_value(re.compile("axd12u"))
    expect(page.locator(".progress")).to_contain_text("0 of 45")
    page.get_by_role("button", name="Discard the edit").click()


def test_an_edit_is_saved_beside_the_original_and_can_be_undone(page: Page) -> None:
    text = answer(page).input_value()
    answer(page).fill(text.replace("There is no person to be seen.", "Three persons can be seen."))
    expect(page.locator(".verdict")).to_contain_text("The checks let this pass")
    page.get_by_role("button", name="Save only").click()
    expect(page.locator(".edited ins").first).to_contain_text("Three persons can")
    expect(page.locator(".edited del").first).to_contain_text("There is no person")
    expect(page.locator(".conversation mark.is-contradicted")).to_have_count(1)
    page.keyboard.press("u")
    expect(page.locator(".edited")).to_have_count(0)


def test_an_edit_that_could_not_be_saved_is_still_there(page: Page) -> None:
    page.route("**/review", lambda route: route.fulfill(status=507, json={"error": "disk full"}))
    answer(page).fill("Three persons lie and stand on a beach.")
    page.get_by_role("button", name="Save and accept").click()
    expect(page.get_by_role("alert")).to_contain_text("disk full")
    expect(answer(page)).to_have_value("Three persons lie and stand on a beach.")
    page.get_by_role("button", name="Discard the edit").click()
