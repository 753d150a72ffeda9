"""A night that goes on, in a real browser: its banner, its updates and their pause; nothing for one that is over."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from components.embeds.documents.heights import document_height
from components.embeds.embed import embed_of
from components.view.view_state import default_view
from tests.browser.conftest import settled
from tests.browser.reading import PAGES, comes_to, turn_to, violations
from tests.support.cases import cases
from tests.support.rehearsing import BANNER, FLORIDA, NAME, rehearsal_at

Visit = Callable[..., Page]

EVENING = datetime(2016, 11, 9, 3, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stories")


@pytest.fixture(scope="module")
def live(stories: Path, serve: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    """A server with a rehearsal beside the nights that are over."""
    rehearsal_at(stories)
    with serve(NIGHTDESK_STORIES=str(stories)) as address:
        yield address


@pytest.fixture
def night(stories: Path, live: str, visit: Visit) -> Callable[..., Page]:
    """A page of the rehearsal as it stands in the evening, before Florida."""

    def open_page(path: str = "", **looks: object) -> Page:
        rehearsal_at(stories, EVENING)
        return visit(f"/{path}?story={NAME}", base=live, **looks)

    return open_page


def runs_in(page: Page, milliseconds: int) -> int:
    """How often the page's script begins or ends in so long a time in which nobody touches it."""
    page.evaluate("""() => {
      window.runs = 0;
      new MutationObserver(found => { window.runs += found.length }).observe(
        document.querySelector('[data-testid=stApp]'), {attributes: true, attributeFilter: ['data-test-script-state']})
    }""")
    page.wait_for_timeout(milliseconds)
    return int(page.evaluate("window.runs"))


@pytest.mark.parametrize(
    ("theme", "width", "names"),
    cases(
        ("light", 390, ("Story", "Check a claim")),
        long=[("light", 390, tuple(PAGES)), ("dark", 1280, tuple(PAGES))],
    ),
)
def test_pages_say_test_and_pass_axe(
    theme: str, width: int, names: tuple[str, ...], live: str, stories: Path, visit: Visit
) -> None:
    """One after another, as they are in the bar of pages."""
    rehearsal_at(stories)
    page = visit(f"/?story={NAME}", base=live, theme=theme, width=width)
    bar = page.locator(".st-key-test-banner")
    for name in names:
        turn_to(page, name)
        settled(page)
        expect(bar).to_have_text(BANNER)
        assert page.title().startswith("TEST: ")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # Nothing stands under it at the top of the page, and it stays when the page is scrolled.
        page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop = 0")
        box, mast = bar.bounding_box(), page.locator(".st-key-masthead").bounding_box()
        assert box and mast and box["y"] == 0 and box["width"] == width and mast["y"] >= box["height"]
        page.locator(".st-key-footer").scroll_into_view_if_needed()
        assert bar.bounding_box() == box


def test_a_night_that_is_over_has_no_bar_no_switch_and_no_timer(live: str, visit: Visit) -> None:
    page = visit("/?story=us-2016", base=live)
    assert page.title().startswith("On the night Trump won")
    expect(page.locator(".st-key-test-banner")).to_have_count(0)
    expect(page.get_by_text("Pause updates")).to_have_count(0)
    comes_to(page, lambda: runs_in(page, 5_000), 0)


@pytest.mark.parametrize("path", cases("timeline", long=[""]))
def test_the_page_of_a_night_in_progress_has_a_timer_updates_itself_and_moves_neither_focus_nor_place(
    path: str, stories: Path, night: Callable[..., Page]
) -> None:
    page = night(path)
    comes_to(page, lambda: runs_in(page, 6_000) > 0, True)
    status = page.locator("[role=status].news")
    expect(page.get_by_text("told up to 10:30 p.m. EST")).to_be_visible()
    expect(status).to_have_text("")
    page.locator(".st-key-choose-exact button").focus()
    page.locator("[data-testid=stMain]").evaluate("main => main.scrollTop = 300")
    status.evaluate("element => window.spoken = element")
    focused = "document.activeElement.closest('[class*=st-key-]').className"
    before = page.evaluate(focused)
    rehearsal_at(stories, FLORIDA)
    expect(page.get_by_text("told up to 10:51 p.m. EST")).to_be_attached()
    expect(status).to_contain_text("New: ")
    expect(status).to_contain_text("Florida")
    settled(page)
    assert page.evaluate("document.querySelector('[role=status].news') === window.spoken")
    assert page.evaluate(focused) == before
    assert page.locator("[data-testid=stMain]").evaluate("main => main.scrollTop") == 300
    assert violations(page) == []


def test_nothing_changes_from_pause_to_resume_and_both_work_by_keyboard(
    stories: Path, night: Callable[..., Page]
) -> None:
    page = night("timeline")
    switch = page.get_by_role("switch", name="Pause updates")
    switch.focus()
    page.keyboard.press("Space")
    paused = page.get_by_text("Paused: nothing here changes until you resume")
    expect(paused).to_be_visible()
    settled(page)
    charts = page.locator(".js-plotly-plot .main-svg text")
    before = charts.all_inner_texts()
    rehearsal_at(stories, FLORIDA)
    page.wait_for_timeout(5_000)
    page.get_by_text("48 hours", exact=True).click()  # a run of the whole page is no reason either
    page.wait_for_url("**from=**")
    settled(page)
    page.get_by_text("The night", exact=True).click()
    settled(page)
    comes_to(page, charts.all_inner_texts, before)
    expect(paused).to_contain_text("told up to 10:30 p.m. EST")
    assert violations(page) == []
    switch.focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("told up to 10:51 p.m. EST")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('.st-key-pause-updates') !== null")


def test_an_embed_shows_a_step_within_seconds(stories: Path, live: str) -> None:
    address = f"{live}/embed/{NAME}/results"
    rehearsal_at(stories, EVENING)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def shown() -> str:
        with opener.open(address, timeout=20) as answer:
            assert "max-age=60" in answer.headers["Cache-Control"]
            return str(answer.read().decode())

    def comes(words: str, seconds: int = 60) -> bool:
        deadline = time.monotonic() + seconds
        while words not in shown():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.2)
        return True

    assert comes("By 10:30")
    rehearsal_at(stories, FLORIDA)
    assert comes("By 10:51") and "Florida" in shown()


@pytest.mark.parametrize("width", cases(320, long=[640, 1040]))
def test_the_document_says_test_and_is_no_higher_than_foretold(
    width: int, live: str, stories: Path, tab: Visit
) -> None:
    story = rehearsal_at(stories)
    page = tab(width=width)
    page.goto(f"{live}/embed/{NAME}/timeline")
    expect(page.locator(".nd-test")).to_have_text(BANNER)
    high = page.locator("#nightdesk").evaluate("figure => figure.getBoundingClientRect().height")
    foretold = document_height(embed_of(story, "timeline", default_view(story), site=live), width)
    # A line of the band, the headline and the summary that a browser's face does not need.
    assert 0 <= foretold - high <= 90
    assert violations(page) == []
