"""A night that is played in a real browser: at every moment just what had stood by then, and nothing later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from components.charts.grammar import Tiles
from components.charts.running_totals import is_side
from components.embeds.documents.document import draw_document, policy
from components.embeds.documents.player_frames import night_of
from components.embeds.embed import Embed, embed_of
from components.view.view_state import default_view
from data.core.model import Order, Precision
from data.core.settings import Settings
from data.story.store import find_story
from tests.browser.reading import HURRIED, comes_to, played_to_the_end, skips_nothing, violations
from tests.support.cases import cases
from tests.support.in_sight import SEEN, rows_in
from tests.support.loopback import Answer, Loopback, loopback
from tests.support.small_story import at, call, contest, files, story_of

STORY = find_story("us-2016", Settings())
FLORIDA = "2016-11-09T03:50Z"
Open = Callable[..., Page]


@cache
def embed(slug: str = "us-2016", at: str = "", order: Order = Order.HAPPENED) -> Embed:
    story = find_story(slug, Settings())
    moment = datetime.fromisoformat(at) if at else None
    return embed_of(story, "replay", replace(default_view(story), at=moment, order=order))


@cache
def document(slug: str = "us-2016", until: str = "") -> str:
    return draw_document(embed(slug, until))


@pytest.fixture
def site() -> Iterator[Loopback]:
    with loopback() as there:
        yield there


@pytest.fixture
def open_night(tab: Open, site: Loopback) -> Open:
    """The document of a night or of its part `until`, served with its own policy, at a moment behind # or whole."""

    def opened(
        moment: str = "",
        *,
        slug: str = "us-2016",
        until: str = "",
        width: int = 640,
        calm: bool = True,
        hurried: bool = False,
        **more: Any,
    ) -> Page:
        page = tab(width=width, calm=calm, **more)
        if hurried:
            page.add_init_script(HURRIED)
        page.add_init_script(
            "window.stepped = []; window.wrong = [];"
            "addEventListener('error', event => wrong.push(event.message));"
            "document.addEventListener('securitypolicyviolation', event => wrong.push(event.violatedDirective));"
            "document.addEventListener('nd-frame', event => stepped.push(event.detail), true);"
        )
        headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy(document(slug, until))}
        page.goto(site.answers(f"/{slug}", Answer(document(slug, until).encode(), headers=headers)) + moment)
        return page

    return opened


@pytest.mark.parametrize("order", cases(Order.KNOWN, long=Order))
def test_at_every_moment_there_is_what_a_server_draws_of_it(order: Order, open_night: Open) -> None:
    """Stepping through the night shows at each moment the very marks, tiles, events and words told up to it."""
    night = night_of(embed())
    page = open_night()
    page.get_by_role("button", name="As it was known" if order is Order.KNOWN else "As it happened").click()
    page.get_by_role("button", name="Play").focus()
    page.keyboard.press("Home")
    for second, sentence in night["orders"][order.value]["moments"]:
        at = datetime.fromtimestamp(night["start"] / 1000 + second, UTC)
        seen = page.evaluate(SEEN)
        expected = rows_in(embed(at=at.isoformat(), order=order).chart)
        assert {name: set(seen[name]) for name in expected} == expected, at
        expect(page.locator(".nd-told")).to_have_text(night["said"][sentence])
        page.keyboard.press("ArrowRight")
    assert page.evaluate("wrong") == []


def test_totals_are_ranges_at_their_moment(open_night: Open) -> None:
    page = open_night("#at=2016-11-09T07:29Z")
    assert page.evaluate(SEEN)["totals"] == ["Trump 276–279", "Clinton 218"]


def test_a_link_opens_the_night_at_its_moment_and_a_step_keeps_it_in_the_address(open_night: Open) -> None:
    page = open_night(f"#at={FLORIDA}")
    expect(page.get_by_role("heading", level=1)).to_have_text("The night as it was called: 10:50 p.m. Nov. 8")
    expect(page.locator(".nd-told")).to_contain_text("AP called Florida at 10:50 p.m. EST: Trump 197, Clinton 131")
    page.get_by_role("button", name="Next event").click()
    assert page.evaluate("location.hash").startswith("#at=2016-11-09T0")
    page.get_by_role("button", name="As it was known").click()
    assert page.evaluate("location.hash").endswith("&when=known")


def test_a_part_of_a_night_is_played_at_its_own_place_on_the_axis_of_the_whole(open_night: Open) -> None:
    """At 10 p.m. in New York it makes no difference whether the night ends at 11 p.m. or the next day at noon."""
    place = """() => {
      const svg = [...document.querySelectorAll('.nd-stage svg')].find(one => one.getClientRects().length);
      return [document.querySelector('.nd-cursor').getBoundingClientRect().left - svg.getBoundingClientRect().left,
        svg.querySelector('clipPath rect')?.getAttribute('width')];
    }"""
    whole, part = (
        open_night("#at=2024-11-06T03:00Z", slug="us-2024", until=until) for until in ("", "2024-11-06T04:00+00:00")
    )
    assert part.evaluate(place) == whole.evaluate(place)
    assert part.evaluate(SEEN) == whole.evaluate(SEEN)
    assert part.evaluate(SEEN)["totals"] == ["Trump 180–198", "Harris 54–115"]


