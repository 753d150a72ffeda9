"""The desk in a real browser: a call by keyboard alone, two people at one story, every part for everybody."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OTHER, go, settled
from tests.browser.reading import violations
from tests.conftest import serving
from tests.support.cases import cases
from tests.support.desk_servers import ANA, BEN, TestDesk, a_desk

#: What the design allows for a call by keyboard, and for another person to see it, in seconds.
MOST_FOR_A_CALL, MOST_FOR_OTHERS = 10.0, 5.0
#: Each part, and of the preview a page of readers and the embed.
PARTS = ("Rows", "Words", "Paste", "Preview", "Embed", "Publish", "History", "Views", "Limits", "Audit")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> TestDesk:
    return a_desk(tmp_path_factory.mktemp("desk"))


@pytest.fixture(scope="module")
def address(desk: TestDesk) -> Iterator[str]:
    with serving(None, **desk.environ) as found:
        yield found


@pytest.fixture
def sit(tab: Callable[..., Page], desk: TestDesk, address: str) -> Callable[..., Page]:
    """Open a page of the desk as somebody, each in a browser of their own."""

    def open_page(email: str, path: str, *, width: int = 1280, theme: str = "light") -> Page:
        page = tab(person="" if email == ANA else OTHER, width=width, theme=theme)
        page.context.add_cookies([{"name": "nightdesk_session", "value": desk.cookie(email), "url": address}])
        page.goto(address + path)
        settled(page)
        return page

    return open_page


def test_a_story_opened_by_its_link_stays_open_until_its_list_is_asked_for(sit: Callable[..., Page]) -> None:
    page = sit(BEN, "/desk")
    page.locator(".st-key-desk-story-night a").click()
    page.wait_for_url("**/desk?story=night")
    settled(page)
    page.locator(".st-key-add-row button").click()
    page.wait_for_url("**/desk?story=night&row=new")
    expect(page.get_by_text("New call")).to_be_visible()
    page.get_by_role("link", name="All stories of the desk").click()
    page.wait_for_url("**/desk")
    expect(page.get_by_text("A new story")).to_be_visible()


def _focus(page: Page, label: str) -> None:
    page.wait_for_function("label => document.activeElement?.getAttribute('aria-label') === label", arg=label)


def test_a_call_is_added_by_keyboard_alone_and_others_see_it(sit: Callable[..., Page], desk: TestDesk) -> None:
    other = sit(BEN, "/desk?story=night")
    page = sit(ANA, "/desk?story=night")
    page.locator(".st-key-add-row button").focus()
    began = time.monotonic()
    keys = page.keyboard
    keys.press("Enter")
    _focus(page, "Contest or place")
    for words in ("fl", "ann"):
        keys.type(words, delay=60)
        keys.press("Enter")
        keys.press("Tab")
    _focus(page, "When")
    # What the last call came from stands there already: the caller, the source and where the minute comes from.
    keys.press("Control+A")
    keys.type("1:10 am", delay=60)
    keys.press("Enter")
    page.get_by_text("Saved: fl (FL)").wait_for()
    took = time.monotonic() - began
    expect(other.get_by_role("button", name="fl (FL) · Ann Ash (A)")).to_be_visible(timeout=MOST_FOR_OTHERS * 1000)
    assert took <= MOST_FOR_A_CALL
    (row,) = [row for row in desk.desk.rows("night", "calls.csv") if (row.cells or {}).get("contest") == "FL"]
    assert row.by == ANA
    assert row.cells is not None
    assert (row.cells["at"], row.cells["party"], row.cells["caller"]) == ("2030-11-06T01:10:00Z", "A", "AP")
    # The next one can be typed at once; and its sentence stands beside it before it is saved.
    _focus(page, "Contest or place")
    expect(other.get_by_text("Ana is editing a new call.")).to_be_visible()
    other.get_by_role("button", name="fl (FL) · Ann Ash (A)").click()
    other.locator(".st-key-withdraw-call button").click()
    expect(other.get_by_text("New withdrawal")).to_be_visible()


def test_whoever_saves_second_sees_both_and_chooses(sit: Callable[..., Page], desk: TestDesk) -> None:
    row = next(row for row in desk.desk.rows("night", "contests.csv") if (row.cells or {}).get("code") == "NC")
    path = f"/desk?story=night&table=contests&row={row.id}"
    pages = {"Ana": sit(ANA, path), "Ben": sit(BEN, path)}
    for name, page in pages.items():
        page.get_by_label("Short name", exact=True).fill(f"N.C. by {name}")
        page.get_by_label("Why it changes").fill("a test")
        page.keyboard.press("Tab")
        settled(page)
    pages["Ana"].locator(".st-key-save-row button").click()
    pages["Ana"].get_by_text("Saved:").wait_for()
    second = pages["Ben"]
    second.locator(".st-key-save-row button").click()
    expect(second.get_by_text("Yours: N.C. by Ben")).to_be_visible()
    second.get_by_text("Ana: N.C. by Ana").click()
    second.locator(".st-key-keep-chosen button").click()
    second.get_by_text("Kept as chosen").wait_for()
    now = next(one for one in desk.desk.rows("night", "contests.csv") if one.id == row.id)
    assert now.cells is not None and now.cells["short"] == "N.C. by Ana"


@pytest.mark.parametrize(("width", "theme"), cases((390, "dark"), long=[(1280, "light")]))
def test_every_part_passes_axe_and_fits(width: int, theme: str, sit: Callable[..., Page]) -> None:
    found = {}
    page = sit(ANA, "/desk", width=width, theme=theme)
    for place in ("/desk", "/desk?story=live&row=new"):
        go(page, place)
        found[place] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place
    for part in PARTS:
        page.get_by_role("radio", name=part, exact=True).or_(page.get_by_role("button", name=part, exact=True)).click()
        settled(page)
        found[part] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, part
    assert {place: faults for place, faults in found.items() if faults} == {}
