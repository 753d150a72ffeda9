"""Chart values in drawing terms: running totals as ranges, runs of a series, rows, and round values."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.charts.grammar import Item, Kind, Lane, Line, Points, Tone, anchor
from components.charts.running_totals import totals
from components.render.layout.geometry import (
    TimeScale,
    compact,
    domain,
    levels,
    round_values,
    runs,
    spot,
    tracks_of,
)
from data.core.model import Precision, When, Window, day_span
from tests.support import samples
from tests.support.samples import NIGHT, at, between, utc


def range_at(party: str, moment: str) -> tuple[float, float]:
    """(surely, possibly) at a UTC time, read off the two staircases."""
    found = totals(samples.total(party).items, NIGHT)
    low, high = ([value for start, value in path if start <= utc(moment)][-1] for path in (found.low, found.high))
    return low, high


@pytest.mark.parametrize(
    ("moment", "trump", "clinton"),
    [
        pytest.param("8 23:58", (0, 0), (0, 0), id="before the first call"),
        pytest.param("9 03:43", (168, 168), (131, 131), id="AP prints 168-131 at 10:43 p.m."),
        pytest.param("9 03:50", (197, 197), (131, 131), id="AP prints 197 at 10:50 p.m."),
        pytest.param("9 04:00", (201, 216), (190, 209), id="AP prints 201-190 at 11 p.m."),
        pytest.param("9 04:53", (238, 238), (209, 209), id="AP prints 238-209 at 11:53 p.m."),
        pytest.param("9 05:02", (244, 244), (209, 209), id="AP prints 244 at 12:02 a.m."),
        pytest.param("9 06:35", (264, 264), (215, 215), id="AP prints 264 at 1:35 a.m."),
        pytest.param("9 07:29", (276, 279), (218, 218), id="AP prints 276-218 at 2:29 a.m., Alaska excluded"),
    ],
)
def test_the_staircases_give_the_totals_ap_printed(
    moment: str, trump: tuple[float, float], clinton: tuple[float, float]
) -> None:
    assert range_at("R", moment) == trump
    assert range_at("D", moment) == clinton


@pytest.mark.parametrize("party", ["R", "D"])
def test_surely_is_never_above_possibly_and_neither_falls(party: str) -> None:
    found = totals(samples.total(party).items, NIGHT)
    for path in (found.low, found.high):
        assert [value for _, value in path] == sorted(value for _, value in path)
    for moment, value in found.low:
        assert value <= [high for start, high in found.high if start <= moment][-1]


def test_a_window_that_opens_late_starts_from_the_total_so_far() -> None:
    late = Window(utc("9 04:30"), NIGHT.end)
    assert totals(samples.total("R").items, late).low[0] == (late.start, 216)


def test_totals_without_weights_are_read_from_the_items_own_bounds() -> None:
    items = (
        Item("a", at("9 01:00"), "", (), low=10, high=14),
        Item("b", between("9 02:00", "9 03:00"), "", (), low=20, high=30),
    )
    found = totals(items, NIGHT)
    assert found.low == ((NIGHT.start, 0), (utc("9 01:00"), 10), (utc("9 03:00"), 20))
    assert found.high == ((NIGHT.start, 0), (utc("9 01:00"), 14), (utc("9 02:00"), 30))


def test_contests_of_one_minute_each_stand_on_their_own_step() -> None:
    placed = {item.row: level for item, level in levels(samples.total("D").items, NIGHT)}
    at_eight = ("New Jersey", "Massachusetts", "Maryland", "District of Columbia", "Delaware")
    assert [placed[f"calls:{name}"] for name in at_eight] == [17, 28, 38, 41, 44]


@pytest.mark.parametrize(
    ("when", "stands"),
    [
        pytest.param(at("9 03:50"), "9 03:50", id="a minute"),
        pytest.param(at("9 03:30", Precision.HOUR), "9 03:30", id="around half past ten: the stated time"),
        pytest.param(between("9 02:00", "9 03:43"), "9 03:43", id="bounds only: when it was surely so"),
    ],
)
def test_an_event_stands_at_its_stated_time_or_its_latest_bound(when: When, stands: str) -> None:
    assert anchor(when) == utc(stands)


def test_an_observation_between_bounds_stands_in_the_middle_of_what_the_window_shows() -> None:
    assert spot(between("9 10:00", "9 18:00"), NIGHT) == utc("9 11:00")


def test_a_moment_outside_of_the_window_stands_at_its_edge() -> None:
    scale = TimeScale(NIGHT, 10, 190)
    assert [scale.x(utc(text)) for text in ("8 10:00", "8 18:00", "9 03:00", "9 12:00", "10 00:00")] == [
        10, 10, 100, 190, 190
    ]  # fmt: skip


def test_a_series_breaks_at_a_missing_bin_and_below_resolution() -> None:
    line = next(mark for mark in samples.weekly(30).lanes[0].marks if isinstance(mark, Line))
    assert [(run[0].row, run[-1].row) for run in runs(line)] == [
        ("interest:0", "interest:2"),
        ("interest:5", "interest:19"),
        ("interest:21", "interest:29"),
    ]


def test_a_series_without_a_step_is_one_run() -> None:
    items = tuple(Item(f"x:{n}", When.at(NIGHT.start + n * timedelta(hours=n)), "", (), value=n) for n in range(4))
    assert [len(run) for run in runs(Line("x", Tone.SEARCH, items))] == [4]


def test_rows_are_the_lanes_own_then_those_that_items_name() -> None:
    items = (Item("a", at("9 01:00"), "", (), track="Z"), Item("b", at("9 01:00"), "", ()))
    assert tracks_of(Lane("x", "", "", (Points("x", Tone.SITE, items),), tracks=("A", "B"))) == ("A", "B", "Z", "")


def test_a_rank_stands_in_a_row_and_a_count_on_the_axis() -> None:
    items = (Item("a", at("9 01:00"), "", (), value=1, kind=Kind.RANK), Item("b", at("9 01:00"), "", (), value=90))
    lane = Lane("x", "", "", (Points("x", Tone.SITE, items),))
    assert tracks_of(lane) == ("",)
    assert domain(lane) == pytest.approx((0.0, 99.0))


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e7))
def test_round_values_are_few_and_inside(low: float, span: float) -> None:
    values = round_values(low, low + span)
    assert 1 <= len(values) <= 6
    assert all(low - span * 1e-6 <= value <= low + span * 1.000001 for value in values)


@pytest.mark.parametrize(
    ("value", "said"), [(0, "0"), (270, "270"), (2_500, "2,500"), (740_000, "740K"), (1_500_000, "1.5M"), (0.5, "0.5")]
)
def test_values_of_an_axis_are_short(value: float, said: str) -> None:
    assert compact(value) == said


DAY = When(*day_span(date(2016, 11, 9), "America/New_York"), Precision.DAY, utc("9 00:00"))


def test_a_call_known_by_its_day_stands_at_that_days_end_and_not_on_the_evening_before() -> None:
    assert anchor(DAY) == utc("10 04:59") + timedelta(seconds=59)


def test_an_observation_known_by_its_day_stands_in_the_middle_of_what_the_window_holds_of_it() -> None:
    assert spot(DAY, Window(utc("8 18:00"), utc("9 13:00"))) == utc("9 09:00")
