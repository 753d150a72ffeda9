"""The shell in a real browser: cold deep links, one address for all controls, phones, themes, accessibility."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from components.render.plotly.figure import COLUMN
from data.story.store import SHIPPED
from tests.browser.conftest import settled
from tests.browser.reading import PAGES, address, choose, comes_to, has_address, passes, turn_to, violations
from tests.conftest import started
from tests.support.cases import cases

Visit = Callable[..., Page]


def shows_range(page: Page, words: str) -> None:
    """The bar comes to say this range: an address changes a moment before what is on screen does."""
    expect(page.locator(".st-key-choose-exact button p")).to_have_text(words)


def type_times(page: Page, first: str, last: str) -> None:
    """Open the box of exact times and type both, as somebody who uses the keyboard for all but the first click."""
    page.locator(".st-key-choose-exact button").click()
    page.get_by_label("From, ").fill(first)
    page.keyboard.press("Tab")
    page.keyboard.type(last)
    page.keyboard.press("Enter")


def test_a_deep_link_opens_its_page_on_a_cold_server(visit: Visit) -> None:
    with started(None, True) as (cold, _):
        page = visit("/timeline?caller=CNN&from=2016-11-09T03:00Z&to=2016-11-09T05:00Z", base=cold)
        expect(page).to_have_title("Timeline · U.S. 2016 · Nightdesk")
        expect(page.get_by_role("heading", name="Timeline", level=1)).to_be_visible()
        shows_range(page, "10 p.m. Nov. 8 to midnight Nov. 9")


def test_another_page_keeps_the_view(opened_once: Visit) -> None:
    page = opened_once("/?caller=CNN&clock=Europe/London")
    page.get_by_role("link", name="Outage reports").click()
    expect(page).to_have_title("Outage reports · U.S. 2016 · Nightdesk")
    has_address(page, caller="CNN", clock="Europe/London")


def test_controls_change_the_address_and_never_one_another(opened_once: Visit) -> None:
    page = opened_once("/timeline")
    page.get_by_text("48 hours", exact=True).click()
    shows_range(page, "midnight Nov. 8 to midnight Nov. 10")
    choose(page, "clock", "London")
    shows_range(page, "5 a.m. Nov. 8 to 5 a.m. Nov. 10")
    choose(page, "caller", "CNN: 7 of 56")
    span = {"from": "2016-11-08T05:00Z", "to": "2016-11-10T05:00Z"}
    has_address(page, **span, clock="Europe/London", caller="CNN")


def test_an_exact_time_is_typed_on_the_clock_in_its_label(opened_once: Visit) -> None:
    page = opened_once("/timeline")
    type_times(page, "8 pm", "midnight")
    page.wait_for_url("**from=2016-11-09T01%3A00Z&to=2016-11-09T05%3A00Z")
    shows_range(page, "8 p.m. Nov. 8 to midnight Nov. 9")
    expect(page.get_by_label("From, Eastern (New York, Ottawa)")).to_have_count(0)
    # The chips beside it work on.
    for chip, says in (
        ("48 hours", "midnight Nov. 8 to midnight Nov. 10"),
        ("The night", "1 p.m. Nov. 8 to 7 a.m. Nov. 9"),
    ):
        page.get_by_text(chip, exact=True).click()
        shows_range(page, says)


def test_escape_keeps_the_range_and_forgets_what_was_typed(opened_once: Visit) -> None:
    page = opened_once("/timeline")
    page.locator(".st-key-choose-exact button").click()
    page.get_by_label("From, ").fill("9 pm")
    page.keyboard.press("Escape")
    expect(page.get_by_label("From, ")).to_have_count(0)
    settled(page)
    page.locator(".st-key-choose-exact button").click()
    expect(page.get_by_label("From, ")).to_have_value("1 p.m. Nov. 8, 2016")
    assert address(page) == {}
    page.keyboard.press("Escape")


def test_the_way_back_is_the_browsers_own(opened_once: Visit) -> None:
    page = opened_once("/timeline")
    page.get_by_text("48 hours", exact=True).click()
    page.wait_for_url("**from=2016-11-08T05%3A00Z**")
    page.go_back()
    shows_range(page, "1 p.m. Nov. 8 to 7 a.m. Nov. 9")


def test_a_range_that_would_end_before_it_starts_is_refused_in_words(visit: Visit) -> None:
    page = visit("/timeline?from=2016-11-09T03:00Z&to=2016-11-09T05:00Z&clock=UTC")
    type_times(page, "6 am", "5 a.m. Nov. 9, 2016")
    expect(page.get_by_text("would end before it starts")).to_be_visible()
    shows_range(page, "3 a.m. Nov. 9 to 5 a.m. Nov. 9")


def test_a_copied_link_shows_the_same_in_another_zone(opened_once: Visit, visit: Visit) -> None:
    page = opened_once("/timeline?from=2016-11-09T03:00Z&to=2016-11-09T05:00Z")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_test_id("stToast")).to_contain_text("Link copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.endswith(
        "/timeline?story=us-2016&from=2016-11-09T03:00Z&to=2016-11-09T05:00Z&clock=America/New_York&caller=AP"
    )
    there = visit(link.removeprefix(link[: link.index("/timeline")]), zone="Asia/Tokyo")
    for shown in (page, there):
        shows_range(shown, "10 p.m. Nov. 8 to midnight Nov. 9")
    drawn = ".nd-stage svg:visible text"
    comes_to(there, there.locator(drawn).all_text_contents, page.locator(drawn).all_text_contents())


@pytest.mark.parametrize(
    ("width", "shown", "other"), [pytest.param(1280, "wide", "narrow"), pytest.param(390, "narrow", "wide")]
)
def test_a_window_has_the_figure_for_its_width_and_the_other_once_it_is_turned(
    width: int, shown: str, other: str, opened_once: Visit
) -> None:
    page = opened_once("/", width=width)
    # The page may hold another chart, which a test before has unfolded.
    first, second = (
        page.locator(f"[class*=st-key-{one}-drawn-][class*=timeline] .js-plotly-plot") for one in (shown, other)
    )
    expect(first).to_be_visible()
    expect(second).to_have_count(0)
    column = page.locator("[data-testid=stPlotlyChart]").first.bounding_box()
    # As wide as the figure is before Streamlit has measured: it is seen when it was drawn once.
    assert width == 390 or (column and column["width"] == COLUMN)
    # Streamlit's own bar stays at the top of the screen: nothing of the page is hidden behind it.
    expect(page.get_by_test_id("stHeader")).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    page.set_viewport_size({"width": 1670 - width, "height": 844})
    # While it is drawn it may be there twice.
    expect(second).to_have_count(1)
    expect(second).to_be_visible()
    expect(first).to_be_hidden()
    page.set_viewport_size({"width": width, "height": 844})
    expect(first).to_be_visible()
    expect(second).to_be_hidden()


def test_the_page_of_html_names_every_script_of_streamlits_that_the_story_needs(
    opened_once: Visit, server: str
) -> None:
    page = opened_once("/")
    loaded = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    scripts = {name.rpartition("/")[2] for name in loaded if "/static/js/" in name}
    html = page.request.get(server).text()
    assert any(name.startswith("PlotlyChart.") for name in scripts)
    assert [name for name in scripts if name not in html] == []


@pytest.mark.parametrize(
    ("path", "hinted", "chart"),
    [
        ("/", "[class*=st-key-wide-]:visible", ".js-plotly-plot .nsewdrag:visible"),
        ("/timeline", ".nd-stage:visible", ".nd-stage svg:visible"),
    ],
)
def test_a_box_drawn_on_a_chart_becomes_the_range_and_other_controls_keep_it(
    path: str, hinted: str, chart: str, opened_once: Visit
) -> None:
    page = opened_once(path)
    hint = page.locator(hinted).first.evaluate("one => getComputedStyle(one, '::before').content")
    assert "Drag to zoom" in hint
    plot = page.locator(chart).first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.4, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, middle, steps=8)
    page.mouse.up()
    page.wait_for_url("**from=2016-11-0**")
    dragged = {name: address(page)[name] for name in ("from", "to")}
    choose(page, "clock", "UTC")
    has_address(page, **dragged, clock="UTC")
    page.get_by_text("The night", exact=True).click()
    shows_range(page, "6 p.m. Nov. 8 to noon Nov. 9")


def test_bad_values_get_sentences_and_never_a_traceback(visit: Visit) -> None:
    page = visit(f"/timeline?from=yesterday&caller=Nobody&clock=[x](javascript:alert(1))&story={'y' * 10_000}")
    notices = page.get_by_test_id("stAlert")
    expect(notices.filter(has_text="“yesterday”, which is not a time")).to_be_visible()
    expect(notices.filter(has_text="“Nobody”, who is not a caller")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert page.locator("[data-testid=stAlert] a").count() == 0
    shows_range(page, "1 p.m. Nov. 8 to 7 a.m. Nov. 9")
    assert violations(page) == []


def test_an_address_that_is_not_there_says_so_and_shows_the_first_page(visit: Visit) -> None:
    page = visit("/weather")
    expect(page.get_by_test_id("stAlert")).to_contain_text("There is no page at “weather” here")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_contain_text("On the night Trump won")


@pytest.mark.parametrize("slug", cases("us-2016", "uk-2019", "revoke-2019", long=SHIPPED.slugs()))
def test_the_chart_of_a_story_begins_in_the_first_view(slug: str, opened_once: Visit) -> None:
    page = opened_once(f"/?story={slug}", width=390)
    for width, begins in ((390, 420), (1280, 320)):
        page.set_viewport_size({"width": width, "height": 900})
        settled(page)
        chart = page.locator("[data-testid=stPlotlyChart]:visible").first.bounding_box()
        assert chart and chart["y"] <= begins
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_every_page_passes_axe_and_its_own_policy_and_nothing_goes_wrong(path: str, visit: Visit) -> None:
    wrong: list[str] = []
    page = visit(path, wrong=wrong)
    assert wrong == []
    passes(page, 1280, 390)


@pytest.mark.parametrize("names", cases(["Timeline", "Check a claim", "Embed & export"], long=[list(PAGES)]))
def test_pages_are_dark_where_the_visitor_is_and_pass_axe(names: list[str], visit: Visit) -> None:
    """One after another, as they are in the bar of pages."""
    page = visit("/", theme="dark")
    for name in names:
        turn_to(page, name)
        background = "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
        assert page.evaluate(background) == "rgb(20, 23, 26)"
        passes(page, 390, 1280)


@pytest.mark.parametrize("theme", cases("dark", long=["light"]))
def test_opened_controls_pass_axe_too(theme: str, visit: Visit) -> None:
    page = visit("/timeline", theme=theme, width=390)
    for name in ("story", "exact", "more"):
        page.locator(f".st-key-choose-{name} button").first.click()
        page.get_by_test_id("stPopoverBody").wait_for()
        assert violations(page) == []
        page.keyboard.press("Escape")
