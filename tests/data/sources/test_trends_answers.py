from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data.core.errors import DataError, SourceChanged, SourceUnavailable
from data.sources.google_trends.trends_answers import parse_multiline
from tests.support.trends_server import RECORDINGS, recording, wrapped

EIGHT = timedelta(minutes=8)


def bins(*times_and_values: tuple[int, int], **more: object) -> bytes:
    """An answer with one term: bins at these hours of 8 November 2016 with these values."""
    midnight = int(datetime(2016, 11, 8, tzinfo=UTC).timestamp())
    rows = [
        {"time": str(midnight + hour * 3600), "value": [value], "hasData": [True], "formattedValue": [str(value)]}
        | more
        for hour, value in times_and_values
    ]
    return wrapped({"default": {"timelineData": rows, "averages": []}})


def test_a_value_keeps_what_google_says_about_it() -> None:
    found = parse_multiline(recording("eight_minutes_rare_term.txt"))

    assert found.rows["value"].tolist() == [0, 0, 3, 7, 0, 12, 40, 100, 61, 0]
    assert found.rows["censored"].tolist() == ["<1", "0", "", "", "<1", "", "", "", "", "0"]
    assert found.rows["has_data"].tolist() == [True, False, True, True, True, True, True, True, True, False]


def test_times_are_utc_and_the_step_comes_from_them() -> None:
    found = parse_multiline(recording("eight_minutes_rare_term.txt"))

    assert found.step == EIGHT
    assert found.rows["time"].iloc[1].isoformat() == "2016-11-08T18:08:00+00:00"


def test_a_bin_that_is_not_over_is_left_out_and_said_so() -> None:
    found = parse_multiline(recording("hourly_not_over_yet.txt"))

    assert found.rows["value"].tolist() == [12, 14, 9, 31, 55, 87]
    assert found.partial == (datetime(2026, 11, 20, 12, tzinfo=UTC),)
    assert found.notes == (
        "1 bin not over yet when it was drawn: left out.",
        "The highest value left is 87: the 100 was in a bin that was not over yet.",
    )


def test_two_terms_share_the_bins_and_the_scale() -> None:
    found = parse_multiline(recording("weekly_two_terms.txt"))

    assert (found.columns, found.step) == (2, timedelta(weeks=1))
    assert found.values(0).tolist() == [41, 44, 52, 100, 63]
    assert found.values(1).tolist() == [0, 1, 2, 6, 3]


def test_a_series_below_what_google_shows_is_allowed_and_wholly_censored() -> None:
    found = parse_multiline(recording("minutes_all_below.txt"))

    assert (found.rows["censored"] != "").all()
    assert found.notes == ("Every value is 0 or <1: below what Google Trends shows, not none.",)


def test_a_series_of_hundreds_is_allowed_with_a_note() -> None:
    assert parse_multiline(recording("daily_all_hundred.txt")).notes == (
        "Every value is 100: nothing in this answer tells one bin from another.",
    )


def test_an_answer_without_bins_says_that_searches_were_too_few() -> None:
    found = parse_multiline(recording("too_few_searches.txt"))

    assert (len(found.rows), found.step) == (0, None)
    assert found.notes == ("Google Trends has no bin to show: too few searches in this place and time.",)


def test_an_answer_from_before_has_data_is_read() -> None:
    assert parse_multiline(recording("daily_before_has_data.txt")).values(0).tolist() == [55, 100, 83]


def test_missing_bins_are_counted_not_filled() -> None:
    found = parse_multiline(bins((0, 10), (1, 100), (2, 30), (5, 20)))

    assert (len(found.rows), found.step) == (4, timedelta(hours=1))
    assert found.notes == ("2 bins between the first and the last not in the answer.",)


@pytest.mark.parametrize("guard", [")]}'", ")]}'\n", ")]}',\n", ")]}',\r\n\r\n", "\ufeff)]}'\n", " )]}'"])
def test_the_guard_ends_where_the_first_brace_begins(guard: str) -> None:
    answer = wrapped(json.loads(bins((0, 100), (1, 50))[6:]), guard)

    assert parse_multiline(answer).values(0).tolist() == [100, 50]


