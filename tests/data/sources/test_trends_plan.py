from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.analysis.ladder import expected_step
from data.core.model import Window
from data.sources.google_trends.trends_request import (
    BEGINS,
    HOME,
    HOUR,
    MOST_REQUESTS,
    RESOLUTIONS,
    Resolution,
    TrendsRequest,
    Unaskable,
    Wanted,
    plan_requests,
    sample_of,
    whole,
)

NOW = datetime(2026, 11, 22, 18, 38, tzinfo=UTC)


def span(start: str, end: str) -> Window:
    return Window(datetime.fromisoformat(start).replace(tzinfo=UTC), datetime.fromisoformat(end).replace(tzinfo=UTC))


NIGHT = span("2016-11-08T18:00", "2016-11-09T12:00")
MONTH = span("2016-10-20T00:00", "2016-11-17T00:00")
GOOD: dict[str, Any] = {"terms": ("canada",), "geo": "US", "window": NIGHT}


def wanted(*terms: str, window: Window = NIGHT, **more: Any) -> Wanted:
    return Wanted(terms or ("move to canada",), more.pop("geo", "US"), window, **more)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        pytest.param({"terms": ()}, "no term", id="no term"),
        pytest.param({"terms": ("a", " ")}, "blank", id="blank"),
        pytest.param({"terms": ("Canada", "canada ")}, "twice", id="doubled"),
        pytest.param({"terms": tuple("abcdef")}, "6 terms are more than the 5", id="six"),
        pytest.param({"terms": "canada"}, "not the single text 'canada'", id="a text for a list"),
        pytest.param({"terms": ("a" * 101,)}, "longer than 100", id="overlong"),
        pytest.param({"terms": ("a\x00b",)}, "cannot be typed", id="control characters"),
        pytest.param({"terms": ("canada", "/m/0d060g")}, "measure different things", id="term beside topic"),
        pytest.param({"terms": ("/m/",)}, "is not one", id="broken topic"),
        pytest.param({"geo": "us"}, "not a place", id="small letters"),
        pytest.param({"geo": "United States"}, "not a place", id="a name"),
        pytest.param({"window": span("2003-12-31", "2004-02-01")}, "begins in January 2004", id="before 2004"),
    ],
)
def test_a_request_refuses_nonsense(given: dict[str, Any], says: str) -> None:
    with pytest.raises(Unaskable, match=says):
        TrendsRequest(**(GOOD | given))


@pytest.mark.parametrize(
    ("window", "time"),
    [
        (span("2016-11-08T18:00", "2016-11-09T15:00"), "2016-11-08T18 2016-11-09T15"),
        (span("2016-11-08T18:40", "2016-11-09T14:01"), "2016-11-08T18 2016-11-09T15"),
        (span("2016-11-01", "2016-12-01"), "2016-11-01 2016-11-30"),
    ],
)
def test_a_span_is_written_in_whole_hours_or_in_days_that_include_the_last(window: Window, time: str) -> None:
    assert TrendsRequest(("canada",), "US", window).time == time


def test_spaces_in_terms_are_made_one() -> None:
    assert wanted("  move   to canada ").terms == ("move to canada",)


def test_a_night_is_one_request_of_two_questions_after_a_first_one() -> None:
    plan = plan_requests(wanted(), "8 minutes", now=NOW)

    assert plan.windows == (NIGHT,)
    assert [(request.terms, request.geo, request.time) for request in plan.requests] == [
        (("move to canada",), "US", "2016-11-08T18 2016-11-09T12")
    ]
    assert (plan.step, plan.sample, plan.seconds) == (timedelta(minutes=8), "archive", 3 * HOME.pace)


def test_a_month_in_hours_is_weeks_that_overlap_and_bridges_across_them() -> None:
    plan = plan_requests(wanted(window=MONTH), "hour", now=NOW)

    assert len(plan.windows) == 9
    assert {window.length for window in plan.windows} == {168 * HOUR}
    assert plan.step == HOUR
    assert "Each window has a scale of its own; where they overlap, they are brought to one." in plan.notes


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_the_windows_of_a_resolution_are_of_a_length_that_gets_it(resolution: Resolution) -> None:
    assert expected_step(RESOLUTIONS[resolution].length) == RESOLUTIONS[resolution].step


def test_bins_finer_than_asked_for_are_said() -> None:
    plan = plan_requests(wanted(), "hour", now=NOW)

    assert plan.step == timedelta(minutes=8)
    assert "Google answers a span this short in finer bins than asked for." in plan.notes


def test_six_terms_without_an_anchor_are_refused() -> None:
    with pytest.raises(Unaskable, match="6 terms do not fit into one request: name one as the anchor"):
        plan_requests(wanted(*"abcdef"), "hour", now=NOW)


def test_with_an_anchor_each_term_has_a_request_beside_it() -> None:
    plan = plan_requests(wanted(*"abcdef"), "8 minutes", now=NOW, anchor="weather")

    assert [request.terms for request in plan.requests] == [("weather", term) for term in "abcdef"]
    assert "Each term is asked for beside 'weather', so that their levels can be compared through it." in plan.notes


