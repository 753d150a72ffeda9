"""A long series on a chart: real bins only, nothing lost, said in every form, and whole in a shorter range."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.charts.catalogue import chart_of
from components.charts.grammar import Chart, Item, Kind, Line
from components.charts.loaders import Loaders
from components.charts.phrases.numbers import length_text
from components.clock import Clock
from components.embeds.embed import embed_of
from components.embeds.passport import data_of
from components.render import table
from components.render.facts_csv import csv_of
from components.render.layout.geometry import runs
from components.render.plotly.figure import draw_figure
from components.render.svg import svg
from components.view.view_state import default_view
from data.analysis.thinning import MOST
from data.core.frames import SourcedFrame
from data.core.model import Window
from data.core.settings import Settings
from data.evidence.rises import onsets_in
from data.story.store import find_story
from data.story.story import Story
from tests.components.render.test_renderings import check_all_four
from tests.support.long_series import MINUTE, START, minutes, noise
from tests.support.views import view_of

UTC_CLOCK = Clock("UTC")


@pytest.fixture(scope="module")
def story() -> Story:
    return find_story("us-2016", Settings())


def loaders(drawn: SourcedFrame) -> Loaders:
    return Loaders(drawn=lambda _: drawn, onsets=lambda _: onsets_in(drawn))


def drawn_chart(story: Story, drawn: SourcedFrame, first: int = 0, bins: int = 0, *, slug: str = "interest") -> Chart:
    """The chart of a window of so many minutes of the series, of all if none is said."""
    count = bins or round((drawn.frame["end"].max() - START) / MINUTE)
    window = Window(START + first * MINUTE, START + (first + count) * MINUTE)
    return chart_of(story, slug, view_of(story, window, caller="AP"), load=loaders(drawn))


@pytest.fixture(scope="module")
def nights_chart(story: Story) -> Chart:
    """The chart of all of NIGHTS."""
    return drawn_chart(story, NIGHTS)


def line_of(chart: Chart) -> Line:
    return next(mark for lane in chart.lanes for mark in lane.marks if isinstance(mark, Line))


def place(moment: datetime) -> int:
    """The minute of the series."""
    return round((moment - START) / MINUTE)


def facts(item: Item) -> tuple[datetime, float | None, float | None, float | None]:
    return item.when.earliest, item.value, item.low, item.high


NIGHTS = minutes(
    noise(20_000),
    below=[*range(4_000, 6_000), 9_001, 9_003],
    blank=[12_000, 12_001],
    missing=range(15_000, 15_600),
    band=2,
)


def test_a_thinned_line_holds_real_bins_with_the_values_they_have(nights_chart: Chart) -> None:
    whole = {row["start"].to_pydatetime(): row for row in NIGHTS.frame.to_dict("records")}
    kept = [item for item in line_of(nights_chart).items if item.kind is Kind.EXACT and item.value]
    assert 500 < len(kept) < MOST
    for item in kept:
        row = whole[item.when.earliest]
        assert facts(item) == (row["start"], row["value"], row["low"], row["high"])
        assert item.until is not None and item.until.latest == row["end"]
        assert item.row == f"series:s|{row['start'].isoformat()}"


def test_it_says_how_many_bins_it_draws_how_they_were_chosen_and_where_the_others_are(nights_chart: Chart) -> None:
    line = line_of(nights_chart)
    kept = sum(item.kind is Kind.EXACT and item.value is not None for item in line.items)
    assert line.thinned == (
        f"Thinned: {kept:,} of the 19,400 bins of “move to canada” in the U.S. in this range are drawn, with the "
        "values they have. A range of 33 hours or less shows every bin. Drawn are the highest and the lowest of every "
        "50 minutes, the ends of gaps, and those that shape the line most (MinMaxLTTB); all 2,002 bins below Google’s "
        "resolution are marked, neighbours as one."
    )
    assert line.thinned in nights_chart.notes


@pytest.mark.slow
@pytest.mark.parametrize("slug", ["interest", "timeline", "compare"])
def test_every_chart_that_holds_it_says_it(story: Story, slug: str) -> None:
    window = Window(story.window.end - timedelta(days=5), story.window.end)
    starts = (NIGHTS.frame[column] + (window.start - START) for column in ("start", "end"))
    moved = SourcedFrame(NIGHTS.frame.assign(**dict(zip(("start", "end"), starts, strict=True))), NIGHTS.sources)
    other = find_story("us-2020", Settings())
    chart = chart_of(story, slug, view_of(story, window, caller="AP"), other=other, load=loaders(moved))
    assert any("Thinned: " in note for note in chart.notes)
    check_all_four(chart, UTC_CLOCK, width=720)


def test_its_csv_says_it_ahead_of_its_rows_and_its_json_beside_its_items(story: Story, nights_chart: Chart) -> None:
    first, *rows = csv.DictReader(io.StringIO(csv_of(nights_chart, UTC_CLOCK, {})))
    assert (first["kind"], first["what"], first["value"]) == ("note", line_of(nights_chart).thinned, "")
    assert not any(row["kind"] == "note" for row in rows)
    view = default_view(story).with_window(nights_chart.window)
    told = data_of(embed_of(story, "interest", view, site="", load=loaders(NIGHTS)))
    marks = [mark["thinned"] for lane in told["lanes"] for mark in lane["marks"] if mark["drawn_as"] == "line"]
    assert line_of(nights_chart).thinned in marks
    assert line_of(nights_chart).thinned in told["passport"]["methods"]


@pytest.mark.parametrize("bins", [60, pytest.param(33 * 60, marks=pytest.mark.slow)])
def test_a_shorter_range_shows_every_bin_and_says_nothing_of_thinning(story: Story, bins: int) -> None:
    chart = drawn_chart(story, NIGHTS, 3_900, bins)
    rows = NIGHTS.frame.iloc[3_900 : 3_900 + bins]
    shown = line_of(chart).items
    assert [item.when.earliest for item in shown] == list(rows["start"])
    assert [item.value for item in shown] == list(rows["value"])
    assert [item.kind is Kind.CENSORED for item in shown] == list(rows["censored"])
    assert line_of(chart).thinned == ""
    assert not any("Thinned" in note for note in chart.notes)
    check_all_four(chart, UTC_CLOCK, width=720)


def test_what_is_found_in_the_series_is_found_in_all_of_its_bins(story: Story) -> None:
    values = noise(20_000, level=10)
    values[7_777] = 99.0
    values[10_000:10_030] = 80.0
    drawn = minutes(values)
    chart = drawn_chart(story, drawn)
    at = (START + 7_777 * MINUTE).isoformat()[:16]
    assert f"in the bin that begins at {{stamp:{at}" in chart.takeaway
    expected = [f"rise:s|{first.isoformat()}" for first in (row.first for row in onsets_in(drawn).rows)]
    assert expected
    assert [event.rows[0] for event in chart.events if event.rows[0].startswith("rise:")] == expected


@pytest.mark.slow
@settings(max_examples=3)
@given(
    seed=st.integers(0, 2**32 - 1),
    level=st.sampled_from([0.4, 3.0, 40.0]),
    hole=st.integers(0, 3_000),
    zone=st.sampled_from(["America/New_York", "Asia/Kathmandu"]),
    width=st.sampled_from([320, 768, 1280]),
)
def test_every_mark_of_a_thinned_line_is_in_all_four_renderings(
    story: Story, seed: int, level: float, hole: int, zone: str, width: int
) -> None:
    values = noise(4_000, seed=seed, level=level)
    drawn = minutes(
        values, below=np.flatnonzero(values == 0), missing=range(hole, hole + 900), band=2 if seed % 2 else 0
    )
    check_all_four(drawn_chart(story, drawn), Clock(zone), width=width)


def test_no_line_is_drawn_over_a_gap_or_over_bins_below_resolution(nights_chart: Chart) -> None:
    for run in runs(line_of(nights_chart)):
        first, last = place(run[0].when.earliest), place(run[-1].when.earliest)
        for hole in ((4_000, 6_000), (9_001, 9_002), (9_003, 9_004), (12_000, 12_002), (15_000, 15_600)):
            assert last < hole[0] or first >= hole[1]
    figure = json.loads(draw_figure(nights_chart, UTC_CLOCK).to_json())
    joined = [run for run in runs(line_of(nights_chart)) if len(run) > 1]
    trace = next(t for t in figure["data"] if t["mode"] == "lines" and t["line"]["width"] == 1.8)
    assert trace["x"].count(None) == len(joined) - 1
    assert svg.draw(nights_chart, UTC_CLOCK, width=720).count('class="t-search s line"') == len(joined)


def test_a_bin_that_no_line_reaches_is_a_dot_on_the_figure(story: Story) -> None:
    values = noise(6_000, level=0.3)
    chart = drawn_chart(story, minutes(values, below=np.flatnonzero(values == 0)))
    figure = json.loads(draw_figure(chart, UTC_CLOCK).to_json())
    trace = next(trace for trace in figure["data"] if trace.get("name") == "Marks")
    sizes = dict(zip(trace["customdata"], trace["marker"]["opacity"], strict=True))
    below = {item.row for item in line_of(chart).items if item.kind is Kind.CENSORED}
    alone = {run[0].row for run in runs(line_of(chart)) if len(run) == 1}
    assert alone == {row for row, seen in sizes.items() if row and seen} - below


def test_bins_below_resolution_that_share_a_mark_stand_from_the_first_to_the_last(nights_chart: Chart) -> None:
    merged = [item for item in line_of(nights_chart).items if item.kind is Kind.CENSORED]
    assert [(place(item.when.earliest), place(item.last), item.text) for item in merged] == [
        (4_000, 6_000, "“move to canada”, 2,000 bins in a row"),
        (9_001, 9_004, "“move to canada”, 2 of 3 bins"),
    ]
    told = table.frame(nights_chart, UTC_CLOCK).set_index("Row").loc[merged[0].row]
    assert told["When"] == "6:40 p.m. Sept. 3 to 4 a.m. UTC, Sept. 5, 2016"
    assert told["Value"] == "below Google’s resolution, band -2 to 4"
    figure = json.loads(draw_figure(nights_chart, UTC_CLOCK).to_json())
    bar = next(trace for trace in figure["data"] if trace.get("line", {}).get("width") == 3)
    assert list(zip(bar["x"][::4], bar["x"][2::4], strict=True)) == [
        ("2016-09-03T18:40:00", "2016-09-05T04:00:00"),
        ("2016-09-07T06:01:00", "2016-09-07T06:04:00"),
        ("2016-09-09T08:00:00", "2016-09-09T08:02:00"),  # two bins without a value
    ]


@pytest.mark.parametrize(
    ("length", "whole", "said"),
    [
        pytest.param(timedelta(minutes=40), False, "40 minutes", id="minutes"),
        pytest.param(timedelta(minutes=200), False, "3.3 hours", id="hours"),
        pytest.param(timedelta(minutes=2_000), True, "33 hours", id="rounded down"),
        pytest.param(timedelta(days=2_000), True, "2,000 days", id="days"),
        pytest.param(timedelta(seconds=60), False, "1 minute", id="one"),
    ],
)
def test_lengths_are_said_in_the_largest_unit_of_which_there_are_two(length: timedelta, whole: bool, said: str) -> None:
    assert length_text(length, whole=whole) == said
