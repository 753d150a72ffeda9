from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.clock import Clock, token
from data.core.model import Precision, When, Window

EASTERN = Clock("America/New_York")
FLORIDA = datetime(2016, 11, 9, 3, 50, tzinfo=UTC)
NIGHT = Window(datetime(2016, 11, 8, 18, tzinfo=UTC), datetime(2016, 11, 9, 12, tzinfo=UTC))
ZONES = ("America/New_York", "Europe/London", "UTC", "Asia/Tokyo", "Australia/Lord_Howe", "Asia/Kathmandu")


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("America/New_York", "10:50 p.m. EST, Nov. 8, 2016"),
        ("Europe/London", "3:50 a.m. GMT, Nov. 9, 2016"),
        ("UTC", "3:50 a.m. UTC, Nov. 9, 2016"),
        ("Asia/Tokyo", "12:50 p.m. JST, Nov. 9, 2016"),
        ("Asia/Kathmandu", "9:35 a.m. UTC+05:45, Nov. 9, 2016"),
    ],
)
def test_the_florida_call_is_said_in_ap_style_in_every_zone(zone: str, said: str) -> None:
    assert Clock(zone).stamp(FLORIDA) == said


@pytest.mark.parametrize(
    ("when", "said"),
    [
        pytest.param(When.at(FLORIDA), "10:50 p.m. EST", id="minute"),
        pytest.param(When.at(FLORIDA, Precision.APPROXIMATE), "about 10:50 p.m. EST", id="approximate"),
        pytest.param(When.at(FLORIDA, Precision.HOUR), "around 10:50 p.m. EST", id="hour"),
        pytest.param(When.at(FLORIDA, Precision.AFTER), "shortly after 10:50 p.m. EST", id="after"),
        pytest.param(
            When(FLORIDA - timedelta(hours=3), FLORIDA - timedelta(minutes=11), Precision.BY),
            "by 10:39 p.m. EST",
            id="by: the lower bound is not the outlet's and is not said",
        ),
        pytest.param(
            When(datetime(2016, 11, 9, 2, tzinfo=UTC), datetime(2016, 11, 9, 3, 43, tzinfo=UTC), Precision.WINDOW),
            "between 9 p.m. and 10:43 p.m. EST",
            id="window",
        ),
        pytest.param(
            When(datetime(2016, 11, 10, 5, tzinfo=UTC), datetime(2016, 11, 11, 4, tzinfo=UTC), Precision.DAY),
            "Nov. 10, 2016",
            id="day",
        ),
        pytest.param(
            When.at(datetime(2016, 11, 9, 3, 59, 59, tzinfo=UTC), Precision.SECOND), "10:59:59 p.m. EST", id="second"
        ),
        pytest.param(When.at(datetime(2016, 11, 9, 5, tzinfo=UTC)), "midnight EST", id="midnight"),
    ],
)
def test_words_are_as_sharp_as_the_evidence(when: When, said: str) -> None:
    assert EASTERN.when(when) == said


@pytest.mark.parametrize("zone", ZONES)
def test_a_calendar_day_is_the_same_day_for_every_reader(zone: str) -> None:
    start = datetime(2016, 11, 10, 5, tzinfo=UTC)
    arizona = When(start, start + timedelta(hours=24), Precision.DAY, datetime(2016, 11, 10, tzinfo=UTC))
    assert Clock(zone).when(arizona) == "Nov. 10, 2016"
    assert Clock(zone).say(token(arizona)) == "Nov. 10, 2016"


def test_prose_says_its_times_in_the_readers_zone_and_leaves_other_braces_alone() -> None:
    prose = f"AP called Florida at {token(FLORIDA)}, {{not a token}} and {{time:never}}."
    assert EASTERN.say(prose) == "AP called Florida at 10:50 p.m. EST, {not a token} and {time:never}."
    assert Clock("Europe/London").say(prose).startswith("AP called Florida at 3:50 a.m. GMT")


@pytest.mark.parametrize("text", ["{time:0001-01-01T00:00:00Z}", "{dated:9999-12-31T23:59:00Z}"])
def test_a_time_that_this_zone_is_beyond_stays_as_it_is(text: str) -> None:
    assert Clock("America/New_York" if "0001" in text else "Asia/Tokyo").say(text) == text


def test_an_interval_in_prose_keeps_its_precision() -> None:
    assert EASTERN.say(token(When.at(FLORIDA, Precision.APPROXIMATE))) == "about 10:50 p.m. EST"


def test_a_place_on_the_axis_is_naive_wall_time() -> None:
    assert EASTERN.position(FLORIDA, NIGHT) == "2016-11-08T22:50:00"


moments = st.integers(0, 3_600_000_000).map(
    lambda seconds: datetime(1975, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


@given(moments, moments, st.sampled_from(ZONES))
def test_places_on_an_axis_round_trip_across_every_change_of_clocks(
    moment: datetime, start: datetime, zone: str
) -> None:
    clock, window = Clock(zone), Window(start, start + timedelta(days=300))
    assert clock.moment(clock.position(moment, window), window) == moment


@given(st.integers(0, 26 * 60), st.sampled_from([datetime(2016, 11, 6, tzinfo=UTC), datetime(2016, 3, 13, tzinfo=UTC)]))
def test_an_axis_never_folds_where_clocks_change(minutes: int, day: datetime) -> None:
    window, moment = Window(day, day + timedelta(days=2)), day + timedelta(minutes=minutes)
    later = moment + timedelta(minutes=1)
    assert EASTERN.position(moment, window) < EASTERN.position(later, window)


@given(moments, st.sampled_from(ZONES))
def test_wall_times_of_widgets_round_trip_except_in_the_repeated_hour(moment: datetime, zone: str) -> None:
    clock = Clock(zone)
    back = clock.instant(clock.naive(moment))
    assert back == moment or (clock.naive(back) == clock.naive(moment) and back < moment)


def test_a_wall_time_that_clocks_skipped_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"2:30 a\.m\. did not exist on March 13 in Eastern time"):
        EASTERN.instant(datetime.fromisoformat("2016-03-13T02:30"))


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "local", "EST5EDT4", "x" * 10_000])
def test_what_is_no_zone_is_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="is not a time zone"):
        Clock(zone)


def test_ticks_of_the_night_are_round_hours_and_name_the_day_where_it_changes() -> None:
    found = [(tick.label, tick.sub) for tick in EASTERN.ticks(NIGHT)]
    assert found == [
        ("3 p.m.", "Tue Nov. 8"),
        ("6 p.m.", ""),
        ("9 p.m.", ""),
        ("midnight", "Wed Nov. 9"),
        ("3 a.m.", ""),
        ("6 a.m.", ""),
    ]


@given(moments, st.integers(1, 50 * 366 * 24 * 60), st.sampled_from(ZONES), st.integers(2, 12))
def test_ticks_lie_inside_the_window_in_order_and_never_crowd(
    start: datetime, minutes: int, zone: str, most: int
) -> None:
    window = Window(start, start + timedelta(minutes=minutes))
    ticks = Clock(zone).ticks(window, most)
    places = [tick.moment for tick in ticks]
    assert places == sorted(set(places))
    assert all(window.start <= place <= window.end for place in places)
    assert len(places) <= most + 1