def test_an_anchor_among_the_terms_is_not_asked_beside_itself() -> None:
    plan = plan_requests(wanted("a", "b", "c"), "8 minutes", now=NOW, anchor="B")

    assert [request.terms for request in plan.requests] == [("B", "a"), ("B", "c")]


def test_a_topic_is_no_anchor_for_terms() -> None:
    with pytest.raises(Unaskable, match="cannot be compared"):
        plan_requests(wanted("a", "b"), "hour", now=NOW, anchor="/m/0d060g")


def test_a_span_into_the_future_ends_with_the_last_full_hour() -> None:
    plan = plan_requests(wanted(window=span("2026-11-22T06:00", "2026-11-23T06:00")), "8 minutes", now=NOW)

    assert plan.windows == (span("2026-11-22T06:00", "2026-11-22T18:00"),)
    assert "The span is drawn up to the last full hour, not to its end." in plan.notes


@pytest.mark.parametrize("start", ["2026-11-22T18:00", "2026-11-22T18:40", "2030-01-01"])
def test_a_span_that_is_not_over_is_refused(start: str) -> None:
    with pytest.raises(Unaskable, match="nothing is over yet"):
        plan_requests(wanted(window=span(start, "2030-01-02")), "8 minutes", now=NOW)


def test_the_last_seven_days_are_another_sample_and_said_so() -> None:
    plan = plan_requests(wanted(window=span("2026-11-20T00:00", "2026-11-21T00:00")), "8 minutes", now=NOW)

    assert plan.sample == "recent"
    assert "The last 7 days come from a real-time sample: draw them again when they are a week old." in plan.notes


def test_windows_of_the_two_samples_are_never_in_one_plan() -> None:
    plan = plan_requests(wanted(window=span("2026-11-10T00:00", "2026-11-22T00:00")), "16 minutes", now=NOW)

    assert {sample_of(window, NOW) for window in plan.windows} == {plan.sample} == {"archive"}
    assert any("never joined to this one: left out" in note for note in plan.notes)


def test_more_requests_than_anybody_means_are_refused_at_once() -> None:
    with pytest.raises(Unaskable, match=f"{MOST_REQUESTS} are the limit: ask for a shorter span or longer bins"):
        plan_requests(wanted(window=span("2004-01-01", "2026-01-01")), "minute", now=NOW)


def test_an_unknown_resolution_is_refused() -> None:
    with pytest.raises(Unaskable, match="'second' is not one of minute, 8 minutes"):
        plan_requests(wanted(), "second", now=NOW)  # type: ignore[arg-type]


def test_a_spike_adds_windows_that_end_before_it_start_after_it_and_hold_it() -> None:
    spike = span("2016-11-09T05:00", "2016-11-09T06:00")
    before = plan_requests(wanted(window=MONTH), "hour", now=NOW)
    after = plan_requests(wanted(window=MONTH), "hour", now=NOW, spikes=(spike,))

    more = set(after.windows) - set(before.windows)
    assert set(before.windows) <= set(after.windows)
    assert sum(window.end == spike.start for window in more) == 1
    assert sum(window.start == spike.end + HOUR for window in more) == 1
    assert sum(window.start <= spike.start and spike.end <= window.end for window in after.windows) >= 8


def test_windows_around_a_spike_between_hours_move_away_from_it_onto_whole_hours() -> None:
    spike = span("2016-11-09T05:08", "2016-11-09T05:16")
    week = span("2016-11-05T00:00", "2016-11-12T00:00")
    plan = plan_requests(wanted(window=week), "8 minutes", now=NOW, spikes=(spike,))

    held = [window for window in plan.windows if window.overlaps(spike.start, spike.start)]
    assert held
    assert span("2016-11-07T23:00", "2016-11-09T05:00") in plan.windows
    assert all(window == whole(window, HOUR) for window in plan.windows)


@given(
    resolution=st.sampled_from(list(RESOLUTIONS)),
    start=st.integers(0, 22 * 365 * 24 * 60).map(lambda minutes: BEGINS + timedelta(minutes=minutes)),
    hours=st.floats(0.1, 2_000) | st.sampled_from([3.9, 4, 35.9, 36, 71.9, 72, 191.9, 192, 6_455.9, 6_456]),
    spike=st.none() | st.floats(0, 1),
)
def test_every_window_can_be_asked_for_exactly_and_covers_the_span(
    resolution: Resolution, start: datetime, hours: float, spike: float | None
) -> None:
    window = Window(start, start + timedelta(hours=hours))
    moments = [] if spike is None else [start + spike * window.length]
    spikes = [Window(moment, moment + RESOLUTIONS[resolution].step) for moment in moments]
    try:
        plan = plan_requests(wanted(window=window), resolution, now=NOW, spikes=spikes)
    except Unaskable:
        return
    assert {request.asked for request in plan.requests} == set(plan.windows)
    assert {request.window for request in plan.requests} == set(plan.windows)
    assert min(each.start for each in plan.windows) <= window.start
    if plan.sample == "archive" and not any("left out" in note or "last full" in note for note in plan.notes):
        assert max(each.end for each in plan.windows) >= window.end
    assert {expected_step(each.length) for each in plan.windows} == {plan.step}
    assert plan.step <= RESOLUTIONS[resolution].step
