"""A checked claim as a chart: the same fact in four renderings and every export, whatever is asked of the story."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.charts.builders.claim_chart import all_subjects, finding_of
from components.charts.catalogue import chart_of, kind_named
from components.charts.claim_record import record_of
from components.charts.grammar import Chart
from components.charts.loaders import Loaders
from components.charts.phrases.caution import caution_of
from components.charts.phrases.claim_words import quotable
from components.clock import Clock
from components.embeds.embed import embed_of
from components.embeds.formats import render
from components.embeds.request import Refused, asked
from components.render import table
from components.render.facts_csv import csv_of
from components.render.plotly.figure import draw_figure
from components.render.svg import svg
from components.render.words import ALT_CHARACTERS, describe
from components.view.view_state import default_view
from data.core.errors import NotInStory
from data.core.frames import SourcedFrame
from data.core.model import Source
from data.evidence.anchors import anchors_of
from data.evidence.outages import load_observations
from data.story.store import read_story
from data.story.story import Story
from tests.support.cases import examples
from tests.support.figures import places_of
from tests.support.views import view_of

EASTERN = Clock("America/New_York")
CALLERS = ("AP", "CNN", "Guardian", "TV")


STORIES = Path(__file__).parents[3] / "data" / "stories"


@cache
def story() -> Story:
    return read_story(STORIES / "us-2016")


@cache
def keys() -> tuple[str, ...]:
    return tuple(subject.key for subject in all_subjects(story(), Loaders()))


@cache
def events(caller: str) -> tuple[str, ...]:
    return tuple(anchor.key for anchor in anchors_of(story(), caller))


def claim(series: str = "site:cic", event: str = "US-FL", caller: str = "AP") -> Chart:
    return chart_of(story(), "claim", view_of(story(), caller=caller, series=series, event=event))


def rows_of_figure(chart: Chart) -> set[str]:
    found: set[str] = set()
    for trace in json.loads(draw_figure(chart, EASTERN).to_json())["data"]:
        for cell in trace.get("customdata") or []:
            found |= set(cell.split(" ")) - {""}
    return found


def rows_of_svg(chart: Chart, width: int) -> set[str]:
    root = ElementTree.fromstring(svg.draw(chart, EASTERN, width=width))
    marks = {element.attrib["data-row"] for element in root.iter() if "data-row" in element.attrib}
    return marks | {row for element in root.iter() for row in element.attrib.get("data-rows", "").split()}


@pytest.mark.slow
@examples(30)
@given(st.data())
def test_every_claim_is_the_same_in_four_renderings(data: st.DataObject) -> None:
    caller = data.draw(st.sampled_from(CALLERS))
    chart = claim(data.draw(st.sampled_from(keys())), data.draw(st.sampled_from(events(caller))), caller)
    rows = {item.row for lane in chart.lanes for _, item in lane.items} | {
        row for event in chart.events for row in event.rows
    }
    assert rows_of_figure(chart) >= rows
    assert rows_of_svg(chart, data.draw(st.sampled_from([320, 768, 1280]))) >= rows
    told = {row for cell in table.frame(chart, EASTERN)["Row"] for row in ([cell] if "|" in cell else cell.split(" "))}
    assert told >= rows
    words = describe(chart, EASTERN)
    items = sum(1 for lane in chart.lanes for _ in lane.items)
    assert len(words.long) >= items and 0 < len(words.alt) <= ALT_CHARACTERS
    assert "{" not in words.alt + words.takeaway + "".join(words.long)


def test_what_is_compared_lies_inside_the_window() -> None:
    chart = claim()
    for lane in chart.lanes:
        for _, item in lane.items:
            assert chart.window.start < item.when.earliest and item.when.latest < chart.window.end


def test_trouble_beside_florida_is_one_fact_everywhere() -> None:
    chart = claim()
    said = "before AP’s Florida call (10:50 p.m. EST, Nov. 8, 2016), by two accounts; three do not settle it"
    assert EASTERN.say(chart.takeaway).endswith(said)
    told = table.frame(chart, EASTERN).set_index("Row").loc["observations:cbc-documents-2pm"]
    assert told["When"] == "about 2 p.m. EST, Nov. 8, 2016; may have begun at any time before"
    drawing = svg.draw(chart, EASTERN, width=960, headline=True)
    assert "before · B · first seen" in drawing and "do not settle it" in drawing
    sentence = next(text for text in describe(chart, EASTERN).long if "degraded" in text)
    assert sentence.startswith("about 2 p.m. EST") and "(before · B · first seen)" in sentence


def test_marks_of_different_moments_lie_on_both_sides_and_contradict_nobody() -> None:
    said = EASTERN.say(claim("marks").takeaway)
    assert said.endswith("? On both sides: two came before it and three after; the other cannot be placed")


def test_a_series_of_the_night_is_a_claim_with_its_bins_and_its_source() -> None:
    step, florida = timedelta(minutes=8), datetime(2016, 11, 9, 3, 50, tzinfo=UTC)
    starts = pd.date_range(florida - 230 * step, periods=260, freq=step)
    values = [3.0, 4.0, 5.0, 4.0] * 50 + [90.0] * 60
    told = {"series": "drawn-0a1b", "term": "move to canada", "geo": "US", "source": "drawn-0a1b"}
    frame = pd.DataFrame({**told, "start": starts, "end": starts + step, "value": values})
    drawn = SourcedFrame(frame, (Source("drawn-0a1b", "Google Trends", "made up", "https://trends.google.com"),))
    load = Loaders(drawn=lambda _: drawn)
    chart = chart_of(
        story(), "claim", view_of(story(), caller="AP", series="searches:drawn-0a1b", event="US-FL"), load=load
    )
    assert EASTERN.say(chart.takeaway) == (
        "The rise of searches for “move to canada” in the U.S., 8-minute bins: "
        "before AP’s Florida call (10:50 p.m. EST, Nov. 8, 2016)"
    )
    assert "drawn-0a1b" in {source.id for source in chart.sources}
    finding = finding_of(story(), view_of(story(), caller="AP", series="searches:drawn-0a1b", event="US-FL"), load)
    record = record_of(story(), finding, clock=EASTERN, observations=load_observations(story()), drawn=drawn)
    assert [row["value"] for row in record["inputs"]["series"]] == values
    assert EASTERN.say(quotable(finding)).startswith(
        "By the one account on record, this came before AP’s Florida call (10:50 p.m.): "
        "Search interest in “move to canada” began to rise (Google Trends, between "
    )


@pytest.mark.parametrize(
    ("event", "short"),
    [
        ("US-FL", "Florida"),
        ("polls-close", "First polls close"),
        ("closing:2016-11-09T00:00Z", "Last polls close"),
        ("first-call", "First call"),
        ("decisive-call", "Decisive call"),
    ],
)
def test_the_event_has_a_short_label_that_is_not_cut(event: str, short: str) -> None:
    chart = claim(event=event)
    assert [one.short for one in chart.events] == [short]
    assert f">{short}" in svg.draw(chart, EASTERN, width=1280)


def test_each_caller_has_its_time_and_its_verdict_on_a_row() -> None:
    (callers,) = (lane for lane in claim().lanes if lane.slug == "callers")
    assert [item.track for _, item in callers.items] == [
        "before · AP",
        "before · The Guardian’s timeline",
        "before · TV networks in MaltaToday’s log",
        "before · AP and Fox together, as Matzav reported",
    ]


def test_nobody_looked_is_said_only_where_somebody_could_have() -> None:
    assert "nothing on record" not in svg.draw(claim(), Clock("UTC"))
    assert "nothing on record" in svg.draw(chart_of(story(), "outages", view_of(story(), caller="AP")), Clock("UTC"))


@pytest.mark.parametrize("series", ["site:cic", "marks"])
def test_the_caution_goes_with_a_claim_about_two_kinds_of_thing(series: str) -> None:
    assert caution_of(story(), claim(series)) is not None


@pytest.mark.parametrize(
    ("series", "event", "caller"),
    [
        pytest.param("site:immigration-nz", "US-FL", "AP", id="no record of trouble"),
        pytest.param("site:cic", "US-FL", "CNN", id="no such call"),
        pytest.param("site:immigration-nz", "US-FL", "CNN", id="neither"),
    ],
)
@pytest.mark.parametrize("form", ["html", "svg", "csv", "json"])
def test_what_a_story_lacks_is_said_in_every_form(series: str, event: str, caller: str, form: str) -> None:
    chart = claim(series, event, caller)
    assert EASTERN.say(chart.takeaway).endswith("Not enough evidence")
    view = embed_view(series, event, caller)
    assert render(embed_of(story(), "claim", view), form).body


def embed_view(series: str, event: str, caller: str) -> Any:
    query = f"series={series}&event={event}&caller={caller}"
    return asked("claim", query, story=story()).view


def test_an_address_of_a_claim_carries_its_question_and_no_other_chart_does() -> None:
    view = embed_view("marks", "US-OH", "Guardian")
    there = embed_of(story(), "claim", view, site="https://charts.example")
    assert "series=marks&event=US-OH" in there.address and "/check-a-claim?" in there.app_address
    assert there.chart.takeaway == claim("marks", "US-OH", "Guardian").takeaway
    assert "series=" not in embed_of(story(), "timeline", view, site="https://charts.example").address
    assert asked("timeline", "series=marks", story=story()) == asked("timeline", "", story=story())


@pytest.mark.parametrize(
    ("query", "says"),
    [
        pytest.param("series=site%20of%20mine", "series must be letters, digits", id="its shape"),
        pytest.param("event=" + "x" * 121, "event must be letters, digits", id="its length"),
        pytest.param("series=%E2%80%AEcic", "series must be letters, digits", id="its alphabet"),
    ],
)
def test_a_key_of_no_good_shape_is_refused(query: str, says: str) -> None:
    with pytest.raises(Refused, match=says) as refusal:
        asked("claim", query, story=story())
    assert refusal.value.status == 400


@pytest.mark.parametrize(("series", "event"), [("site:nowhere", ""), ("", "US-XX"), ("", "milestone:none")])
def test_a_key_of_nothing_held_is_refused_by_name(series: str, event: str) -> None:
    with pytest.raises(NotInStory, match="choose one like") as refusal:
        finding_of(story(), view_of(story(), caller="AP", series=series, event=event), Loaders())
    assert refusal.value.parameter == ("series" if series else "event")


def test_a_bundle_without_a_question_has_no_answer() -> None:
    from components.embeds.bundles.bundle import wanted_charts, wanted_view

    assert not {one.chart for one in wanted_charts(story())} & {"claim", "compare"}
    one = wanted_view(story(), "chart=claim&series=marks&event=US-OH")
    assert (one.chart, one.view.series, one.view.event) == ("claim", "marks", "US-OH")
    assert one.view.asking(kind_named("timeline").asks) == default_view(story())


@pytest.mark.parametrize("slug", ["us-2016", "us-2020", "us-2024", "uk-2016", "uk-2019", "revoke-2019"])
@pytest.mark.parametrize("width", [320, 390, 560, 800, 1280])
def test_the_name_of_a_row_is_whole_at_every_width(slug: str, width: int) -> None:
    night = read_story(STORIES / slug)
    chart = chart_of(night, "claim", view_of(night))
    told = {label.text for label in svg.layout(chart, EASTERN, width=width, brief=True).labels}
    assert {name for lane in chart.lanes for name in lane.tracks} <= told


@pytest.mark.parametrize("series", ["site:cic", "marks"])
@pytest.mark.parametrize("width", [320, 390, 560, 800, 1280])
def test_no_label_is_printed_over_the_line_of_the_event(series: str, width: int) -> None:
    found = svg.layout(claim(series), EASTERN, width=width, brief=True)
    place = re.search(r'data-event="1"[^>]*><title>[^<]*</title><path d="M([0-9.]+)', found.body)
    (times,) = (lane.items for lane in claim(series).lanes if lane.slug == "callers")
    names = {EASTERN.say(label) for _, item in times for label in item.labels}
    beside = [label for label in found.labels if label.text in names]
    assert place and len(beside) == 4
    for label in beside:
        assert not label.box.left < float(place[1]) < label.box.right, label.text


FIRST_SEEN = "observations:screenshot-1059pm"
OPEN = "may have begun at any time before"


def drawn_back(chart: Chart) -> list[dict[str, Any]]:
    """The dashes on the clock, a shape, and the arrows at their left ends, a trace."""
    figure = json.loads(draw_figure(chart, EASTERN).to_json())
    shapes = [shape for shape in figure["layout"]["shapes"] if shape["xref"] == "x"]
    dashes = [shape for shape in shapes if shape["line"].get("dash") == "3px,2px"]
    return [*dashes, *(trace for trace in figure["data"] if trace.get("name") == "Arrows")]


def test_a_first_sighting_after_the_event_is_drawn_back_to_the_edge_of_the_chart() -> None:
    chart = claim(FIRST_SEEN)
    ((_, item),) = chart.lanes[0].items
    assert item.by and item.when.exact
    assert chart.window.start < chart.events[0].when.earliest < item.when.earliest
    dashes, heads = drawn_back(chart)
    first, last = (EASTERN.position(moment, chart.window) for moment in (chart.window.start, item.when.latest))
    assert places_of([dashes]) == [first, last]
    assert (heads["x"], heads["marker"]["symbol"]) == ([first], ["triangle-left"])
    found = svg.layout(chart, EASTERN, width=1280)
    dashes_from = re.search(r'd="M([0-9.]+) [^"]+"[^>]+stroke-dasharray="3 2"', found.body)
    assert dashes_from and abs(float(dashes_from[1]) - found.plot.left) <= 0.5


def test_what_may_have_begun_earlier_is_told_so_in_every_rendering_and_file() -> None:
    chart = claim(FIRST_SEEN)
    assert f"10:59:59 p.m. EST, Nov. 8, 2016; {OPEN}" in set(table.frame(chart, EASTERN)["When"])
    assert any(f"10:59:59 p.m. EST; {OPEN}" in said for said in describe(chart, EASTERN).long)
    assert OPEN in svg.draw(chart, EASTERN, width=720) and OPEN in draw_figure(chart, EASTERN).to_json()
    (row,) = [row for row in csv.DictReader(io.StringIO(csv_of(chart, EASTERN, {}))) if row["row"] == FIRST_SEEN]
    assert (row["earliest_utc"], row["latest_utc"]) == ("", "2016-11-09T03:59:59Z")
    view = embed_view(FIRST_SEEN, "US-FL", "AP")
    told = json.loads(render(embed_of(story(), "claim", view), "json").body)["lanes"][0]["marks"][0]["items"][0]
    assert (told["by"], told["earliest"], told["latest"]) == (True, None, "2016-11-09T03:59:59Z")


def test_what_a_source_says_began_then_has_no_arrow() -> None:
    chart = claim("observations:it-world-canada-1030pm", "polls-close")
    ((_, item),) = chart.lanes[0].items
    assert not item.by and drawn_back(chart) == []
    assert OPEN not in svg.draw(chart, EASTERN, width=720)