def test_nothing_later_is_in_the_accessibility_tree(open_night: Open) -> None:
    page = open_night(f"#at={FLORIDA}")
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    said = page.locator("#nightdesk").aria_snapshot() + page.locator("#nightdesk").inner_text()
    for later in ("Wisconsin", "11:36", "Michigan", "Trump 279", "midnight EST", "1:02 a.m."):
        assert later not in said, later
    assert "Florida" in said


def test_it_starts_whole_and_still_and_never_by_itself(open_night: Open) -> None:
    page = open_night(calm=False)
    page.wait_for_timeout(400)
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    assert page.evaluate("stepped") == []
    assert "Trump 279" in page.evaluate(SEEN)["totals"]


def test_a_drawing_that_is_hidden_for_a_while_is_no_fault_and_has_its_cursor_again(open_night: Open) -> None:
    page = open_night(f"#at={FLORIDA}")
    cursor = "document.querySelector('.nd-cursor').getBoundingClientRect().left"
    before = page.evaluate(cursor)
    for shown in ("none", ""):
        page.evaluate(
            """async (shown) => {
              document.querySelector('.nd-stage').style.display = shown;
              for (let n = 0; n < 3; n++) await new Promise(requestAnimationFrame);
            }""",
            shown,
        )
    assert page.evaluate("wrong") == []
    assert page.evaluate(cursor) == before


def test_playing_skips_no_moment(open_night: Open) -> None:
    """To the end of the night each moment is drawn, in order, and each row comes in sight in its turn."""
    skips_nothing(played_to_the_end(open_night(calm=False, hurried=True)), embed())


def test_quiet_hours_are_passed_over_and_said(open_night: Open) -> None:
    """No stretch without an event takes more than 3 of 72 seconds, here 750 of 18,000 ms; the line says its length."""
    page = open_night(calm=False, person="whose clock is the test's")
    page.clock.install()
    page.evaluate("""() => {
      window.heard = [];
      window.times = [];
      const skip = document.querySelector('.nd-skip');
      new MutationObserver(() => heard.push(skip.textContent)).observe(skip, { childList: true });
      document.addEventListener('nd-frame', () => times.push(performance.now()), true);
    }""")
    pace = page.get_by_role("button", name="All in")
    for _ in range(2):
        pace.click()
    expect(pace).to_have_text("All in 18 s")
    page.get_by_role("button", name="Play").click()
    # By the page's own clock, which does not wait for the machine.
    page.clock.run_for(20_000)
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    times = page.evaluate("times")
    assert max(later - one for one, later in pairwise(times)) < 800
    assert "1 h 30 min without an event" in page.evaluate("heard")


def test_whoever_wants_no_motion_gets_steps(open_night: Open) -> None:
    page = open_night()
    page.get_by_role("button", name="Play").click()
    comes_to(page, lambda: page.evaluate("stepped.length") >= 2, True, seconds=60)
    shown = page.evaluate("document.querySelector('.nd-play input').value")
    night = night_of(embed())
    assert int(float(shown)) // 60 in {second // 60 for second, _ in night["orders"]["happened"]["moments"]}


@pytest.mark.parametrize(
    ("width", "theme"), cases((390, "light"), (1280, "dark"), long=[(390, "dark"), (1280, "light")])
)
def test_it_passes_axe_while_it_is_played_and_at_a_moment(width: int, theme: str, open_night: Open) -> None:
    page = open_night(f"#at={FLORIDA}", width=width, theme=theme, calm=False)
    page.get_by_role("button", name="Keys").click()
    assert violations(page) == []
    page.get_by_role("button", name="Play").click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_keyboard_does_it_all(open_night: Open) -> None:
    page = open_night(calm=False)
    page.get_by_role("slider").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.keyboard.press("End")
    last = page.get_by_role("slider").get_attribute("aria-valuetext")
    page.keyboard.press("ArrowLeft")
    assert page.get_by_role("slider").get_attribute("aria-valuetext") != last
    page.keyboard.press("?")
    expect(page.locator(".nd-help")).to_contain_text("Space plays and pauses")
    page.keyboard.press("Escape")
    assert page.get_by_role("slider").get_attribute("aria-valuetext") == "the whole night"


def test_without_a_script_the_night_is_whole_and_its_moments_are_a_list(open_night: Open) -> None:
    page = open_night(java_script_enabled=False)
    page.locator("#nd-list > summary").click()
    said = page.locator("#nd-list li")
    assert said.count() == len(night_of(embed())["orders"]["happened"]["moments"])
    expect(said.filter(has_text="AP called Florida at 10:50 p.m. EST: Trump 197").first).to_be_visible()


