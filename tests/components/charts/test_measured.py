"""A measured series in charts: on its own scale, as means over stretches, the same in every rendering."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from components.charts.builders.measured_chart import measured_lanes
from components.charts.catalogue import chart_of
from components.charts.grammar import Bars, Chart, Points, Stretches
from components.charts.phrases.moments import Moments
from components.clock import Clock
from components.embeds.documents.mark_counts import findings
from components.render.facts_csv import csv_of
from components.render.svg import svg
from components.render.words import describe
from components.view.view_state import default_view
from data.core.model import Sourced, Window
from data.evidence.calls import load_calls
from data.evidence.outages import load_observations
from data.evidence.searches import load_interest_marks
from data.story.store import SHIPPED
from data.story.tables import Reading
from tests.components.render.test_renderings import check_all_four

REVOKE = SHIPPED.read("revoke-2019")
LONDON = Clock("Europe/London")
VIEW = default_view(REVOKE)
START = datetime(2019, 3, 21, 8, tzinfo=UTC)
HOUR = Window(START, START + timedelta(hours=2))


def reading(minute: int, value: float, kind: str = "cumulative", until: int | None = None) -> Reading:
    moment = START + timedelta(minutes=minute)
    end = START + timedelta(minutes=until) if until else None
    row = {"id": "signed", "name": "Signatures", "unit": "signatures", "kind": kind, "at": moment, "until": end}
    return Reading.model_validate({**row, "value": value, "source": "log"})


def lanes(*rows: Reading, window: Window = HOUR) -> tuple[object, ...]:
    return tuple(
        (type(mark), [(item.value, item.text) for item in mark.items])
        for lane in measured_lanes(Sourced(rows, ()), window)
        for mark in lane.marks
    )


@pytest.fixture(scope="module")
def timeline() -> Chart:
    return chart_of(REVOKE, "timeline", VIEW)


def test_googles_scale_is_explained_where_a_figure_of_googles_is_drawn_and_nowhere_else() -> None:
    ours, theirs = (chart_of(story, "interest", default_view(story)) for story in (REVOKE, SHIPPED.read("us-2016")))
    assert any(note.startswith("Google’s figures are shares") for note in theirs.notes)
    assert not any("Google" in note for note in ours.notes)


def test_a_total_is_drawn_as_its_mean_over_each_stretch() -> None:
    said = [(10, "60 more signatures in 6 minutes"), (20, "200 more signatures in 10 minutes")]
    assert lanes(reading(0, 0), reading(6, 60), reading(16, 260)) == ((Stretches, said),)


def test_a_long_stretch_is_told_apart_from_short_ones() -> None:
    found = measured_lanes(Sourced((reading(0, 0), reading(5, 50), reading(35, 80)), ()), HOUR)
    short, long = (mark for lane in found for mark in lane.marks if isinstance(mark, Stretches))
    assert (short.loose, long.loose, long.name) == (False, True, "mean over 30 minutes or more")
    assert "Dashed: 30 minutes or longer" in found[0].note


def test_a_fall_is_below_zero_and_said() -> None:
    (lane,) = measured_lanes(Sourced((reading(0, 1_000), reading(10, 960)), ()), HOUR)
    ((_, item),) = lane.items
    assert (item.value, item.text) == (-4, "40 fewer signatures in 10 minutes; the total fell by 40 in it")
    assert lane.domain is not None
    assert lane.domain[0] < -4 < 0 < lane.domain[1]


def test_a_count_is_its_span_and_an_index_its_readings() -> None:
    assert lanes(reading(0, 120, "count", 10)) == ((Stretches, [(12, "120 signatures in 10 minutes")]),)
    assert lanes(reading(0, 7, "index"), reading(9, 8, "index")) == ((Points, [(7, "Signatures"), (8, "Signatures")]),)
    assert lanes(reading(0, 7, "index", 10)) == ((Bars, [(7, "Signatures")]),)


def test_a_window_without_a_reading_has_no_lane() -> None:
    later = Window(START + timedelta(days=1), START + timedelta(days=2))
    assert lanes(reading(0, 0), reading(6, 60), window=later) == ()


def test_a_series_never_stands_on_the_axis_of_searches(timeline: Chart) -> None:
    lane = timeline.lanes[0]
    assert (lane.slug, lane.title, lane.unit) == ("measured-signatures", "Signatures a minute", "signatures a minute")
    assert lane.domain is not None
    assert lane.domain[1] > 5_742
    assert [other.slug for other in timeline.lanes] == ["measured-signatures", "outages"]


@pytest.mark.parametrize("slug", ["timeline", "interest", "replay", "claim"])
@pytest.mark.parametrize("width", [390, 720])
def test_every_stretch_is_in_all_four_renderings(slug: str, width: int) -> None:
    check_all_four(chart_of(REVOKE, slug, VIEW), LONDON, width=width)


def test_the_file_holds_each_stretch_with_its_ends_and_its_mean(timeline: Chart) -> None:
    rows = list(csv.DictReader(io.StringIO(csv_of(timeline, LONDON, {}))))
    (outage,) = (row for row in rows if row["earliest_utc"] == "2019-03-21T08:55:00Z")
    assert (outage["until_utc"], outage["value"]) == ("2019-03-21T09:40:00Z", "218")
    assert (outage["unit"], outage["what"]) == ("signatures a minute", "9,822 more signatures in 45 minutes")
    assert outage["row"] == "series:signatures|2019-03-21T08:55:00+00:00"


def test_the_takeaway_and_the_counts_of_a_document_name_the_highest_mean(timeline: Chart) -> None:
    assert describe(timeline, LONDON).takeaway.startswith(
        "Signatures were highest at 5,742 a minute, the mean from 9:30:10 p.m. to 9:41:25 p.m.; "
    )
    assert findings(timeline, LONDON).startswith("Signatures a minute, highest 5,742")


def test_an_account_of_signatures_is_counted_as_none_of_searches() -> None:
    assert findings(chart_of(REVOKE, "claim", VIEW), LONDON).endswith("; 1 account: 1 before")


def test_readings_that_share_a_stamp_are_said() -> None:
    late = replace(VIEW, start=datetime(2019, 3, 21, 20, tzinfo=UTC), end=datetime(2019, 3, 22, tzinfo=UTC))
    said = "Signatures: 2 readings have the same time as another; the last of them is used."
    assert said in chart_of(REVOKE, "timeline", late).notes


def test_the_first_failure_runs_through_the_series(timeline: Chart) -> None:
    (event,) = (event for event in timeline.events if event.emphasised)
    assert event.rows == ("observations:guardian-first-down",)
    assert (event.when.earliest, event.when.latest) == (
        datetime(2019, 3, 21, 8, 30, tzinfo=UTC),
        datetime(2019, 3, 21, 9, 30, tzinfo=UTC),
    )


def test_a_long_range_draws_at_most_a_few_hundred_stretches() -> None:
    whole = replace(VIEW, start=datetime(2019, 3, 13, tzinfo=UTC), end=datetime(2019, 4, 23, tzinfo=UTC))
    (lane, *_) = chart_of(REVOKE, "timeline", whole).lanes
    assert 100 < len(list(lane.items)) < 400
    assert "those closer than 3 hours are joined" in lane.note


def test_a_long_stretch_is_a_thick_bar_and_no_moment(timeline: Chart) -> None:
    drawing = svg.draw(replace(timeline, lanes=timeline.lanes[:1], events=()), LONDON)
    loose = [mark for mark in timeline.lanes[0].marks if isinstance(mark, Stretches) and mark.loose]
    assert drawing.count('height="5" class="f" opacity="0.55"') - 1 == sum(len(mark.items) for mark in loose)


def test_a_sentence_for_a_minute_tells_the_last_reading_and_no_word_of_calls() -> None:
    moments = Moments.of(
        REVOKE,
        caller="",
        calls=load_calls(REVOKE, caller="", possible=True),
        marks=load_interest_marks(REVOKE),
        observations=load_observations(REVOKE),
    )
    said = LONDON.say(moments.sentence(datetime(2019, 3, 21, 9, 35, tzinfo=UTC)))
    assert said.startswith("The last reading, 8:55 a.m. GMT, was ")
    assert "petition.parliament.uk was last seen failing" in said
    assert "call" not in said
