from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from data.core.model import Precision, Window
from data.evidence.outages import (
    TRAFFIC_UNITS,
    control_when,
    load_controls,
    load_observations,
    load_other,
    load_traffic,
    load_untimed,
    regions_of,
)
from data.story.store import read_story
from data.story.story import Story, when_of
from tests.support.tables import table

US_2016 = Path(__file__).parents[3] / "data" / "stories" / "us-2016"


@pytest.fixture(scope="module")
def story() -> Story:
    return read_story(US_2016)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"2016-11-{text}").replace(tzinfo=UTC)


def test_the_documents_two_oclock_is_an_interval_of_half_an_hour_either_side(story: Story) -> None:
    first = table(load_observations(story, story.window)).iloc[0]
    assert (first["stated"], first["earliest"], first["latest"]) == (
        utc("08T19:00"), utc("08T18:30"), utc("08T19:30"),
    )  # fmt: skip
    assert (first["status"], first["grade"]) == ("degraded", "B")


def test_untimed_observations_are_apart_and_keep_no_time(story: Story) -> None:
    untimed = {row.id for row in load_untimed(story).rows}
    assert len(untimed) == 10
    assert untimed == {row.id for row in story.observations if row.kind == "outage" and when_of(row, story) is None}
    assert not untimed & {row.id for row in load_observations(story).rows}


def test_a_state_that_was_seen_to_last_keeps_its_end(story: Story) -> None:
    frame = table(load_observations(story))
    lasting = frame[frame["until"].notna()]
    assert (utc("09T05:00"), utc("09T05:13")) in set(zip(lasting["stated"], lasting["until"], strict=True))


def test_observations_that_conflict_are_both_kept(story: Story) -> None:
    around = table(load_observations(story, Window(utc("09T06:00"), utc("09T06:20"))))
    assert {"failing", "answering"} <= set(around["status"])


def test_publication_is_kept_beside_the_time_it_tells_of(story: Story) -> None:
    frame = table(load_observations(story))
    globalnews = frame[frame["known_by"] == utc("09T06:02")]
    assert len(globalnews) == 1
    day_only = frame[frame["published"] == "2016-11-09"]
    assert (day_only["known_by"] == utc("10T00:00")).all()
    assert (day_only["known_by"] - day_only["known_from"] == timedelta(days=1)).all()