@pytest.mark.parametrize("width", [320, 640])
def test_at_a_moment_what_the_signs_mean_stands_in_the_drawing(open_night: Open, width: int) -> None:
    page = open_night(f"#at={FLORIDA}", width=width)
    expect(page.locator(".nd-stage svg:visible text", has_text="first-hand, picture, second-hand")).to_be_visible()


def test_the_whole_ends_with_its_last_moment_in_the_tally_too(open_night: Open) -> None:
    """Maine's and Nebraska's districts have only bounds, of which the latest are beyond the morning."""
    totals = open_night(slug="us-2020").locator(".nd-sums .total")
    expect(totals).to_have_text(["Trump 211–214", "Biden 237–248"])


def test_the_switch_says_how_little_is_known_of_publication(open_night: Open) -> None:
    expect(open_night().get_by_role("group", name="Order")).to_contain_text("9 of 37 with a publication minute")


def test_its_clock_is_the_one_of_every_other_page(open_night: Open) -> None:
    """The script tells the time by itself: at each moment it must say what the house's one clock says."""
    page, clock = open_night(), embed().clock
    page.get_by_role("button", name="Play").focus()
    page.keyboard.press("Home")
    night = night_of(embed())
    for second, _ in night["orders"]["happened"]["moments"]:
        at = datetime.fromtimestamp(night["start"] / 1000 + second, UTC)
        heading = page.get_by_role("heading", level=1).inner_text().replace("\u202f", " ").replace("\u00a0", " ")
        assert heading.endswith(f": {clock.dated(at)}"), at
        page.keyboard.press("ArrowRight")


def test_the_untimed_part_of_the_uk_counts_without_a_map(open_night: Open) -> None:
    page = open_night("#at=2016-06-24T03:30Z", slug="uk-2016")
    assert "66 of 382 areas have a time" in document("uk-2016")
    assert page.evaluate(SEEN)["possible"] == [], "nearly every area may have declared at any time of the night"
    shown = page.locator(".nd-map .tile[data-row]:visible")
    expect(shown).to_have_count(66)  # and no empty places, that would tell how many each side is going to have
    assert page.evaluate(SEEN)["totals"] == ["Leave at least 44", "Remain at least 22"]


def test_precisions_of_a_tile_are_told_by_its_edge(open_night: Open) -> None:
    page = open_night(f"#at={FLORIDA}")
    soft = page.evaluate(
        "[...document.querySelectorAll('.nd-map .tile.is-called.is-soft')].map(one => one.dataset.row)"
    )
    chart = embed(at="2016-11-09T03:50:00+00:00").chart
    exact = {
        item.row
        for lane in chart.lanes
        for mark, item in lane.items
        if isinstance(mark, Tiles) and is_side(mark) and item.when.precision is Precision.MINUTE
    }
    assert {"calls:ap-oh", "calls:ap-mo"} <= set(soft) and not exact & set(soft)


def withdrawn_night() -> str:
    """Two is called for Ann at 1:30, withdrawn between 2:30 and 3, and called for Ben at 4; One for Ann at 1."""
    back = {"id": "back", "call": "two", "earliest": at("02:30"), "latest": at("03:00"), "precision": "window"}
    calls = [call("one", "One", "A", "01:00"), call("two", "Two", "A", "01:30"), call("again", "Two", "B", "04:00")]
    tables = {"contests": [contest("One", 10, 0), contest("Two", 20, 1)], "calls": calls}
    story = story_of(files(tables | {"withdrawals": [back | {"source": "s"}]}))
    return draw_document(embed_of(story, "replay", default_view(story)))


def test_a_call_that_was_withdrawn_leaves_its_tile_and_its_total(tab: Open, site: Loopback) -> None:
    page = tab(width=640)
    drawn = withdrawn_night()
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy(drawn)}
    address = site.answers("/withdrawn", Answer(drawn.encode(), headers=headers))
    found = {}
    for time in ("01:45", "02:45", "03:30", "04:00", ""):
        page.goto("about:blank")
        page.goto(address + (f"#at={at(time)}" if time else ""))
        page.wait_for_selector(".nd-play button")
        seen = page.evaluate(SEEN)
        found[time] = seen["called"], seen["possible"], seen["totals"]
    assert found == {
        "01:45": (["calls:one", "calls:two"], [], ["Ann 30", "Ben 0"]),
        "02:45": (["calls:one"], ["calls:two"], ["Ann 10–30", "Ben 0"]),
        "03:30": (["calls:one"], [], ["Ann 10", "Ben 0"]),
        "04:00": (["calls:one", "calls:again"], [], ["Ann 10", "Ben 20"]),
        "": (["calls:one", "calls:again"], [], ["Ann 10", "Ben 20"]),
    }
