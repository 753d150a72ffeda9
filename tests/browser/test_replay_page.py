"""The Timeline page is told up to where its replay stands, and hides what it drew for another moment while it plays."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from components.embeds.embed import embed_of
from components.view.view_state import default_view
from data.core.settings import Settings
from data.story.store import find_story
from tests.browser.conftest import settled
from tests.browser.reading import HURRIED, comes_to, has_address, played_to_the_end, skips_nothing, violations
from tests.support.cases import cases

FLORIDA = "timeline?at=2016-11-09T03:50Z"
PLAYING = "document.documentElement.hasAttribute('data-nd-playing')"


@pytest.fixture
def page(tab: Callable[..., Page]) -> Page:
    return tab(height=1000, calm=False)


def opened(page: Page, server: str, address: str = "timeline") -> Page:
    page.goto(f"{server}/{address}")
    expect(page.get_by_role("button", name="Play")).to_be_visible(timeout=60_000)
    settled(page)
    return page


@pytest.fixture
def come_to(opened_once: Callable[..., Page]) -> Callable[..., Page]:
    """Come to an address of the page; a night that is played moves there."""

    def come(address: str = "timeline") -> Page:
        page = opened_once(f"/{address}", height=1000, calm=False)
        expect(page.get_by_role("button", name="Play")).to_be_visible(timeout=60_000)
        return page

    return come


def test_a_link_opens_the_night_at_its_moment_on_the_whole_page(come_to: Callable[..., Page]) -> None:
    page = come_to(FLORIDA)
    expect(page.locator(".nd-title")).to_have_text("The night as it was called: 10:50 p.m. Nov. 8")
    expect(page.locator(".st-key-moment")).to_contain_text("Told up to 10:50 p.m. EST, Nov. 8, 2016")
    whole = page.locator("[data-testid='stMain']")
    comes_to(page, lambda: "AP called Florida" in whole.aria_snapshot(), True)
    said = whole.aria_snapshot()
    for later in ("Wisconsin", "Trump 279", "Alaska", "Trump won"):
        assert later not in said, later


def test_a_step_is_in_the_address_and_the_page_follows(come_to: Callable[..., Page]) -> None:
    page = come_to(FLORIDA)
    page.get_by_role("button", name="Next event").click()
    expect(page).to_have_url(re.compile(r"at=2016-11-09T0[345]"))
    expect(page.locator(".st-key-moment")).not_to_contain_text("10:50 p.m.")
    page.get_by_role("button", name="As it was known").click()
    expect(page).to_have_url(re.compile("when=known"))
    expect(page.locator(".st-key-moment")).to_contain_text("in the order in which it was published")


def test_while_it_plays_nothing_of_another_moment_is_to_be_seen(come_to: Callable[..., Page]) -> None:
    page = come_to()
    below = page.locator(".st-key-told")
    page.get_by_role("button", name="Play").click()
    expect(below).to_be_hidden()
    comes_to(page, lambda: page.evaluate(PLAYING), True)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".st-key-moment")).to_contain_text("Told up to")
    expect(below).to_be_visible()
    comes_to(page, lambda: page.evaluate(PLAYING), False)


def test_playing_skips_no_moment(page: Page, server: str) -> None:
    """To the end of the night each moment is drawn, in order, and the page is whole again."""
    page.add_init_script(HURRIED)
    story = find_story("us-2016", Settings())
    opened(page, server)
    skips_nothing(played_to_the_end(page), embed_of(story, "replay", default_view(story)))
    expect(page.locator(".st-key-told")).to_be_visible()
    comes_to(page, lambda: "at=" in page.url, False)


def test_the_whole_comes_back_to_page_and_player(come_to: Callable[..., Page]) -> None:
    page = come_to(f"{FLORIDA}&when=known")
    page.get_by_role("button", name="Show the whole night").click()
    expect(page.locator(".st-key-moment")).to_have_count(0)
    expect(page.get_by_role("slider", name="Moment of the night")).to_have_attribute(
        "aria-valuetext", "the whole night"
    )
    has_address(page)


@pytest.mark.parametrize(("width", "shown", "other"), [(1280, ".nd-900", ".nd-320"), (390, ".nd-320", ".nd-900")])
def test_a_window_has_the_drawings_for_its_width_and_the_others_once_it_is_turned(
    width: int, shown: str, other: str, tab: Callable[..., Page], server: str
) -> None:
    page = opened(tab(width=width, height=1000), server)
    first, second = page.locator(f".nd-stage {shown} svg"), page.locator(f".nd-stage {other} svg")
    expect(first).to_be_visible()
    expect(second).to_have_count(0)
    page.set_viewport_size({"width": 1670 - width, "height": 1000})
    expect(second).to_be_visible()
    expect(first).to_be_hidden()
    page.set_viewport_size({"width": width, "height": 1000})
    expect(first).to_be_visible()
    expect(second).to_be_hidden()


def test_a_window_that_is_turned_while_a_night_is_played_goes_on_playing(come_to: Callable[..., Page]) -> None:
    page = come_to()
    page.get_by_role("button", name="Play").click()
    page.set_viewport_size({"width": 390, "height": 1000})
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator(".nd-stage .nd-900 svg")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".nd-stage .nd-320 svg")).to_be_visible()
    expect(page).to_have_url(re.compile("at=2016-11-0"))


@pytest.mark.parametrize(
    ("width", "theme"), cases((390, "light"), (1280, "dark"), long=[(390, "dark"), (1280, "light")])
)
def test_it_passes_axe_while_it_plays(tab: Callable[..., Page], server: str, width: int, theme: str) -> None:
    found = opened(tab(width=width, height=1000, theme=theme, calm=False), server, FLORIDA)
    assert violations(found) == []
    found.get_by_role("button", name="Play").click()
    assert violations(found) == []
    assert found.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_switch_and_an_escape_at_the_whole_leave_the_page_there(come_to: Callable[..., Page]) -> None:
    page = come_to()
    below = page.locator(".st-key-told")
    page.get_by_role("button", name="As it was known").click()
    expect(below).to_be_visible()
    page.get_by_role("button", name="Play").click()
    expect(below).to_be_hidden()
    page.get_by_role("slider", name="Moment of the night").focus()
    page.keyboard.press("Escape")
    expect(below).to_be_visible()
    comes_to(page, lambda: "at=" in page.url, False)
