"""Compare nights in a real browser: the other story is chosen, the address follows, and all can use it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.reading import address, choose, comes_to, has_address, passes, violations
from tests.support.cases import cases
from tests.support.nights import another_night

Visit = Callable[..., Page]
#: As a bare address may choose any story of this server, tests name theirs.
PAIR = "/compare-nights?with=uk-1999"


@pytest.fixture(scope="module")
def nights(
    serve: Callable[..., AbstractContextManager[str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A server with the night of 2016, and two like it in summer, one of them on London's clock."""
    root = tmp_path_factory.mktemp("stories")
    another_night(root, "uk-1999", by=timedelta(days=-140), short="U.K. 1999", clock="Europe/London")
    another_night(root, "us-1998", by=timedelta(days=-150), short="U.S. 1998")
    with serve(NIGHTDESK_STORIES=str(root)) as address:
        yield address


def words(page: Page) -> list[str]:
    """Every line written on the chart that is shown, in its order: names of rows and marks, the axis and the keys."""
    return page.locator(".js-plotly-plot .annotation-text:visible").all_text_contents()


def test_the_other_story_and_t0_are_chosen_and_the_address_follows(opened_once: Visit, nights: str) -> None:
    page = opened_once(PAIR, base=nights)
    expect(page).to_have_title("Compare & check · U.S. 2016 · Nightdesk")
    headline = page.get_by_role("heading", level=3).first
    expect(headline).to_contain_text("Each night from its decisive call: ")
    choose(page, "t0", "First call")
    page.wait_for_url("**t0=first-call**")
    expect(headline).to_contain_text("Each night from its first call: ")
    choose(page, "with", "U.S. 1998")
    has_address(page, **{"with": "us-1998", "t0": "first-call"})
    expect(headline).to_contain_text("7:59 p.m. EDT, June 11, 2016")
    comes_to(page, lambda: " ".join(words(page)).count("2016 · Search interest"), 1)


def test_the_axis_counts_from_t0_on_every_clock(opened_once: Visit, visit: Visit, nights: str) -> None:
    tokyo, eastern = visit(f"{PAIR}&clock=Asia/Tokyo", base=nights, zone="Asia/Tokyo"), opened_once(PAIR, base=nights)
    axis = ["−12 h", "−10 h", "−8 h", "−6 h", "−4 h", "−2 h", "0", "+2 h", "+4 h"]
    comes_to(eastern, lambda: [text for text in words(eastern) if text in axis], axis)
    assert not [text for text in words(eastern) if re.search(r"\d:\d|[ap]\.m\.", text) and text not in axis]
    comes_to(tokyo, lambda: words(tokyo), words(eastern))
    expect(tokyo.get_by_role("heading", level=3).first).to_contain_text("4:29 p.m. JST, Nov. 9, 2016")


@pytest.mark.parametrize(("theme", "widths"), cases(("light", (1280, 390)), long=[("dark", (390, 1280))]))
def test_the_page_passes_axe_and_its_own_policy_and_never_scrolls_sideways(
    theme: str, widths: tuple[int, ...], opened_once: Visit, nights: str
) -> None:
    passes(opened_once(PAIR, base=nights, theme=theme, width=widths[0]), *widths)


def test_a_box_drawn_on_the_chart_is_a_range_of_the_first_night(opened_once: Visit, nights: str) -> None:
    page = opened_once(PAIR, base=nights)
    plot = page.locator(".js-plotly-plot .nsewdrag:visible").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 80)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 80, steps=8)
    page.mouse.up()
    page.wait_for_url("**from=2016-11-09T0**with=uk-1999**")
    asked = address(page)
    # The night shown is 18 hours long, from 6 p.m. UTC: its middle is 3 a.m., its third quarter ends at 7:30.
    assert "2016-11-09T02:50Z" <= asked["from"] <= "2016-11-09T03:10Z"
    assert "2016-11-09T07:20Z" <= asked["to"] <= "2016-11-09T07:40Z"


def test_a_copied_link_names_the_pair_that_the_page_chose_by_itself(
    opened_once: Visit, visit: Visit, nights: str
) -> None:
    page = visit("/compare-nights", base=nights)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_test_id("stToast")).to_contain_text("Link copied")
    link = page.evaluate("navigator.clipboard.readText()")
    chosen = page.locator(".st-key-choose-with input").get_attribute("value")
    assert "/compare-nights?" in link and "&with=" in link and link.endswith("&t0=decisive-call")
    there = opened_once(link[link.index("/compare-nights") :], base=nights)
    assert there.locator(".st-key-choose-with input").get_attribute("value") == chosen


def test_what_an_address_cannot_mean_is_said(opened_once: Visit, nights: str) -> None:
    page = opened_once("/compare-nights?with=us-2016&t0=midnight", base=nights)
    notices = page.get_by_test_id("stAlert")
    expect(notices.filter(has_text="which is the story that is shown already")).to_be_visible()
    expect(notices.filter(has_text="“t0” is “midnight”")).to_be_visible()
    assert violations(page) == []


def test_the_pair_is_kept_on_the_way_to_its_embed(opened_once: Visit, nights: str) -> None:
    page = opened_once(f"{PAIR}&t0=first-call", base=nights)
    page.get_by_role("link", name="Embed & export this chart").click()
    expect(page).to_have_title("Embed & export · U.S. 2016 · Nightdesk")
    has_address(page, **{"with": "uk-1999", "t0": "first-call", "chart": "compare"})
    inside = page.locator('iframe[title="Preview, 640 px wide"]').content_frame
    expect(inside.locator("figure#nightdesk h1")).to_contain_text("Each night from its first call")
    codes = page.locator("[data-testid=stCode] code").filter(has_text="/embed/us-2016/compare?")
    expect(codes.filter(has_text="with=uk-1999").first).to_be_attached()
