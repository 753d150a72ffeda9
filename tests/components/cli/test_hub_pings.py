"""A hub hears of every change of a feed: by a form, again until it has heard, and nothing waits for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from urllib.parse import parse_qs

import pytest

from components.cli.hub_pings import HubPings, hub_desk
from components.embeds.feeds.entries import Entry
from data.core.settings import Settings
from tests.support.live_nights import live_night
from tests.support.loopback import Answer, Asked, Loopback, loopback
from tests.support.terminal import typed

_OHIO, _FLORIDA = (
    Entry(name, "call", datetime(2030, 11, 6, 1, tzinfo=UTC), f"AP called {name}", "by 1 a.m.") for name in ("oh", "fl")
)


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as found:
        yield found


class Seconds:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _pings(server: Loopback, folder: Path, clock: Seconds) -> HubPings:
    settings = Settings(hub=f"{server.url}/hub", public_url="https://desk.example.org", cache=folder)
    return HubPings(settings, "night", hub_desk(settings), clock=clock)


def test_a_hub_is_told_both_addresses_by_a_form(server: Loopback, tmp_path: Path) -> None:
    server.answers("/hub", Answer(b"", 204))
    assert _pings(server, tmp_path, Seconds()).step([_OHIO], wait=True) == 0
    assert [parse_qs(asked.body.decode()) for asked in server.asked] == [
        {"hub.mode": ["publish"], "hub.url": [address], "hub.topic": [address]}
        for address in (
            "https://desk.example.org/feeds/night.atom", "https://desk.example.org/feeds/night.json",
        )
    ]  # fmt: skip
    assert {asked.headers["Content-Type"] for asked in server.asked} == {"application/x-www-form-urlencoded"}


def test_it_is_told_of_a_change_once_the_server_has_it_and_of_nothing_else(server: Loopback, tmp_path: Path) -> None:
    server.answers("/hub", Answer(b"", 202))
    clock = Seconds()
    pings = _pings(server, tmp_path, clock)
    counts = []
    for now, entries in ((0, [_OHIO]), (5, [_OHIO]), (10, [_FLORIDA, _OHIO]), (15, [_FLORIDA, _OHIO]), (20, [_OHIO])):
        clock.now = now
        pings.step(entries, wait=True)
        counts.append(server.count("/hub"))
    assert counts == [2, 2, 2, 4, 4]


def test_a_hub_that_did_not_hear_is_told_again_later_and_later(
    server: Loopback, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answers("/hub", Answer(b"", 400), Answer(b"", 400), Answer(b"", 202))
    clock = Seconds()
    pings = _pings(server, tmp_path, clock)
    codes = []
    for now in (0, 9, 10, 20, 30, 31):
        clock.now = now
        codes.append(pings.step([_OHIO], wait=True))
    assert (codes, server.count("/hub")) == ([1, 0, 1, 0, 0, 0], 4)
    said = capsys.readouterr().err.splitlines()
    assert [line.partition("; ")[2] for line in said] == ["it is told again in 10 s.", "it is told again in 20 s."]


def test_nothing_waits_for_a_slow_hub(server: Loopback, tmp_path: Path) -> None:
    answered = Event()

    def slowly(_: Asked) -> Answer:
        assert answered.wait(60)
        return Answer(b"", 202)

    server.answers("/hub", slowly)
    pings = _pings(server, tmp_path, Seconds())
    codes = [pings.step([_OHIO]) for _ in range(5)]
    answered.set()
    assert codes == [0] * 5


def test_at_a_terminal_a_hub_alone_is_somebody_to_tell(
    server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answers("/hub", Answer(b"", 202))
    night = live_night(tmp_path)
    for name, value in (("STORIES", night.stories[0]), ("RECORDS", night.records), ("CACHE", night.cache)):
        monkeypatch.setenv(f"NIGHTDESK_{name}", str(value))
    monkeypatch.setenv("NIGHTDESK_HUB", f"{server.url}/hub")
    assert typed("alert", "night", "--once") == 1
    assert "NIGHTDESK_HUB needs NIGHTDESK_PUBLIC_URL as well" in capsys.readouterr().err
    monkeypatch.setenv("NIGHTDESK_PUBLIC_URL", "https://desk.example.org")
    assert typed("alert", "night", "--once") == 0
    assert server.count("/hub") == 2
