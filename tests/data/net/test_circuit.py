from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from data.core.errors import SourceUnavailable
from data.net.client import Desk, open_desk
from data.net.http_errors import retry_after
from data.net.rate_limit import AskedToWait, Circuits, host_file
from tests.support.loopback import Answer, Loopback, loopback, settings_at

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
GOOD = Answer(b"{}")
HALF_HOUR, DAY = 1800.0, 86400.0
FORK = multiprocessing.get_context("fork")


class Clock:
    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> datetime:
        return self.moment

    def on(self, **span: float) -> None:
        self.moment += timedelta(**span)


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


def desk_at(server: Loopback, folder: Path, clock: Clock) -> Desk:
    return open_desk(settings_at(server.url, folder), now=clock)


def ask(desk: Desk, url: str) -> Any:
    return json.loads(desk.ask(url, source="google-trends", fresh=None, stale_ok=False).content)


def refused(desk: Desk, url: str) -> float | None:
    with pytest.raises(SourceUnavailable) as told:
        ask(desk, url)
    return told.value.retry_after


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        pytest.param(Answer(status=429), HALF_HOUR, id="429 alone"),
        pytest.param(Answer(status=429, headers={"Retry-After": "60"}), HALF_HOUR, id="429, a minute"),
        pytest.param(Answer(status=429, headers={"Retry-After": "7200"}), 7200, id="429, two hours"),
        pytest.param(
            Answer(status=429, headers={"Retry-After": format_datetime(NOON + timedelta(hours=3), usegmt=True)}),
            3 * 3600,
            id="429, a date",
        ),
        pytest.param(Answer(status=429, headers={"Retry-After": "soon"}), HALF_HOUR, id="429, no time"),
        pytest.param(Answer(status=429, headers={"Retry-After": "9" * 30}), DAY, id="429, for ever: at most a day"),
        pytest.param(Answer(status=503, headers={"Retry-After": "90"}), 90, id="503, a minute and a half"),
    ],
)
def test_a_host_that_asks_for_a_pause_is_left_alone_for_it(
    server: Loopback, tmp_path: Path, clock: Clock, answer: Answer, seconds: float
) -> None:
    url, other = server.answers("/data", answer, GOOD), server.answers("/other", GOOD)
    with desk_at(server, tmp_path, clock) as desk:
        assert refused(desk, url) == seconds
        assert refused(desk, url) == seconds
        clock.on(seconds=seconds - 1)
        assert refused(desk, other) == pytest.approx(1)
        assert len(server.asked) == 1
        clock.on(seconds=1.1)
        assert ask(desk, url) == {}
        assert ask(desk, other) == {}


def test_a_trial_that_is_refused_opens_the_circuit_anew(server: Loopback, tmp_path: Path, clock: Clock) -> None:
    url = server.answers("/data", Answer(status=429))
    with desk_at(server, tmp_path, clock) as desk:
        refused(desk, url)
        clock.on(minutes=31)
        assert refused(desk, url) == HALF_HOUR
        clock.on(minutes=29)
        assert refused(desk, url) == pytest.approx(60)
    assert len(server.asked) == 2


@pytest.mark.parametrize("status", [500, 503, 403, 404])
def test_other_faults_open_no_circuit(server: Loopback, tmp_path: Path, clock: Clock, status: int) -> None:
    url = server.answers("/data", Answer(status=status), GOOD)
    with desk_at(server, tmp_path, clock) as desk:
        with pytest.raises(Exception, match=str(status)):
            ask(desk, url)
        assert ask(desk, url) == {}


def test_another_process_learns_of_the_pause(server: Loopback, tmp_path: Path, clock: Clock) -> None:
    url = server.answers("/data", Answer(status=429), GOOD)

    def work() -> None:
        with desk_at(server, tmp_path, clock) as desk:
            refused(desk, url)

    process = FORK.Process(target=work)
    process.start()
    process.join(10)
    with desk_at(server, tmp_path, clock) as desk:
        assert refused(desk, url) == HALF_HOUR
    assert (process.exitcode, len(server.asked)) == (0, 1)


