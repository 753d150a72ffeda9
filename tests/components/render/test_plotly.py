"""Plotly figures: naive times only, one x axis, every item findable, every text inert, nothing on one another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations, pairwise
from typing import Any

import plotly.graph_objects as go
import pytest

from components.charts.grammar import Chart, Lane
from components.charts.said import Said
from components.clock import Clock
from components.render.layout.boxes import Box
from components.render.layout.theme import DARK, LIGHT, Theme
from components.render.plotly.axes import name_foot
from components.render.plotly.figure import CONFIG, draw_figure
from components.text import text_width, visible
from data.core.model import Window
from tests.support import samples
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
@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "Asia/Kolkata"])
def test_every_time_is_a_naive_text_inside_the_axis(chart: Chart, zone: str) -> None:
    figure = drawn(chart, clock=Clock(zone))
    axis = figure["layout"]["xaxis"]
    on_x = [shape for shape in figure["layout"]["shapes"] if shape["xref"] == "x"]
    notes = [note["x"] for note in figure["layout"]["annotations"] if note["xref"] == "x"]
    times = [x for trace in figure["data"] for x in trace["x"] if x is not None]
    times += [shape[end] for shape in on_x for end in ("x0", "x1")] + notes + axis["tickvals"] + axis["range"]
    assert all(isinstance(x, str) and NAIVE.match(x) for x in times)
    assert all(axis["range"][0] <= x <= axis["range"][1] for x in times)


@CHARTS
def test_every_item_and_event_can_be_found_by_its_row(chart: Chart) -> None:
    rows = {row for trace in drawn(chart)["data"] for row in trace.get("customdata", ()) if row}
    assert rows == {item.row for lane in chart.lanes for _, item in lane.items} | {
        " ".join(event.rows) for event in chart.events
    }


@CHARTS
def test_all_lanes_share_one_x_axis_and_no_pixel_of_height(chart: Chart) -> None:
    figure = drawn(chart)
    assert {trace["xaxis"] for trace in figure["data"]} == {"x"}
    domains = sorted(axis["domain"] for name, axis in figure["layout"].items() if name.startswith("yaxis"))
    assert all(one[1] <= other[0] for one, other in pairwise(domains))
    assert {trace["yaxis"].replace("y", "yaxis") for trace in figure["data"]} <= set(figure["layout"])


def test_the_numbers_of_events_are_those_of_every_other_rendering() -> None:
    events = drawn(samples.night())["data"][-1]
    assert events["text"] == [str(number) for number, _ in samples.night().numbered]
    assert events["customdata"][17] == "calls:Florida"
    assert events["hovertext"][17] == "18. 10:50 p.m. EST: AP called Florida"
    assert events["x"][17] == "2016-11-08T22:50:00"


def test_a_pointer_is_told_when_what_and_how_much() -> None:
    trump = next(trace for trace in drawn(samples.night())["data"] if trace.get("name") == "Trump")
    told = trump["hovertext"][trump["customdata"].index("calls:Florida")]
    assert told.replace("<br>", " ") == "10:50 p.m. EST: Florida for Trump, AP (29 votes, Trump total 197)"


def test_hovering_and_dragging_are_set_for_all_lanes_at_once() -> None:
    layout = drawn(samples.night())["layout"]
    assert (layout["hovermode"], layout["hoversubplots"]) == ("x unified", "axis")
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
        *figure["layout"]["xaxis"]["ticktext"],
    ]
    for part in shown:
        bare = re.sub(r"</?b>|<br>", "", part)
        assert not set(bare) & set("<>&$\x00")
        assert len(bare) <= 2_000
        assert visible(bare) == bare
    assert len(json.dumps(figure)) < 80_000


def boxes_on_strip(chart: Chart, width: float) -> list[Box]:
    """Circles and labels of the event strip in pixels, for a plot of this width."""
    figure = drawn(chart)
    start, end = (datetime.fromisoformat(text) for text in figure["layout"]["xaxis"]["range"])
    events = figure["data"][-1]
    found = []
    for x, y in zip(events["x"], events["y"], strict=True):
        place = (datetime.fromisoformat(x) - start) / (end - start) * width
        found.append(Box(place - 7.5, y - 7.5, place + 7.5, y + 7.5))
    for note in figure["layout"]["annotations"]:
        if note["yref"] == "y":
            left = (datetime.fromisoformat(note["x"]) - start) / (end - start) * width + note["xshift"]
            wide = text_width(note["text"], note["font"]["size"])
            left -= wide if note["xanchor"] == "right" else 0
            found.append(Box(left, note["y"] - 7, left + wide, note["y"] + 7))
    return found


@pytest.mark.parametrize("width", [232, 300, 344, 700, 1180])
def test_no_label_or_circle_of_the_strip_lies_on_another_from_a_phone_to_a_desk(width: float) -> None:
    boxes = boxes_on_strip(samples.night(), width)
    assert len(boxes) > len(samples.night().events) + 5
    for one, other in combinations(boxes, 2):
        assert not one.overlaps(other)
    for box in boxes:
        assert box.left >= -16
        assert box.right <= width + 18


def test_words_of_lanes_are_broken_for_a_phone() -> None:
    notes = drawn(samples.night())["layout"]["annotations"]
    lines = [(line, note["font"]["size"]) for note in notes for line in re.sub("</?b>", "", note["text"]).split("<br>")]
    assert max(text_width(line, size) for line, size in lines) <= 252


def test_the_words_of_the_axis_keep_apart_on_the_narrowest_phone() -> None:
    axis = drawn(samples.night())["layout"]["xaxis"]
    start, end = (datetime.fromisoformat(text) for text in axis["range"])
    places = [(datetime.fromisoformat(x) - start) / (end - start) * 232 for x in axis["tickvals"]]
    halves = [text_width(text.split("<br>")[0], axis["tickfont"]["size"]) / 2 for text in axis["ticktext"]]
    ends = [(x - half, x + half) for x, half in zip(places, halves, strict=True)]
    assert 3 <= len(ends) <= 5
    assert all(other[0] - one[1] >= 6 for one, other in pairwise(ends))


def test_an_empty_lane_with_a_note_says_only_why() -> None:
    why = "CNN: no total: 9 of 56 calls known."
    lane = Lane("results", "Electoral votes", "", (), note=why)
    chart = Chart("results", "us-2016", "Electoral votes", Said.of(), samples.NIGHT, (lane,), sources=(samples.AP,))
    said = [note["text"].replace("<br>", " ") for note in drawn(chart)["layout"]["annotations"]]
    assert said == ["<b>Electoral votes</b>", why]


def test_every_emphasised_call_is_named_however_long_the_range() -> None:
    two_days = Window(samples.utc("8 05:00"), samples.utc("10 05:00"))
    events = samples.call_events()
    chart = Chart("x", "us-2016", "", Said.of(), two_days, (samples.results_lane(),), events, sources=(samples.AP,))
    said = " ".join(note["text"] for note in drawn(chart)["layout"]["annotations"] if note["yref"] == "y")
    assert all(state in said for state in ("Ohio", "Florida", "North Carolina", "Pennsylvania", "Wisconsin"))


@pytest.mark.parametrize(
    ("low", "high", "lines"),
    [
        pytest.param(150.0, 152.0, [155.0], id="the reference just above the end"),
        pytest.param(150.0, 152.0, [165.0], id="the reference where the name would stand"),
        pytest.param(180.0, 180.0, [155.0], id="the reference under the end"),
        pytest.param(150.0, 152.0, [], id="no reference"),
        pytest.param(150.0, 152.0, [155.0, 172.0], id="one line above another"),
    ],
)
def test_the_name_of_a_total_keeps_clear_of_its_line_and_of_the_reference(
    low: float, high: float, lines: list[float]
) -> None:
    foot = name_foot(low, high, lines, float("inf"))
    assert foot >= high + 5
    assert not [line for line in lines if foot - 2 < line < foot + 17]


def test_the_name_of_a_lower_total_goes_under_its_line_where_there_is_no_room_above() -> None:
    assert name_foot(140, 140, [], 150) + 15 <= 135


def test_the_axis_stays_linear_over_a_night_when_clocks_change() -> None:
    night = Window(datetime(2016, 11, 6, 4, tzinfo=UTC), datetime(2016, 11, 6, 10, tzinfo=UTC))
    chart = Chart("x", "us-2016", "", Said.of(), night, (samples.results_lane(),), sources=(samples.AP,))
    assert drawn(chart)["layout"]["xaxis"]["range"] == ["2016-11-06T00:00:00", "2016-11-06T06:00:00"]


def test_the_same_chart_is_the_same_figure_twice() -> None:
    assert drawn(samples.night()) == drawn(samples.night())


def test_a_long_question_is_the_whole_title_of_its_lane_in_two_lines() -> None:
    long = "“How much does the UK pay to the EU?”"
    (lane, *_) = samples.night(samples.interest_lane()).lanes
    chart = samples.night(replace(lane, title=long))
    titles = [note["text"] for note in drawn(chart)["layout"]["annotations"] if note["text"].startswith("<b>“")]
    assert titles == ["<b>“How much does the UK pay to<br>the EU?”</b>"]
