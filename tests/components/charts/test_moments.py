"""The sentence of a minute: what it tells of, and how far back a time of day may stand alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from components.charts.phrases.moments import Moments
from components.clock import Clock
from data.evidence.calls import load_calls
from data.evidence.outages import load_observations
from data.evidence.searches import load_interest_marks
from data.story.store import read_story
from data.story.story import Story
from data.story.totals import totals_at

EASTERN = Clock("America/New_York")
MIDNIGHT = datetime(2016, 11, 9, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def story() -> Story:
    return read_story(Path(__file__).parents[3] / "data" / "stories" / "us-2016")


def moments(story: Story) -> Moments:
    return Moments.of(
        story,
        caller="AP",
        calls=load_calls(story, caller="AP"),
        marks=load_interest_marks(story),
        observations=load_observations(story),
    )


def said(story: Story, at: datetime) -> str:
    return EASTERN.say(moments(story).sentence(at))


def test_another_site_than_the_main_one_is_not_told(story: Story) -> None:
    """As if immigration.govt.nz were the main site: all that was seen that night was another one."""
    services = tuple(
        entry.model_copy(update={"main": entry.host == "immigration.govt.nz"}) for entry in story.about.services
    )
    other = replace(story, about=story.about.model_copy(update={"services": services}))
    assert "No observation of immigration.govt.nz is known to have been made by then." in said(other, MIDNIGHT)
    assert "cic.gc.ca was last seen " in said(story, MIDNIGHT)


def test_what_was_seen_a_day_or_more_before_has_its_date(story: Story) -> None:
    same = said(story, MIDNIGHT)
    assert "Nov." not in same
    later = said(story, MIDNIGHT + timedelta(days=30))
    seen = later[later.index("was last seen") : later.index("Latest published")]
    assert ", 2016" in seen
    assert ", 2016" in later[later.index("Latest published") :]


def test_a_mark_that_says_its_own_time_is_not_given_it_twice() -> None:
    night = read_story(Path(__file__).parents[3] / "data" / "stories" / "us-2024")
    at = datetime(2024, 11, 6, 2, tzinfo=UTC)
    assert "searches: Rise in searches by 8 p.m. EST (Google Trends, via a copy of Newsweek)." in said(night, at)
    dated = EASTERN.say(moments(night).sentence(at, "stamp"))
    assert "searches: Rise in searches by 8 p.m. EST, Nov. 5, 2024 (Google Trends" in dated
    later = said(night, at.replace(hour=13))
    assert "searches: A peak of searches on Wednesday morning, about 6 a.m. EST (" in later


def test_the_totals_of_the_sentence_are_those_of_the_minute(story: Story) -> None:
    ready = moments(story)
    for hours in range(12):
        at = MIDNIGHT + timedelta(hours=hours - 6)
        totals = totals_at(story, at, caller="AP").totals
        assert totals is not None
        assert {party.id: ready.totals[party.short].at(at) for party in story.about.parties} == totals


def test_a_story_of_declarations_says_so(story: Story) -> None:
    declared = replace(story, about=story.about.model_copy(update={"verb": "declared"}))
    assert "AP declared Florida" in said(declared, datetime(2016, 11, 9, 3, 50, tzinfo=UTC))


def test_a_rise_counted_over_an_hour_is_told_from_its_end_on_and_never_denied() -> None:
    """Google gave +250 percent over 11 p.m. to midnight in London, and 100 percent from about 4 a.m."""
    night, london = read_story(Path(__file__).parents[3] / "data" / "stories" / "uk-2016"), Clock("Europe/London")
    midnight = datetime(2016, 6, 23, 23, tzinfo=UTC)
    before = london.say(moments(night).sentence(midnight - timedelta(minutes=1)))
    assert before.endswith("No published report of searches by then is on record.")
    told = london.say(moments(night).sentence(midnight))
    assert "“what happens if we leave the EU”" in told and "between 11 p.m. June 23 and midnight BST June 24" in told
