"""Looking around: lists, filters, search, one record, and the address that remembers all of it."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from tests.viewer.browser.runs import FALSE

Open = Callable[..., Page]


def test_the_page_opens_with_every_record_and_a_thumbnail(open_page: Open) -> None:
    page = open_page()
    expect(page.locator(".row")).to_have_count(45)
    expect(page.locator(".total")).to_have_text("45 records")
    first = page.locator(".row img").first
    page.wait_for_function("image => image.naturalWidth > 0", arg=first.element_handle())
    assert "token" not in page.url


def test_a_filter_shows_as_many_records_as_it_says(open_page: Open) -> None:
    page = open_page()
    link = page.get_by_role("region", name="Checks").get_by_role("link", name="rejected")
    expect(link.locator(".count")).to_have_text("3")
    link.click()
    expect(page.locator(".row")).to_have_count(3)
    assert "state=rejected" in page.url


def test_rows_of_the_list_before_cannot_be_opened_while_another_is_awaited(
    open_page: Open,
) -> None:
    page = open_page()
    expect(page.locator(".rows")).to_have_attribute("aria-busy", "false")
    held: list[Route] = []
    page.route("**/api/records?*state=rejected*", lambda route: held.append(route))
    page.get_by_role("region", name="Checks").get_by_role("link", name="rejected").click()
    expect(page.locator(".rows")).to_have_attribute("aria-busy", "true")
    page.locator(".row a").first.click(force=True)
    assert "record=" not in page.url
    held[0].continue_()
    expect(page.locator(".row")).to_have_count(3)
    page.locator(".row a").first.click()
    expect(page).to_have_url(re.compile("record="))


def test_back_undoes_a_filter_and_a_reload_keeps_it(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("region", name="Response type").get_by_role("link").first.click()
    expect(page.locator(".row")).to_have_count(15)
    page.reload()
    expect(page.locator(".row")).to_have_count(15)
    page.go_back()
    expect(page.locator(".row")).to_have_count(45)


def test_an_active_filter_is_taken_away_above_the_list(open_page: Open) -> None:
    page = open_page("state=rejected&object=kite")
    expect(page.locator(".row")).to_have_count(1)
    page.get_by_label("Filtered by").get_by_role("link", name="kite").click()
    expect(page.locator(".row")).to_have_count(3)


def test_a_search_marks_what_it_found(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("/")
    page.keyboard.type("surfboard")
    page.keyboard.press("Enter")
    expect(page.locator(".row .hit").first).to_have_text("surfboard")
    assert 0 < page.locator(".row").count() < 45
    page.locator(".row a").first.click()
    expect(page.locator(".conversation .hit").first).to_have_text(re.compile("surfboard", re.I))


def test_a_search_that_cannot_be_read_is_answered_with_a_sentence(open_page: Open) -> None:
    page = open_page('q="red bus')
    expect(page.get_by_role("alert")).to_contain_text("quotation mark")


def test_sorting_by_length_puts_the_shortest_first(open_page: Open) -> None:
    page = open_page()
    page.get_by_label("Sort").select_option("length")
    page.wait_for_url("**/*sort=length*")
    words = page.locator(".row-figures", has_text="words")
    expect(words.first).not_to_contain_text("92 words")
    counts = [int(text.split(" words")[0].split()[-1]) for text in words.all_text_contents()]
    assert counts == sorted(counts)


def test_a_list_takes_the_place_of_the_grid(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("g")
    expect(page.locator(".rows.is-line .row")).to_have_count(45)
    assert "layout=list" in page.url


def test_a_record_shows_its_picture_with_a_box_for_each_annotation(open_page: Open) -> None:
    page = open_page()
    page.locator(".row a", has_text="girl flies").first.click()
    expect(page.locator(".boxes .box")).to_have_count(12)
    expect(page.get_by_role("heading", level=1)).to_contain_text("000000001003")
    page.go_back()
    expect(page.locator(".row.is-card")).to_have_count(45)


def test_pointing_at_a_claim_lights_its_boxes(open_page: Open) -> None:
    page = open_record(open_page, FALSE)
    page.locator("mark", has_text="boats").first.hover()
    expect(page.locator(".box.is-lit")).to_have_count(2)
    expect(page.locator(".box.is-lit text").first).to_have_text(re.compile("boat"))
    expect(page.locator(".evidence")).to_contain_text("supported")


def test_the_focus_lights_boxes_as_the_pointer_does(open_page: Open) -> None:
    page = open_record(open_page, FALSE)
    page.keyboard.press("]")
    expect(page.locator("mark.is-contradicted")).to_be_focused()
    expect(page.locator(".box.is-lit")).to_have_count(3)
    expect(page.locator(".evidence")).to_contain_text("contradicted")


def test_pointing_at_a_box_lights_the_claims_that_rest_on_it(open_page: Open) -> None:
    page = open_record(open_page, FALSE)
    page.locator(".boxes .box").last.hover()
    assert page.locator("mark.is-lit").count() > 0


def test_a_row_of_the_table_lights_its_box_for_the_keyboard_too(open_page: Open) -> None:
    page = open_record(open_page, FALSE)
    page.locator(".box-table button", has_text="kite").focus()
    expect(page.locator(".box.is-lit text")).to_have_text(re.compile("kite"))


def test_a_contradiction_is_told_in_words_beside_colour_and_line(open_page: Open) -> None:
    page = open_record(open_page, FALSE)
    expect(page.locator("mark.is-contradicted")).to_have_text(
        re.compile(r"no person.*contradicted")
    )
    expect(page.locator(".conversation .lines")).to_contain_text("contradicted")
    style = page.locator("mark.is-contradicted").evaluate(
        "it => getComputedStyle(it).textDecorationStyle"
    )
    assert style == "wavy"


def test_b_takes_the_boxes_away_and_brings_them_back(open_page: Open) -> None:
    page = open_record(open_page, FALSE)
    page.keyboard.press("b")
    expect(page.locator(".boxes")).to_have_count(0)
    page.keyboard.press("b")
    expect(page.locator(".boxes")).to_have_count(1)


def test_prompt_reply_and_context_stand_apart(open_page: Open) -> None:
    page = open_record(open_page, FALSE)
    expect(page.locator("pre.context")).to_contain_text("A girl flies a colorful kite")
    page.get_by_role("heading", name="Raw reply").click()
    expect(page.locator(".reply pre")).to_contain_text("There is no person")
    page.get_by_role("heading", name="Full prompt").click()
    expect(page.locator(".message.is-system")).to_have_count(1)
    page.get_by_role("heading", name="Tokens, cost, attempts").click()
    expect(page.locator(".figures")).to_contain_text("stop")


def test_j_and_k_walk_through_the_list_that_was_filtered(open_page: Open) -> None:
    page = open_page("state=rejected")
    expect(page.locator(".row")).to_have_count(3)
    seen = []
    for _ in range(3):
        page.keyboard.press("j")
        page.wait_for_selector(".record-head h1")
        expect(page.locator(".beside [aria-current]")).to_have_count(1)
        seen.append(page.locator("h1").inner_text())
        page.wait_for_function(
            "() => document.title.startsWith(document.querySelector('h1').textContent)"
        )
    assert len(set(seen)) == 3
    page.keyboard.press("k")
    expect(page.locator("h1")).to_have_text(seen[1])


def test_the_next_record_and_its_picture_are_there_before_they_are_wanted(open_page: Open) -> None:
    page = open_page("record=1")
    with page.expect_response("**/picture/2"):
        page.reload()
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.keyboard.press("j")
    expect(page.locator("h1")).to_have_text("000000001001_conversation_0")
    assert page.locator(".picture img").evaluate("it => it.complete && it.naturalWidth > 0")
    page.context.set_offline(False)


def test_new_records_of_a_run_are_told_and_the_list_does_not_jump(open_page: Open) -> None:
    page = open_page()

    def pretend(route: Route) -> None:
        answer = route.fetch()
        more = {"is_live": True} if "about" in route.request.url else {"new": 12}
        route.fulfill(response=answer, json=answer.json() | more)

    page.route("**/api/about", pretend)
    page.route("**/api/records?limit=1&*", pretend)
    page.reload()
    expect(page.get_by_role("button", name="12 new")).to_be_visible(timeout=20_000)
    expect(page.get_by_text("still writing")).to_be_visible()
    expect(page.locator(".row")).to_have_count(45)
    page.get_by_role("button", name="12 new").click()
    expect(page.get_by_role("button", name="12 new")).to_have_count(0)


def test_a_sample_is_a_filter_and_the_progress_is_then_of_it(run: Path, open_page: Open) -> None:
    command = [sys.executable, "-m", "datagen", "review-sample", str(run), "-n", "12"]
    subprocess.run(command, check=True, capture_output=True)
    page = open_page()
    page.get_by_role("region", name="Review sample").get_by_role("link", name="sample").click()
    expect(page.locator(".row")).to_have_count(12)
    expect(page.locator(".progress")).to_contain_text("0 of 12 in sample")
    page.get_by_role("link", name="Agreement").click()
    expect(page.locator("main")).to_contain_text("No record of the sample")


def open_record(open_page: Open, record: str) -> Page:
    """The page of a record, found by its id as people do: in the list."""
    page = open_page("layout=list")
    key = page.evaluate("async id => (await (await fetch(`api/find?id=${id}`)).json()).key", record)
    page.goto(f"{page.url.partition('?')[0]}?record={key}")
    page.wait_for_selector(".boxes .box")
    return page
