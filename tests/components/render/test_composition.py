"""One composition, two pens: the figure and the SVG say the same, in the same order, with the same signs."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from itertools import combinations, product
from typing import Any
from xml.etree import ElementTree

import pytest

from components.charts.catalogue import chart_of
from components.charts.grammar import Chart, Lane
from components.clock import Clock
from components.render.layout.boxes import Box, box_of
from components.render.layout.composition import MOST_CALLS, compose, is_call
from components.render.layout.lane_rows import STRENGTHS
from components.render.layout.scene import At, Bar, Composition, Sign, Stroke, Words
from components.render.layout.theme import LIGHT
from components.render.plotly.figure import DESK_SIZES, NARROWEST, PHONE_SIZES, WIDEST_FROM, draw_figure
from components.render.svg import svg
from components.text import plain, visible
from components.view.view_state import default_view
from data.core.settings import Settings
from data.story.store import find_story
from tests.support import samples
from tests.support.samples import EASTERN

STORIES = ("us-2016", "uk-2016", "us-2020", "us-2024", "revoke-2019")
SVG = "{http://www.w3.org/2000/svg}"
#: Of each figure: its sizes, the width it is composed for, and widths at which a page shows it.
FIGURES = pytest.mark.parametrize(
    ("narrow", "widths"),
    [pytest.param(True, (328, 358, 600, 736), id="narrow"), pytest.param(False, (848, 960, 1072), id="wide")],
)


@cache
def hero(slug: str, kind: str = "timeline") -> tuple[Chart, Clock]:
    story = find_story(slug, Settings())
    return chart_of(story, kind, default_view(story)), Clock(story.about.clock)


@cache
def within(slug: str, limit: float, *, narrow: bool) -> Composition:
    """The drawing of a story that has room for this limit."""
    (chart, clock), (width, sizes) = hero(slug), (NARROWEST, PHONE_SIZES) if narrow else (WIDEST_FROM, DESK_SIZES)
    return compose(chart, clock, width=width, sizes=replace(sizes, limit=limit))


@cache
def composed(chart: Chart, clock: Clock, *, narrow: bool) -> Composition:
    width, sizes = (NARROWEST, PHONE_SIZES) if narrow else (WIDEST_FROM, DESK_SIZES)
    return compose(chart, clock, width=width, sizes=sizes)


@pytest.mark.parametrize("slug", STORIES)
@pytest.mark.parametrize("limit", [0, 260, 340, 420, 500, 10_000])
@FIGURES
def test_a_drawing_has_the_most_words_that_its_limit_has_room_for(
    slug: str, limit: float, narrow: bool, widths: tuple[int, ...]
) -> None:
    found, fewest = within(slug, limit, narrow=narrow), within(slug, 0, narrow=narrow)
    assert found.bottom <= max(limit, fewest.bottom)
    assert [*within(slug, found.bottom + 0.01, narrow=narrow).words] == [*found.words]
    lower = within(slug, found.bottom - 0.01, narrow=narrow)
    assert found.bottom == fewest.bottom or lower.bottom < found.bottom


@cache
def figure_of(chart: Chart, clock: Clock, *, narrow: bool) -> dict[str, Any]:
    figure: dict[str, Any] = json.loads(draw_figure(chart, clock, narrow=narrow).to_json())
    return figure


@pytest.mark.parametrize("slug", STORIES)
@FIGURES
def test_both_pens_write_the_same_words_in_the_same_order(slug: str, narrow: bool, widths: tuple[int, ...]) -> None:
    chart, clock = hero(slug)
    width, sizes = (NARROWEST, PHONE_SIZES) if narrow else (WIDEST_FROM, DESK_SIZES)
    notes = figure_of(chart, clock, narrow=narrow)["layout"]["annotations"]
    drawn = svg.layout(chart, clock, width=int(width), sizes=sizes, brief=True)
    said = [re.sub("</?b>", "", note["text"]) for note in notes]
    assert said
    assert said == [plain(label.text) for label in drawn.labels][: len(said)]


@pytest.mark.parametrize("slug", STORIES)
def test_both_pens_draw_the_same_sign_for_every_row(slug: str) -> None:
    chart, clock = hero(slug)
    traces = [
        trace for trace in figure_of(chart, clock, narrow=False)["data"] if trace.get("name") in ("Marks", "Events")
    ]
    found = [pair for trace in traces for pair in zip(trace["customdata"], trace["marker"]["symbol"], strict=True)]
    root = ElementTree.fromstring(svg.draw(chart, clock, width=int(WIDEST_FROM)))
    named = ((element.get("data-row") or element.get("data-rows") or "", element) for element in root.iter())
    circles = {row for row, element in named if row and element.find(f".//{SVG}circle") is not None}
    seen = {row for row, symbol in found if symbol == "circle"}
    hidden = {
        visible(" ".join(sign.thing.rows))
        for sign in composed(chart, clock, narrow=False).signs
        if sign.thing and sign.bare
    }
    assert seen - hidden == circles - hidden


@pytest.mark.parametrize("slug", STORIES)
def test_lanes_stand_in_the_order_of_the_chart(slug: str) -> None:
    chart, clock = hero(slug)
    lanes = composed(chart, clock, narrow=False).lanes
    assert [lane.slug for lane in lanes] == [lane.slug for lane in chart.lanes]
    assert [lane.top for lane in lanes] == sorted(lane.top for lane in lanes)


def across(found: Composition, at: At, width: float) -> float:
    """Where a place is on a page of this width: only the plot grows, margins stay."""
    left, right = found.scale.left, width - (found.width - found.scale.right)
    return left + (right - left) * ((at.moment - found.chart.window.start) / found.chart.window.length) + at.dx


def stretched(found: Composition, width: float) -> list[tuple[Words, Box]]:
    """The box of each line of text on a page of this width."""
    return [
        (words, box_of(across(found, words.at, width), words.y, words.width, words.size, words.anchor))
        for words in found.words
    ]


@pytest.mark.parametrize("slug", STORIES)
@FIGURES
def test_no_words_lie_on_words_at_any_width_a_page_shows(slug: str, narrow: bool, widths: tuple[int, ...]) -> None:
    found = composed(*hero(slug), narrow=narrow)
    for width in widths:
        boxes = stretched(found, width)
        for (one, box), (other, taken) in combinations(boxes, 2):
            assert not box.overlaps(taken), f"{one.said!r} lies on {other.said!r} at {width}"
        assert all(box.left >= 0 and box.right <= width for _, box in boxes)


@pytest.mark.parametrize("slug", [*STORIES, "uk-2019"])
@pytest.mark.parametrize("kind", ["timeline", "claim"])
@FIGURES
def test_a_line_of_an_event_is_interrupted_at_words_at_any_width_a_page_shows(
    slug: str, kind: str, narrow: bool, widths: tuple[int, ...]
) -> None:
    found = composed(*hero(slug, kind), narrow=narrow)
    lines = [part.points for part in found.parts if isinstance(part, Stroke) and part.layer == "events"]
    for width, ((at, top), (to, foot)) in product(widths, lines):
        line = Box(across(found, at, width), top, across(found, to, width) + 0.1, foot + 0.1)
        crossed = [words.said for words, box in stretched(found, width) if box.overlaps(line) and not words.ground]
        assert crossed == [], width


@pytest.mark.parametrize("slug", [*STORIES, "uk-2019"])
def test_both_pens_lay_the_same_grounds_under_words_and_over_lines(slug: str) -> None:
    chart, clock = hero(slug)
    found = composed(chart, clock, narrow=False)
    boxes = [words.box(found.x(words.at)) for words in found.words if words.ground]
    assert boxes
    every = figure_of(chart, clock, narrow=False)["layout"]["shapes"]
    *shapes, last = (shape for shape in every if shape["xref"] == "x")
    assert "xsizemode" not in last, "or Plotly reads a dragged box in pixels"
    kinds = [shape["type"] for shape in shapes]
    assert kinds == sorted(kinds), "paths of lines, then the grounds over them"
    assert all(shape["layer"] == "below" for shape in shapes)
    grid = [shape["line"]["color"] in (LIGHT.rule, LIGHT.quiet, LIGHT.ink) for shape in shapes if "path" in shape]
    assert grid == sorted(grid, reverse=True), "the grid, then the lines of events over it"
    laid = [(shape["x1"] - shape["x0"], shape["y0"] - 4) for shape in shapes if shape["type"] == "rect"]
    for (wide, top), box in zip(laid, boxes, strict=True):
        assert (wide, top) == pytest.approx((box.right - box.left, box.top), abs=0.2)
    body = svg.layout(chart, clock, width=int(WIDEST_FROM), sizes=DESK_SIZES, brief=True).body
    layers = ElementTree.fromstring(f"<svg>{body}</svg>").findall("g")
    *lines, grounds = next(layer for layer in layers if layer.find("g[@class='under']") is not None)
    assert not any(line.get("class") == "under" for line in lines), "lines, then the grounds over them"
    (path,) = grounds
    drawn = [(int(left), int(left) + int(wide)) for left, wide in re.findall(r"M(\d+) \d+h(\d+)", path.get("d", ""))]
    for ends, box in zip(drawn, boxes, strict=True):
        assert ends == pytest.approx((box.left, box.right), abs=2.1)


@pytest.mark.parametrize("slug", STORIES)
def test_a_hero_is_as_high_as_its_page_has_room_for(slug: str) -> None:
    chart, clock = hero(slug)
    assert figure_of(chart, clock, narrow=False)["layout"]["height"] <= 520
    assert figure_of(chart, clock, narrow=True)["layout"]["height"] <= 640


@FIGURES
def test_no_letter_is_smaller_than_twelve_pixels(narrow: bool, widths: tuple[int, ...]) -> None:
    assert min(words.size for words in composed(*hero("us-2016"), narrow=narrow).words) >= 12


def test_the_first_view_of_the_night_names_what_a_reader_came_for() -> None:
    said = " | ".join(words.said for words in composed(*hero("us-2016"), narrow=False).words)
    for name in ("Ohio by 10:39 p.m.", "Florida 10:50 p.m.", "North Carolina by 11:14 p.m.", "Pennsylvania 1:35 a.m."):
        assert name in said
    assert "Wisconsin: Trump wins, 2:29 a.m." in said
    for mark in (
        "about 6 p.m.",
        "“Soared”",
        "Rising strongly (AFP)",
        "peak, 11:48",
        "First “major surge”",
        "Second “major surge”",
    ):
        assert mark in said
    for seen in (
        "Internal reports: “degraded” (Canada), about 2 p.m.",
        "Error page pictured (U.S.)",
        "Crashed for some users (U.S., Canada, Asia)",
    ):
        assert seen in said
    for other in ("@Canada on immigrants", "Dow futures", "S&P 500", "270 to win", "Trump 279", "Clinton 218"):
        assert other in said


def test_a_phone_names_what_the_headline_is_about_and_what_is_hatched() -> None:
    said = [words.said for words in composed(*hero("us-2016"), narrow=True).words]
    found = (
        "@Canada on immigrants",
        "Dow futures fall over 700",
        "Internal reports: “degraded”",
        "Error page pictured",
    )
    assert [name for name in found if not any(text.startswith(name) for text in said)] == []
    untimed = {slug for slug in STORIES for one in composed(*hero(slug), narrow=True).words if "not known" in one.said}
    assert untimed == {"uk-2016", "us-2020", "us-2024", "revoke-2019"}


def test_a_phone_names_a_search_by_its_first_clause_where_its_figure_has_no_room() -> None:
    said = {words.said for words in composed(*hero("uk-2016"), narrow=True).words}
    assert {"“What happens if we leave the EU”", "Irish passport searches"} <= said
    said = {words.said for words in composed(*hero("uk-2016"), narrow=False).words}
    assert {"“What happens if we leave the EU”, up 250%", "Moving to Gibraltar, up 680% in London"} <= said


def test_at_most_seven_calls_are_labelled_and_only_they_have_lines() -> None:
    chart, clock = hero("us-2016")
    found = composed(chart, clock, narrow=False)
    lines = [part for part in found.parts if getattr(part, "layer", "") == "events"]
    assert len(lines) == len([event for event in chart.events if event.emphasised and is_call(event)]) <= MOST_CALLS


def test_calls_of_one_minute_do_not_lie_on_one_another() -> None:
    found = composed(*hero("us-2024"), narrow=False)
    rail = [sign for sign in found.signs if sign.thing and sign.thing.number]
    places = [(round(found.x(sign.at)), round(sign.y)) for sign in rail]
    assert len(places) == len(set(places))


def test_an_interval_is_a_bar_with_no_sign_in_its_middle() -> None:
    found = composed(*hero("us-2016"), narrow=False)
    bars = {part.thing.rows for part in found.parts if isinstance(part, Bar) and part.thing}
    signs = {sign.thing.rows for sign in found.signs if sign.thing}
    assert ("observations:cbc-documents-2pm",) in bars - signs
    assert ("observations:google-surge-6pm",) in bars - signs


def test_a_better_grade_is_a_stronger_fill_and_the_legend_says_so() -> None:
    found = composed(*hero("us-2016"), narrow=False)
    by_row = {sign.thing.rows[0]: sign.strength for sign in found.signs if sign.thing}
    first_hand, picture, told = (
        by_row[f"observations:{row}"] for row in ("global-news-102am", "screenshot-1059pm", "reader-245am")
    )
    assert first_hand > picture > told
    assert [key.strength for key in found.keys if isinstance(key, Sign) and key.shape == "square"] == list(
        STRENGTHS[1:]
    )
    assert "first-hand, picture, second-hand" in [words.said for words in found.words]


def test_a_sign_without_a_fill_has_no_grade_in_the_legend() -> None:
    """Of the site's records only that it appeared to be back, an open circle: a filled square would explain nothing."""
    chart, clock = hero("us-2016")

    def alone(lane: Lane) -> Lane:
        marks = (
            replace(mark, items=tuple(one for one in mark.items if one.row == "observations:it-world-canada-118am"))
            for mark in lane.marks
        )
        return replace(lane, marks=tuple(mark for mark in marks if mark.items)) if lane.graded else lane

    found = composed(replace(chart, lanes=tuple(map(alone, chart.lanes))), clock, narrow=False)
    said = " ".join(words.said for words in found.words)
    assert "Appears to be back" in said and "first-hand" not in said


def test_an_empty_track_is_a_sentence_and_no_stripe() -> None:
    story = find_story("us-2016", Settings())
    found = composed(chart_of(story, "outages", default_view(story)), EASTERN, narrow=False)
    assert "nothing on record" in [words.said for words in found.words]


def test_the_legend_names_the_states_of_a_strip_by_grade() -> None:
    said = [words.said for words in composed(samples.night(samples.outages_lane()), EASTERN, narrow=False).words]
    assert {"failing", "degraded", "answering", "time range"} <= set(said)


def test_no_number_stands_on_a_mark() -> None:
    assert not [
        words.said
        for words in composed(samples.night(), EASTERN, narrow=False).words
        if words.said.isdigit() and int(words.said) < 100
    ]
