from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from data.story.table_rows import Row
from data.story.tables import Call, Control, Figure, Interest, Observation
from data.story.time_tokens import Published, published_span

CALL = {
    "id": "ap-oh", "contest": "US-OH", "caller": "AP", "party": "R", "role": "primary", "basis": "bounds",
    "precision": "by", "latest": "2016-11-09T03:39:00Z", "source": "ap-log",
}  # fmt: skip


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        pytest.param("2016", "2016-01-01", "2017-01-01", id="year"),
        pytest.param("2016-11", "2016-11-01", "2016-12-01", id="month"),
        pytest.param("2016-12", "2016-12-01", "2017-01-01", id="december ends with its year"),
        pytest.param("2016-11-09", "2016-11-09", "2016-11-10", id="day"),
        pytest.param("2016-02-28", "2016-02-28", "2016-02-29", id="day before a leap day"),
        pytest.param("2016-11-08/2016-11-09", "2016-11-08", "2016-11-10", id="two days, the last one whole"),
        pytest.param("2016-11-09T03:50Z", "2016-11-09T03:50", "2016-11-09T03:50", id="minute"),
        pytest.param("2016-11-09T03:50:07Z", "2016-11-09T03:50:07", "2016-11-09T03:50:07", id="second"),
    ],
)
def test_a_publication_is_known_as_sharply_as_it_is_dated(text: str, start: str, end: str) -> None:
    assert published_span(text) == (utc(start), utc(end))


def test_no_publication_date_is_no_span() -> None:
    assert published_span("") is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("2016-13", id="month 13"),
        pytest.param("2016-11-31", id="31 November"),
        pytest.param("2016-11-09/2016-11-08", id="backwards"),
        pytest.param("2016-11-09T03:50", id="naive minute"),
        pytest.param("2016-11-09T25:00Z", id="hour 25"),
        pytest.param("9 November 2016", id="words"),
        pytest.param("0001", id="outside the calendar of news"),
        pytest.param("２０１６", id="other digits"),
        pytest.param("2016\n", id="line end"),
    ],
)
def test_what_is_no_publication_date_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Published).validate_python(text)


