"""A clock that counts from a moment of its own: what it says of a moment, of evidence, and under an axis."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.charts.elapsed_clock import Elapsed, clock_of, times_note
from components.charts.grammar import Chart
from components.charts.said import Said
from components.clock import Clock, token
from data.core.model import Precision, When, Window

ORIGIN = datetime(2016, 11, 9, 7, 29, tzinfo=UTC)
ELAPSED = Elapsed("America/New_York", ORIGIN)
MINUTE = timedelta(minutes=1)


def after(minutes: int) -> datetime:
    return ORIGIN + minutes * MINUTE


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        pytest.param(0, "that minute", id="the start itself"),
        pytest.param(65, "1 h 5 min after", id="an hour and five minutes on"),
        pytest.param(-30, "30 min before", id="half an hour before"),
        pytest.param(-219, "3 h 39 min before", id="Florida before the decisive call"),
        pytest.param(24 * 60, "24 h after", id="a day is still hours"),
        pytest.param(3 * 24 * 60 + 245, "3 d 4 h 5 min after", id="days on"),
        pytest.param(3 * 24 * 60, "3 d after", id="whole days"),
        pytest.param(-(2 * 24 * 60 + 60), "2 d 1 h before", id="days before"),
    ],
)
def test_a_moment_is_what_has_passed_since_the_start(minutes: int, said: str) -> None:
    assert ELAPSED.passed(after(minutes)) == said


@pytest.mark.parametrize(
    ("when", "said"),
    [
        pytest.param(When.at(after(5)), "5 min after", id="a minute"),
        pytest.param(When(after(-60), after(-20), Precision.BY), "by 20 min before", id="an upper bound"),
        pytest.param(When.at(after(60), Precision.APPROXIMATE), "about 1 h after", id="about"),
        pytest.param(When.at(after(60), Precision.AFTER), "shortly after 1 h after", id="shortly after"),
        pytest.param(
            When(after(0), after(90), Precision.WINDOW), "between that minute and 1 h 30 min after", id="between bounds"
        ),
        pytest.param(
            When(after(-149), after(1291), Precision.DAY, datetime(2016, 11, 9, tzinfo=UTC)),
            "between 2 h 29 min before and 21 h 31 min after",
            id="a day is the interval that it covers",
        ),
        pytest.param(When(after(0), after(0), Precision.NONE), "time not known", id="no time"),
    ],
)
def test_a_time_is_as_sharp_as_its_evidence(when: When, said: str) -> None:
    assert ELAPSED.when(when) == ELAPSED.when(when, dated=True) == said


@given(st.integers(-40, 40), st.integers(1, 60 * 24 * 30), st.integers(3, 12))
def test_ticks_stand_at_round_distances_with_the_start_among_them(early: int, long: int, most: int) -> None:
    window = Window(after(early * 60), after(early * 60 + long))
    ticks = ELAPSED.ticks(window, most)
    assert all(window.start <= tick.moment <= window.end for tick in ticks)
    assert len(ticks) <= most + 1
    steps = {later.moment - earlier.moment for earlier, later in pairwise(ticks)}
    assert len(steps) <= 1
    assert all((tick.moment - ORIGIN) % step == timedelta(0) for step in steps for tick in ticks)
    if window.start <= ORIGIN <= window.end:
        assert "0" in [tick.label for tick in ticks]


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "Asia/Kathmandu"])
def test_what_it_says_of_the_axis_is_the_same_in_every_zone_and_prose_keeps_its_wall_time(zone: str) -> None:
    clock, window = Elapsed(zone, ORIGIN), Window(after(-60), after(360))
    assert clock.span(window) == "1 h before to 6 h after"
    assert clock.when(When.at(after(65))) == "1 h 5 min after"
    said = "called at " + token(after(0), "stamp")
    assert clock.say(said) == Clock(zone).say(said)
    assert clock.position(after(0), window) == Clock(zone).position(after(0), window)


def test_a_chart_is_read_on_its_own_clock_only_where_it_counts_from_a_moment() -> None:
    window = Window(after(-60), after(360))
    plain = Chart("timeline", "us-2016", "", Said.of(), window, ())
    counted = Chart("compare", "us-2016", "", Said.of(), window, (), origin=ORIGIN)
    assert clock_of(plain, "UTC") == Clock("UTC")
    assert clock_of(counted, "UTC") == Elapsed("UTC", ORIGIN)
    assert times_note(clock_of(plain, "UTC")) == "All times UTC."
    assert times_note(ELAPSED) == "Hours on the axis count from the event of each night; times of day are Eastern."