@pytest.mark.parametrize(
    ("data", "kind", "says"),
    [
        pytest.param(b"", SourceUnavailable, "answered with nothing at all", id="empty body"),
        pytest.param(b" \n", SourceUnavailable, "answered with nothing at all", id="blank body"),
        pytest.param(bins((0, 1))[:60], SourceUnavailable, "breaks off after 60 bytes", id="cut short"),
        pytest.param(bins((0, 1))[:-1], SourceUnavailable, "breaks off after", id="one byte short"),
        pytest.param(bins((0, 1))[:-2], SourceUnavailable, "breaks off after", id="cut short after a brace"),
        pytest.param(b")]}'", SourceUnavailable, "breaks off after 4 bytes", id="only the guard"),
        pytest.param(b")]}'\n{\"a\": \"\xc3", SourceUnavailable, "breaks off after", id="cut within a letter"),
        pytest.param(b"for(;;);{}", SourceChanged, "but with 'for(;;);{}'", id="another guard"),
        pytest.param(b'{"default": {}}', SourceChanged, "but with", id="no guard"),
        pytest.param(b")]}'\nwindow.x = {}", SourceChanged, "has no object but", id="a script"),
        pytest.param(b")]}'\n[1, 2]", SourceChanged, "has no object but", id="a list"),
        pytest.param(b")]}'\n{'a': 1}", SourceChanged, "is not JSON", id="no JSON"),
        pytest.param(b")]}'\n{\"a\": \"\xff\"}", SourceChanged, "is not UTF-8 text", id="no text"),
        pytest.param(b")]}'\n" + b'{"a":' * 5_000 + b"}" * 5_000, SourceChanged, "", id="endlessly deep"),
        pytest.param(b")]}'\n{\"a\": " + b"9" * 5_000 + b"}", SourceChanged, "far too long", id="endless number"),
        pytest.param(recording("consent.html"), SourceChanged, "asks for consent to cookies", id="consent page"),
        pytest.param(recording("too_many_requests.html"), SourceUnavailable, "fewer requests", id="429 as a page"),
        pytest.param(b"<html>Hello</html>", SourceChanged, "a web page instead of data", id="any page"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused_with_a_sentence(data: bytes, kind: type[DataError], says: str) -> None:
    with pytest.raises(kind, match=r"(?s)^[A-Z].*\.$") as refused:
        parse_multiline(data)
    assert says in str(refused.value)


def changed(change: Callable[[Any], object]) -> bytes:
    """Three good bins, changed."""
    answer = json.loads(bins((0, 1), (1, 100), (2, 3)).partition(b"\n")[2])
    change(answer["default"]["timelineData"])
    return wrapped(answer)


def renamed(rows: list[dict[str, object]], old: str, new: str) -> None:
    for row in rows:
        row[new] = row.pop(old)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(bins((1, 5), (1, 5)), "has the time 2016-11-08T01:00 UTC twice", id="the same time twice"),
        pytest.param(bins((2, 5), (1, 5)), "goes back in time, to 2016-11-08T01:00 UTC in bin 2", id="backwards"),
        pytest.param(bins((0, 101)), "is '101', and Google Trends counts to 100", id="above 100"),
        pytest.param(bins((0, -1)), "is '-1'", id="below 0"),
        pytest.param(changed(lambda rows: renamed(rows, "value", "values")), "lacks 'value'", id="value renamed"),
        pytest.param(changed(lambda rows: renamed(rows, "time", "stamp")), "lacks 'time'", id="time renamed"),
        pytest.param(changed(lambda rows: rows[0].update(value=7)), "value of bin 1 is 7", id="value no list"),
        pytest.param(changed(lambda rows: rows[0].update(value=["7"])), "value of bin 1 is '7'", id="value a text"),
        pytest.param(changed(lambda rows: rows[0].update(value=[True])), "value of bin 1 is True", id="value a bool"),
        pytest.param(changed(lambda rows: rows[0].update(value=[1.5])), "value of bin 1 is 1.5", id="value a part"),
        pytest.param(changed(lambda rows: rows[0].update(value=[])), "has 0 values", id="no value"),
        pytest.param(changed(lambda rows: rows[0].update(value=[1] * 6)), "has 6 values", id="six terms"),
        pytest.param(changed(lambda rows: rows[0].update(hasData=[])), "lists of several lengths", id="lengths differ"),
        pytest.param(changed(lambda rows: rows[0].update(hasData=["yes"])), "hasData of bin 1 is 'yes'", id="hasData"),
        pytest.param(
            changed(lambda rows: rows[1].update(formattedValue=["<1"])), "contradicts itself", id="<1 and 100"
        ),
        pytest.param(
            changed(lambda rows: rows[0].update(isPartial="true")), "isPartial of bin 1", id="isPartial a text"
        ),
        pytest.param(changed(lambda rows: rows[0].update(time="1478563200000")), "time of bin 1", id="milliseconds"),
        pytest.param(changed(lambda rows: rows[0].update(time="2016-11-08")), "time of bin 1", id="a date"),
        pytest.param(changed(lambda rows: rows.append(3)), "bin 4 is 3", id="a bin is a number"),
        pytest.param(
            changed(lambda rows: rows[2].update(value=[1, 2], hasData=[True] * 2, formattedValue=["1", "2"])),
            "another number of terms",
            id="a term more",
        ),
        pytest.param(wrapped({"default": {}}), "lacks 'timelineData' and has nothing", id="no timelineData"),
        pytest.param(
            wrapped({"default": {"timelineData": {}}}), "timelineData of the answer", id="timelineData no list"
        ),
        pytest.param(wrapped({"data": {}}), "lacks 'default' and has 'data'", id="no default"),
        pytest.param(wrapped({"default": {"timelineData": [{}] * 10_001}}), "10,001 bins", id="endless"),
    ],
)
def test_a_series_of_another_shape_is_refused_with_a_sentence(data: bytes, says: str) -> None:
    with pytest.raises(SourceChanged, match=r"^[A-Z].*\.$") as refused:
        parse_multiline(data)
    assert says in str(refused.value)


GOOD = sorted(path.read_bytes() for path in RECORDINGS.glob("*.txt"))


def outcome(data: bytes) -> str:
    """What came of it: the sentence of a refusal, else "read". Any other failure is one of the test."""
    try:
        parse_multiline(data)
    except DataError as refused:
        return str(refused)
    return "read"


@given(
    data=st.sampled_from(GOOD),
    cuts=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    between=st.one_of(
        st.binary(max_size=20),
        st.sampled_from([b"null", b"[]", b"{}", b'""', b"NaN", b"1e999", b"-1", b'"\\ud800"', b"true", b"9" * 400]),
    ),
)
@example(data=wrapped({"default": {"timelineData": [{"time": "9" * 5_000, "value": [1]}]}}), cuts=(0, 0), between=b"")
@example(data=wrapped({"default": {"timelineData": [None]}}), cuts=(0, 0), between=b"")
def test_a_damaged_answer_is_read_or_refused_and_nothing_else(
    data: bytes, cuts: tuple[float, float], between: bytes
) -> None:
    first, last = sorted(int(cut * len(data)) for cut in cuts)
    damaged = data[:first] + between + data[last:]
    assert outcome(damaged)


FIELDS = ["time", "value", "hasData", "formattedValue", "isPartial", "formattedTime", "formattedAxisTime"]
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 200) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5),
    max_leaves=12,
)


@given(rows=st.lists(JSON_VALUES, max_size=3))
def test_any_json_is_read_or_refused_and_nothing_else(rows: list[object]) -> None:
    answer = wrapped({"default": {"timelineData": rows}})
    assert outcome(answer)
