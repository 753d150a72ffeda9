"""The marks of a chart one by one: keys go through them by time, a tap shows the nearest, and a finger only scrolls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from tests.browser.conftest import Browsers, settled
from tests.browser.reading import address, violations

RINGS = ".js-plotly-plot > div[aria-hidden=true]"
# Where a mark of the figure in sight stands in the window.
_PLACE = """row => {
  const plot = [...document.querySelectorAll('.js-plotly-plot')].find(one => one.getClientRects().length);
  const { left, top } = plot.getBoundingClientRect(), { xaxis, yaxis } = plot._fullLayout;
  const trace = plot._fullData.find(({ name, customdata }) => name === 'Marks' && customdata.includes(row));
  const at = trace.customdata.indexOf(row);
  return [left + xaxis._offset + xaxis.d2p(trace.x[at]), top + yaxis._offset + yaxis.d2p(trace.y[at])];
}"""
# What each mark of the figure in sight says, with the wall time at which it begins.
_BEGINNINGS = """() => {
  const plot = [...document.querySelectorAll('.js-plotly-plot')].find(one => one.getClientRects().length), found = {};
  for (const { customdata, hovertext, x } of plot._fullData) {
    (customdata ?? []).forEach((row, n) => {
      const said = row && [hovertext].flat().at(Array.isArray(hovertext) ? n : 0).replace(/<[^>]*>/g, ' ');
      if (said) found[said] = found[said] < x[n] ? found[said] : x[n];
    });
  }
  return found;
}"""


def opened(browsers: Browsers, server: str, *, width: int, height: int, **looks: Any) -> Iterator[Page]:
    """The Story page; at the end nothing was wrong in its console."""
    page = browsers.tab(width=width, height=height, **looks)
    wrong = list[str]()
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(server)
    settled(page)
    yield page
    assert wrong == []
    page.close()


@pytest.fixture(scope="module")
def desk(browsers: Browsers, server: str) -> Iterator[Page]:
    yield from opened(browsers, server, width=1280, height=900)


@pytest.fixture(scope="module")
def phone(browsers: Browsers, server: str) -> Iterator[Page]:
    yield from opened(browsers, server, width=390, height=844, has_touch=True)


def card(page: Page) -> Locator:
    return page.get_by_role("group", name="Step through the marks by time").first.get_by_role("status")


def lines(page: Page) -> list[str]:
    return card(page).inner_text().split("\n")


def swipe(page: Page, across: float, down: float) -> None:
    """A finger that comes down in the plot and moves by so many pixels."""
    finger: CDPSession = page.context.new_cdp_session(page)
    x, y = page.evaluate(_PLACE, "observations:globe-search-peak")
    for step in range(9):
        point = {"x": x + across * step / 8, "y": y + down * step / 8}
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove" if step else "touchStart", "touchPoints": [point]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(500)


def test_keys_tell_every_mark_once_in_order_of_time(desk: Page) -> None:
    begins = {" ".join(said.split()): time for said, time in desk.evaluate(_BEGINNINGS).items()}
    desk.get_by_role("button", name="Next mark").first.focus()
    told = list[str]()
    for _ in begins:
        desk.keyboard.press("ArrowRight")
        told.append(" ".join(lines(desk)))
    assert len(begins) > 90
    assert set(told) == begins.keys()
    assert [begins[said] for said in told] == sorted(begins.values())
    for key, place in (("Home", 0), ("PageDown", 10), ("ArrowLeft", 9), ("End", -1)):
        desk.keyboard.press(key)
        assert " ".join(lines(desk)) == told[place]


def test_tab_comes_from_the_bar_to_the_marks_and_escape_leaves_them(desk: Page) -> None:
    desk.get_by_role("button", name="Copy link").focus()
    desk.keyboard.press("Tab")
    expect(desk.get_by_role("button", name="Previous mark").first).to_be_focused()
    desk.keyboard.press("Home")
    expect(card(desk)).to_be_in_viewport(ratio=1)
    when, what, who = lines(desk)
    assert when == "about 2 p.m. EST"
    assert what.startswith("Degraded (cic.gc.ca): Internal reports call the main site “degraded”")
    assert who == "CBC News, Multicultural Meanderings"
    expect(desk.locator(RINGS)).to_have_count(1)
    assert violations(desk) == []
    desk.keyboard.press("Escape")
    expect(desk.locator(RINGS)).to_have_count(0)
    expect(card(desk)).to_have_text("Step through the marks by time, or tap one.")


def test_a_mouse_that_drags_over_marks_chooses_a_range_and_reset_takes_it_back(desk: Page) -> None:
    x, y = desk.evaluate(_PLACE, "observations:globe-search-peak")
    desk.mouse.move(x - 100, y)
    desk.mouse.down()
    desk.mouse.move(x + 100, y, steps=8)
    desk.mouse.up()
    desk.wait_for_url("**from=2016-11-09T**")
    settled(desk)
    desk.get_by_role("button", name="Reset").click()
    settled(desk)
    assert address(desk) == {}


def test_a_tap_tells_the_nearest_mark_in_sight_and_leads_on(phone: Page) -> None:
    x, y = phone.evaluate(_PLACE, "observations:globe-search-peak")
    phone.touchscreen.tap(x + 5, y + 5)
    expect(card(phone)).to_be_in_viewport(ratio=1)
    peak = lines(phone)
    assert peak[0] == "11:48 p.m. EST"
    assert peak[1].startswith("Google searches for “moving to Canada” reach their peak")
    assert len(peak) == 3
    expect(phone.locator(".hoverlayer .hovertext")).to_have_count(0)
    phone.get_by_role("button", name="Next mark").first.tap()
    assert lines(phone)[0] == "11:53 p.m. EST"
    phone.get_by_role("button", name="Previous mark").first.tap()
    assert lines(phone) == peak
    assert violations(phone) == []


def test_a_swipe_scrolls_and_never_chooses_a_range(phone: Page) -> None:
    scrolled = phone.get_by_test_id("stMain")
    swipe(phone, -150, 0)
    assert scrolled.evaluate("main => main.scrollTop") == 0
    swipe(phone, 0, -200)
    assert scrolled.evaluate("main => main.scrollTop") > 100
    assert address(phone) == {}
    assert phone.locator(".select-outline").count() == 0
