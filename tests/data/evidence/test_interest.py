from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.core.model import Window
from data.evidence.searches import load_interest, load_interest_marks, load_search_figures, step_of
from data.story.store import read_story
from data.story.story import Story
from tests.support.tables import table

US_2016 = Path(__file__).parents[3] / "data" / "stories" / "us-2016"


@pytest.fixture(scope="module")
def story() -> Story:
    return read_story(US_2016)


def test_the_weekly_series_has_1306_bins_of_seven_days_in_two_places(story: Story) -> None:
    frame = load_interest(story).frame
    assert len(frame) == 1_306
    assert set(frame["geo"]) == {"US", "GB"}
    assert step_of(frame) == timedelta(days=7)
    assert set(frame["end"] - frame["start"]) == {timedelta(days=7)}


def test_each_place_stands_on_the_scale_of_its_own_maximum(story: Story) -> None:
    assert load_interest(story).frame.groupby("geo")["value"].max().to_dict() == {"US": 100.0, "GB": 100.0}


def test_zero_is_marked_as_below_resolution(story: Story) -> None:
    frame = load_interest(story).frame
    assert frame["censored"].equals(frame["value"] == 0)
    assert frame["censored"].any()


def test_the_series_ends_four_months_before_the_night_and_nothing_fills_the_gap(story: Story) -> None:
    assert load_interest(story).frame["end"].max() == datetime(2016, 7, 10, tzinfo=UTC)


def test_the_nights_marks_are_the_published_times_each_once(story: Story) -> None:
    frame = table(load_interest_marks(story, story.window))
    moments = frame[frame["until"].isna()]
    assert [f"{stated:%H:%M}" for stated in moments["stated"]] == [
        "23:00", "02:00", "03:40", "04:48", "05:04", "08:16",
    ]  # fmt: skip


def test_a_figure_wins_over_the_observation_that_repeats_it(story: Story) -> None:
    frame = table(load_interest_marks(story, story.window))
    peak = frame[frame["stated"] == datetime(2016, 11, 9, 5, 4, tzinfo=UTC)]
    assert list(peak["table"]) == ["figures"]


def test_marks_of_other_nights_are_never_among_them(story: Story) -> None:
    night = {row.id for row in story.figures if row.scope == "night"} | {row.id for row in story.observations}
    assert set(table(load_interest_marks(story))["id"]) <= night


def test_every_mark_names_a_source_that_comes_with_it(story: Story) -> None:
    series, marks = load_interest(story), load_interest_marks(story)
    assert set(" ".join(series.frame["source"]).split()) == {source.id for source in series.sources}
    assert {name for row in marks.rows for name in row.sources} == {source.id for source in marks.sources}


def test_a_window_without_marks_has_no_rows_and_names_no_source(story: Story) -> None:
    nothing = Window(datetime(1999, 1, 1, tzinfo=UTC), datetime(1999, 2, 1, tzinfo=UTC))
    assert load_interest_marks(story, nothing) == ((), ())


def test_a_figure_with_only_the_end_of_its_window_is_a_bound(story: Story) -> None:
    figure = next(row for row in story.figures if row.metric.startswith("google_") and row.scope == "night")
    end = datetime(2016, 11, 9, 1, tzinfo=UTC)
    ended = figure.model_copy(update={"window_start": None, "window_end": end})
    (row,) = table(load_interest_marks(replace(story, figures=(ended,), observations=()))).to_dict("records")
    assert (row["precision"], row["earliest"], row["latest"]) == ("by", story.window.start, end)
    assert row["until"] is None or row["until"] != row["until"]


@pytest.mark.parametrize(
    ("hours", "unit", "mark"),
    [
        pytest.param(1, "percent increase", ("window", "01:00", "02:00"), id="a rise in an hour had come by its end"),
        pytest.param(24, "percent increase", ("minute", "01:00", "01:00"), id="a rise in a day is counted, no mark"),
        pytest.param(1, "rank", ("minute", "01:00", "01:00"), id="a rank is counted, no mark"),
    ],
)
def test_a_rise_counted_over_some_hours_is_a_mark_between_two_bounds(
    story: Story, hours: int, unit: str, mark: tuple[str, str, str]
) -> None:
    figure = next(row for row in story.figures if row.metric.startswith("google_") and row.scope == "night")
    start = datetime(2016, 11, 9, 1, tzinfo=UTC)
    told = {"window_start": start, "window_end": start + timedelta(hours=hours), "unit": unit, "value": 250}
    counted = figure.model_copy(update=told)
    (row,) = table(load_interest_marks(replace(story, figures=(counted,), observations=()))).to_dict("records")
    assert (row["precision"], f"{row['earliest']:%H:%M}", f"{row['latest']:%H:%M}") == mark
    assert (row["until"] is None or row["until"] != row["until"]) == (mark[0] == "window")


def test_the_table_of_search_figures_holds_every_mark_of_the_chart_once(story: Story) -> None:
    """Six marks of a moment, of which observations tell three, and 13 figures that were counted over days."""
    frame = table(load_search_figures(story))
    assert sorted(frame["id"]) == sorted(table(load_interest_marks(story))["id"])
    moments = frame[frame["precision"].notna()]
    assert list(moments["id"]) == [
        "google-surge-6pm", "google-rise-2am-gmt", "afp-searches-1040pm", "globe-search-peak", "google-surge-1204am",
        "google-surge-316am",
    ]  # fmt: skip
    assert len(frame) - len(moments) == 13
