"""AP's API followed: the ledger of a recorded night comes out again, through everything the server does on its way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from data.core.errors import DataError, SourceChanged, SourceUnavailable
from data.core.model import Order
from data.core.settings import Settings
from data.recorders.ap_playback import playback
from data.recorders.status import read_statuses
from data.recorders.transitions import Change, FeedState, Seen, Transition
from data.sources.feeds.ap import ApFeed
from data.story.as_of import moments_of
from data.story.store import SHIPPED
from data.story.story import Story
from data.story.story_toml import Feed
from tests.support.live_nights import START, Ticking, follower, live_night, rows
from tests.support.loopback import Answer, Asked, Loopback, loopback
from tests.support.small_story import contest, files, story_of

FEED = Feed(id="ap", kind="ap", url="https://api.example/v3/elections")


def _race(code: str, winner: str = "", status: str = "Too Early to Call", **more: object) -> dict[str, object]:
    marked = [{"party": party, "winner": "X"} if party == winner else {"party": party} for party in "AB"]
    unit = {"level": "state", "statePostal": code, "candidates": marked}
    return {"raceID": code, "raceCallStatus": status, "reportingUnits": [unit]} | more


def _called(code: str, winner: str = "A", **more: object) -> dict[str, object]:
    return _race(code, winner, "Called", **more)


def _body(*races: object, at: datetime = START, following: str = "", **more: object) -> bytes:
    stamp = at.isoformat().replace("+00:00", "Z")
    return json.dumps({"timestamp": stamp, "races": races, "nextrequest": following} | more).encode()


@pytest.fixture
def night(tmp_path: Path) -> Settings:
    return live_night(tmp_path)


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as found:
        yield found


@pytest.mark.parametrize("slug", ["us-2016", "us-2020", "us-2024"])
@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(seconds=90), -timedelta(seconds=90)], ids=str)
def test_the_ledger_of_a_night_comes_out_again_each_call_within_its_bounds(slug: str, ahead: timedelta) -> None:
    story, adapter, state = SHIPPED.read(slug), ApFeed(), FeedState()
    moments = moments_of(story, Order.HAPPENED)
    found: list[Transition] = []
    at, query = moments[0] - timedelta(minutes=5), ""
    asked = sorted({at, *(moment + timedelta(seconds=step) for moment in moments for step in (-40, 7, 55))})
    for moment in asked:
        while True:
            content = playback(story, query, moment, "https://api.example")
            version = adapter.read(content, story, FEED)
            stamp = version.stamp + ahead if version.stamp else None
            found += state.take(Seen(moment, moment + timedelta(seconds=1), replace(version, stamp=stamp)))
            query = version.following.partition("?")[2]
            if not version.unfinished:
                break
    calls = {(one.contest, one.party): one for one in found if one.change is Change.CALL}
    truth = {
        (call.contest, call.party): call.interval(story.about.clock) for call in story.calls if call.role == "primary"
    }
    timed = {name: when for name, when in truth.items() if when is not None}
    assert calls.keys() == timed.keys()
    assert [name for name, when in timed.items() if not _within(calls[name].after, when.latest, calls[name].by)] == []
    assert [one.why for one in found if one.change is Change.HELD] == []


def _within(after: datetime | None, moment: datetime, by: datetime) -> bool:
    return (after is None or after <= moment) and moment <= by


def test_the_first_answer_is_whole_and_the_next_is_asked_for_where_it_says(night: Settings, server: Loopback) -> None:
    address = f"{server.url}/v3/elections/2030-11-06"
    server.answers("/v3/elections/2030-11-06", Answer(_body(_race("OH"), _race("FL"), following=f"{address}/next")))
    server.answers("/v3/elections/2030-11-06/next", Answer(_body(_called("OH"), at=START + timedelta(seconds=5))))
    clock = Ticking()
    one = follower(night, address, kind="ap", now=clock, key="a-secret")
    one.ask()
    clock.on(6)
    one.ask()
    assert [asked.path for asked in server.asked] == ["/v3/elections/2030-11-06", "/v3/elections/2030-11-06/next"]
    assert [asked.headers.get("x-api-key") for asked in server.asked] == ["a-secret", "a-secret"]
    assert [(row["contest"], row["earliest"], row["latest"]) for row in rows(night, "calls.csv")] == [
        ("OH", "2030-11-06T01:00:00Z", "2030-11-06T01:00:06Z")
    ]
    assert rows(night, "sources.csv")[-1] == {
        "id": "feed-ap", "org": "Tests", "title": "AP's Elections API", "url": address,
        "licence": "The Associated Press, by contract",
    }  # fmt: skip


def test_the_key_is_in_no_file_that_is_kept(night: Settings, server: Loopback, tmp_path: Path) -> None:
    server.answers("/v3", Answer(_body(_called("OH"))))
    follower(night, f"{server.url}/v3", kind="ap", key="a-secret").ask()
    kept = [path for path in tmp_path.rglob("*") if path.is_file() and b"a-secret" in path.read_bytes()]
    assert kept == []


def test_what_is_left_of_a_quota_is_told_as_the_answer_told_it(night: Settings, server: Loopback) -> None:
    quota = {"x-electionsapi-Q-minute-available": "9", "x-electionsapi-Q-minute-allowed": "10"}
    server.answers("/v3", Answer(_body(_race("OH")), 200, quota))
    follower(night, f"{server.url}/v3", kind="ap").ask()
    assert [word.left for word in read_statuses(night, "night")] == ["9 of 10 requests left this minute"]


def test_a_spent_quota_is_for_later_and_says_when(night: Settings, server: Loopback) -> None:
    server.answers("/v3", Answer(b"{}", 403, {"x-electionsapi-Q-minute-secondsLeft": "41"}))
    with pytest.raises(SourceUnavailable) as caught:
        follower(night, f"{server.url}/v3", kind="ap").ask()
    assert (str(caught.value), caught.value.retry_after) == (
        "AP's Elections API has answered as often as it will for now (HTTP 403)", 41.0,
    )  # fmt: skip


def test_a_wrong_key_is_no_quota(night: Settings, server: Loopback) -> None:
    server.answers("/v3", Answer(b"{}", 403))
    with pytest.raises(DataError, match="refuses this request") as caught:
        follower(night, f"{server.url}/v3", kind="ap").ask()
    assert not isinstance(caught.value, SourceUnavailable)


def test_an_unchanged_answer_costs_no_bytes_and_moves_the_lower_bound(night: Settings, server: Loopback) -> None:
    def answer(asked: Asked) -> Answer:
        if asked.headers.get("If-None-Match") == '"one"':
            return Answer(b"", 304, {"ETag": '"one"'})
        return Answer(json.dumps({"races": [_race("OH")]}).encode(), headers={"ETag": '"one"'})

    server.answers("/v3", answer, answer, Answer(json.dumps({"races": [_called("OH")]}).encode()))
    clock = Ticking()
    one = follower(night, f"{server.url}/v3", kind="ap", now=clock)
    for _ in range(3):
        one.ask()
        clock.on(5)
    assert [(row["earliest"], row["latest"]) for row in rows(night, "calls.csv")] == [
        ("2030-11-06T01:00:05Z", "2030-11-06T01:00:10Z")
    ]


@pytest.mark.parametrize("cut", [1, 40, -1])
def test_a_torn_answer_is_refused_and_what_stood_stands(night: Settings, server: Loopback, cut: int) -> None:
    whole = _body(_called("OH"))
    server.answers("/v3", Answer(whole), Answer(whole[:cut]), Answer(whole))
    one = follower(night, f"{server.url}/v3", kind="ap")
    one.ask()
    with pytest.raises(SourceChanged, match="in a shape that is not its own"):
        one.ask()
    assert one.ask().transitions == ()


def test_files_out_of_step_and_a_flicker_take_nothing_back() -> None:
    night = _night()
    versions = [[_race("OH")], [_called("OH")], [_race("OH")], [_race("OH", "", "Called")], [_called("OH")]]
    assert [one.change for one in _played(night, versions)] == [Change.CALL, Change.HELD]


def test_uncalled_is_a_withdrawal_and_a_runoff_a_call_for_nobody() -> None:
    versions = [[_called("OH")], [_race("OH", status="Uncalled")], [_race("OH", status="Runoff")]]
    found = _played(_night(), versions)
    assert [(one.change, one.party, one.outcome) for one in found] == [
        (Change.CALL, "A", "won"), (Change.WITHDRAWAL, "A", "won"), (Change.CALL, "", "runoff"),
    ]  # fmt: skip


def _marked(*candidates: dict[str, object]) -> dict[str, object]:
    return _called("OH", reportingUnits=[{"level": "state", "statePostal": "OH", "candidates": list(candidates)}])


@pytest.mark.parametrize(
    ("race", "said"),
    [
        (_called("ZZ"), "AP names the contest ZZ, which the story does not have"),
        (_called("OH", "nobody"), None),
        (_marked({"party": "A", "winner": "X", "electWon": 600}), "AP gives OH more seats than the contest has"),
        (
            _called("OH", winnerDateTime="2031-11-06T01:00:00Z"),
            "the feed dates the call of OH in the future, at 2031-11-06T01:00:00Z",
        ),
        (
            _marked({"party": "A", "winner": "X"}, {"party": "B", "winner": "X"}),
            "AP marks A, B as the winner of OH, not one side of the story",
        ),
        (_marked({"party": "Z", "winner": "X"}), "AP marks Z as the winner of OH, not one side of the story"),
    ],
)
def test_what_cannot_be_is_held_and_never_drawn(race: dict[str, object], said: str | None) -> None:
    found = _played(_night(), [[race]])
    assert [one.why for one in found if one.change is Change.HELD] == ([said] if said else [])
    assert [one for one in found if one.change is not Change.HELD] == []


def test_test_data_is_refused_by_a_real_night_and_taken_by_a_rehearsal(tmp_path: Path, server: Loopback) -> None:
    server.answers("/v3", Answer(_body(_called("OH", test=True))))
    with pytest.raises(DataError, match="is a test, and night is a real night"):
        follower(live_night(tmp_path / "real"), f"{server.url}/v3", kind="ap").ask()
    more = '\n[rehearsal]\nof = "A night"\nspeed = 1.0\nstarted = 2030-11-06T01:00:00Z\nmoment = 2030-11-06T01:00:00Z\n'
    rehearsal = live_night(tmp_path / "test", more=more)
    follower(rehearsal, f"{server.url}/v3", kind="ap").ask()
    assert [row["contest"] for row in rows(rehearsal, "calls.csv")] == ["OH"]


def _night() -> Story:
    content = files({"contests": [contest("oh", 18), contest("fl", 29)]})
    return story_of(
        content | {"story.toml": content["story.toml"].replace(b"emphasised", b"live = true\nemphasised", 1)}
    )


def _played(story: Story, versions: list[list[dict[str, object]]]) -> list[Transition]:
    state, found = FeedState(), list[Transition]()
    for number, races in enumerate(versions):
        asked = START + timedelta(seconds=5 * number)
        version = ApFeed().read(_body(*races, at=asked), story, FEED)
        found += state.take(Seen(asked, asked + timedelta(seconds=1), version))
    return found
