"""Airtime of a phrase: percent of a station's hour, where 0 is not by itself silence."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given

from data.core.errors import DataError, SourceChanged, SourceUnavailable
from data.core.model import Window
from data.sources.gdelt_tv import AIRTIME_COLUMNS, DAY, HOUR, GdeltTv, parse_airtime
from data.sources.provider import Count, Records
from tests.support.sources import Place, answering, kept_files, mangled, recording, utc

HOURS = recording("gdelt_tv/hourly.json")
NIGHT = Window(utc("2016-11-09T00:00:00"), utc("2016-11-09T12:00:00"))
EARLY = Window(utc("2008-11-04T00:00:00"), utc("2008-11-05T00:00:00"))
NOW = utc("2026-11-22T12:00:00")


def series(*points: tuple[str, Any], name: Any = "CNN") -> dict[str, Any]:
    return {"series": name, "data": [{"date": date, "value": value} for date, value in points]}


def answer(*listed: dict[str, Any]) -> bytes:
    return json.dumps({"timeline": listed}).encode()


def look(place: Place, window: Window = NIGHT, **changes: Any) -> Records[Count]:
    with place.visit(NOW) as visit:
        return GdeltTv().fetch(changes.pop("phrase", "move to canada"), window, visit, **changes)


def test_hours_are_read_whole_by_station_with_their_unit() -> None:
    airtime = parse_airtime(HOURS)
    assert airtime.step == HOUR
    assert list(airtime.bins.columns) == AIRTIME_COLUMNS
    assert airtime.bins[airtime.bins["station"] == "CNN"].values.tolist() == [
        ["CNN", pd.Timestamp("2016-11-09T03:00Z"), pd.Timestamp("2016-11-09T04:00Z"), 0.4167, "percent of airtime"],
        ["CNN", pd.Timestamp("2016-11-09T04:00Z"), pd.Timestamp("2016-11-09T05:00Z"), 1.25, "percent of airtime"],
        ["CNN", pd.Timestamp("2016-11-09T06:00Z"), pd.Timestamp("2016-11-09T07:00Z"), 0.0, "percent of airtime"],
    ]


def test_a_station_at_zero_throughout_is_not_called_silent() -> None:
    assert parse_airtime(HOURS).warnings == (
        "FOX News is at 0 throughout: nothing was found there, or the station was not indexed then.",
    )


def test_days_stamped_at_noon_are_the_day_around_it_and_are_told() -> None:
    airtime = parse_airtime(recording("gdelt_tv/daily.json"))
    assert airtime.step == DAY
    assert airtime.bins["start"].tolist() == [pd.Timestamp(f"2016-11-0{day}", tz="UTC") for day in (7, 8, 9)]
    assert airtime.warnings == ("The answer is by the day: hours are given for windows of up to 7 days.",)


def test_an_answer_without_any_station_has_no_rows() -> None:
    assert parse_airtime(b'{"timeline": []}').bins.empty


def test_a_stamp_may_be_written_with_dashes_and_colons() -> None:
    airtime = parse_airtime(answer(series(("2016-11-09T03:00:00Z", 1))))
    assert airtime.bins["start"].tolist() == [pd.Timestamp("2016-11-09T03:00Z")]


def test_a_phrase_is_asked_for_by_the_hour_and_in_percent(tmp_path: Path) -> None:
    with answering(tmp_path, "/", HOURS) as place:
        look(place)
    assert place.asked == [
        {
            "query": '"move to canada" (station:CNN OR station:FOXNEWS OR station:MSNBC)', "mode": "timelinevol",
            "format": "json", "datanorm": "perc", "dateres": "hour", "timelinesmooth": "0", "datacomb": "sep",
            "STARTDATETIME": "20161109000000", "ENDDATETIME": "20161109120000",
        }
    ]  # fmt: skip


def test_what_was_fetched_is_read_again_without_a_network(tmp_path: Path) -> None:
    with answering(tmp_path, "/", HOURS) as place:
        records = look(place)
    again = GdeltTv().read(place.story, NIGHT, phrase="move to canada")
    assert again.rows == records.rows
    assert {row.name for row in again.rows} == {
        f"“move to canada” on {station}" for station in ("CNN", "FOX News", "MSNBC")
    }
    assert [source.org for source in again.sources] == ["GDELT Project"]
    assert GdeltTv().read(place.story, NIGHT, phrase="another").warnings == (
        "Nothing is on record for this window, which does not mean that nothing was said.",
    )


def test_a_long_window_is_asked_for_in_weeks(tmp_path: Path) -> None:
    window = Window(NIGHT.start, NIGHT.start + timedelta(days=15))
    with answering(tmp_path, "/", HOURS) as place:
        look(place, window)
    assert [(asked["STARTDATETIME"], asked["ENDDATETIME"]) for asked in place.asked] == [
        ("20161109000000", "20161116000000"),
        ("20161116000000", "20161123000000"),
        ("20161123000000", "20161124000000"),
    ]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        pytest.param({"phrase": 'say "this"'}, "cannot be asked for", id="quotes"),
        pytest.param({"phrase": "a station:CNN"}, "cannot be asked for", id="an operator"),
        pytest.param({"phrase": ""}, "cannot be asked for", id="nothing"),
        pytest.param({"window": EARLY}, "begins in July 2009", id="too early"),
    ],
)
def test_what_cannot_be_asked_is_not_asked(changes: dict[str, Any], says: str, tmp_path: Path) -> None:
    with answering(tmp_path, "/", HOURS) as place:
        with pytest.raises(DataError, match=says):
            look(place, **changes)
        assert place.asked == []


@pytest.mark.parametrize(
    ("listed", "says"),
    [
        pytest.param(
            [series(("20161109T030000Z", 1), ("20161109T030000Z", 1))], "1 value is listed twice.", id="twice"
        ),
        pytest.param(
            [series(("20161109T040000Z", 1), ("20161109T030000Z", 2))],
            "The times were not in order and were sorted.",
            id="back",
        ),
    ],
)
def test_an_untidy_answer_is_put_in_order_and_says_so(listed: list[dict[str, Any]], says: str) -> None:
    airtime = parse_airtime(answer(*listed))
    assert airtime.warnings == (says,)
    assert airtime.bins["start"].is_monotonic_increasing


@pytest.mark.parametrize(
    ("data", "kind", "says"),
    [
        pytest.param(b"", SourceUnavailable, "nothing at all", id="empty"),
        pytest.param(HOURS[:200], SourceUnavailable, "cut short", id="truncated"),
        pytest.param(b"<html>Please wait</html>", SourceChanged, "a web page", id="html"),
        pytest.param(recording("gdelt_tv/complaint.txt"), SourceChanged, "Your query was too short", id="a complaint"),
        pytest.param(b'{"clips": []}', SourceChanged, "no list named 'timeline'", id="renamed list"),
        pytest.param(answer({"series": "CNN", "points": []}), SourceChanged, "named 'data'", id="renamed points"),
        pytest.param(answer(series(("20161109T030000Z", "1"))), SourceChanged, "no number in 'value'", id="a text"),
        pytest.param(answer(series(("20161109T030000Z", 240))), SourceChanged, "not percentages", id="clips"),
        pytest.param(answer(series(("20161109T030000Z", -1))), SourceChanged, "not percentages", id="below zero"),
        pytest.param(b'{"timeline": [{"series": "CNN", "data": [{"date": "20161109T030000Z", "value": NaN}]}]}',
                     SourceChanged, "no number", id="not a number"),
        pytest.param(answer(series(("20161109T030000", 1))), SourceChanged, "is not a time", id="no zone"),
        pytest.param(answer(series(("20161131T030000Z", 1))), SourceChanged, "is not a time", id="31 November"),
        pytest.param(answer(series(("20161109T030000Z", 1), ("20161109T030000Z", 2))), SourceChanged, "two values",
                     id="contradiction"),
        pytest.param(answer(series(("20161101T000000Z", 1), ("20161201T000000Z", 2))), SourceChanged,
                     "neither hours nor days", id="months"),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_used_says_why_and_is_not_kept(
    data: bytes, kind: type[DataError], says: str, tmp_path: Path
) -> None:
    with pytest.raises(kind, match=says):
        parse_airtime(data)
    with answering(tmp_path, "/", data) as place:
        with pytest.raises(kind):
            look(place)
        assert kept_files(place.story) == []


@given(data=mangled(HOURS))
def test_no_answer_breaks_the_parser(data: bytes) -> None:
    try:
        airtime = parse_airtime(data)
    except DataError:
        return
    assert airtime.bins["value"].between(0, 100).all()
    assert (airtime.bins["end"] > airtime.bins["start"]).all()