@given(st.from_regex(r"(19|20|21)[0-9]{2}(-[0-9]{2}(-[0-9]{2}(/2[01][0-9]{2}-[0-9]{2}-[0-9]{2})?)?)?", fullmatch=True))
def test_every_accepted_publication_date_has_a_span_that_runs_forward(text: str) -> None:
    try:
        span = published_span(TypeAdapter(Published).validate_python(text))
    except ValidationError:
        return
    assert span is not None
    assert span[0] < span[1]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param({"latest": "2016-11-09 03:39"}, "expected a time with its zone", id="naive"),
        pytest.param({"latest": "1478662740"}, "expected a time with its zone", id="epoch seconds"),
        pytest.param({"latest": "2016-11-09"}, "expected a time with its zone", id="day for a time"),
        pytest.param(
            {"latest": ""}, "column latest: found an empty cell, expected a time, because precision is by", id="bare by"
        ),
        pytest.param({"precision": "minute"}, "column at: found an empty cell", id="minute without at"),
        pytest.param({"precision": "window"}, "column earliest: found an empty cell", id="window without earliest"),
        pytest.param({"precision": "day"}, "column date: found an empty cell", id="day without date"),
        pytest.param({"precision": "none"}, "none, beside the time 2016-11-09T03:39:00Z", id="none with a time"),
        pytest.param(
            {"at": "2016-11-09T03:39:00Z", "earliest": "2016-11-09T03:29:00Z", "precision": "minute"},
            "column precision: found minute, beside bounds, expected window, because the bounds differ",
            id="a minute ten minutes wide",
        ),
        pytest.param({"precision": "day", "date": "1478649600"}, "expected a date, like 2016-11-09", id="epoch day"),
        pytest.param(
            {"earliest": "2016-11-09T03:40:00Z"}, "2016-11-09T03:40:00Z, which is after latest", id="backwards bounds"
        ),
    ],
)
def test_a_call_is_refused_when_its_time_cannot_be_meant(change: dict[str, str], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Call.model_validate(CALL | change)


def test_a_time_with_an_offset_is_kept_in_utc() -> None:
    call = Call.model_validate(CALL | {"latest": "2016-11-08T22:39:00-05:00"})
    assert call.latest == utc("2016-11-09T03:39")
    assert call.latest is not None
    assert call.latest.tzinfo is UTC


def test_empty_cells_are_absent_facts() -> None:
    call = Call.model_validate(CALL | {"at": "", "note": "", "date": ""})
    assert (call.at, call.earliest, call.date, call.note) == (None, None, None, "")


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_figure_that_is_no_number_is_refused(value: str) -> None:
    figure = {
        "id": "users", "metric": "site_users", "label": "Users", "value": value, "unit": "users", "geo": "world",
        "kind": "lower bound", "trust": "high", "scope": "night", "credit": "IRCC", "source": "cp",
    }  # fmt: skip
    with pytest.raises(ValidationError, match="finite number"):
        Figure.model_validate(figure)


def test_a_week_that_ends_before_it_starts_is_refused() -> None:
    week = {
        "term": "move to canada",
        "geo": "US",
        "start": "2016-07-09",
        "end": "2016-07-03",
        "value": "5",
        "source": "x",
    }
    with pytest.raises(ValidationError, match="2016-07-09, which is after end"):
        Interest.model_validate(week)


CONTROL = {
    "id": "petition", "case": "uk-petition-2019", "title": "UK petition", "spike": "not stated", "outage": "yes",
    "election": "no", "host": "petition.parliament.uk", "kind": "outage", "status": "failing", "precision": "minute",
    "at": "2019-03-21T09:00:00Z", "what": "Down for maintenance", "confidence": "high", "credit": "The Guardian",
    "zone": "Europe/London", "source": "guardian",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param({"zone": "Mars/Phobos"}, "'Mars/Phobos' is not a time zone", id="zone nobody knows"),
        pytest.param({"zone": "GMT+1"}, "is not a time zone", id="offset for a zone"),
        pytest.param({"until": "2019-03-21T08:00:00Z"}, "09:00:00Z, which is after until", id="ends before it starts"),
        pytest.param({"spike": "maybe"}, "'yes', 'no' or 'not stated'", id="a fact that is no answer"),
        pytest.param({"value": "350", "unit": "percent"}, "column base: found an empty cell", id="bare percentage"),
        pytest.param({"source": ""}, "column source: found an empty cell", id="no source"),
        pytest.param({"confidence": ""}, "column confidence: found an empty cell", id="no confidence"),
    ],
)
def test_a_control_is_refused_when_it_cannot_be_meant_or_checked(change: dict[str, str], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Control.model_validate(CONTROL | change)


def test_only_a_search_that_found_nothing_may_stand_without_a_source() -> None:
    nothing = {"kind": "not found", "precision": "none", "at": "", "source": "", "confidence": ""}
    assert Control.model_validate(CONTROL | nothing).source == ""


@pytest.mark.parametrize(
    ("row_type", "column"),
    [(Control, "what"), (Control, "base"), (Control, "note"), (Figure, "label"), (Figure, "text"), (Figure, "base"),
     (Figure, "note"), (Observation, "what"), (Observation, "note")],
)  # fmt: skip
@pytest.mark.parametrize(
    "text",
    ["at {time:11 p.m.}", "at {time:2016-13-09T04:00:00Z}", "{time:0001-01-01T00:00:00Z}", "{stamp:2016-11-09}", "{}"],
)
def test_a_time_in_prose_that_no_clock_could_write_is_refused(row_type: type[Row], column: str, text: str) -> None:
    with pytest.raises(ValidationError, match=rf"{column}\n.*is not a time token"):
        row_type.model_validate({column: text})
