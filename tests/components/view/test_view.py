"""An address and a view say the same thing, and no address is too bad to be answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.view.address import read_instant, utc_text
from components.view.view_state import (
    ViewState,
    default_view,
    judge_view,
    locked_query,
    parse_slug,
    parse_view,
    view_link,
    view_query,
)
from data.core.model import Window
from data.core.settings import Settings
from data.story.store import find_story
from data.story.story import Story

NIGHT = (datetime(2016, 11, 8, 18, tzinfo=UTC), datetime(2016, 11, 9, 12, tzinfo=UTC))


@pytest.fixture(scope="module")
def story() -> Story:
    return find_story("us-2016", Settings())


_seconds = st.datetimes(datetime(1970, 1, 2), datetime(2100, 12, 30)).map(  # noqa: DTZ001 - hypothesis wants naive bounds
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC),
)


@st.composite
def views(draw: st.DrawFn) -> ViewState:
    start = draw(_seconds)
    length = draw(st.timedeltas(timedelta(minutes=1), timedelta(days=40 * 365)))
    end = min(start + timedelta(seconds=length // timedelta(seconds=1)), datetime(2100, 12, 31, tzinfo=UTC))
    within = st.integers(0, (end - start) // timedelta(seconds=1)).map(
        lambda seconds: start + timedelta(seconds=seconds)
    )
    return ViewState(
        "us-2016",
        start,
        end,
        clock=draw(st.sampled_from(["America/New_York", "Europe/London", "UTC", "Asia/Kolkata", "Etc/GMT+5"])),
        caller=draw(st.sampled_from(["AP", "CNN", "Fox"])),
        lanes=draw(st.sampled_from([(), ("interest",), ("outages", "results"), ("interest", "results")])),
        at=draw(st.none() | within),
    )


@given(view=views())
def test_an_address_written_by_the_app_reads_back_as_the_same_view(story: Story, view: ViewState) -> None:
    assert parse_view(view_query(view, story), story) == (view, ())


@given(view=views())
def test_a_locked_address_reads_back_as_the_same_view(story: Story, view: ViewState) -> None:
    assert parse_view(locked_query(view), story) == (view, ())


_keys = st.sampled_from(["story", "from", "to", "clock", "caller", "lanes", "at"])


@given(query=st.dictionaries(_keys, st.text() | st.lists(st.text(), max_size=3)))
def test_no_address_is_too_bad_to_be_answered(story: Story, query: dict[str, str | list[str]]) -> None:
    view, problems = parse_view(query, story)
    assert view.start < view.end
    assert all(len(problem) < 300 for problem in problems)


def test_a_bare_address_shows_the_storys_own_night(story: Story) -> None:
    view, problems = parse_view({}, story)
    assert (view.start, view.end, view.clock, view.caller) == (*NIGHT, "America/New_York", "AP")
    assert view.lanes == ()
    assert view.at is None
    assert problems == ()


def test_the_address_of_the_default_view_is_bare(story: Story) -> None:
    assert view_query(default_view(story), story, default_story="us-2016") == {}


def test_a_story_that_is_not_the_servers_default_stays_in_the_address(story: Story) -> None:
    assert view_query(default_view(story), story, default_story="uk-2016") == {"story": "us-2016"}


def test_a_link_is_absolute_and_in_utc(story: Story) -> None:
    view = ViewState("us-2016", datetime(2016, 11, 8, 23, tzinfo=UTC), NIGHT[1], "America/New_York", "AP")
    assert view_link("https://news.example/", "timeline", view) == (
        "https://news.example/timeline?story=us-2016&from=2016-11-08T23:00Z&to=2016-11-09T12:00Z"
        "&clock=America/New_York&caller=AP"
    )


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        pytest.param("2016-11-08T23:00Z", datetime(2016, 11, 8, 23, tzinfo=UTC), id="minute"),
        pytest.param("2016-11-08T23:00:30Z", datetime(2016, 11, 8, 23, 0, 30, tzinfo=UTC), id="second"),
        pytest.param("2016-11-08T18:00-05:00", datetime(2016, 11, 8, 23, tzinfo=UTC), id="offset"),
        pytest.param("2016-11-09T00:00+01:00", datetime(2016, 11, 8, 23, tzinfo=UTC), id="plus"),
        pytest.param("2016-11-09T00:00 01:00", datetime(2016, 11, 8, 23, tzinfo=UTC), id="plus that became a space"),
        pytest.param("2016-11-08t23:00z", datetime(2016, 11, 8, 23, tzinfo=UTC), id="lower case"),
        pytest.param("2016-11-08T23:00", None, id="no zone"),
        pytest.param("2016-11-08", None, id="no time"),
        pytest.param("1478646000", None, id="epoch"),
        pytest.param("2016-02-30T00:00Z", None, id="no such day"),
        pytest.param("2016-11-08T25:00Z", None, id="no such hour"),
        pytest.param("0001-01-01T00:00+10:00", None, id="before time"),
        pytest.param("２０１６-11-08T23:00Z", None, id="digits of another script"),
    ],
)
def test_times_are_iso_8601_with_a_zone(text: str, instant: datetime | None) -> None:
    assert read_instant(text) == instant


@pytest.mark.parametrize(
    ("query", "says"),
    [
        pytest.param({"from": "yesterday"}, "“yesterday”, which is not a time", id="garbage"),
        pytest.param({"from": "2016-11-08T23:00"}, "has no zone", id="naive"),
        pytest.param({"from": "2016-11-09T05:00Z", "to": "2016-11-08T23:00Z"}, "ends before it starts", id="backwards"),
        pytest.param({"from": "2016-11-08T23:00Z", "to": "2016-11-08T23:00Z"}, "ends before it starts", id="empty"),
        pytest.param({"from": "2016-11-10T00:00Z"}, "ends before it starts", id="one end, beyond the other"),
        pytest.param({"from": "1969-12-31T23:59Z"}, "outside the years 1970 to 2100", id="before 1970"),
        pytest.param({"to": "2101-01-01T00:00Z"}, "outside the years 1970 to 2100", id="after 2100"),
        pytest.param(
            {"from": "1971-01-01T00:00Z", "to": "2031-01-01T00:00Z"}, "longer than 50 years", id="sixty years"
        ),
        pytest.param(
            {"from": "2016-11-08T23:00:00Z", "to": "2016-11-08T23:00:10Z"}, "shorter than a minute", id="ten seconds"
        ),
        pytest.param({"clock": "Mars/Olympus"}, "“Mars/Olympus”, which is not a time zone", id="unknown zone"),
        pytest.param({"clock": "local"}, "“local”, which is not a time zone", id="local"),
        pytest.param({"clock": "localtime"}, "“localtime”, which is not a time zone", id="the server's own zone"),
        pytest.param({"clock": "../../etc/passwd"}, "is not a time zone", id="a path"),
        pytest.param({"caller": "Nobody"}, "“Nobody”, who is not a caller", id="unknown caller"),
        pytest.param({"caller": "matzav"}, "matzav is listed but cannot be chosen", id="caller that is only listed"),
        pytest.param({"lanes": "weather"}, "“weather”", id="unknown lane"),
        pytest.param({"at": "2016-11-10T00:00Z"}, "outside the range", id="moment outside the range"),
        pytest.param({"from": "x" * 10_000}, "…", id="ten kilobytes"),
        pytest.param({"clock": "\x00\x1b[31m\u202e"}, "is not a time zone", id="control and direction signs"),
    ],
)
def test_what_cannot_be_meant_gets_a_sentence_and_the_default(query: dict[str, str], says: str, story: Story) -> None:
    view, (problem,) = parse_view(query, story)
    assert view == default_view(story)
    assert says in problem
    assert problem.endswith(".")
    assert problem.isprintable()
    assert len(problem) < 250


@pytest.mark.parametrize(
    ("query", "notice", "refusal"),
    [
        pytest.param(
            {"clock": "Mars"},
            "In the address, clock is “Mars”, which is not a time zone; showing America/New_York.",
            "In the address, clock is “Mars”, which is not a time zone; clock must be an IANA name like "
            "America/New_York.",
            id="a value",
        ),
        pytest.param(
            {"at": "2016-11-10T00:00Z"},
            "The moment 2016-11-10T00:00Z is outside the range shown, so none is picked out.",
            "The moment 2016-11-10T00:00Z is outside the range shown; at must be 2016-11-08T18:00Z to "
            "2016-11-09T12:00Z.",
            id="a value beside another",
        ),
    ],
)
def test_a_page_shows_something_else_where_a_route_refuses(
    query: dict[str, str], notice: str, refusal: str, story: Story
) -> None:
    _, (problem,) = judge_view(query, story)
    assert (problem.notice, problem.refusal) == (notice, refusal)
    assert parse_view(query, story)[1] == (notice,)


def test_two_bad_values_get_a_sentence_each(story: Story) -> None:
    _, problems = parse_view({"from": "soon", "caller": "Nobody"}, story)
    assert len(problems) == 2


def test_a_repeated_key_counts_once_and_says_so(story: Story) -> None:
    view, problems = parse_view({"caller": ["AP", "CNN"]}, story)
    assert view.caller == "CNN"
    assert problems == ("The address gives caller 2 times; the last one counts.",)


def test_a_range_without_any_data_is_a_good_range(story: Story) -> None:
    view, problems = parse_view({"from": "1999-01-01T00:00Z", "to": "1999-01-02T00:00Z"}, story)
    assert view.window == Window(datetime(1999, 1, 1, tzinfo=UTC), datetime(1999, 1, 2, tzinfo=UTC))
    assert problems == ()


def test_callers_and_lanes_are_found_whatever_their_case(story: Story) -> None:
    view, problems = parse_view({"caller": "cnn", "lanes": "Results, OUTAGES"}, story)
    assert (view.caller, view.lanes) == ("CNN", ("outages", "results"))
    assert problems == ()


def test_all_lanes_are_the_same_as_no_choice(story: Story) -> None:
    view, _ = parse_view({"lanes": "results,interest,outages"}, story)
    assert view.lanes == ()


def test_an_unknown_story_gets_a_sentence_and_the_first_one() -> None:
    slug, (problem,) = parse_slug({"story": "fr-2017"}, ("us-2016", "uk-2016"))
    assert slug == "us-2016"
    assert problem == "There is no story “fr-2017” here; showing us-2016."


def test_another_range_lets_go_of_a_moment_outside_it(story: Story) -> None:
    view = parse_view({"at": "2016-11-09T03:50Z"}, story)[0]
    later = Window(datetime(2016, 11, 9, 5, tzinfo=UTC), NIGHT[1])
    assert view.at == datetime(2016, 11, 9, 3, 50, tzinfo=UTC)
    assert view.with_window(later).at is None
    assert view.with_window(Window(*NIGHT)).at == view.at


def test_seconds_are_written_only_where_there_are_any() -> None:
    assert utc_text(datetime(2016, 11, 8, 23, tzinfo=UTC)) == "2016-11-08T23:00Z"
    assert utc_text(datetime(2016, 11, 8, 23, 0, 30, tzinfo=UTC)) == "2016-11-08T23:00:30Z"