def test_what_waits_for_its_turn_is_not_sent_after_the_first_429(tmp_path: Path) -> None:
    """Three requests are on their way at the pace of the host; the first answer stops the two that still wait."""

    def work(url: str, settings: Any) -> None:
        with open_desk(settings, pace=lambda host: 3) as desk:
            refused(desk, url)

    with loopback() as server:
        url = server.answers("/data", Answer(status=429))
        settings = settings_at(server.url, tmp_path)
        processes = [FORK.Process(target=work, args=(f"{url}?n={number}", settings)) for number in range(3)]
        for process in processes:
            process.start()
        for process in processes:
            process.join(60)
        assert [process.exitcode for process in processes] == [0, 0, 0]
        assert len(server.asked) == 1


def test_nobody_waits_for_a_turn_at_a_host_that_is_left_alone(server: Loopback, tmp_path: Path, clock: Clock) -> None:
    url = server.answers("/data", Answer(status=429))
    waits: list[float] = []
    with open_desk(settings_at(server.url, tmp_path), now=clock, sleep=waits.append, pace=lambda host: 10) as desk:
        for _ in range(3):
            refused(desk, url)
    assert waits == []


def test_the_longer_of_two_pauses_counts(tmp_path: Path, clock: Clock) -> None:
    circuits = Circuits(tmp_path, clock)

    def told_twice() -> None:
        with pytest.raises(AskedToWait):
            circuits.call("host", lambda: _wait(7200))
        _wait(90)

    with pytest.raises(AskedToWait):
        circuits.call("host", told_twice)
    with pytest.raises(SourceUnavailable) as told:
        circuits.refuse_if_open("host")
    assert told.value.retry_after == 7200


def _wait(seconds: float) -> None:
    raise AskedToWait("wait", hold=seconds)


@pytest.mark.parametrize(
    "found",
    [
        pytest.param("", id="empty"),
        pytest.param('{"state": "open"', id="torn"),
        pytest.param("[]", id="a list"),
        pytest.param('{"state": "ajar", "until": 1}', id="an unknown state"),
        pytest.param('{"state": "open", "until": "soon"}', id="no number"),
        pytest.param('{"state": "open", "until": NaN}', id="not a number"),
    ],
)
def test_a_file_that_says_nothing_leaves_the_circuit_closed(tmp_path: Path, clock: Clock, found: str) -> None:
    path = host_file(tmp_path, "host", ".circuit.json")
    path.parent.mkdir(parents=True)
    path.write_text(found)
    assert Circuits(tmp_path, clock).call("host", lambda: "asked") == "asked"


def test_a_clock_that_was_set_back_locks_nobody_out_for_longer_than_a_day(tmp_path: Path, clock: Clock) -> None:
    circuits = Circuits(tmp_path, clock)
    with pytest.raises(AskedToWait):
        circuits.call("host", lambda: _wait(HALF_HOUR))
    clock.on(days=-300)
    with pytest.raises(SourceUnavailable) as told:
        circuits.call("host", lambda: "asked")
    assert told.value.retry_after == DAY


def test_where_nothing_can_be_written_this_process_still_keeps_the_pause(
    tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "hosts").write_text("a file where the folder should be")
    circuits = Circuits(tmp_path, clock)
    with pytest.raises(AskedToWait):
        circuits.call("host", lambda: _wait(HALF_HOUR))
    with pytest.raises(SourceUnavailable, match="asked for a pause"):
        circuits.call("host", lambda: "asked")
    assert "is kept by this process alone" in caplog.text


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        pytest.param("120", 120.0, id="seconds"),
        pytest.param(" 0 ", 0.0, id="at once"),
        pytest.param("Tue, 03 Nov 2026 12:02:00 GMT", 120.0, id="a date"),
        pytest.param("Tue, 03 Nov 2026 12:02:00", 120.0, id="a date without a zone is UTC"),
        pytest.param("Tue, 03 Nov 2026 11:00:00 GMT", 0.0, id="a date that has passed"),
        pytest.param("-5", None, id="less than nothing"),
        pytest.param("1.5", None, id="a fraction"),
        pytest.param("٣", None, id="digits of another script"),
        pytest.param("later", None, id="a word"),
        pytest.param("", None, id="nothing"),
        pytest.param("Tue, 99 Nov 2026 12:00:00 GMT", None, id="no such day"),
    ],
)
def test_a_retry_after_header_is_seconds_or_a_date(header: str, seconds: float | None) -> None:
    assert retry_after(header, NOON) == seconds
