"""Check a claim in a real browser: choosing changes the address and the verdict, and an address opens the same."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.reading import has_address, open_menu

Visit = Callable[..., Page]


def choose(page: Page, field: str, option: str) -> None:
    """A long menu draws only what is in sight: a person types a part of what they look for."""
    open_menu(page, field)
    page.keyboard.type(option)
    page.get_by_role("option", name=option).first.click()


def verdict(page: Page, words: str) -> None:
    expect(page.locator(".st-key-verdict h2")).to_have_text(words)


def test_choosing_changes_the_address_and_the_verdict(opened_once: Visit) -> None:
    page = opened_once("/check-a-claim")
    verdict(page, "Before, by two accounts; three do not settle it")
    has_address(page)
    choose(page, "series", "The Boston Globe")
    verdict(page, "After")
    choose(page, "event", "AP’s Ohio call")
    has_address(page, series="observations:globe-search-peak", event="US-OH")
    verdict(page, "After")
    quoted = page.locator(".st-key-copy-quotable code")
    expect(quoted).to_contain_text("after AP’s Ohio call (by 10:39 p.m.)")
    expect(quoted).to_contain_text("via The Boston Globe, 11:48 p.m. EST, Nov. 8, 2016")


def test_an_address_opens_the_same_claim(visit: Visit) -> None:
    page = visit("/check-a-claim?series=observations:cbc-documents-2pm&event=first-call&clock=Europe/London")
    verdict(page, "Before")
    quoted = page.locator(".st-key-copy-quotable code")
    expect(quoted).to_contain_text("before AP’s first call (11:59 p.m.)")
    expect(quoted).to_contain_text("about 7 p.m. GMT, Nov. 8, 2016")


def test_another_caller_changes_the_verdict_and_the_page_says_so(opened_once: Visit) -> None:
    page = opened_once("/check-a-claim?series=observations:ctv-11pm&caller=TV")
    verdict(page, "Before")
    expect(
        page.get_by_text(re.compile(r"By AP’s time \(.*\), the verdict would be: cannot tell at this resolution")).first
    ).to_be_visible()


def test_what_was_reported_first_is_said_once_and_stands_under_what_began_when(opened_once: Visit) -> None:
    page = opened_once("/check-a-claim")
    verdict(page, "Before, by two accounts; three do not settle it")
    expect(page.get_by_text(re.compile("Reported first: "))).to_have_count(1)
    page.get_by_text("Rising searches", exact=True).first.click()
    verdict(page, "On both sides: two came before it and three after; the other cannot be placed")
    has_address(page, series="marks")
    expect(page.locator(".st-key-verdict p")).to_contain_text(
        "Reported first: The first of the published reports of searches, about 6 p.m., came "
    )


def test_a_key_that_names_nothing_is_said_and_the_storys_own_question_shown(opened_once: Visit) -> None:
    page = opened_once("/check-a-claim?series=site:nowhere&event=US-FL")
    expect(page.get_by_test_id("stAlert")).to_contain_text("nothing that rose or failed in this story")
    verdict(page, "Before, by two accounts; three do not settle it")


def test_the_question_stays_with_its_page(opened_once: Visit) -> None:
    page = opened_once("/check-a-claim?series=marks&event=US-OH&caller=Guardian")
    page.get_by_role("link", name="Timeline", exact=True).click()
    expect(page).to_have_title("Timeline · U.S. 2016 · Nightdesk")
    has_address(page, caller="Guardian")


def test_the_claim_can_be_embedded_and_taken_away_as_data(opened_once: Visit, tmp_path: Path) -> None:
    page = opened_once("/check-a-claim?series=marks&event=US-OH")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download this claim as JSON").click()
    download.value.save_as(tmp_path / "claim.json")
    told = json.loads((tmp_path / "claim.json").read_text())
    assert (told["claim"]["series"], told["claim"]["event"]) == ("marks", "US-OH")
    assert {row["contest"] for row in told["inputs"]["calls"]} == {"US-OH"}
    page.get_by_role("link", name="Embed & export this chart").click()
    expect(page).to_have_title("Embed & export · U.S. 2016 · Nightdesk")
    has_address(page, chart="claim", series="marks", event="US-OH")
    expect(page.frame_locator("iframe").locator("h1")).to_contain_text("Published reports of searches: before or after")
