"""Decision Desk HQ and Democracy Club: their shapes become what stands, and what they cannot mean is held."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from data.core.errors import SourceChanged
from data.recorders.transitions import Change, FeedState, Seen
from data.sources.feeds.ddhq import DdhqFeed
from data.sources.feeds.democracy_club import DemocracyClubFeed
from data.sources.feeds.feed import CallFeed, Version
from data.story.story import Story
from data.story.story_toml import Feed
from tests.support.live_nights import START
from tests.support.small_story import contest, files, story_of


@pytest.fixture(scope="module")
def night() -> Story:
    content = files({"contests": [contest("oh", 18), contest("fl", 29)]})
    return story_of(
        content | {"story.toml": content["story.toml"].replace(b"emphasised", b"live = true\nemphasised", 1)}
    )


FEED = Feed(id="x", kind="x", parties={"Republican": "A", "Democratic": "B", "Labour Party": "A"})


def _race(
    state: str, called: int | None = None, time: str = "2030-11-06 00:58:30", **more: object
) -> dict[str, object]:
    times = [{"cand_id": called, "called_time": time}] if called else []
    topline = {"called_candidates": [called] if called else [], "call_times": times}
    candidates = [{"cand_id": 1, "party_name": "Republican"}, {"cand_id": 2, "party_name": "Democratic"}]
    return {"race_id": 7, "state": state, "topline_results": topline, "candidates": candidates} | more


def _page(*races: object, following: str | None = None) -> bytes:
    return json.dumps({"data": races, "next_page_url": following}).encode()


def _entry(number: int, post: str, party: str, *, back: int = 0, minute: int = 0) -> str:
    return (
        f"<entry><id>e{number}</id><title>x</title><updated>2030-11-06T00:{minute:02}:00Z</updated>"
        f"<post_id>{post}</post_id><post_name>{post}</post_name><election_slug>parl.2030</election_slug>"
        f"<winner_party_name>{party}</winner_party_name><retraction>{back}</retraction>"
        "<information_source>the returning officer</information_source></entry>"
    )


def _atom(*entries: str) -> bytes:
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>r</title><id>f</id>{"".join(entries)}</feed>'.encode()


def _played(feed: CallFeed, night: Story, *contents: bytes) -> list[tuple[str, str, str]]:
    state, found = FeedState(), list[tuple[str, str, str]]()
    for number, content in enumerate(contents):
        asked = START + timedelta(minutes=number)
        version: Version = feed.read(content, night, FEED)
        found += [
            (one.change.value, one.contest, one.why or one.party)
            for one in state.take(Seen(asked, asked + timedelta(seconds=1), version))
        ]
    return found


def test_a_call_of_decision_desk_hq_comes_with_the_time_it_states(night: Story) -> None:
    (standing,) = DdhqFeed().read(_page(_race("OH", 1)), night, FEED).standings
    assert (standing.contest, standing.party, standing.stated) == (
        "OH",
        "A",
        datetime(2030, 11, 6, 0, 58, 30, tzinfo=UTC),
    )


def test_pages_of_decision_desk_hq_are_asked_for_one_after_the_other(night: Story) -> None:
    first = DdhqFeed().read(_page(_race("OH"), following="https://api/races?page=2"), night, FEED)
    last = DdhqFeed().read(_page(_race("FL")), night, FEED)
    assert (first.following, first.unfinished, last.following, last.unfinished) == (
        "https://api/races?page=2", True, "", False,
    )  # fmt: skip


def test_test_data_of_decision_desk_hq_is_a_test(night: Story) -> None:
    assert DdhqFeed().read(_page(_race("OH", test_data=True)), night, FEED).test


@pytest.mark.parametrize(
    ("race", "why"),
    [
        (_race("ZZ", 1), "Decision Desk HQ names the contest ZZ, which the story does not have"),
        (_race("OH", 9), "Decision Desk HQ calls OH for 9, not for one side in the story"),
    ],
)
def test_what_decision_desk_hq_cannot_mean_is_held(night: Story, race: object, why: str) -> None:
    assert [told for _, _, told in _played(DdhqFeed(), night, _page(race))] == [why]


def test_a_result_and_its_retraction_are_events_that_count_once(night: Story) -> None:
    won, back = _entry(1, "OH", "Labour Party"), _entry(2, "OH", "Labour Party", back=1, minute=5)
    again = _entry(3, "OH", "Democratic", minute=9)
    assert _played(DemocracyClubFeed(), night, _atom(won), _atom(back, won), _atom(again, back, won)) == [
        (Change.CALL, "OH", "A"), (Change.WITHDRAWAL, "OH", "A"), (Change.CALL, "OH", "B"),
    ]  # fmt: skip
    assert _played(DemocracyClubFeed(), night, _atom(again, back, won)) == [
        (Change.CALL, "OH", "A"), (Change.WITHDRAWAL, "OH", "A"), (Change.CALL, "OH", "B"),
    ]  # fmt: skip


@pytest.mark.parametrize("feed", [DdhqFeed(), DemocracyClubFeed()], ids=lambda feed: feed.slug)
@pytest.mark.parametrize("content", [b"", b"<html>Log in</html>", b'{"data": [', b"[1]"])
def test_what_is_not_their_shape_is_refused_in_a_sentence(night: Story, feed: CallFeed, content: bytes) -> None:
    with pytest.raises(SourceChanged, match="answered"):
        feed.read(content, night, FEED)
