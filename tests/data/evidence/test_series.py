from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from components.charts.catalogue import chart_of
from components.charts.loaders import Loaders
from components.clock import Clock
from components.render.words import describe
from data.core.errors import DataError
from data.core.settings import Settings
from data.evidence.imports import ImportedList, keep_import, load_lists, starts_of
from data.evidence.series import load_series, snapshots_stamp
from data.sources.trends_csv.reader import parse_export
from data.story.store import find_story, story_store
from data.story.story import Story
from tests.support.views import view_of

US_2016 = Path(__file__).parents[3] / "data" / "stories" / "us-2016"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

# The shape of an hourly export; the numbers are this test's own.
HOURLY = b"""Category: All categories

Time,move to canada: (United States)
2016-11-08T20,4
2016-11-08T21,20
2016-11-08T22,60
2016-11-08T23,100
2016-11-09T00,<1
2016-11-09T01,
"""
DAILY = b"""Category: All categories

Day,move to canada: (United States)
2016-11-07,3
2016-11-08,40
2016-11-09,100
2016-11-10,20
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    shutil.copytree(US_2016, tmp_path / "stories" / "us-2016")
    return Settings(stories=(tmp_path / "stories",), snapshots=tmp_path / "snapshots")


@pytest.fixture
def story(settings: Settings) -> Story:
    return find_story("us-2016", settings)


def keep(story: Story, settings: Settings, data: bytes, *, zone: str = "", name: str = "multiTimeline.csv") -> None:
    export = parse_export(data, filename=name)
    keep_import(story, story_store(settings), export, data, filename=name, zone=zone, geo="US", now=NOW)


def test_a_bin_before_a_missing_row_is_no_longer_than_the_others(story: Story, settings: Settings) -> None:
    keep(story, settings, HOURLY.replace(b"2016-11-08T22,60\n", b""), zone="UTC")
    frame = load_series(story, story_store(settings)).frame
    assert [str(length) for length in frame["end"] - frame["start"]] == ["0 days 01:00:00"] * 4


def test_bins_of_months_end_where_the_next_month_begins(story: Story, settings: Settings) -> None:
    months = "".join(f"2016-{month:02},{value}\n" for month, value in enumerate((10, 20, 100, 30), start=1))
    keep(story, settings, f"Category: All categories\n\nMonth,move to canada: (United States)\n{months}".encode())
    frame = load_series(story, story_store(settings)).frame
    assert [length.days for length in (frame["end"] - frame["start"])[:3]] == [31, 29, 31]


def test_a_story_without_snapshots_has_no_series(story: Story, settings: Settings) -> None:
    found = load_series(story, story_store(settings))
    assert found.frame.empty and "low" in found.frame and found.sources == ()


def test_an_hourly_import_is_on_the_clock_its_person_named(story: Story, settings: Settings) -> None:
    keep(story, settings, HOURLY, zone="America/New_York")
    frame = load_series(story, story_store(settings)).frame
    assert list(frame["start"])[:2] == [datetime(2016, 11, 9, 1, tzinfo=UTC), datetime(2016, 11, 9, 2, tzinfo=UTC)]
    assert list(frame["value"]) == [4.0, 20.0, 60.0, 100.0, 0.0]
    assert list(frame["censored"]) == [False, False, False, False, True]
    assert set(frame["end"] - frame["start"]) == {timedelta(hours=1)}
    assert frame["low"].isna().all() and set(frame["draws"]) == {1}
    assert "One sample, no interval" in frame["note"].iloc[0]


def test_a_blank_cell_is_no_bin(story: Story, settings: Settings) -> None:
    keep(story, settings, HOURLY, zone="UTC")
    assert len(load_series(story, story_store(settings)).frame) == 5


def test_the_only_bin_of_a_file_has_no_length_and_is_no_series(story: Story, settings: Settings) -> None:
    keep(story, settings, HOURLY[: HOURLY.index(b"2016-11-08T21")], zone="UTC")
    assert load_series(story, story_store(settings)).frame.empty


def test_an_hourly_import_without_a_zone_is_refused_and_nothing_is_kept(story: Story, settings: Settings) -> None:
    with pytest.raises(ValueError, match="name the zone"):
        keep(story, settings, HOURLY)
    assert load_series(story, story_store(settings)).frame.empty


def test_days_are_utc_days_and_nobody_is_asked(story: Story, settings: Settings) -> None:
    keep(story, settings, DAILY)
    frame = load_series(story, story_store(settings)).frame
    assert next(iter(frame["start"])) == datetime(2016, 11, 7, tzinfo=UTC)
    assert set(frame["end"] - frame["start"]) == {timedelta(days=1)}


def test_every_series_comes_with_a_source_of_its_own(story: Story, settings: Settings) -> None:
    keep(story, settings, DAILY)
    keep(story, settings, HOURLY, zone="UTC", name="other.csv")
    found = load_series(story, story_store(settings))
    assert set(found.frame["source"]) == {source.id for source in found.sources}
    assert len(found.sources) == 2
    assert all("imported 2026-11-20" in source.title for source in found.sources)


def test_caches_notice_a_new_snapshot(story: Story, settings: Settings) -> None:
    before = snapshots_stamp(story, story_store(settings))
    keep(story, settings, DAILY)
    assert snapshots_stamp(story, story_store(settings)) != before


def test_a_damaged_snapshot_is_left_out_and_the_others_stay(story: Story, settings: Settings) -> None:
    keep(story, settings, DAILY)
    keep(story, settings, HOURLY, zone="UTC", name="other.csv")
    assert settings.snapshots
    victim = min((settings.snapshots / "us-2016" / "snapshots" / "trends-csv").glob("*.csv"))
    victim.write_bytes(victim.read_bytes()[:40])
    assert len({*load_series(story, story_store(settings)).frame["series"]}) == 1


def test_an_imported_series_is_drawn_in_a_lane_of_its_own_with_its_marks_below(
    story: Story, settings: Settings
) -> None:
    keep(story, settings, HOURLY, zone="America/New_York")
    load = Loaders(drawn=lambda story: load_series(story, story_store(settings)))
    chart = chart_of(story, "interest", view_of(story, caller="AP"), load=load)
    assert [lane.title for lane in chart.lanes] == ["“move to canada”, the U.S.", "Published reports of searches"]
    words = describe(chart, Clock("America/New_York"))
    assert words.takeaway == (
        "Searches for “move to canada” in the U.S. were highest in the bin that begins at 11 p.m. EST, Nov. 8, 2016"
    )


def test_what_is_no_export_is_refused_before_anything_is_kept(story: Story, settings: Settings) -> None:
    with pytest.raises(DataError):
        keep(story, settings, b"<html>consent</html>")
    assert load_series(story, story_store(settings)).frame.empty


def test_an_hour_that_a_clock_skips_is_not_on_that_clock() -> None:
    text = "Category: All categories\n\nTime,bread: (Ohio)\n" + "".join(
        f"2016-03-13T{hour:02},{100 - hour}\n" for hour in range(5)
    )
    export = parse_export(text.encode())
    with pytest.raises(ValueError, match="the clock of America/New_York has no 02:00 on 2016-03-13, and the file has"):
        starts_of(export, "America/New_York")
    assert starts_of(export, "Europe/Berlin").iloc[0].isoformat() == "2016-03-12T23:00:00+00:00"


def test_the_hour_that_a_clock_repeats_is_two_hours() -> None:
    hours = ("00", "01", "01", "02")
    text = "Category: All categories\n\nTime,bread: (Ohio)\n" + "".join(f"2016-11-06T{hour},9\n" for hour in hours)
    starts = starts_of(parse_export(text.encode()), "America/New_York")
    assert [start.hour for start in starts] == [4, 5, 6, 7]
    with pytest.raises(ValueError, match="the file has 01:00 on 2016-11-06 twice, and the clock of Europe/London"):
        starts_of(parse_export(text.encode()), "Europe/London")


def test_an_imported_list_of_places_is_kept_beside_the_series_and_never_drawn(story: Story, settings: Settings) -> None:
    regions = (
        b"Category: All categories\n\nRegion,move to canada: (11/8/16 - 11/9/16)\nOregon,100\nWashington,90\nIdaho,\n"
    )
    export = parse_export(regions, filename="geoMap.csv")
    keep_import(story, story_store(settings), export, regions, filename="geoMap.csv", now=NOW)
    assert load_series(story, story_store(settings)).frame.empty
    (found,) = load_lists(story, story_store(settings))
    assert isinstance(found, ImportedList)
    assert found.title.startswith("Places: move to canada")
    assert list(found.rows["region"])[:2] == ["Oregon", "Washington"]
