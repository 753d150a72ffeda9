"""Plotly figures: naive times only, one x axis, every item findable, every text inert, nothing on one another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import plotly.graph_objects as go
import pytest
from plotly.io import to_json
from plotly.tools import return_figure_from_figure_or_data

from components.charts.grammar import Chart, Lane
from components.charts.said import Said
from components.clock import Clock
from components.render.layout.theme import DARK, LIGHT, Theme
from components.render.plotly.figure import CONFIG, Settled, draw_figure, plain_figure
from components.text import visible
from data.core.model import Window
from tests.support import samples
from tests.support.figures import places_of
from tests.support.samples import EASTERN

CHARTS = pytest.mark.parametrize("chart", samples.ALL.values(), ids=samples.ALL)
HOSTILE = pytest.mark.parametrize("text", samples.HOSTILE, ids=lambda text: visible(text)[:20] or "empty")
NAIVE = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$")


def drawn(chart: Chart, *, clock: Clock = EASTERN, theme: Theme = LIGHT) -> dict[str, Any]:
    figure: dict[str, Any] = json.loads(draw_figure(chart, clock, theme=theme).to_json())
    return figure


def strings(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for value in part.values():
            yield from strings(value)
    elif isinstance(part, list):
        for value in part:
            yield from strings(value)


@CHARTS
def test_a_figure_is_valid_plotly(chart: Chart) -> None:
    assert go.Figure(drawn(chart), skip_invalid=False).data


@CHARTS
@pytest.mark.parametrize("narrow", [False, True])
def test_a_page_sends_what_plotly_would_have_made_of_the_figure(chart: Chart, narrow: bool) -> None:
    """Streamlit takes a figure's plain form, and writes that as JSON; ours was never taken apart by Plotly."""
    sent = to_json(
        return_figure_from_figure_or_data(Settled(plain_figure(chart, EASTERN, narrow=narrow)), validate_figure=True),
        validate=False,
    )
    assert json.loads(sent) == json.loads(draw_figure(chart, EASTERN, narrow=narrow).to_json())


@CHARTS
@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "Asia/Kolkata"])
def test_every_time_is_a_naive_text_inside_the_axis(chart: Chart, zone: str) -> None:
    figure = drawn(chart, clock=Clock(zone))
    axis = figure["layout"]["xaxis"]
    notes = [note["x"] for note in figure["layout"]["annotations"] if note["xref"] == "x"]
    times = [x for trace in figure["data"] for x in trace["x"] if x is not None]
    times += places_of(figure["layout"]["shapes"]) + notes + axis["range"]
    assert all(isinstance(x, str) and NAIVE.match(x) for x in times)
    assert all(axis["range"][0] <= x <= axis["range"][1] for x in times)


@CHARTS
def test_every_item_and_event_can_be_found_by_its_row(chart: Chart) -> None:
    rows = {row for trace in drawn(chart)["data"] for row in trace.get("customdata", ()) if row}
    assert rows == {item.row for lane in chart.lanes for _, item in lane.items} | {
        " ".join(event.rows) for event in chart.events
    }


@CHARTS
def test_all_lanes_share_one_clock_and_one_axis_of_pixels(chart: Chart) -> None:
    figure = drawn(chart)
    assert {(trace["xaxis"], trace["yaxis"]) for trace in figure["data"]} == {("x", "y")}
    assert figure["layout"]["yaxis"]["range"] == [figure["layout"]["height"], 0]


def test_a_pointer_over_an_event_is_told_when_what_and_who_in_three_lines() -> None:
    events = next(trace for trace in drawn(samples.night())["data"] if trace.get("name") == "Events")
    place = events["customdata"].index("calls:Florida")
    assert events["hovertext"][place] == "<b>10:50 p.m. EST</b><br>AP called Florida<br><i>AP</i>"
    assert events["x"][place] == "2016-11-08T22:50:00"


def test_a_pointer_over_a_mark_is_told_how_much_too() -> None:
    marks = next(trace for trace in drawn(samples.night())["data"] if trace.get("name") == "Marks")
    told = marks["hovertext"][marks["customdata"].index("calls:Florida")].split("<br>")
    assert told[0] == "<b>10:50 p.m. EST</b>"
    assert " ".join(told[1:]) == "Florida for Trump, AP (29 votes, Trump total 197) <i>AP</i>"


