"""Calls as numbered events: what is one event, what its sentence lists, and which day its short time belongs to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from components.charts.events import call_events, is_dated, listed, within
from components.charts.grammar import Event
from components.clock import Clock
from data.core.model import Precision, Sourced, When, Window
from data.evidence.evidence_rows import CallRow, Milestones
from data.story.store import read_story
from data.story.story import Story

EASTERN = Clock("America/New_York")
START = datetime(2016, 11, 9, tzinfo=UTC)
NIGHT = Window(START, START + timedelta(hours=15))


@pytest.fixture(scope="module")
def story() -> Story:
    return read_story(Path(__file__).parents[3] / "data" / "stories" / "us-2016")


def events(story: Story, whens: list[When], *, window: Window = NIGHT, party: str = "R") -> tuple[Event, ...]:
    """The events of calls at these times, of contests that the story does not emphasise."""
    plain = [contest for contest in story.contests if contest.code not in story.about.emphasised]
    rows = tuple(
        CallRow.model_construct(
            id=f"call-{place}",
            contest=contest.code,
            name=contest.name,
            short=contest.short,
            weight=1,
            party=party,
            caller="AP",
            role="primary",
            basis="own log",
            precision=when.precision,
            when=when,
            note="",
            source="ap-chronology",
        )
        for place, (when, contest) in enumerate(zip(whens, plain, strict=False))
    )
    assert len(rows) == len(whens)
    calls = Sourced(rows, story.sources)
    found = call_events(story, calls, Milestones((), ()), window, caller="AP")
    return within(found, window)[0]


def by(minutes: float) -> When:
    return When(START, START + timedelta(minutes=minutes), Precision.BY)


def minute(minutes: float) -> When:
    return When.at(START + timedelta(minutes=minutes))


def test_a_night_of_few_calls_has_an_event_for_every_minute(story: Story) -> None:
    assert len(events(story, [minute(2 * n) for n in range(40)])) == 40


def test_calls_that_crowd_one_place_of_a_full_night_are_one_event(story: Story) -> None:
    """Fifty calls in a hundred minutes: a place on the axis of fifteen hours is fifteen minutes wide."""
    found = events(story, [minute(2 * n) for n in range(50)])
    assert len(found) == 7
    assert all(event.when.latest - event.when.earliest < timedelta(minutes=15) for event in found)
    assert len([row for event in found for row in event.rows]) == 50


def test_upper_bounds_that_crowd_are_one_upper_bound(story: Story) -> None:
    found = events(story, [by(30 + n / 10) for n in range(50)])
    assert [event.when for event in found] == [When(START, START + timedelta(minutes=34.9), Precision.BY)]


def test_a_long_list_of_one_side_is_its_beginning_and_a_count_and_keeps_its_rows(story: Story) -> None:
    (event,) = events(story, [minute(0)] * 40)
    assert event.label.endswith(" and 32 more for Trump")
    assert event.label.count(",") == 7
    assert len(event.rows) == 40


def test_ten_names_are_listed_whole(story: Story) -> None:
    (event,) = events(story, [minute(0)] * 10)
    assert "more" not in event.label and event.label.count(",") == 8


@pytest.mark.parametrize(
    ("when", "says"),
    [
        pytest.param(minute(60), "8 p.m.", id="a minute"),
        pytest.param(by(60), "by 8 p.m.", id="an upper bound"),
        pytest.param(
            When.at(START + timedelta(hours=1), Precision.APPROXIMATE),
            "about 8 p.m.",
            id="about is said, not its reach",
        ),
        pytest.param(
            When(START, START + timedelta(days=4), Precision.WINDOW), "by 7 p.m. Nov. 12", id="a bound on a later day"
        ),
    ],
)
def test_a_short_time_says_how_it_is_known_and_its_day_where_that_is_another(
    story: Story, when: When, says: str
) -> None:
    (event,) = events(story, [when])
    assert EASTERN.say(event.short).endswith(f" {says}")
    assert is_dated(when, NIGHT) == ("Nov." in says)


def test_in_a_window_of_days_every_short_time_has_its_day(story: Story) -> None:
    (event,) = events(story, [minute(60)], window=Window(START, START + timedelta(days=4)))
    assert EASTERN.say(event.short).endswith(" 8 p.m. Nov. 8")


def test_a_story_of_declarations_says_so(story: Story) -> None:
    declared = replace(story, about=story.about.model_copy(update={"verb": "declared"}))
    (event,) = events(declared, [minute(0)])
    assert event.label.startswith("AP declared ")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        pytest.param(["Texas"], "Texas", id="one"),
        pytest.param(["Texas", "Kansas", "Utah"], "Texas, Kansas and Utah", id="three"),
        pytest.param(
            ["Bolsover", "Finchley and Golders Green"], "Bolsover, and Finchley and Golders Green", id="with an and"
        ),
    ],
)
def test_names_are_listed_so_that_each_can_be_told(names: list[str], said: str) -> None:
    assert listed(names) == said
