"""The same fact in four renderings: figure, SVG, table and words of one Chart cannot disagree.

Every mark is in every rendering, however many there are. A document is made of them and may list fewer: its table, the
rows that its events name and the moments of its replay are cut alike, and say so, while its drawings show every mark.
What it leaves out and how is tested in tests/components/embeds/test_long_documents.py.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.many_contests import write_story
from components.charts.catalogue import chart_of, publishable
from components.charts.grammar import Chart
from components.charts.said import Said
from components.clock import Clock
from components.render import table
from components.render.plotly.figure import draw_figure
from components.render.svg import svg
from components.render.words import ALT_CHARACTERS, brief, describe
from data.core.model import Window
from data.core.settings import Settings
from data.story.store import find_story, read_story
from data.story.story import Story
from tests.support.cases import examples
from tests.support.figures import places_of
from tests.support.views import view_of

US_2016 = Path(__file__).parents[3] / "data" / "stories" / "us-2016"
ZONES = ("America/New_York", "Europe/London", "UTC", "Asia/Tokyo", "Asia/Kathmandu")


@pytest.fixture(scope="module")
def story() -> Story:
    return read_story(US_2016)


def drawn_rows(chart: Chart) -> set[str]:
    return {item.row for lane in chart.lanes for _, item in lane.items}


def event_rows(chart: Chart) -> set[str]:
    return {row for event in chart.events for row in event.rows}


def rows_of_figure(figure: Any) -> set[str]:
    found: set[str] = set()
    for trace in json.loads(figure.to_json())["data"]:
        for cell in trace.get("customdata") or []:
            found |= set(cell.split(" ")) if trace.get("name") == "Events" else {cell} if cell else set()
    return found


def rows_of_svg(drawing: str, attribute: str) -> set[str]:
    root = ElementTree.fromstring(drawing)
    cells = [element.attrib[attribute] for element in root.iter() if attribute in element.attrib]
    return {row for cell in cells for row in (cell.split(" ") if attribute == "data-rows" else [cell])}


def windows(story: Story) -> st.SearchStrategy[Window]:
    first = story.window.start - timedelta(days=2)
    return st.tuples(st.integers(0, 5 * 24 * 60), st.integers(10, 3 * 24 * 60)).map(
        lambda span: Window(first + timedelta(minutes=span[0]), first + timedelta(minutes=sum(span)))
    )


def test_every_mark_of_the_night_is_in_all_four_renderings(story: Story) -> None:
    for slug in publishable():
        check_all_four(chart_of(story, slug, view_of(story, caller="AP")), Clock("America/New_York"), width=720)


def test_every_mark_of_a_night_of_hundreds_of_contests_is_in_all_four_renderings(tmp_path: Path) -> None:
    night = read_story(write_story(tmp_path, 650))
    for slug in ("results", "map"):
        check_all_four(chart_of(night, slug, view_of(night, caller="Desk")), Clock("UTC"), width=720)


@examples(40)
@given(st.data())
def test_every_mark_of_any_range_caller_and_zone_is_in_all_four_renderings(story: Story, data: st.DataObject) -> None:
    chart = chart_of(
        story,
        data.draw(st.sampled_from(publishable())),
        view_of(story, data.draw(windows(story)), caller=data.draw(st.sampled_from(["AP", "CNN", "Guardian", "TV"]))),
    )
    check_all_four(chart, Clock(data.draw(st.sampled_from(ZONES))), width=data.draw(st.sampled_from([320, 768, 1280])))


def check_all_four(chart: Chart, clock: Clock, *, width: int) -> None:
    marks, events = drawn_rows(chart), event_rows(chart)
    assert rows_of_figure(draw_figure(chart, clock)) >= marks | events
    drawing = svg.draw(chart, clock, width=width)
    assert rows_of_svg(drawing, "data-row") >= marks
    assert rows_of_svg(drawing, "data-rows") >= events
    told = table.frame(chart, clock)
    assert {row for cell in told["Row"] for row in ([cell] if "|" in cell else cell.split(" "))} >= marks | events
    others = sum(not set(event.rows) <= marks for event in chart.events)
    assert len(describe(chart, clock).long) == sum(1 for _ in chart.listed) + others + len(chart.outside)


def test_numbers_of_events_are_the_same_in_drawing_and_table(story: Story) -> None:
    chart, clock = chart_of(story, "timeline", view_of(story, caller="AP")), Clock("America/New_York")
    expected = {number: " ".join(event.rows) for number, event in chart.numbered}
    root = ElementTree.fromstring(svg.draw(chart, clock, width=1280))
    drawn = [element.attrib for element in root.iter() if "data-event" in element.attrib]
    assert {int(found["data-event"]): found["data-rows"] for found in drawn} == expected
    told = table.frame(chart, clock)
    for number, rows in expected.items():
        listed = " ".join(told.loc[told["No."] == str(number), "Row"])
        assert set(rows.split()) <= set(listed.split())


def test_florida_is_the_same_fact_everywhere(story: Story) -> None:
    chart, clock = chart_of(story, "results", view_of(story, caller="AP")), Clock("America/New_York")
    figure = json.loads(draw_figure(chart, clock).to_json())
    places = [
        x
        for trace in figure["data"]
        for x, row in zip(trace.get("x") or [], trace.get("customdata") or [], strict=False)
        if row == "calls:ap-fl"
    ]
    assert set(places) == {"2016-11-08T22:50:00"}
    told = table.frame(chart, clock).set_index("Row").loc["calls:ap-fl"]
    assert told["When"] == "10:50 p.m. EST, Nov. 8, 2016"
    assert told["Value"] == "29 electoral votes, Trump total 197"
    sentence = next(text for text in describe(chart, clock).long if "Florida" in text)
    assert sentence.startswith("10:50 p.m. EST") and "29 electoral votes, Trump total 197" in sentence
    drawing = svg.draw(chart, clock, width=720)
    assert 'data-row="calls:ap-fl"' in drawing and "Florida" in drawing


@examples(25)
@given(st.data())
def test_words_stay_short_enough_and_say_only_what_is_drawn(story: Story, data: st.DataObject) -> None:
    chart = chart_of(
        story, data.draw(st.sampled_from(publishable())), view_of(story, data.draw(windows(story)), caller="AP")
    )
    words = describe(chart, Clock("America/New_York"))
    assert 0 < len(words.alt) <= ALT_CHARACTERS
    assert "{" not in words.alt + words.takeaway + "".join(words.long)


QUESTION = Said(
    ("The accounts do not agree: two say before",),
    subject="Trouble at the site",
    question="before or after the call (10:50 p.m. EST)?",
)
FINDING = Said.of("One finding stands", "another follows")


@pytest.mark.parametrize(
    ("said", "limit", "left"),
    [
        pytest.param(FINDING, 99, "One finding stands; another follows", id="all"),
        pytest.param(FINDING, 30, "One finding stands", id="a clause goes"),
        pytest.param(replace(FINDING, mark="."), 30, "One finding stands.", id="a sentence goes"),
        pytest.param(QUESTION, 42, "The accounts do not agree: two say before", id="a question goes before its answer"),
        pytest.param(Said.of("At 10 p.m. EST it failed"), 19, "At 10 p.m. EST it…", id="no sentence ends in p.m."),
    ],
)
def test_what_is_too_long_loses_whole_sentences(said: Said, limit: int, left: str) -> None:
    assert said.within(limit, "Trouble") == left


def test_the_last_clause_that_stays_says_the_zone() -> None:
    said = Said.of("AP called Ohio at {time:2016-11-09T03:39:00Z}", "it called Florida at {time:2016-11-09T03:50:00Z}")
    say = Clock("America/New_York").say
    assert said.within(99, say=say) == "AP called Ohio at 10:39 p.m.; it called Florida at 10:50 p.m. EST"
    assert said.within(50, say=say) == "AP called Ohio at 10:39 p.m. EST"


@pytest.mark.parametrize("slug", ["us-2016", "uk-2016"])
def test_the_alt_text_of_a_claim_ends_with_its_whole_answer(slug: str) -> None:
    night = find_story(slug, Settings())
    chart = chart_of(night, "claim", view_of(night, caller=night.about.callers[0].name))
    clock = Clock("America/New_York")
    words = describe(chart, clock)
    assert words.alt.endswith(words.takeaway.rpartition("? ")[2])
    assert words.alt.count(clock.say(chart.title).partition(",")[0]) == 1


def test_the_title_of_a_claim_stands_for_a_question_that_is_too_long(story: Story) -> None:
    chart = replace(chart_of(story, "results", view_of(story, caller="AP")), title="Trouble, beside the call")
    short = brief(replace(chart, said=QUESTION), Clock("America/New_York"), 80)
    assert short == "Trouble, beside the call. The accounts do not agree: two say before"


def test_no_place_on_a_figure_has_an_offset_or_is_a_number(story: Story) -> None:
    for slug in publishable():
        chart = chart_of(story, slug, view_of(story, caller="AP"))
        figure = json.loads(draw_figure(chart, Clock("Asia/Tokyo")).to_json())
        layout = figure["layout"]
        over_the_clock = [trace for trace in figure["data"] if trace.get("xaxis", "x") == "x"]
        places = [x for trace in over_the_clock for x in trace.get("x") or [] if x is not None]
        places += places_of(layout["shapes"])
        places += layout["xaxis"]["range"]
        assert all(re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}", str(place)) for place in places)


def test_all_traces_share_one_clock_so_that_a_drag_anywhere_is_a_range(story: Story) -> None:
    chart = chart_of(story, "timeline", view_of(story, caller="AP"))
    figure = json.loads(draw_figure(chart, Clock("UTC")).to_json())
    assert {trace.get("xaxis", "x") for trace in figure["data"]} == {"x"}
    assert {trace.get("yaxis", "y") for trace in figure["data"]} == {"y"}
    assert figure["layout"]["hovermode"] == "closest"
