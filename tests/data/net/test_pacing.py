from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from data.core.errors import SourceUnavailable
from data.net.client import open_desk
from data.net.rate_limit import DEFAULT_PACE_SECONDS, Pacer, host_file
from data.sources.registry import PROVIDERS, pace
from tests.support.loopback import Answer, loopback, settings_at

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
FORK = multiprocessing.get_context("fork")
HOST = "web.archive.org"


def pacer(folder: Path, waits: list[float], now: Callable[[], datetime] = lambda: NOON, **options: Any) -> Pacer:
    return Pacer(folder, now, waits.append, **({"pace": pace} | options))


def test_the_first_request_need_not_wait_and_the_others_wait_in_turn(tmp_path: Path) -> None:
    waits: list[float] = []
    for _ in range(4):
        pacer(tmp_path, waits).wait(HOST)
    assert waits == [2.5, 5.0, 7.5]


def test_a_pause_that_has_passed_by_itself_is_not_waited_for(tmp_path: Path) -> None:
    waits: list[float] = []
    pacer(tmp_path, waits).wait(HOST)
    pacer(tmp_path, waits, now=lambda: NOON + timedelta(seconds=2)).wait(HOST)
    pacer(tmp_path, waits, now=lambda: NOON + timedelta(seconds=9)).wait(HOST)
    assert waits == [0.5]


def test_hosts_do_not_wait_for_each_other(tmp_path: Path) -> None:
    waits: list[float] = []
    for host in (HOST, "trends.google.com", "wikimedia.org", "example.org", "example.org:8080"):
        pacer(tmp_path, waits).wait(host)
    assert waits == []


def test_two_processes_share_the_pace_of_a_host(tmp_path: Path) -> None:
    """Twenty turns are taken by two processes at once: no turn twice, and none left out."""
    pipes = [FORK.Pipe(duplex=False) for _ in range(2)]

    def work(to_parent: Any) -> None:
        waits: list[float] = []
        for _ in range(10):
            pacer(tmp_path, waits).wait(HOST)
        to_parent.send(waits)

    processes = [FORK.Process(target=work, args=(pipe[1],)) for pipe in pipes]
    for process in processes:
        process.start()
    waits = sorted(wait for pipe in pipes for wait in pipe[0].recv())
    for process in processes:
        process.join(10)
    assert waits == [2.5 * turn for turn in range(1, 20)]


def test_requests_of_two_desks_in_two_processes_reach_a_host_at_its_pace(tmp_path: Path) -> None:
    with loopback() as server:
        url = server.answers("/data", Answer(b"{}"))

        def work() -> None:
            with open_desk(settings_at(server.url, tmp_path), pace=lambda host: 0.5) as desk:
                for _ in range(3):
                    desk.ask(url, source="wayback", fresh=None)

        processes = [FORK.Process(target=work) for _ in range(2)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(60)
        moments = sorted(asked.at for asked in server.asked)
    assert len(moments) == 6
    assert moments[-1] - moments[0] >= 4 * 0.5  # five pauses, less what the first request was late


def test_a_turn_too_far_off_is_refused_with_the_time_it_takes(tmp_path: Path) -> None:
    waits: list[float] = []
    short = pacer(tmp_path, waits, patience=4)
    short.wait(HOST)
    short.wait(HOST)
    with pytest.raises(SourceUnavailable, match="waiting for their turn") as told:
        short.wait(HOST)
    assert told.value.retry_after == 5.0
    assert waits == [2.5]


@pytest.mark.parametrize(
    "found",
    [
        pytest.param("", id="empty"),
        pytest.param('{"written": 1', id="torn"),
        pytest.param("[]", id="a list"),
        pytest.param('{"written": "soon", "next": null}', id="no numbers"),
        pytest.param('{"written": NaN, "next": NaN}', id="not a number"),
        pytest.param('{"written": 1e400, "next": 1e400}', id="written in what is to come"),
        pytest.param('{"written": 1, "next": 1e400}', id="a turn that never comes"),
        pytest.param('{"written": 1, "next": 1e12}', id="a turn further off than any given out"),
    ],
)
def test_a_file_that_says_nothing_starts_the_pace_anew(tmp_path: Path, found: str) -> None:
    path = host_file(tmp_path, HOST, ".pace.json")
    path.parent.mkdir(parents=True)
    path.write_text(found)
    waits: list[float] = []
    pacer(tmp_path, waits).wait(HOST)
    pacer(tmp_path, waits).wait(HOST)
    assert waits == [2.5]


def test_a_clock_that_was_set_back_does_not_make_anybody_wait(tmp_path: Path) -> None:
    waits: list[float] = []
    pacer(tmp_path, waits).wait(HOST)
    pacer(tmp_path, waits, now=lambda: NOON - timedelta(days=1)).wait(HOST)
    assert waits == []


def test_where_nothing_can_be_shared_each_request_waits_in_full(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "hosts").write_text("a file where the folder should be")
    waits: list[float] = []
    pacer(tmp_path, waits).wait(HOST)
    assert waits == [2.5]
    assert "no pace is shared for web.archive.org" in caplog.text


@pytest.mark.parametrize(
    ("host", "seconds"),
    [
        pytest.param("web.archive.org", 2.5, id="24 a minute"),
        pytest.param("web.archive.org:8080", 2.5, id="a port does not matter"),
        pytest.param("status.example.org", DEFAULT_PACE_SECONDS, id="any other host"),
        pytest.param("localhost:8080", 0.0, id="this machine by name"),
        pytest.param("127.0.0.1:8080", 0.0, id="this machine by number"),
        pytest.param("[::1]:8080", 0.0, id="this machine by its other number"),
        pytest.param("127.0.0.1.example.org", DEFAULT_PACE_SECONDS, id="a name that only begins like it"),
    ],
)
def test_every_host_has_its_pace(host: str, seconds: float) -> None:
    assert pace(host) == seconds


def test_no_pace_is_quicker_than_two_requests_a_second() -> None:
    assert min(provider.home.pace for provider in PROVIDERS if provider.home) >= 0.5


def test_hosts_have_files_of_their_own_whatever_their_names(tmp_path: Path) -> None:
    hosts = ["a.example", "A.example/..", "../a.example", "[::1]:80", "[::1]:81", "a" * 300]
    files = {host_file(tmp_path, host, ".pace.json") for host in hosts}
    assert len(files) == len(hosts)
    assert {file.parent for file in files} == {tmp_path / "hosts"}
    assert max(len(file.name) for file in files) < 100
