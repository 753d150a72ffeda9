"""A status page is its owner's word: grade B, by the time of the entry, and silent about what was not written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given

from data.core.errors import DataError, SourceChanged, SourceUnavailable
from data.core.model import Window
from data.sources.provider import Records
from data.sources.statuspage import (
    INCIDENT_COLUMNS,
    LISTED,
    Statuspage,
    observations,
    parse_incidents,
)
from data.story.tables import Observation, SourceRow
from tests.support.sources import Place, answering, kept_files, mangled, recording, utc

LOG = recording("statuspage/clocks_go_back.json")
PATH = "/api/v2/incidents.json"
FORTNIGHT = Window(utc("2016-10-31T00:00:00"), utc("2016-11-14T00:00:00"))
NIGHT = Window(utc("2016-11-09T00:00:00"), utc("2016-11-09T12:00:00"))
NOW = utc("2016-11-09T14:00:00")


def at(text: str) -> pd.Timestamp:
    return pd.Timestamp(text)


def log(*incidents: dict[str, Any]) -> bytes:
    return json.dumps(
        {"page": {"name": "Example Visas", "url": "https://status.example.org"}, "incidents": incidents}
    ).encode()


def incident(**changes: Any) -> dict[str, Any]:
    return {
        "id": "a1",
        "name": "Slow",
        "status": "resolved",
        "impact": "major",
        "created_at": "2016-11-09T01:00:00.000-05:00",
        "resolved_at": "2016-11-09T02:00:00.000-05:00",
        "shortlink": "http://stspg.example/a1",
        "incident_updates": [],
    } | changes


def look(place: Place, window: Window = FORTNIGHT) -> Records[Observation]:
    with place.visit(NOW) as visit:
        return Statuspage().fetch(place.server.url, window, visit, service="visas")


def test_a_log_is_read_whole_and_the_hour_that_comes_twice_is_two_hours() -> None:
    read = parse_incidents(LOG)
    assert (read.page, read.warnings) == ("Example Visas", ())
    assert list(read.incidents.columns) == INCIDENT_COLUMNS
    assert read.incidents[["id", "severity", "created", "started", "resolved"]].astype(object).values.tolist() == [
        ["c7nm3ke5t2ya", "maintenance", at("2016-11-01T06:00:00Z"), pd.NaT, at("2016-11-01T07:00:00Z")],
        ["b4hv8rc1p6sj", "critical", at("2016-11-06T05:30:00Z"), at("2016-11-06T05:05:00Z"),
         at("2016-11-06T06:10:00Z")],
        ["w9qk2zd7m4xn", "minor", at("2016-11-09T04:40:10.250Z"), pd.NaT, pd.NaT],
    ]  # fmt: skip


def test_an_entry_is_an_upper_bound_and_a_stated_beginning_a_minute(tmp_path: Path) -> None:
    with answering(tmp_path, PATH, LOG) as place:
        rows = look(place).rows
    assert [(row.status, row.kind, row.precision.value, row.at, row.latest, row.until) for row in rows] == [
        ("none", "statement", "by", None, utc("2016-11-01T06:00:00"), utc("2016-11-01T07:00:00")),
        ("failing", "outage", "minute", utc("2016-11-06T05:05:00"), None, utc("2016-11-06T06:10:00")),
        ("degraded", "outage", "by", None, utc("2016-11-09T04:40:10"), None),
    ]


def test_an_owners_log_is_grade_b_and_says_why() -> None:
    assert "never grade A" in Statuspage.proves
    assert "No incident means that none was written down" in Statuspage.cannot


def test_every_row_is_credited_to_the_owner_and_links_to_its_own_entry(tmp_path: Path) -> None:
    with answering(tmp_path, PATH, LOG) as place:
        records = look(place)
    last, source = records.rows[-1], records.sources[-1]
    assert (last.grade, last.credit) == ("B", "Example Visas, on its own status page")
    assert last.what == "“Application pages are slow (to load)”, severity “minor”, monitoring"
    assert last.note.startswith("No end is recorded")
    assert (source.id, source.url) == ("statuspage-w9qk2zd7m4xn", "http://stspg.example/aa1")
    for cited in records.sources:
        SourceRow(id=cited.id, org=cited.org, title=cited.title, url=cited.url)


@pytest.mark.parametrize(
    ("impact", "status"),
    [("critical", "failing"), ("major", "degraded"), ("minor", "degraded"), ("none", "none"), ("maintenance", "none")],
)
def test_how_bad_it_was_is_in_the_owners_word_and_in_ours(impact: str, status: str, tmp_path: Path) -> None:
    with answering(tmp_path, PATH, log(incident(impact=impact))) as place:
        (row,) = look(place).rows
    assert row.status == status
    assert impact in row.what


@pytest.mark.parametrize("impact", [None, "huge", "", 3, ["major"]])
def test_an_incident_that_does_not_say_how_bad_it_was_is_no_failure_and_spoils_no_other(
    impact: object, tmp_path: Path
) -> None:
    with answering(tmp_path, PATH, log(incident(impact=impact), incident(id="b2"))) as place:
        records = look(place)
    told = {row.id: (row.status, row.kind, row.what) for row in records.rows}
    assert told == {
        "statuspage-a1": ("none", "statement", "“Slow”, severity not stated, resolved"),
        "statuspage-b2": ("degraded", "outage", "“Slow”, severity “major”, resolved"),
    }
    assert "1 incident has no known word for how bad it was: not stated." in records.warnings


@pytest.mark.parametrize(
    ("odd", "kept", "says"),
    [
        pytest.param(7, ["b2"], "1 incident has no id and was left out.", id="a number"),
        pytest.param({**incident(), "id": None}, ["b2"], "1 incident has no id and was left out.", id="no id"),
        pytest.param({**incident(), "name": None}, ["a1", "b2"], "", id="no name"),
        pytest.param({**incident(), "status": None}, ["a1", "b2"], "", id="no state"),
    ],
)
def test_one_odd_incident_costs_no_other(odd: Any, kept: list[str], says: str) -> None:
    read = parse_incidents(log(odd, incident(id="b2")))
    assert sorted(read.incidents["id"]) == kept
    assert [*read.warnings] == ([says] if says else [])


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"created_at": "2016-11-09T01:00:00"}, "no readable beginning", id="a beginning without its zone"),
        pytest.param({"created_at": "yesterday"}, "no readable beginning", id="a beginning in words"),
        pytest.param({"created_at": None}, "no readable beginning", id="no beginning"),
        pytest.param({"resolved_at": "2016-11-09T00:30:00-05:00"}, "ends before it begins", id="backwards"),
    ],
)
def test_an_incident_with_odd_times_costs_itself_or_its_end_only(changes: dict[str, Any], says: str) -> None:
    read = parse_incidents(log(incident(**changes), incident(id="b2")))
    assert says in read.warnings[0]
    assert "b2" in set(read.incidents["id"])
    assert read.incidents[read.incidents["id"] == "a1"]["resolved"].isna().all()


def test_an_incident_that_is_listed_twice_is_one() -> None:
    read = parse_incidents(log(incident(), incident()))
    assert len(read.incidents) == 1
    assert read.warnings == ("1 incident is listed twice and was kept once.",)


def test_a_window_without_an_incident_does_not_say_that_all_was_well(tmp_path: Path) -> None:
    with answering(tmp_path, PATH, log()) as place:
        records = look(place, NIGHT)
    assert records.rows == ()
    assert records.warnings == (
        "No incident in this window was written down, which does not mean that the service was up.",
    )


def test_a_full_list_says_how_far_back_it_reaches(tmp_path: Path) -> None:
    listed = [
        incident(id=f"i{number}", created_at=f"2016-11-09T{number % 10 + 3:02}:00:00Z", resolved_at=None)
        for number in range(LISTED)
    ]
    with answering(tmp_path, PATH, log(*listed)) as place:
        warnings = look(place, NIGHT).warnings
    assert any("its 50 newest incidents only, the oldest of 2016-11-09" in warning for warning in warnings)


def test_of_an_incident_drawn_twice_the_later_drawing_counts(tmp_path: Path) -> None:
    open_then = log(incident(resolved_at=None, status="investigating"))
    with answering(tmp_path, PATH, open_then, log(incident())) as place:
        for hour in (14, 15):
            with place.visit(NOW.replace(hour=hour)) as visit:
                Statuspage().fetch(place.server.url, NIGHT, visit, service="visas")
    again = Statuspage().read(place.story, NIGHT, service="visas")
    assert [row.until for row in again.rows] == [at("2016-11-09T07:00:00Z")]
    assert again.drawn_at == NOW.replace(hour=15)


@pytest.mark.parametrize(
    ("data", "kind", "says"),
    [
        pytest.param(b" \n", SourceUnavailable, "nothing at all", id="empty"),
        pytest.param(LOG[:300], SourceUnavailable, "cut short after 300 bytes", id="truncated"),
        pytest.param(b"<html><body>Sign in</body></html>", SourceChanged, "a web page", id="html"),
        pytest.param(b")]}',\n{}", SourceChanged, "something other than JSON", id="wrong prefix"),
        pytest.param(b'{"page": {}, "events": []}', SourceChanged, "no list named 'incidents'", id="renamed list"),
        pytest.param(log({"id": "a", "name": "b"}), SourceChanged, "a readable beginning", id="renamed field"),
        pytest.param(b'{"incidents": [1]}', SourceChanged, "none of its incidents has an id", id="numbers"),
    ],
)
def test_an_answer_that_cannot_be_used_says_why_and_is_not_kept(
    data: bytes, kind: type[DataError], says: str, tmp_path: Path
) -> None:
    with pytest.raises(kind, match=says):
        parse_incidents(data)
    with answering(tmp_path, PATH, data) as place:
        with pytest.raises(kind):
            look(place)
        assert kept_files(place.story) == []


def test_what_is_no_address_is_not_asked(tmp_path: Path) -> None:
    with answering(tmp_path, PATH, LOG) as place:
        with place.visit(NOW) as visit, pytest.raises(DataError, match="not the address of a status page"):
            Statuspage().fetch("status.example.org", NIGHT, visit, service="visas")
        assert place.asked == []


@given(data=mangled(LOG))
def test_no_answer_breaks_the_parser(data: bytes) -> None:
    try:
        read = parse_incidents(data)
    except DataError:
        return
    for row, source in observations(read, service="visas", page="https://status.example.org"):
        assert row.source == source.id
        SourceRow(id=source.id, org=source.org, title=source.title, url=source.url)
