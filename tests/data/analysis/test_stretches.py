"""Stretches between readings, recomputed by a reference that walks the readings one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.analysis.stretches import LEAST, Reading, Stretch, joined, least_length, stretches_of, surges_of
from data.core.model import Window

START = datetime(2019, 3, 21, 9, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def at(minutes: float) -> datetime:
    return START + minutes * MINUTE


def readings(*pairs: tuple[float, float]) -> list[Reading]:
    return [(at(minute), value) for minute, value in pairs]


def told(found: tuple[Stretch, ...]) -> list[tuple[float, float, float]]:
    return [((one.start - START) / MINUTE, (one.end - START) / MINUTE, one.per_minute) for one in found]


def test_a_mean_is_the_difference_of_two_readings_over_the_time_between_them() -> None:
    found = stretches_of(readings((0, 1_000), (45, 10_810)))
    assert told(found) == [(0, 45, 218)]


def test_readings_nearer_than_five_minutes_are_joined_into_one_stretch() -> None:
    found = stretches_of(readings((0, 0), (1, 50), (4, 80), (6, 120), (12, 180)))
    assert told(found) == [(0, 6, 20), (6, 12, 10)]
    assert [one.readings for one in found] == [4, 2]


def test_what_is_left_over_at_the_end_joins_the_last_stretch() -> None:
    assert told(stretches_of(readings((0, 0), (5, 50), (7, 84)))) == [(0, 7, 12)]


def test_two_readings_alone_are_a_stretch_however_near_they_are() -> None:
    assert told(stretches_of(readings((0, 0), (2, 30)))) == [(0, 2, 15)]


@pytest.mark.parametrize("given_", [(), ((0, 7),), ((0, 7), (0, 9))], ids=["none", "one", "one instant twice"])
def test_fewer_than_two_instants_have_no_stretch(given_: tuple[tuple[float, float], ...]) -> None:
    assert stretches_of(readings(*given_)) == ()


def test_of_readings_at_one_instant_the_last_is_taken() -> None:
    assert told(stretches_of(readings((0, 7_346), (0, 7_366), (10, 7_466)))) == [(0, 10, 10)]


def test_a_fall_is_told_as_what_it_is() -> None:
    (alone,) = stretches_of(readings((0, 6_077_107), (20, 6_077_031)))
    assert (alone.counted, alone.fell, alone.per_minute) == (-76, 76, -3.8)
    (within,) = stretches_of(readings((0, 100), (2, 90), (6, 220)))
    assert (within.counted, within.fell, within.per_minute) == (120, 10, 20)


def test_spans_that_do_not_touch_are_not_joined() -> None:
    spans = [Stretch(at(0), at(2), 10, 1), Stretch(at(3), at(5), 10, 1)]
    assert joined(spans, LEAST) == tuple(spans)


@pytest.mark.parametrize(
    ("hours", "least"),
    [(1, 5 * MINUTE), (30, 5 * MINUTE), (33, 5 * MINUTE), (34, 15 * MINUTE), (24 * 40, 3 * HOUR)],
)
def test_a_longer_range_joins_longer_stretches(hours: int, least: timedelta) -> None:
    assert least_length(Window(START, START + hours * HOUR)) == least


def slowly(rows: list[Reading], least: timedelta) -> list[tuple[datetime, datetime, float]]:
    """The rule read aloud: begin, walk on until the stretch is long enough, begin again there."""
    moments = sorted({moment for moment, _ in rows})
    last = {moment: [value for when, value in rows if when == moment][-1] for moment in moments}
    cuts: list[datetime] = moments[:1]
    for moment in moments[1:]:
        if moment - cuts[-1] >= least:
            cuts.append(moment)
    if moments and cuts[-1] != moments[-1]:
        cuts = [*cuts[:-1], moments[-1]] if len(cuts) > 1 else [*cuts, moments[-1]]
    return [(cuts[n], cuts[n + 1], last[cuts[n + 1]] - last[cuts[n]]) for n in range(len(cuts) - 1)]


STEPS = st.lists(st.tuples(st.integers(0, 1_800), st.integers(-40, 4_000)), max_size=60)


@given(steps=STEPS, least=st.sampled_from([LEAST, 15 * MINUTE, HOUR]))
def test_stretches_are_those_of_a_plain_reference(steps: list[tuple[int, int]], least: timedelta) -> None:
    moment, value, rows = START, 10_000.0, list[Reading]()
    for seconds, more in steps:
        moment, value = moment + seconds * SECOND, value + more
        rows.append((moment, value))
    found = stretches_of(rows, least)
    assert [(one.start, one.end, one.counted) for one in found] == slowly(rows, least)


def hours(*means: float) -> list[Stretch]:
    return [Stretch(at(60 * n), at(60 * (n + 1)), mean * 60) for n, mean in enumerate(means)]


def test_a_surge_has_begun_when_a_mean_is_twice_the_lowest() -> None:
    (surge,) = surges_of(hours(400, 90, 76, 94, 258, 891, 1_565))
    assert surge.span == Window(at(120), at(300))
    assert (surge.low.per_minute, surge.begun.per_minute, surge.grown.per_minute) == (76, 258, 891)


def test_another_surge_wants_a_fall_to_a_quarter_before_it() -> None:
    assert len(surges_of(hours(10, 100, 40, 100, 160))) == 1
    first, second = surges_of(hours(10, 100, 25, 100))
    assert (first.low.per_minute, second.low.per_minute) == (10, 25)


@pytest.mark.parametrize("means", [(100, 150, 399), (300, 200, 100), (0, 0.05, 0.05)], ids=["less", "falls", "noise"])
def test_what_does_not_reach_four_times_the_lowest_beyond_noise_is_no_surge(means: tuple[float, ...]) -> None:
    assert surges_of(hours(*means)) == ()
