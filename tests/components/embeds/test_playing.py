"""What a player is given of a night: at every moment what a server would say of it, in the order that was asked for."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from components.cache.cached import load_moments, load_sentences, load_stands
from components.charts.builders.timeline_chart import timeline_of
from components.charts.catalogue import chart_of
from components.charts.frames import Stands, stands_of
from components.charts.grammar import Chart
from components.charts.kinds import Question
from components.charts.loaders import Loaders
from components.charts.phrases.moments import Moments
from components.clock import Style
from components.embeds.documents.document import draw_document
from components.embeds.documents.lines import EmbedMoments
from components.embeds.documents.player_frames import night_of
from components.embeds.embed import Embed, embed_of
from components.view.view_state import ViewState, default_view
from data.core.model import Order, Window
from data.core.settings import Settings
from data.evidence.outages import load_observations
from data.story.store import find_story, story_store
from data.story.story import Story
from tests.support.captured import keep_captures
from tests.support.cases import cases
from tests.support.imported import newsroom
from tests.support.views import view_of

STORY = find_story("us-2016", Settings())


def replay(*, order: Order = Order.HAPPENED, caller: str = "AP") -> Embed:
    return embed_of(STORY, "replay", replace(default_view(STORY), order=order, caller=caller))


@pytest.mark.slow
@pytest.mark.parametrize("caller", cases("AP", long=["Fox", "ABC"]))
@pytest.mark.parametrize("order", Order)
def test_the_player_says_of_each_moment_what_a_server_says(caller: str, order: Order) -> None:
    whole = replay(caller=caller)
    night = night_of(whole)
    for second, sentence in night["orders"][order.value]["moments"]:
        at = datetime.fromtimestamp(night["start"] / 1000 + second, UTC)
        cut = embed_of(STORY, "replay", replace(whole.view, at=at, order=order))
        assert night["said"][sentence] == EmbedMoments(cut).sentence(at)


@pytest.mark.parametrize(("slug", "until"), [("us-2020", "2020-11-04T04:00Z"), ("us-2024", "2024-11-06T04:00Z")])
def test_what_is_possible_at_a_moment_is_so_when_a_part_of_the_night_is_played(slug: str, until: str) -> None:
    """A document that ends at 11 p.m. tells of an hour before just the calls that the whole night tells of it."""
    story, at = find_story(slug, Settings()), datetime.fromisoformat(until)
    whole, part = (night_of(embed_of(story, "replay", replace(default_view(story), at=told))) for told in (None, at))
    hour_before = (at - timedelta(hours=1)).timestamp() - whole["start"] / 1000

    def standing(night: dict[str, Any], name: str) -> set[str]:
        return {row for row, second in night["orders"]["happened"][name].items() if second <= hour_before}

    assert standing(part, "maybe") == standing(whole, "maybe") != set()
    assert standing(part, "sure") == standing(whole, "sure")


@pytest.mark.parametrize(
    ("slug", "note"),
    [
        pytest.param("us-2016", "9 of 37", id="18 observations and 19 search reports, 13 of them counted over hours"),
        pytest.param("us-2020", "0 of 3", id="3 search reports"),
        pytest.param("us-2024", "0 of 10", id="10 search reports, 8 of them counted over hours"),
        pytest.param("uk-2016", "0 of 7", id="1 observation and 6 search reports, 3 of them counted over hours"),
    ],
)
def test_the_switch_counts_every_observation_and_search_mark_of_the_range(slug: str, note: str) -> None:
    story = find_story(slug, Settings())
    night = night_of(embed_of(story, "replay", default_view(story)))
    assert night["note"] == f"{note} with a publication minute"


def test_the_switch_says_nothing_where_most_publications_have_a_minute() -> None:
    """From 5 a.m. Eastern on there are 11, of which an article of 5:50 a.m. tells six: five ranks and what it saw."""
    morning = replace(default_view(STORY), start=datetime(2016, 11, 9, 10, tzinfo=UTC))
    assert night_of(embed_of(STORY, "replay", morning))["note"] == ""


def test_the_switch_counts_a_machine_record_which_nobody_published(tmp_path: Path) -> None:
    settings = newsroom(tmp_path)
    story = find_story("us-2016", settings)
    keep_captures(story, settings, [(datetime(2016, 11, 9, 2, 15, tzinfo=UTC), 503)])
    load = Loaders(observations=partial(load_observations, stories=story_store(settings)))
    night = night_of(embed_of(story, "replay", default_view(story), load=load))
    assert night["note"] == "9 of 38 with a publication minute"


def test_a_replay_begins_with_the_order_that_was_asked_for() -> None:
    assert [night_of(replay(order=order))["names"] for order in Order] == [["happened", "known"], ["known", "happened"]]
    known = night_of(replay(order=Order.KNOWN))["orders"]["known"]["moments"]
    assert len(re.findall('<li data-after="', draw_document(replay(order=Order.KNOWN)))) == len(known)


def test_a_page_makes_one_timeline_for_the_chart_and_for_the_replay() -> None:
    asked: list[tuple[Story, ViewState]] = []

    def timeline(story: Story, view: ViewState) -> Chart:
        asked.append((story, view))
        return timeline_of(Question(story, view, Loaders()))

    load = Loaders(timeline=timeline)
    charts = {slug: chart_of(STORY, slug, view_of(STORY), load=load) for slug in ("timeline", "replay")}
    assert asked[0] == asked[1]
    assert charts == {slug: chart_of(STORY, slug, view_of(STORY)) for slug in charts}


def test_the_frames_are_those_of_whoever_holds_from_when_rows_stand() -> None:
    held = {order: stands_of(STORY, order) for order in Order}
    asked: list[Order] = []

    def stand(story: Story, order: Order) -> Stands:
        asked.append(order)
        return held[order]

    assert night_of(replay(), stand=stand) == night_of(replay())
    assert asked == [Order.HAPPENED, Order.KNOWN]


def test_a_sentence_of_a_range_is_not_told_anew_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = replay()
    start = whole.view.start + timedelta(minutes=7)
    shorter = embed_of(STORY, "replay", whole.view.with_window(Window(start, whole.view.end)))
    expected = night_of(shorter)
    held = load_moments(STORY, "AP"), load_stands, load_sentences
    night_of(whole, *held)
    told: list[datetime] = []
    latest = Moments.latest

    def noted(self: Moments, at: datetime, style: Style = "time") -> tuple[str, ...]:
        told.append(at)
        return latest(self, at, style)

    monkeypatch.setattr(Moments, "latest", noted)
    assert night_of(shorter, *held) == expected
    assert set(told) == {start}
