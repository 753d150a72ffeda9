"""What other monitors recorded becomes attempts: their times, whether the site answered, and how it failed."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from data.core.errors import SourceChanged
from data.net.site_request import Outcome
from data.recorders.attempt import recorded
from data.recorders.attempt_imports import imported_attempts
from tests.support.live_nights import live_night, rows
from tests.support.terminal import typed

_BEATS = [
    {"time": "2030-11-06 01:00:00.000", "status": 1, "ping": 210, "msg": "200 - OK"},
    {"time": "2030-11-06 01:01:00.000", "status": 0, "ping": None, "msg": "connect ECONNREFUSED 192.0.2.1:443"},
    {"time": "2030-11-06 01:02:00.000", "status": 0, "ping": 900, "msg": "503 - Service Unavailable"},
]
KUMA = json.dumps({"monitorList": [{"id": 4, "name": "cic"}], "heartbeatList": {"4": _BEATS}}).encode()
GATUS = json.dumps([{"name": "cic", "results": [
    {"timestamp": "2030-11-06T01:00:00Z", "status": 200, "success": True, "duration": 210_000_000},
    {"timestamp": "2030-11-06T01:01:00Z", "success": False, "duration": 0, "errors": ["dial tcp: connection refused"]},
    {"timestamp": "2030-11-06T01:02:00Z", "status": 503, "success": False, "duration": 900_000_000},
]}]).encode()  # fmt: skip
_AT = 1_920_157_200  # 2030-11-06T01:00:00Z


def _metric(name: str, *values: str) -> dict[str, object]:
    return {
        "metric": {"__name__": name, "instance": "cic"},
        "values": [[_AT + 60 * number, value] for number, value in enumerate(values) if value],
    }


PROMETHEUS = json.dumps({"status": "success", "data": {"resultType": "matrix", "result": [
    _metric("probe_success", "1", "0", "0"), _metric("probe_http_status_code", "200", "0", "503"),
    _metric("probe_duration_seconds", "0.21", "", "0.9"),
]}}).encode()  # fmt: skip


def _database(folder: Path) -> bytes:
    path = folder / "kuma.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE monitor (id, name)")
        database.execute("CREATE TABLE heartbeat (monitor_id, time, status, ping, msg)")
        database.execute("INSERT INTO monitor VALUES (4, 'cic')")
        for beat in _BEATS:
            database.execute("INSERT INTO heartbeat VALUES (4, ?, ?, ?, ?)", tuple(beat.values()))
    return path.read_bytes()


def _read(content: bytes, kind: str) -> list[tuple[str, Outcome, int | None, float | None]]:
    found = imported_attempts(content, kind, monitor="", service="site", address="https://a.example/", place="office")
    assert {one.every for one in found} == {60.0}
    return [(f"{one.started_at:%H:%M}", one.outcome, one.status, one.first_byte) for one in found]


@pytest.mark.parametrize(("kind", "content"), [("kuma", KUMA), ("gatus", GATUS)])
def test_a_monitors_file_reads_as_attempts(kind: str, content: bytes) -> None:
    assert _read(content, kind) == [
        ("01:00", Outcome.ANSWERED, 200, 0.21),
        ("01:01", Outcome.REFUSED, None, None),
        ("01:02", Outcome.ANSWERED, 503, 0.9),
    ]


def test_kumas_database_says_what_its_json_says(tmp_path: Path) -> None:
    assert _read(_database(tmp_path), "kuma") == _read(KUMA, "kuma")


def test_prometheus_says_no_reason_for_a_look_that_was_not_answered() -> None:
    assert _read(PROMETHEUS, "prometheus") == [
        ("01:00", Outcome.ANSWERED, 200, 0.21), ("01:01", Outcome.LOST, None, None),
        ("01:02", Outcome.ANSWERED, 503, 0.9),
    ]  # fmt: skip


UPPTIME = """2030-11-06T01:00:00Z 🟩 cic is up (200 in 210 ms) [skip ci] [upptime]
2030-11-06T01:00:30Z :card_file_box: Update status summary [skip ci] [upptime]
2030-11-05T20:04:00-05:00 🟥 cic is down (0 in 0 ms) [skip ci] [upptime]
2030-11-06T01:09:00Z 🟨 cic is degraded (200 in 31000 ms) [skip ci] [upptime]
2030-11-06T01:10:00Z 🟩 Other is up (200 in 99 ms) [skip ci] [upptime]
""".encode()


def test_upptimes_history_is_that_of_its_repository_and_says_no_more_than_when_a_state_changed() -> None:
    found = imported_attempts(UPPTIME, "upptime", monitor="cic", service="site", address="https://a/", place="office")
    assert [(f"{one.started_at:%H:%M}", one.outcome, one.status, one.first_byte) for one in found] == [
        ("01:00", Outcome.ANSWERED, 200, 0.21), ("01:04", Outcome.LOST, None, 0.0),
        ("01:09", Outcome.ANSWERED, 200, 31.0),
    ]  # fmt: skip
    assert {one.every for one in found} == {86_400.0}, "it writes changes and one line a day, so that no gap is one"


@pytest.mark.parametrize("kind", ["kuma", "gatus", "prometheus", "upptime"])
@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"null", b"SQLite format 3\x00", b'{"data": {"result": 1}}', b"\xff"]
)
def test_a_file_of_something_else_is_one_sentence(kind: str, content: bytes) -> None:
    with pytest.raises(SourceChanged, match=r"^(This is not a file of|The file has no site)"):
        _read(content, kind)


def test_at_a_terminal_nothing_is_brought_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    more = '\n[[services]]\nid = "site"\nhost = "a.example"\nname = "A"\nmain = true\nurl = "https://a.example/"\n'
    night = live_night(tmp_path, more=more)
    for name, folder in (("STORIES", night.stories[0]), ("RECORDS", night.records)):
        monkeypatch.setenv(f"NIGHTDESK_{name}", str(folder))
    file = tmp_path / "kuma.json"
    file.write_bytes(KUMA)
    for _ in range(2):
        assert typed("probe", "night", "--import", file, "--as", "kuma", "--place", "office") == 0
    assert capsys.readouterr().out == "3 of 3 attempts were new.\n0 of 3 attempts were new.\n"
    assert len(list(recorded(night.records / "night"))) == 3
    assert [row["status"] for row in rows(night, "observations.csv") if row["status"] != "unwatched"] == [
        "answering", "unreachable", "failing",
    ]  # fmt: skip