def test_documents_of_2017_were_not_known_that_night(story: Story) -> None:
    cbc = table(load_observations(story, story.window)).iloc[0]
    assert cbc["known_by"] > pd.Timestamp(datetime(2017, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("place", "regions"),
    [
        ("US", ("US",)),
        ("US and Canada", ("US", "Canada")),
        ("Canada (server side)", ("Canada",)),
        ("US, Canada, Asia", ("US", "Canada", "Asia")),
        ("Malaysia relaying US", ("US", "Asia")),
        ("France", ("elsewhere",)),
        ("Australia", ("elsewhere",)),
    ],
)
def test_places_of_the_filter(place: str, regions: tuple[str, ...]) -> None:
    assert regions_of(place) == regions


def test_a_place_filter_keeps_only_observers_there(story: Story) -> None:
    canada = table(load_observations(story, region="Canada"))
    assert 0 < len(canada) < len(table(load_observations(story)))
    assert canada["region"].str.contains("Canada").all()


def test_traffic_keeps_its_units_and_its_counting_windows(story: Story) -> None:
    frame = table(load_traffic(story))
    assert set(frame["unit"]) <= set(TRAFFIC_UNITS)
    sessions = frame[(frame["unit"] == "sessions") & (frame["term"] == "cic.gc.ca")]
    assert list(sessions["value"]) == [249_950, 740_000]
    assert set(sessions["window_end"] - sessions["window_start"]) == {timedelta(days=1)}
    assert set(sessions["kind"]) == {"lower bound"}


def test_users_a_week_earlier_are_counted_at_the_same_wall_time_before_clocks_changed(story: Story) -> None:
    users = table(load_traffic(story)).query("unit == 'users'").set_index("value")["window_start"]
    assert users.loc[17_000] == datetime(2016, 11, 2, 3, tzinfo=UTC)
    assert users.loc[200_000] == utc("09T04:00")


def test_every_row_names_a_source_that_comes_with_it(story: Story) -> None:
    for sourced in (load_observations(story), load_untimed(story), load_traffic(story), load_controls(story)):
        known = {source.id for source in sourced.sources}
        assert all(set(row.source.split()) <= known for row in sourced.rows)


def test_control_cases_stand_in_the_order_in_which_they_began(story: Story) -> None:
    assert list(dict.fromkeys(table(load_controls(story))["case"])) == [
        "healthcare-gov-2013", "canada-super-tuesday-2016", "au-census-2016", "ircc-outage-2018",
        "uk-petition-2019-revoke", "us-election-2020", "ircc-eta-2023", "us-election-2024", "uk-petition-2024-election",
    ]  # fmt: skip


def test_rows_of_a_control_case_agree_on_its_title_and_its_three_plain_facts(story: Story) -> None:
    frame = table(load_controls(story))
    said = frame[["case", "title", "spike", "outage", "election"]].drop_duplicates()
    assert len(said) == frame["case"].nunique() == 9
    assert len(frame) == 35


def test_the_plain_facts_of_a_control_case_rest_on_its_rows(story: Story) -> None:
    for case, rows in table(load_controls(story)).groupby("case"):
        assert (rows["spike"].iloc[0] == "yes") == (rows["kind"] == "interest").any(), case
        assert (rows["outage"].iloc[0] == "yes") == rows["status"].isin(["failing", "degraded"]).any(), case
        if (rows["kind"] == "not found").all():
            assert rows["outage"].iloc[0] == "not stated", case


def test_no_report_found_is_no_time_and_no_source_but_has_the_night_that_was_asked_about(story: Story) -> None:
    (row,) = (row for row in load_controls(story).rows if row.kind == "not found")
    assert (row.case, row.source, row.date) == ("us-election-2020", "", date(2020, 11, 3))
    assert control_when(row, story) is None


def test_a_day_of_a_control_case_is_a_day_where_its_source_is(story: Story) -> None:
    (auckland,) = (row for row in load_controls(story).rows if row.id == "election-2024-inz-users")
    when = control_when(auckland, story)
    assert auckland.date == date(2024, 11, 7)
    assert when and when.earliest == datetime(2024, 11, 6, 11, tzinfo=UTC)


def test_a_control_told_as_about_nine_is_half_an_hour_wide_and_keeps_its_end(story: Story) -> None:
    (spell,) = (row for row in load_controls(story).rows if row.id == "petition-2019-first-spell")
    when, nine = control_when(spell, story), datetime(2019, 3, 21, 9, tzinfo=UTC)
    assert when and (when.earliest, when.stated) == (nine - timedelta(minutes=30), nine)
    assert spell.until == nine + timedelta(minutes=40)


def test_a_story_without_control_cases_has_no_rows_of_them(story: Story) -> None:
    assert load_controls(replace(story, controls=())) == ((), ())


def test_what_is_neither_search_nor_traffic_nor_a_state_is_held_once(story: Story) -> None:
    frame = table(load_other(story))
    assert {"indeed-share-9pm", "wikipedia-election-article", "ircc-statement-9-november"} <= set(frame["id"])
    assert not frame["metric"].str.startswith("google_").any()
    assert not set(frame["unit"]) & set(TRAFFIC_UNITS)
    # The figure of the same source tells it already.
    assert "ircc-200000-users" not in set(frame["id"])
    assert table(load_other(replace(story, figures=(), observations=()))).empty


def test_an_observation_known_by_its_day_comes_at_the_end_of_that_day(story: Story) -> None:
    first = next(row for row in story.observations if row.kind == "outage" and row.at)
    day = first.model_copy(update={"id": "by-day", "at": None, "date": date(2016, 11, 8), "precision": Precision.DAY})
    noon = first.model_copy(update={"id": "at-noon", "at": utc("08T17:00"), "precision": Precision.MINUTE})
    assert list(table(load_observations(replace(story, observations=(day, noon))))["id"]) == ["at-noon", "by-day"]
