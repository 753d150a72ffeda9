"""SVG drawings: every item on them, no two texts on one another, inert, self-contained, the same everywhere."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.charts.catalogue import chart_of
from components.charts.grammar import Chart, Event, Lane
from components.charts.said import Said
from components.clock import Clock
from components.render.layout.theme import DARK, LIGHT
from components.render.svg import svg
from components.text import visible
from components.view.view_state import default_view
from data.core.model import Window
from data.core.settings import Settings
from data.story.store import find_story
from tests.support import samples
from tests.support.samples import EASTERN

WIDTHS = (320, 480, 768, 1280)
AT_WIDTHS = pytest.mark.parametrize("width", WIDTHS)
CHARTS = pytest.mark.parametrize("chart", samples.ALL.values(), ids=samples.ALL)
HOSTILE = pytest.mark.parametrize("text", samples.HOSTILE, ids=lambda text: visible(text)[:20] or "empty")
SVG = "{http://www.w3.org/2000/svg}"


def drawn(chart: Chart, *, width: int = 720, clock: Clock = EASTERN) -> ElementTree.Element:
    return ElementTree.fromstring(svg.draw(chart, clock, width=width))


def assert_no_text_on_text(chart: Chart, width: int, *, brief: bool = False) -> None:
    found = svg.layout(chart, EASTERN, width=width, headline=True, credit="Source: AP", brief=brief)
    for one, other in combinations(found.labels, 2):
        assert not one.box.overlaps(other.box), f"{one.text!r} lies on {other.text!r}"
    for label in found.labels:
        assert label.box.left >= 0, label.text
        assert label.box.right <= found.width, label.text
        assert label.box.bottom <= found.height, label.text


@given(st.lists(st.sampled_from(samples.call_events()), unique=True), st.sampled_from(WIDTHS))
def test_no_text_lies_on_another_for_any_part_of_the_night(events: list[Event], width: int) -> None:
    assert_no_text_on_text(samples.night(events=tuple(events)), width)


@CHARTS
@AT_WIDTHS
def test_no_text_lies_on_another_or_leaves_the_drawing(chart: Chart, width: int) -> None:
    assert_no_text_on_text(chart, width)


@CHARTS
def test_a_brief_drawing_keeps_its_texts_apart_too(chart: Chart) -> None:
    assert_no_text_on_text(chart, 320, brief=True)


@CHARTS
@AT_WIDTHS
def test_every_item_is_drawn_once_with_the_row_it_came_from(chart: Chart, width: int) -> None:
    rows = sorted(item.row for lane in chart.lanes for _, item in lane.items)
    assert (
        sorted(element.get("data-row", "") for element in drawn(chart, width=width).iterfind(".//*[@data-row]")) == rows
    )


@CHARTS
@AT_WIDTHS
def test_every_event_is_drawn_with_its_number(chart: Chart, width: int) -> None:
    events = sorted(
        drawn(chart, width=width).findall(".//*[@data-event]"), key=lambda one: int(one.get("data-event", 0))
    )
    assert [element.get("data-event") for element in events] == [str(number) for number, _ in chart.numbered]
    assert [element.get("data-rows") for element in events] == [" ".join(event.rows) for event in chart.events]


def test_an_event_says_its_minute_and_what_it_was() -> None:
    florida = drawn(samples.night()).find(".//*[@data-rows='calls:Florida']/")
    assert florida is not None
    assert florida.text == "10:50 p.m. EST: AP called Florida"


def test_an_item_says_when_what_and_how_much() -> None:
    florida = drawn(samples.night()).find(".//*[@data-row='calls:Florida']/")
    assert florida is not None
    assert florida.text == "10:50 p.m. EST: Florida for Trump, AP (29 votes, Trump total 197)"


@AT_WIDTHS
def test_totals_stand_at_the_ends_of_their_lines_and_what_is_outside_is_named(width: int) -> None:
    texts = [element.text for element in drawn(samples.night(), width=width).iter(f"{SVG}text")]
    said = " ".join(text or "" for text in texts)
    assert "Trump 279" in texts
    assert "Clinton 218" in texts
    assert "270 to win" in texts
    for name in ("Minnesota", "Arizona", "New Hampshire", "Michigan"):
        assert name in said
    assert "All times Eastern." in said


def test_the_five_emphasised_calls_are_labelled_on_a_phone() -> None:
    texts = {element.text for element in drawn(samples.night(), width=320).iter(f"{SVG}text")}
    assert {
        "Florida 10:50 p.m.",
        "Ohio by 10:39 p.m.",
        "North Carolina by 11:14 p.m.",
        "Pennsylvania 1:35 a.m.",
        "Wisconsin 2:29 a.m.",
    } <= texts


def test_observations_that_coincide_stand_apart() -> None:
    """Three say "about 10:30 p.m.", one of them on another row of evidence."""
    root = drawn(samples.night(samples.outages_lane(), events=()))
    bars = [root.find(f".//*[@data-row='observations:{name}']/{SVG}rect") for name in ("itworld", "ati", "bi")]
    assert len({bar.get("y") for bar in bars if bar is not None}) == 3


@HOSTILE
@pytest.mark.parametrize("width", [320, 1280])
def test_a_hostile_text_comes_out_inert_in_valid_xml(text: str, width: int) -> None:
    written = svg.draw(samples.saying(text), EASTERN, width=width, headline=True, credit=text)
    root = ElementTree.fromstring(written)
    allowed = "svg title desc style rect g text path circle defs pattern linearGradient stop"
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= set(allowed.split())
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on") or "href" in name]
    assert len(written) < 60_000


@HOSTILE
def test_a_hostile_text_lies_on_no_other_text(text: str) -> None:
    assert_no_text_on_text(samples.saying(text), 320)


@CHARTS
def test_a_drawing_asks_for_nothing_from_outside_and_runs_nothing(chart: Chart) -> None:
    written = svg.draw(chart, EASTERN)
    assert re.findall(r"https?://[^\s\"<]+", written) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"<script|<image|<foreignObject|@import|href|\sstyle=", written)


def test_a_drawing_names_itself_and_its_finding_for_those_who_do_not_see_it() -> None:
    root = drawn(samples.night())
    title, about = (root.find(f"{SVG}{name}") for name in ("title", "desc"))
    assert title is not None
    assert about is not None
    assert root.get("role") == "img"
    assert (
        root.get("aria-labelledby")
        == f"{title.get('id')} {about.get('id')}"
        == "nd-timeline-720-title nd-timeline-720-desc"
    )
    assert title.text == "The night on one clock"
    assert "AP called Florida at 10:50 p.m. EST" in (about.text or "")


def test_ids_of_several_widths_never_meet_in_one_page() -> None:
    ids = [
        element.get("id")
        for width in (320, 640, 1200)
        for element in drawn(samples.night(), width=width).iter()
        if element.get("id")
    ]
    assert len(ids) == len(set(ids))
    assert all(name and name.startswith("nd-timeline-") for name in ids)


@pytest.mark.parametrize(("asked", "given_width"), [(100, 320), (320, 320), (900, 900), (5_000, 1_400)])
def test_a_width_out_of_range_is_drawn_at_the_nearest_one(asked: int, given_width: int) -> None:
    assert drawn(samples.single(), width=asked).get("width") == str(given_width)


def test_the_height_follows_the_content() -> None:
    heights = [svg.layout(chart, EASTERN, width=720).height for chart in (samples.single(), samples.night())]
    assert heights[0] < 200 < 400 < heights[1]


def test_a_brief_drawing_of_the_night_leaves_room_for_words_on_a_phone() -> None:
    assert svg.layout(samples.night(), EASTERN, width=320, brief=True).height <= 820


def test_times_follow_the_clock_and_places_do_not() -> None:
    eastern, london = (drawn(samples.night(), clock=Clock(zone)) for zone in ("America/New_York", "Europe/London"))
    assert "Florida 3:50 a.m." in {element.text for element in london.iter(f"{SVG}text")}
    circles = [[e.get("cx") for e in root.iter(f"{SVG}circle")] for root in (eastern, london)]
    assert circles[0] == circles[1]


def test_the_same_chart_is_the_same_text_twice() -> None:
    assert svg.draw(samples.night(), EASTERN) == svg.draw(samples.night(), EASTERN)


def test_on_paper_a_call_of_no_known_hour_has_its_number_on_its_stretch() -> None:
    # AP's calls of Hawaii, Maine and Alaska of 2024, of which a day or two bounds are known.
    story = find_story("us-2024", Settings())
    chart = chart_of(story, "results", default_view(story))
    root = ElementTree.fromstring(svg.draw(chart, EASTERN, width=960, paper=True))
    hatched = [one for one in root.findall(".//*[@data-event]") if "hatch" in ElementTree.tostring(one, "unicode")]
    named = {one.get("data-event"): [text.text for text in one.iter(f"{SVG}text")] for one in hatched}
    assert named == {"33": ["33"], "34": ["34"], "35": ["35"]}


def test_a_dark_drawing_is_light_on_paper() -> None:
    written = svg.draw(samples.single(), EASTERN, theme=DARK)
    screen, printed = written.split("@media print")
    assert f".p.s{{fill:{DARK.paper}}}" in screen
    assert f".p.s{{fill:{LIGHT.paper}}}" in printed


def test_an_adaptive_drawing_follows_the_reader_and_is_light_on_paper() -> None:
    written = svg.draw(samples.single(), EASTERN, adaptive=True)
    assert "@media screen and (prefers-color-scheme:dark)" in written
    assert 'class="nd nd-auto"' in written


def test_the_rules_of_all_charts_of_a_theme_are_the_same_text() -> None:
    rules = {re.findall(r"<style>(.*?)</style>", svg.draw(chart, EASTERN))[0] for chart in samples.ALL.values()}
    assert rules == {svg.style(LIGHT)}


def test_an_empty_lane_says_so() -> None:
    texts = {element.text for element in drawn(samples.empty()).iter(f"{SVG}text")}
    assert "No records in this story for this range" in texts
    assert "The series ends July 9, 2016; nothing is drawn for this window" in texts


def test_an_empty_lane_with_a_note_says_only_why() -> None:
    why = "CNN: no total: 9 of 56 calls known."
    lane = Lane("results", "Electoral votes", "", (), note=why)
    chart = Chart("results", "us-2016", "Electoral votes", Said.of(), samples.NIGHT, (lane,), sources=(samples.AP,))
    texts = [element.text for element in drawn(chart).iter(f"{SVG}text")]
    assert texts.count(why) == 1
    assert "No records in this story for this range" not in texts


def test_the_reference_line_runs_through_no_name_of_a_total() -> None:
    found = svg.layout(samples.night(), EASTERN, width=390)
    line = next(label.box.bottom for label in found.labels if label.text == "270 to win") + 1.5
    assert not [text for text, box in found.labels if text.startswith("Trump 2") and box.top < line < box.bottom]


@pytest.mark.parametrize("width", [320, 390, 900])
@pytest.mark.parametrize("hour", ["9 03:00", "9 06:00", "9 07:15", "9 12:00"])
def test_both_totals_are_named_whenever_the_range_ends(width: int, hour: str) -> None:
    window = Window(samples.NIGHT.start, samples.utc(hour))
    chart = Chart("x", "us-2016", "", Said.of(), window, (samples.results_lane(),), sources=(samples.AP,))
    texts = [label.text for label in svg.layout(chart, EASTERN, width=width).labels]
    assert {text.split()[0] for text in texts if text.split()[0] in ("Trump", "Clinton")} == {"Trump", "Clinton"}


def test_a_total_known_within_bounds_is_a_range_at_its_end() -> None:
    early = Chart(
        "results", "us-2016", "Electoral votes", Said.of("So far"), Window(samples.NIGHT.start, samples.utc("9 03:00")),
        (samples.results_lane(),), sources=(samples.AP,),
    )  # fmt: skip
    texts = {element.text for element in drawn(early).iter(f"{SVG}text")}
    assert {"Trump 132–168", "Clinton 104–109"} <= texts
