"""Which windows are asked for: over the whole span, across a spike, and never of another step."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.analysis.draws import Draw
from data.analysis.ladder import DAY, HOUR, MONTH, expected_step, find_spike, plan_windows
from data.core.model import Window
from tests.support.cases import examples

START = datetime(2016, 10, 17, tzinfo=UTC)
FOUR_WEEKS = Window(START, START + 28 * DAY)
SPIKE = Window(START + 500 * HOUR, START + 501 * HOUR)
LONG_AFTER = datetime(2017, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("length", "step"),
    [
        pytest.param(4 * HOUR, timedelta(minutes=1), id="an evening's hours"),
        pytest.param(24 * HOUR, timedelta(minutes=8), id="a day"),
        pytest.param(72 * HOUR, timedelta(minutes=16), id="three days"),
        pytest.param(168 * HOUR, HOUR, id="a week"),
        pytest.param(28 * DAY, DAY, id="four weeks"),
        pytest.param(400 * DAY, 7 * DAY, id="a year"),
        pytest.param(3000 * DAY, MONTH, id="eight years"),
    ],
)
def test_longer_windows_get_longer_steps(length: timedelta, step: timedelta) -> None:
    assert expected_step(length) == step


def test_four_weeks_are_five_weekly_windows_and_four_bridges() -> None:
    plan = plan_windows(FOUR_WEEKS)
    base, bridges = plan[:5], plan[5:]
    assert [window.start for window in base] == [START + hours * HOUR for hours in (0, 144, 288, 432, 504)]
    assert [window.start for window in bridges] == [START + hours * HOUR for hours in (72, 216, 360, 468)]
    assert plan_windows(FOUR_WEEKS, bridges=False) == base


@examples(50)
@given(st.integers(9, 60), st.integers(6, 120), st.integers(0, 500))
def test_every_plan_covers_its_span_in_one_step_and_hangs_together(days: int, overlap: int, spike: int) -> None:
    span = Window(START, START + days * DAY)
    found = Window(START + min(spike, days * 24 - 1) * HOUR, START + min(spike + 1, days * 24) * HOUR)
    plan = plan_windows(span, overlap=overlap * HOUR, spikes=[found])
    assert len(set(plan)) == len(plan)
    assert all(span.start <= window.start and window.end <= span.end for window in plan)
    assert {expected_step(window.length) for window in plan} == {HOUR}
    in_time = sorted(plan_windows(span, overlap=overlap * HOUR, bridges=False))
    assert (in_time[0].start, in_time[-1].end) == (span.start, span.end)
    assert all(after.start <= before.end - overlap * HOUR for before, after in pairwise(in_time))


def test_a_ladder_is_drawn_after_what_is_drawn_already() -> None:
    before, after = plan_windows(FOUR_WEEKS), plan_windows(FOUR_WEEKS, spikes=[SPIKE])
    assert after[: len(before)] == before


@pytest.mark.parametrize("hour", [pytest.param(500, id="amid the span"), pytest.param(590, id="days before its end")])
def test_rungs_leave_out_the_spike_and_windows_across_it_hold_it(hour: int) -> None:
    spike = Window(START + hour * HOUR, START + (hour + 1) * HOUR)
    ladder = plan_windows(FOUR_WEEKS, spikes=[spike])[9:]
    assert len([window for window in ladder if window.start <= spike.start and window.end >= spike.end]) == 8
    assert {(spike.start - window.end) / HOUR for window in ladder if window.end <= spike.start} == {0, 1, 2, 3, 4, 6}
    after = {(window.start - spike.start) / HOUR for window in ladder if window.start >= spike.end}
    # A rung with less than 72 h left to the end of the span would be of another step; 504 h is a base window.
    assert after == ({1, 2, 3, 6, 12, 24, 48} if hour == 500 else {1, 2, 3, 4, 6})


def test_neighbouring_windows_differ_only_a_few_fold_in_what_they_hold() -> None:
    hours = np.arange(28 * 24) - 500.0
    level = 1 + 59 * np.where(hours <= 0, np.exp(hours / 1.5), np.exp(-np.maximum(hours, 0) / 6))
    times = pd.date_range(START, periods=len(level), freq="h")

    def highest(plan: tuple[Window, ...]) -> list[float]:
        spans = [(times >= pd.Timestamp(window.start)) & (times < pd.Timestamp(window.end)) for window in plan]
        return sorted(float(level[span].max()) for span in spans)

    def steepest(plan: tuple[Window, ...]) -> float:
        return max(b / a for a, b in pairwise(highest(plan)))

    assert steepest(plan_windows(FOUR_WEEKS)) > 10
    assert steepest(plan_windows(FOUR_WEEKS, spikes=[SPIKE])) < 3


def test_a_span_within_one_window_is_one_window() -> None:
    day = Window(START, START + DAY)
    assert plan_windows(day, spikes=[Window(START, START + HOUR)]) == (day,)


@pytest.mark.parametrize("overlap", [pytest.param(0, id="none"), pytest.param(168, id="as long as the window")])
def test_an_overlap_must_lie_within_the_windows(overlap: int) -> None:
    with pytest.raises(ValueError, match="an overlap lies between"):
        plan_windows(FOUR_WEEKS, overlap=overlap * HOUR)


def test_a_coarse_draw_gives_the_day_and_a_fine_one_the_hour() -> None:
    days = Draw(FOUR_WEEKS, LONG_AFTER, pd.Series([9.0] * 20 + [100] + [9] * 7, pd.date_range(START, periods=28)))
    day = find_spike(days)
    assert day == Window(START + 20 * DAY, START + 21 * DAY)
    week = Window(START + 18 * DAY, START + 25 * DAY)
    values = pd.Series(10.0, pd.date_range(week.start, periods=168, freq="h"))
    values.iloc[60], values.iloc[150] = 80, 100
    hour = find_spike(Draw(week, LONG_AFTER, values), within=day)
    assert hour == Window(week.start + 60 * HOUR, week.start + 61 * HOUR)


def test_nothing_above_the_floor_is_no_spike() -> None:
    assert find_spike(Draw(FOUR_WEEKS, LONG_AFTER, pd.Series(0.0, pd.date_range(START, periods=28)))) is None
