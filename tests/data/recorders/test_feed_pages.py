"""Feeds that want more than an address: a token that is fetched, and pages before the newest one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from data.core.errors import DataError, SourceUnavailable
from data.core.settings import Settings
from data.net.client import open_desk
from data.recorders.follow import Follower
from data.recorders.status import read_statuses
from data.sources.feeds.ddhq import DdhqFeed
from data.story.store import FolderStore
from data.story.story import Story
from tests.support.live_nights import Ticking, follower, live_night, rows
from tests.support.loopback import Answer, Asked, Loopback, loopback

_CLIENT = {"NIGHTDESK_DDHQ_CLIENT_ID": "an-id", "NIGHTDESK_DDHQ_CLIENT_SECRET": "a-secret"}
_RACES = json.dumps({"data": []}).encode()


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as found:
        yield found


@pytest.fixture
def night(tmp_path: Path, server: Loopback) -> Settings:
    more = '\n[[feeds]]\nid = "dc"\nkind = "democracy-club"\noffice = "parl"\nparties = { Blue = "A", Red = "B" }\n'
    return live_night(tmp_path, more=more).model_copy(
        update={"mirrors": (("NIGHTDESK_DDHQ_URL", f"{server.url}/api/v4"),)}
    )


def _ddhq(night: Settings, server: Loopback, clock: Ticking) -> Follower:
    one = follower(night, f"{server.url}/api/v4/races", kind="ddhq", now=clock)
    one.key = DdhqFeed().secret(_CLIENT, night, open_desk(night, now=clock))
    return one


def _token(server: Loopback, *tokens: str, seconds: int = 28_800) -> str:
    answers = [Answer(json.dumps({"access_token": one, "expires_in": seconds}).encode()) for one in tokens]
    return server.answers("/api/v4/oauth/token", *answers)


def test_a_token_is_fetched_once_by_a_form_and_goes_into_the_header(night: Settings, server: Loopback) -> None:
    _token(server, "t-1")
    server.answers("/api/v4/races", Answer(_RACES))
    one = _ddhq(night, server, Ticking())
    one.ask()
    one.ask()
    assert [word.left for word in read_statuses(night, "night")] == ["38 of 40 requests left this minute"]
    first, *others = server.asked
    assert (first.method, parse_qs(first.body.decode())) == (
        "POST",
        {"grant_type": ["client_credentials"], "client_id": ["an-id"], "client_secret": ["a-secret"]},
    )
    assert [(asked.path, asked.headers["Authorization"]) for asked in others] == [
        ("/api/v4/races", "Bearer t-1"), ("/api/v4/races", "Bearer t-1"),
    ]  # fmt: skip


def test_a_token_that_ran_out_or_was_refused_is_fetched_again(night: Settings, server: Loopback) -> None:
    _token(server, "t-1", "t-2")

    def races(asked: Asked) -> Answer:
        return Answer(_RACES, 200 if asked.headers["Authorization"] == "Bearer t-2" else 401)

    server.answers("/api/v4/races", races)
    _ddhq(night, server, Ticking()).ask()
    assert server.count("/api/v4/oauth/token") == 2


def test_neither_token_nor_secret_is_in_any_file_sentence_or_text(
    night: Settings, server: Loopback, tmp_path: Path
) -> None:
    _token(server, "a-token")
    server.answers("/api/v4/races", Answer(_RACES), Answer(b"no", 500))
    one = _ddhq(night, server, Ticking())
    one.ask()
    with pytest.raises(SourceUnavailable) as told:
        one.ask()
    texts = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    texts += [repr(one).encode(), str(told.value).encode(), repr(told.value.__context__).encode()]
    assert not [text for text in texts if b"a-secret" in text or b"a-token" in text]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(b"{}"), "Decision Desk HQ gave no token: access_token: Field required"),
        (Answer(b"no", 401), r"Decision Desk HQ asks for a log-in \(HTTP 401\)"),
        (Answer(b"", 302, {"Location": "/elsewhere"}), "sends on what it was sent to another address"),
    ],
    ids=["of another shape", "refused", "moved"],
)
def test_a_token_that_cannot_be_had_is_one_sentence(
    night: Settings, server: Loopback, answer: Answer, said: str
) -> None:
    server.answers("/api/v4/oauth/token", answer)
    with pytest.raises(DataError, match=said):
        _ddhq(night, server, Ticking()).ask()


def _entry(number: int, contest: str, party: str, *, minute: int, back: int = 0, election: str = "parl") -> str:
    return (
        f"<entry><id>e{number}</id><updated>2030-11-06T00:{minute:02}:00Z</updated><post_id>{contest}</post_id>"
        f"<election_slug>{election}</election_slug><winner_party_name>{party}</winner_party_name>"
        f"<retraction>{back}</retraction></entry>"
    )


def _atom(*entries: str, older: str = "") -> Answer:
    link = f'<link rel="next" href="{older}"/>' if older else ""
    head = f'<feed xmlns="http://www.w3.org/2005/Atom"><id>f</id><title>r</title>{link}'
    return Answer(f"{head}{''.join(entries)}</feed>".encode())


def _results(asked: Asked, pages: list[Answer]) -> Answer:
    return pages[int(asked.params.get("page", ["1"])[0]) - 1]


def test_pages_before_the_newest_are_asked_for_as_far_as_they_hold_what_is_not_known(
    night: Settings, server: Loopback
) -> None:
    other = _entry(4, "X", "Red", minute=9, election="mayor")
    pages = [
        _atom(other, _entry(3, "OH", "Blue", minute=8, back=1), older="?page=2"),
        _atom(_entry(2, "FL", "Red", minute=5), older="?page=3"),
        _atom(_entry(1, "OH", "Blue", minute=2)),
    ]  # fmt: skip
    server.answers("/all.atom", lambda asked: _results(asked, pages))
    clock = Ticking()
    one = follower(night, f"{server.url}/all.atom", kind="democracy-club", now=clock)
    one.ask()
    assert server.count("/all.atom") == 3
    clock.on(60)
    one.ask()
    assert server.count("/all.atom") == 4, "nothing on the newest page is unknown"
    assert [(row["contest"], row["at"]) for row in rows(night, "calls.csv")] == [
        ("OH", "2030-11-06T00:02:00Z"), ("FL", "2030-11-06T00:05:00Z"),
    ]  # fmt: skip
    assert [row["call"] for row in rows(night, "withdrawals.csv")] == ["dc.ap.oh"]
    again = follower(night, f"{server.url}/all.atom", kind="democracy-club", now=clock)
    again.ask()
    assert (server.count("/all.atom"), len(rows(night, "calls.csv"))) == (5, 2)


def test_pages_without_an_end_are_asked_for_twenty_times_at_most(night: Settings, server: Loopback) -> None:
    def page(asked: Asked) -> Answer:
        number = int(asked.params.get("page", ["1"])[0])
        return _atom(_entry(100 - number, "OH", "Blue", minute=59 - number % 50), older=f"?page={number + 1}")

    server.answers("/all.atom", page)
    follower(night, f"{server.url}/all.atom", kind="democracy-club").ask()
    assert server.count("/all.atom") == 20


def test_a_feed_reads_its_story_once_for_each_asking(
    night: Settings, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers("/all.atom", _atom(_entry(1, "OH", "Blue", minute=2)))
    one = follower(night, f"{server.url}/all.atom", kind="democracy-club")
    read, count = one.stories.read, list[str]()

    def counted(_: FolderStore, slug: str) -> Story:
        count.append(slug)
        return read(slug)

    monkeypatch.setattr(FolderStore, "read", counted)
    one.ask()
    assert count == ["night"]
