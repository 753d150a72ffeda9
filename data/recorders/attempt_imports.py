"""What other monitors recorded: Uptime Kuma, Gatus, Prometheus' blackbox_exporter and Upptime, read as attempts."""

from __future__ import annotations

import json
import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median

from data.core.errors import SourceChanged
from data.net.site_request import Outcome, outcome_of
from data.recorders.attempt import Attempt

#: What a monitor calls a site -> its rows: when, whether it answered, the HTTP status, seconds, and its own words.
Row = tuple[datetime, bool, int | None, float | None, str]
Rows = Mapping[str, Sequence[Row]]


def imported_attempts(
    content: bytes, kind: str, *, monitor: str, service: str, address: str, place: str
) -> tuple[Attempt, ...]:
    """The attempts of one monitored site, by time; `every` is the usual distance between two.

    `monitor` is what the file calls the site; it may be empty where the file has one only. SourceChanged, one sentence,
    for a file that is none of this kind or has no such site.
    """
    try:
        found = READERS[kind](content)
    except (ValueError, KeyError, TypeError, IndexError, sqlite3.Error, OverflowError) as error:
        raise SourceChanged(f"This is not a file of {kind}: {error}") from None
    if not monitor and len(found) == 1:
        monitor = next(iter(found))
    if monitor not in found:
        raise SourceChanged(f"The file has no site {monitor!r}; it has: {', '.join(sorted(found))[:300] or 'none'}")
    rows = sorted(found[monitor], key=lambda row: row[0])
    gaps = [(after[0] - before[0]).total_seconds() for before, after in pairwise(rows)]
    every = EVERY.get(kind) or (max(1.0, round(median(gaps))) if gaps else 60.0)
    return tuple(
        Attempt(
            started_at=at, place=place, service=service, address=address, every=every, status=status, first_byte=took,
            outcome=Outcome.ANSWERED if status or answered else outcome_of(said), origin=kind,
        )
        for at, answered, status, took, said in rows
    )  # fmt: skip


def _kuma(content: bytes) -> Rows:
    """Uptime Kuma's kuma.db, or its JSON: monitors and their heartbeats, whose times are UTC."""
    return _kuma_database(content) if content.startswith(b"SQLite format 3") else _kuma_json(content)


def _kuma_database(content: bytes) -> Rows:
    found: dict[str, list[Row]] = {}
    with tempfile.NamedTemporaryFile(suffix=".db") as file:
        Path(file.name).write_bytes(content)
        with closing(sqlite3.connect(f"file:{file.name}?mode=ro", uri=True)) as database:
            asked = (
                "SELECT m.name, h.time, h.status, h.ping, h.msg FROM heartbeat h JOIN monitor m ON m.id = h.monitor_id"
            )
            for name, time, status, ping, message in database.execute(asked):
                found.setdefault(str(name), []).append(_beat(time, status, ping, message))
    return found


def _kuma_json(content: bytes) -> Rows:
    told = json.loads(content)
    names = {str(one["id"]): str(one["name"]) for one in told["monitorList"]}
    return {
        names.get(str(number), str(number)): [
            _beat(beat["time"], beat["status"], beat.get("ping"), beat.get("msg")) for beat in beats
        ]
        for number, beats in told["heartbeatList"].items()
    }


def _beat(time: object, status: object, ping: object, message: object) -> Row:
    at = datetime.fromisoformat(str(time)).replace(tzinfo=UTC)
    said = str(message or "")
    code = int(said[:3]) if said[:3].isascii() and said[:3].isdecimal() else None
    took = float(str(ping)) / 1000 if ping is not None else None
    return at, str(status) == "1", code, took, said


def _gatus(content: bytes) -> Rows:
    """Gatus' api/v1/endpoints/statuses, whole or of one endpoint; durations are nanoseconds."""
    told = json.loads(content)
    endpoints = told if isinstance(told, list) else [told]
    return {
        str(one["name"]): [
            (
                datetime.fromisoformat(result["timestamp"]).astimezone(UTC), bool(result["success"]),
                int(result["status"]) if result.get("status") else None,
                float(result["duration"]) / 1e9 if result.get("duration") else None,
                "; ".join(result.get("errors") or []),
            )
            for result in one["results"]
        ]
        for one in endpoints
    }  # fmt: skip


def _prometheus(content: bytes) -> Rows:
    """A query_range of blackbox_exporter: probe_success, with probe_http_status_code and probe_duration_seconds."""
    told = json.loads(content)
    series: dict[str, dict[str, dict[float, float]]] = {}
    for one in told["data"]["result"]:
        metric = one["metric"]
        values = {float(at): float(value) for at, value in one["values"]}
        series.setdefault(str(metric.get("instance", "")), {})[str(metric["__name__"])] = values
    return {name: list(_samples(metrics)) for name, metrics in series.items() if "probe_success" in metrics}


def _samples(metrics: Mapping[str, Mapping[float, float]]) -> Iterator[Row]:
    codes, took = metrics.get("probe_http_status_code", {}), metrics.get("probe_duration_seconds", {})
    for at, success in metrics["probe_success"].items():
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=at)
        yield moment, success == 1, int(codes.get(at, 0)) or None, took.get(at), ""


#: A line of `git log --format='%aI %s'` in a repository of Upptime.
_COMMIT = re.compile(r"(?P<at>\S+) \S+ (?P<name>.+) is (?P<state>up|degraded|down) \((?P<code>\d+) in (?P<ms>\d+) ms\)")


def _upptime(content: bytes) -> Rows:
    """Upptime's history, which is that of its repository: a commit when a state changes, and one a day."""
    found: dict[str, list[Row]] = {}
    for line in content.decode("utf-8").splitlines():
        if one := _COMMIT.match(line):
            at, code = datetime.fromisoformat(one["at"]).astimezone(UTC), int(one["code"]) or None
            found.setdefault(one["name"], []).append((at, one["state"] != "down", code, int(one["ms"]) / 1000, ""))
    if not found:
        raise ValueError("no line of it is like one of git log --format='%aI %s'")
    return found


READERS: Mapping[str, Callable[[bytes], Rows]] = {
    "kuma": _kuma, "gatus": _gatus, "prometheus": _prometheus, "upptime": _upptime,
}  # fmt: skip
#: Seconds between two rows of whoever writes down changes, and else one row a day.
EVERY = {"upptime": 86_400.0}