def test_the_nearest_mark_alone_is_told_and_a_drag_anywhere_selects() -> None:
    layout = drawn(samples.night())["layout"]
    assert layout["hovermode"] == "closest"
    assert (layout["dragmode"], layout["selectdirection"]) == ("select", "h")
    assert all(axis["fixedrange"] for name, axis in layout.items() if name.startswith(("xaxis", "yaxis")))


def test_a_selection_dims_nothing() -> None:
    assert all(trace["unselected"] == {"marker": {"opacity": 1}} for trace in drawn(samples.night())["data"])


def test_the_figure_offers_no_upload() -> None:
    assert CONFIG["showSendToCloud"] is False
    assert CONFIG["plotlyServerURL"] == ""


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@CHARTS
def test_every_colour_is_the_themes(chart: Chart, theme: Theme) -> None:
    own = {theme.paper, theme.ink, theme.quiet, theme.rule, theme.band, *theme.tones.values()}
    own |= {",".join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5)) for colour in own}
    found = {text for text in strings(drawn(chart, theme=theme)) if re.match(r"#[0-9A-Fa-f]{6}$|rgba\(", text)}
    used = {re.sub(r"^rgba\((\d+,\d+,\d+),.*", r"\1", text) for text in found}
    assert used <= own
    assert drawn(chart, theme=theme)["layout"]["template"] == {"layout": {}}


@HOSTILE
def test_a_hostile_text_comes_out_inert(text: str) -> None:
    figure = drawn(samples.saying(text))
    shown = [
        *(part for note in figure["layout"]["annotations"] for part in (note["text"],)),
        *(
            part
            for trace in figure["data"]
            for key in ("hovertext", "text", "name")
            for part in strings(trace.get(key))
        ),
    ]
    for part in shown:
        bare = re.sub(r"</?[bi]>|<br>", "", part)
        assert not set(bare) & set("<>&$\x00")
        assert len(bare) <= 2_000
        assert visible(bare) == bare
    assert len(json.dumps(figure)) < 100_000


def test_an_empty_lane_with_a_note_says_only_why() -> None:
    why = "CNN: no total: 9 of 56 calls known."
    lane = Lane("results", "Electoral votes", "", (), note=why)
    chart = Chart("results", "us-2016", "Electoral votes", Said.of(), samples.NIGHT, (lane,), sources=(samples.AP,))
    said = [note["text"] for note in drawn(chart)["layout"]["annotations"]]
    assert said[:2] == ["<b>Electoral votes</b>", why]
    assert all(re.search(r"[ap]\.m\.|midnight|Nov\.", text) for text in said[2:])


def test_every_emphasised_call_is_named_however_long_the_range() -> None:
    two_days = Window(samples.utc("8 05:00"), samples.utc("10 05:00"))
    events = samples.call_events()
    chart = Chart("x", "us-2016", "", Said.of(), two_days, (samples.results_lane(),), events, sources=(samples.AP,))
    said = " ".join(note["text"] for note in drawn(chart)["layout"]["annotations"] if note["yref"] == "y")
    assert all(state in said for state in ("Ohio", "Florida", "North Carolina", "Pennsylvania", "Wisconsin"))


def test_the_axis_stays_linear_over_a_night_when_clocks_change() -> None:
    night = Window(datetime(2016, 11, 6, 4, tzinfo=UTC), datetime(2016, 11, 6, 10, tzinfo=UTC))
    chart = Chart("x", "us-2016", "", Said.of(), night, (samples.results_lane(),), sources=(samples.AP,))
    assert drawn(chart)["layout"]["xaxis"]["range"] == ["2016-11-06T00:00:00", "2016-11-06T06:00:00"]


def test_the_same_chart_is_the_same_figure_twice() -> None:
    assert drawn(samples.night()) == drawn(samples.night())


def test_a_long_question_is_the_whole_title_of_its_lane_in_two_lines() -> None:
    long = "“How much does the United Kingdom pay to the European Union?”"
    (lane, *_) = samples.night(samples.interest_lane()).lanes
    figure = draw_figure(samples.night(replace(lane, title=long)), EASTERN, narrow=True)
    notes = json.loads(figure.to_json())["layout"]["annotations"]
    titles = [re.sub("</?b>", "", note["text"]) for note in notes if note["text"].startswith("<b>")]
    assert "“How much does the United Kingdom pay to" in titles
    assert "the European Union?”" in titles
