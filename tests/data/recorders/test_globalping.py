"""Looks from somebody else's machine: what Globalping tells becomes attempts from its place, within its limits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from data.core.errors import DataError, SourceUnavailable
from data.core.settings import Settings
from data.net.client import open_desk
from data.net.site_request import Outcome
from data.recorders.attempt import recorded
from data.recorders.status import read_statuses
from data.sources.globalping import Globalping, slug_of, within_limit
from tests.support.live_nights import live_night, rows
from tests.support.loopback import Answer, Loopback, loopback
from tests.support.terminal import typed

_TIMINGS = {"total": 900, "dns": 20, "tcp": 30, "tls": 50, "firstByte": 400, "download": 400}
_ANSWERED: dict[str, object] = {
    "status": "finished", "statusCode": 200, "resolvedAddress": "192.0.2.7", "timings": _TIMINGS,
    "rawBody": "<title>Apply</title>", "rawOutput": "HTTP/1.1 200",
}  # fmt: skip
_LIMITS = {"X-RateLimit-Limit": "250", "X-RateLimit-Remaining": "239", "X-RateLimit-Reset": "1800"}


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as found:
        yield found


@pytest.fixture
def night(tmp_path: Path, server: Loopback) -> Settings:
    more = (
        '\n[[services]]\nid = "site"\nhost = "a.example"\nname = "A"\nmain = true\nurl = "https://a.example/in?x=1"\n'
    )
    settings = live_night(tmp_path, more=more)
    return settings.model_copy(update={"mirrors": (("NIGHTDESK_GLOBALPING_URL", server.url),)})


def _told(server: Loopback, *results: Mapping[str, object], begun: Answer | None = None) -> None:
    tests = [{"result": result} for result in results]
    pending = Answer(json.dumps({"status": "in-progress", "results": []}).encode())
    server.answers("/v1/measurements", begun or Answer(b'{"id": "m1", "probesCount": 1}', 202, _LIMITS))
    server.answers(
        "/v1/measurements/m1", pending, Answer(json.dumps({"status": "finished", "results": tests}).encode())
    )


def _eye(night: Settings) -> Globalping:
    return Globalping(open_desk(night), night, "Toronto", sleep=lambda _: None)


def test_a_test_is_asked_for_and_asked_after_until_it_has_ended(night: Settings, server: Loopback) -> None:
    _told(server, _ANSWERED)
    eye = _eye(night)
    look = eye.look("https://a.example/in?x=1")
    assert look is not None
    assert (look.outcome, look.ip, look.status, look.first_byte, look.title) == (
        Outcome.ANSWERED, "192.0.2.7", 200, 0.5, "Apply",
    )  # fmt: skip
    assert json.loads(server.asked[0].body) == {
        "type": "http", "target": "a.example", "locations": [{"magic": "Toronto", "limit": 1}],
        "measurementOptions": {
            "protocol": "HTTPS", "port": 443, "request": {"method": "GET", "path": "/in", "query": "x=1"},
        },
    }  # fmt: skip
    assert (len(server.asked), eye.left) == (3, "239 of 250 tests left this hour")


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        ({"status": "failed", "rawOutput": "connect ECONNREFUSED 192.0.2.7:443 - refused"}, Outcome.REFUSED),
        ({"status": "failed", "rawOutput": "Request timed out."}, Outcome.SLOW_ANSWER),
        ({"status": "failed", "rawOutput": "getaddrinfo ENOTFOUND a.example"}, Outcome.NO_NAME),
        ({"status": "offline"}, None),
    ],
    ids=["refused", "timeout", "no name", "the machine there went away"],
)
def test_what_it_could_not_reach_is_told_apart(
    night: Settings, server: Loopback, result: Mapping[str, object], outcome: Outcome | None
) -> None:
    _told(server, result)
    look = _eye(night).look("https://a.example/")
    assert (look.outcome if look else None) is outcome


@pytest.mark.parametrize(
    ("begun", "said"),
    [
        (Answer(b"{}", 429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "900"}), "as often as it will"),
        (Answer(b"{}", 422), r"did not serve this request \(HTTP 422\)"),
        (Answer(b"[]"), "answered in a shape that is not its own"),
    ],
    ids=["no test left", "no machine there", "another shape"],
)  # fmt: skip
def test_where_nobody_can_look_there_is_no_attempt_and_a_sentence(
    night: Settings, server: Loopback, begun: Answer, said: str
) -> None:
    _told(server, begun=begun)
    with pytest.raises(DataError, match=said) as told:
        _eye(night).look("https://a.example/")
    if isinstance(told.value, SourceUnavailable):
        assert told.value.retry_after == 900


def test_more_looks_than_it_gives_are_refused_with_the_pace_that_is_allowed() -> None:
    within_limit(1, 4, 60)
    with pytest.raises(DataError, match=r"2 sites from 4 places every 60 s are 480 tests an hour.*say --every 116 "):
        within_limit(2, 4, 60)
    assert slug_of("Toronto, Canada") == "globalping-toronto-canada"


def test_at_a_terminal_two_places_are_two_records_and_tonight_hears_what_is_left(
    night: Settings, server: Loopback, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in (("STORIES", night.stories[0]), ("RECORDS", night.records), ("CACHE", night.cache)):
        monkeypatch.setenv(f"NIGHTDESK_{name}", str(value))
    monkeypatch.setenv("NIGHTDESK_GLOBALPING_URL", server.url)
    monkeypatch.setattr("data.recorders.probe.text_at", lambda *_, **__: None)
    _told(server, _ANSWERED)
    assert typed("probe", "night", "--once", "--globalping", "Toronto", "--globalping", "AS577") == 0
    said = capsys.readouterr().out
    assert "site from globalping-toronto: HTTP 200 after 0.5 s" in said and "from globalping-as577: HTTP 200" in said
    found = list(recorded(night.records / "night"))
    assert {(one.place, one.origin) for one in found} == {
        ("globalping-as577", "globalping"), ("globalping-toronto", "globalping"),
    }  # fmt: skip
    assert {row["place"] for row in rows(night, "observations.csv")} == {"globalping-as577", "globalping-toronto"}
    assert [word.left for word in read_statuses(night, "night")] == ["239 of 250 tests left this hour"] * 2
