"""Candidates: compared blind, word by word; models and scores follow the choice."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.viewer.browser.runs import TWO_REPLIES

Open = Callable[..., Page]


@pytest.fixture
def page(open_page: Open) -> Page:
    page = open_page("type=conversation")
    page.locator(".row a").first.click()
    expect(page.locator("h1")).to_have_text(TWO_REPLIES)
    page.get_by_role("link", name="Compare 2 candidates, blind").click()
    expect(page.locator(".candidate")).to_have_count(2)
    return page


def test_candidates_stand_side_by_side_with_their_difference_marked(page: Page) -> None:
    expect(page.locator(".candidate h2")).to_have_text(["A", "B"])
    marked = page.locator(".candidate").nth(1).locator("ins, del")
    expect(marked.first).to_contain_text("large")


def test_nothing_tells_which_model_it_was_before_the_choice(page: Page) -> None:
    text = page.locator("main").inner_text()
    assert "another" not in text
    assert "score" not in text.replace("Models and scores are shown after the choice.", "")


def test_a_choice_by_number_reveals_models_and_scores_and_survives_a_reload(page: Page) -> None:
    page.keyboard.press("2")
    expect(page.locator(".candidate.is-chosen h2")).to_contain_text("B")
    expect(page.locator(".revealed")).to_have_count(2)
    assert "another" in page.locator(".candidate-columns").inner_text()
    page.reload()
    expect(page.locator(".candidate.is-chosen h2")).to_contain_text("B")
    expect(page.get_by_role("button", name="Equally good")).to_be_visible()
    page.keyboard.press("t")
    expect(page.get_by_role("button", name="Equally good")).to_have_class("decide is-chosen")
    page.keyboard.press("0")
    expect(page.get_by_role("button", name="None is good")).to_have_class("decide is-chosen")


def test_undo_takes_a_choice_back_and_hides_what_it_revealed(page: Page) -> None:
    page.keyboard.press("1")
    expect(page.locator(".revealed")).to_have_count(2)
    for _ in range(8):  # what the tests before chose is undone as well
        with page.expect_response("**/api/undo"):
            page.keyboard.press("u")
    expect(page.locator(".candidate")).to_have_count(2)
    expect(page.locator(".revealed")).to_have_count(0)


def test_a_record_with_one_reply_has_nothing_to_compare(open_page: Open) -> None:
    page = open_page("record=1&view=compare")
    expect(page.locator(".empty")).to_contain_text("nothing to compare")
