"""Five tasks by a stranger at 1280 x 900: how many clicks each takes before its answer is in view, with no scroll."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import settled
from tests.browser.reading import address

Visit = Callable[..., Page]

DOCS = Path(__file__).resolve().parents[2] / "docs" / "performance.md"


class Stranger:
    """Somebody who clicks and types, never scrolls, and counts every press of the mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def click(self, target: Locator) -> None:
        """Press what is in view."""
        self.sees(target)
        target.click()
        self.clicks += 1

    def drag(self, target: Locator, first: float, last: float) -> None:
        """Press, draw across from one share of its width to another, and let go."""
        box = target.bounding_box()
        assert box
        middle = box["y"] + box["height"] / 2
        self.page.mouse.move(box["x"] + box["width"] * first, middle)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + box["width"] * last, middle, steps=8)
        self.page.mouse.up()
        self.clicks += 1

    def sees(self, target: Locator) -> None:
        """What is asked for is within the window, and nothing was scrolled."""
        expect(target).to_be_visible()
        box = target.bounding_box()
        assert box and box["y"] >= 0 and box["y"] + box["height"] <= 900
        assert self.page.locator("[data-testid=stMain]").evaluate("main => main.scrollTop") == 0


def kept(task: str) -> int:
    """The clicks that the documentation says a task takes."""
    (line,) = (line for line in DOCS.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {task} |"))
    return int(line.split("|")[2])


def test_when_ap_called_ohio_is_there_at_once(opened_once: Visit) -> None:
    stranger = Stranger(opened_once("/"))
    stranger.sees(stranger.page.locator(".js-plotly-plot text:visible", has_text=re.compile("Ohio.*10:39")).first)
    assert stranger.clicks == kept("When did AP call Ohio?")


def test_8_pm_to_midnight_by_typing(opened_once: Visit) -> None:
    stranger = Stranger(opened_once("/"))
    page = stranger.page
    stranger.click(page.locator(".st-key-choose-exact button"))
    stranger.click(page.get_by_label("From, "))
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("8 pm")
    page.keyboard.press("Tab")
    page.keyboard.type("midnight")
    page.keyboard.press("Enter")
    page.wait_for_url("**from=2016-11-09T01%3A00Z&to=2016-11-09T05%3A00Z")
    settled(page)
    stranger.sees(page.locator(".st-key-choose-exact button", has_text="8 p.m. Nov. 8 to midnight Nov. 9"))
    assert stranger.clicks == kept("8 p.m. to midnight, typed")


def test_8_pm_to_midnight_by_dragging(opened_once: Visit) -> None:
    stranger = Stranger(opened_once("/"))
    page = stranger.page
    # The night is 18 hours from 1 p.m.: 8 p.m. is 7 hours on, midnight 11.
    stranger.drag(page.locator(".js-plotly-plot .nsewdrag:visible").first, 7 / 18, 11 / 18)
    page.wait_for_url("**from=2016-11-09T0**")
    first, last = (pd.Timestamp(address(page)[name]) for name in ("from", "to"))
    assert abs(first - pd.Timestamp("2016-11-09T01:00Z")) < pd.Timedelta("15min")
    assert abs(last - pd.Timestamp("2016-11-09T05:00Z")) < pd.Timedelta("15min")
    assert stranger.clicks == kept("8 p.m. to midnight, dragged")


def test_8_pm_to_midnight_by_an_address(visit: Visit) -> None:
    stranger = Stranger(visit("/?from=2016-11-08T20:00-05:00&to=2016-11-09T00:00-05:00"))
    stranger.sees(stranger.page.locator(".st-key-choose-exact button", has_text="8 p.m. Nov. 8 to midnight Nov. 9"))
    assert stranger.clicks == kept("8 p.m. to midnight, as an address")


def test_an_embed_code_is_in_the_clipboard(opened_once: Visit) -> None:
    stranger = Stranger(opened_once("/"))
    page = stranger.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    stranger.click(page.locator(".st-key-masthead").get_by_role("link", name="Embed & export"))
    settled(page)
    code = page.locator(".st-key-copy-code-listener")
    stranger.sees(code.locator("code"))
    stranger.click(code.get_by_role("button"))
    page.wait_for_function("navigator.clipboard.readText().then(text => text.includes('<iframe data-nightdesk'))")
    assert stranger.clicks == kept("An embed code")


def test_the_data_is_one_click_away(opened_once: Visit) -> None:
    stranger = Stranger(opened_once("/"))
    with stranger.page.expect_download() as found:
        stranger.click(stranger.page.locator(".st-key-bar-csv button"))
    night = pd.read_csv(found.value.path(), parse_dates=["earliest_utc", "latest_utc"])
    assert night.loc[night["contest"] == "US-FL", "latest_utc"].iloc[0] == pd.Timestamp("2016-11-09T03:50Z")
    assert stranger.clicks == kept("The data")


def test_whether_searches_rose_before_florida(opened_once: Visit) -> None:
    stranger = Stranger(opened_once("/"))
    page = stranger.page
    stranger.click(page.locator(".st-key-masthead").get_by_role("link", name="Compare & check"))
    settled(page)
    stranger.click(page.locator(".st-key-choose-first").get_by_text("Rising searches", exact=True))
    answer = page.locator(".st-key-verdict h2", has_text="On both sides: two came before it and three after")
    stranger.sees(answer)
    assert stranger.clicks == kept("Did searches rise before Florida?")
