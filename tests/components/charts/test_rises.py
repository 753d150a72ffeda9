"""Onsets on the chart of searches: an interval in four renderings, never later than the moment asked about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from components.cache.memo import Memo, Same
from components.charts.builders.searches_chart import onset_events
from components.charts.catalogue import chart_of
from components.charts.grammar import Chart, Event
from components.charts.loaders import Loaders
from components.clock import Clock
from components.render import table
from components.render.plotly.figure import draw_figure
from components.render.svg import svg
from components.render.words import describe
from data.core.model import Source, Sourced, Window
from data.core.settings import Settings
from data.evidence.evidence_rows import OnsetRow
from data.evidence.rises import load_onsets
from data.evidence.series import load_series
from data.story.as_of import story_at
from data.story.store import story_store
from data.story.story import Story
from tests.support.imported import NIGHT, export, keep, newsroom
from tests.support.views import view_of

EASTERN = Clock("America/New_York")
RISE = datetime(2016, 11, 9, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return newsroom(tmp_path)


def searches(settings: Settings, data: bytes, *, at: datetime | None = None) -> Chart:
    story = keep(settings, data)
    load = Loaders(
        drawn=Memo(partial(load_series, stories=story_store(settings)), most=4, marks={Story: Same}),
        onsets=Memo(partial(load_onsets, stories=story_store(settings)), most=4, marks={Story: Same}),
    )
    told = story_at(story, at) if at else story
    return chart_of(told, "interest", view_of(told, caller="AP"), load=load)


def rises(chart: Chart) -> list[Event]:
    return [event for event in chart.events if event.rows[0].startswith("rise:")]


def test_a_rise_is_an_interval_of_its_lane_with_the_series_own_source(settings: Settings) -> None:
    chart = searches(settings, export(1, rise=RISE))
    (rise,) = rises(chart)
    assert (rise.when.earliest, rise.when.latest) == (RISE - MINUTE, RISE + MINUTE)
    assert rise.label == "Searches for “move to canada” in the U.S. begin to rise"
    assert rise.lanes == (chart.lanes[0].slug,)
    (source,) = {item.sources for _, item in chart.lanes[0].items}
    assert rise.sources == source
    assert rise.rows[1] in {item.row for _, item in chart.lanes[0].items}


def test_bins_of_eight_minutes_leave_sixteen(settings: Settings) -> None:
    (rise,) = rises(searches(settings, export(8, rise=RISE)))
    assert rise.when.latest - rise.when.earliest == 16 * MINUTE
    assert rise.when.earliest <= RISE <= rise.when.latest


def test_the_takeaway_and_the_list_say_between_when(settings: Settings) -> None:
    words = describe(searches(settings, export(1, rise=RISE)), EASTERN)
    assert words.takeaway.endswith("; they begin to rise between 10:59 p.m. and 11:01 p.m. EST, Nov. 8, 2016")
    (said,) = (text for text in words.long if "begin to rise" in text)
    assert said.startswith("between 10:59 p.m. and 11:01 p.m. EST: Searches for “move to canada” in the U.S.")


def test_a_rise_is_in_all_four_renderings(settings: Settings) -> None:
    chart = searches(settings, export(8, rise=RISE))
    (rise,) = rises(chart)
    row = rise.rows[0]
    assert row in str(draw_figure(chart, EASTERN).to_json())
    assert row in svg.draw(chart, EASTERN, width=720)
    assert any(row in cell for cell in table.frame(chart, EASTERN)["Row"])
    assert sum("begin to rise" in text for text in describe(chart, EASTERN).long) == 1


@pytest.mark.slow
@pytest.mark.parametrize("minutes", [1, 3, 30, 200])
def test_at_a_moment_nothing_later_is_used(settings: Settings, minutes: int) -> None:
    """The onsets at a moment are those of a file that ends there: what came later cannot have told."""
    at = RISE + minutes * MINUTE
    whole = export(1, rise=RISE)
    cut = b"".join(line for line in whole.splitlines(keepends=True) if line < f"{at:%Y-%m-%dT%H:%M}".encode() or b"," not in line or line.startswith(b"Time"))  # fmt: skip  # noqa: E501
    then = [(event.when, event.label) for event in rises(searches(settings, whole, at=at))]
    other = newsroom(settings.stories[0].parent / "cut")
    assert then == [(event.when, event.label) for event in rises(searches(other, cut))]
    assert bool(then) == (minutes >= 2)


def test_a_moment_is_said_in_the_notes(settings: Settings) -> None:
    notes = searches(settings, export(1, rise=RISE), at=RISE).notes
    assert any("Only bins that were over by 11 p.m. EST" in EASTERN.say(note) for note in notes)


def test_hourly_bins_say_that_they_know_no_minute(settings: Settings) -> None:
    notes = searches(settings, export(60, rise=RISE)).notes
    assert any("Bins of an hour or more say nothing about a minute." in note for note in notes)


def test_a_quiet_series_has_no_rise_and_a_story_without_series_no_note(settings: Settings) -> None:
    assert rises(searches(settings, export(1))) == []
    bare = newsroom(settings.stories[0].parent / "bare")
    story = keep(bare, export(60, start=NIGHT - timedelta(days=90)))
    load = Loaders(
        drawn=partial(load_series, stories=story_store(bare)), onsets=partial(load_onsets, stories=story_store(bare))
    )
    chart = chart_of(story, "interest", view_of(story, caller="AP"), load=load)
    assert not any("usual scatter" in note for note in chart.notes)


@pytest.mark.parametrize(
    ("confirmed", "below", "says"),
    [
        pytest.param(False, False, "(unconfirmed: a second method finds no change", id="unconfirmed"),
        pytest.param(True, True, "below Google’s resolution, so how far they rose is not known", id="below resolution"),
    ],
)
def test_what_is_not_sure_is_said(confirmed: bool, below: bool, says: str) -> None:
    row = OnsetRow(
        series="s",
        term="move to canada",
        geo="US",
        first=RISE,
        start=RISE - MINUTE,
        end=RISE + MINUTE,
        step=MINUTE,
        confirmed=confirmed,
        below=below,
        source="google",
    )
    onsets = Sourced((row,), (Source("google", "Google Trends", "t", "https://trends.google.com/"),))
    (event,) = onset_events(onsets, Window(RISE - timedelta(hours=1), RISE + timedelta(hours=1)))
    assert says in event.label
    assert ("unconfirmed" in event.short) is not confirmed


def test_no_sentence_denies_a_series_that_is_held(settings: Settings) -> None:
    drawn, elsewhere = searches(settings, export(1)), searches(settings, export(1, start=NIGHT + timedelta(days=3)))
    for chart in (drawn, elsewhere):
        said = [lane.note for lane in chart.lanes] + [chart.takeaway, *chart.notes]
        assert not [one for one in said if "series" in one and "is on record" in one]
    assert drawn.takeaway.startswith("Searches for “move to canada” in the U.S. were highest")
    assert [lane.note for lane in drawn.lanes if "no curve is drawn" in lane.note] == []
