"""Rose after the calls: J by hand, effects above a wandering level, placebos at a distance, intervals, the sentence."""

from __future__ import annotations

import dataclasses
import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.analysis.event_study import (
    Study,
    as_ends,
    draw_placebos,
    interval,
    judge,
    look_up,
    on_grid,
    pooled,
    read_both_ways,
    regress,
    share_as_clear,
    tabulate,
)
from data.analysis.event_words import sentence
from data.analysis.other_nights import ControlSeries, against_controls
from data.core.errors import DataError
from tests.support.cases import examples

START = datetime(2016, 11, 8, 22, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
#: Eight calls with room between them.
CALLS = [START + minutes * MINUTE for minutes in (70, 110, 150, 191, 230, 275, 330, 380)]


def series(
    values: np.ndarray | list[float], step: timedelta = MINUTE, *, later: timedelta = timedelta()
) -> pd.Series[float]:
    return pd.Series(values, pd.date_range(START + later, periods=len(values), freq=step), dtype=float)


def evening(*, rise: float = 0.0, seed: int = 1, noise: float = 0.1, bins: int = 480) -> pd.Series[float]:
    """A level that grows tenfold, with noise, times (1 + rise) in the ten minutes after each call."""
    rng = np.random.default_rng(seed)
    t = np.arange(bins)
    after = np.zeros(bins)
    for call in CALLS:
        first = (call - START) // MINUTE
        after[first : first + 10] = np.log1p(rise)
    return series(np.expm1(np.log(10) + t * np.log(10) / bins + noise * rng.normal(size=bins) + after))


def jump_at(values: pd.Series[float], minute: float) -> float:
    bins = on_grid(values)
    return float(look_up(tabulate(bins), bins.places(np.array([minute])))[0])


def test_j_is_the_change_across_the_minute_less_half_of_both_changes_beside_it() -> None:
    logs = [1.0] * 10 + [2.0] * 10 + [5.0] * 10 + [5.5] * 10
    assert jump_at(series(np.expm1(logs)), 20) == pytest.approx(3 - (1 + 0.5) / 2)


def test_j_of_a_minute_within_a_bin_leaves_that_bin_out() -> None:
    """8-minute bins: one bin stands for ten minutes, and the bin of the call belongs to neither side."""
    logs = np.array([1.0, 2.0, 9.0, 4.0, 4.5])
    steady = ((2 - 1) + (4.5 - 4)) / 2
    assert jump_at(series(np.expm1(logs), 8 * MINUTE), 20) == pytest.approx((4 - 2) - 2 * (1 + 0.5) / 2)
    assert jump_at(series(np.expm1(logs[[0, 1, 3, 4]]), 8 * MINUTE), 16) == pytest.approx((4 - 2) - (steady))


@given(st.floats(-0.02, 0.02), st.sampled_from([1, 5, 8, 16]), st.floats(130, 200))
def test_a_steady_rise_leaves_nothing(slope: float, step: int, minute: float) -> None:
    times = np.arange(0, 400, step)
    values = series(np.expm1(9 + slope * times), step * MINUTE)
    assert jump_at(values, minute) == pytest.approx(0, abs=1e-9)
    assert jump_at(values, float(round(minute))) == pytest.approx(0, abs=1e-9)


@given(st.integers(0, 2**32), st.floats(0.5, 3))
@settings(max_examples=5)
def test_the_scale_of_an_answer_changes_j_of_no_minute_and_no_rank(seed: int, times: float) -> None:
    values = evening(seed=seed, rise=0.3)
    scaled = series(np.expm1(np.log1p(values.to_numpy()) + math.log(times)))
    one, other = pooled(values, CALLS, placebos=199), pooled(scaled, CALLS, placebos=199)
    assert [minute.jump for minute in other.used] == pytest.approx([minute.jump for minute in one.used], abs=1e-9)
    assert [minute.rank for minute in other.used] == [minute.rank for minute in one.used]


def test_j_is_of_the_logs_of_means_so_that_one_bin_below_resolution_is_no_crash() -> None:
    with_zero = [10.0] * 20 + [0.0] + [10.0] * 19
    assert jump_at(series(with_zero), 20) == pytest.approx(1.5 * (math.log(1 + 9) - math.log(1 + 10)))


def test_the_effect_is_the_rise_of_the_ten_minutes_after_calls_above_the_level_around() -> None:
    study = pooled(evening(rise=0.5, noise=0.01), [*CALLS, *CALLS[:3]])
    assert [minute.at for minute in study.used] == CALLS
    assert study.effect == pytest.approx(math.log(1.5), rel=0.05)


def test_minutes_share_the_effect_by_the_searches_around_them() -> None:
    study = pooled(evening(rise=0.5), CALLS)
    share = [minute.share for minute in study.used]
    assert sum(share) == pytest.approx(1)
    assert share[-1] > 3 * share[0] > 0


def test_placebos_lie_11_to_45_minutes_away_on_either_side() -> None:
    bins = on_grid(evening())
    judged = judge(bins, bins.minutes(CALLS))
    moved = judged.moved(2000, np.random.default_rng(1)).bin_of - judged.own.bin_of
    assert set(np.abs(moved).ravel()) == set(range(11, 46)) and (moved < 0).mean() == pytest.approx(0.5, abs=0.02)


def test_placebos_that_would_share_the_bin_of_the_call_are_none() -> None:
    bins = on_grid(series(np.full(60, 30.0), 16 * MINUTE))
    judged = judge(bins, bins.minutes([START + 300 * MINUTE]))
    assert judged.places[0] == 68
    assert (judged.moved(500, np.random.default_rng(1)).bin_of != judged.own.bin_of).all()


def test_each_minute_moves_on_its_own() -> None:
    bins = on_grid(evening())
    judged = judge(bins, bins.minutes(CALLS))
    moved = judged.moved(4000, np.random.default_rng(1)).bin_of
    apart = np.corrcoef(moved.T) - np.eye(len(CALLS))
    assert np.abs(apart).max() < 0.08


@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.35, 3.0]))
@examples(25)
def test_p_is_never_zero_and_the_interval_holds_the_effect(seed: int, rise: float) -> None:
    study = pooled(evening(seed=seed, rise=rise), CALLS, placebos=199)
    assert 1 / 200 / 1.6 <= study.p <= 1
    assert study.low <= study.effect <= study.high
    assert all(0 < minute.rank <= 1 for minute in study.used if minute.rank is not None)


def test_the_same_seed_gives_the_same_study_and_another_seed_another() -> None:
    values = evening()
    assert pooled(values, CALLS, seed=4) == pooled(values, CALLS, seed=4)
    assert pooled(values, CALLS, seed=4).p != pooled(values, CALLS, seed=5).p


def test_a_rise_is_found_and_its_interval_leaves_zero_out() -> None:
    study = pooled(evening(rise=0.35), CALLS)
    assert study.p == pytest.approx(0.001 / 1.6) and study.low > 0
    assert study.low < math.log(1.35) < study.high


def test_a_fall_must_be_four_times_as_rare_as_a_rise() -> None:
    study = pooled(evening(rise=-0.3), CALLS)
    assert study.high < 0 and study.p == pytest.approx(0.001 / 0.4)
    assert "search interest fell" in sentence(study)
    assert "moved as clearly, up or down, 0.2% of the time" in sentence(study)


@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.1, 0.2]))
@examples(20)
def test_p_is_five_in_a_hundred_or_less_where_the_interval_leaves_zero_out(seed: int, rise: float) -> None:
    study = pooled(evening(seed=seed, rise=rise), CALLS, placebos=199)
    assert study.detectable is (study.p <= 0.05)


def test_bins_of_a_minute_are_read_once_and_longer_ones_both_ways() -> None:
    values = evening(rise=0.5)
    assert read_both_ways(values, CALLS) == (pooled(values, CALLS),)
    coarse = values.resample("8min").mean()
    starts, ends = read_both_ways(coarse, CALLS)
    assert starts == pooled(coarse, CALLS)
    assert ends == pooled(as_ends(coarse, 8 * MINUTE), CALLS)
    assert as_ends(coarse, 8 * MINUTE).index[1] == coarse.index[0]
    (refused,) = read_both_ways(values.resample("h").mean(), CALLS)
    assert "Bins of 60 minutes" in refused.refused


@pytest.mark.parametrize("step", [8, 16])
@pytest.mark.parametrize("marks", ["start", "end"])
def test_a_rise_that_hangs_on_what_a_stamp_marks_is_not_said(step: int, marks: str) -> None:
    """The counts are of calls at full bins; stamped at starts or at ends, one of the readings alone finds the rise."""
    calls = [START + step * MINUTE * n for n in (10, 16, 21, 27, 33, 38, 44, 49)]
    rng = np.random.default_rng(4)
    x = np.log(200) + 0.05 * rng.normal(size=60)
    x[[int((call - START) / (step * MINUTE)) for call in calls]] += 0.5
    counts = series(np.expm1(x), step * MINUTE)
    stamped = counts if marks == "start" else as_ends(counts, -step * MINUTE)
    starts, ends = read_both_ways(stamped, calls)
    right, wrong = (starts, ends) if marks == "start" else (ends, starts)
    assert right.low > 0 and not wrong.low > 0
    assert sentence(starts, ends).startswith(
        "Cannot tell: the answer depends on whether Google’s stamps mark the start"
    )


@pytest.mark.slow
def test_an_evening_that_only_rises_gives_no_detectable_change() -> None:
    told = [pooled(evening(seed=seed), CALLS, placebos=199) for seed in range(100)]
    assert sum(study.detectable for study in told) <= 10


@pytest.mark.slow
@pytest.mark.parametrize(
    ("steps", "scatter"),
    [
        pytest.param(0.0, 1.0, id="counts around a line"),
        pytest.param(0.0, 3.0, id="counts that scatter more"),
        pytest.param(0.03, 1.0, id="a level that walks"),
    ],
)
def test_the_error_of_an_effect_is_how_far_it_lies_from_nothing_on_evenings_with_nothing(
    steps: float, scatter: float
) -> None:
    """Minutes that crowd share bins, and the bends of the evening."""
    crowded, rng = [START + minutes * MINUTE for minutes in (100, 104, 109, 120, 140)], np.random.default_rng(1)
    away = []
    for _ in range(200):
        rate = 40 / scatter * np.exp(np.cumsum(steps * rng.normal(size=240)))
        bins = on_grid(series(scatter * rng.poisson(rate)))
        level, _seen = regress(bins, bins.places(bins.minutes(crowded)))
        away.append(level.effect / level.error)
    assert np.sqrt(np.mean(np.square(away))) == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize("noise", [pytest.param(0.0, id="none"), pytest.param(0.1, id="some")])
def test_draws_scatter_as_far_as_the_error_of_the_regression_or_farther(noise: float) -> None:
    bins = on_grid(evening(noise=noise))
    judged = judge(bins, bins.minutes(CALLS))
    level, seen = regress(bins, judged.own)
    draws = draw_placebos(bins, judged, level, seen, 199, np.random.default_rng(1))
    assert np.sqrt(np.mean(draws**2)) >= 0.999 * level.error


@pytest.mark.parametrize("rise", [0.0, 1.0])
def test_what_follows_calls_is_no_part_of_what_draws_do_by_chance(rise: float) -> None:
    bins = on_grid(evening(rise=rise))
    judged = judge(bins, bins.minutes(CALLS))
    level, seen = regress(bins, judged.own)
    draws = draw_placebos(bins, judged, level, seen, 999, np.random.default_rng(1))
    assert np.sqrt(np.mean(draws**2)) < 1.2 * level.error


def test_an_effect_of_one_echoes_as_one_in_the_true_minutes_and_in_part_in_others() -> None:
    bins = on_grid(evening(rise=0.5))
    level, seen = regress(bins, bins.places(bins.minutes(CALLS)))
    later = np.zeros((1, len(bins.values)))
    later[0, [(call - START) // MINUTE + bin_ for call in CALLS for bin_ in range(5, 15)]] = 1
    (effect, moved), (echo, part) = level.elsewhere(np.stack([level.after, later[0][seen]]))
    assert (effect, echo) == pytest.approx((level.effect, 1.0))
    assert 0.2 < part < 0.8 and moved < effect


def test_the_interval_is_where_the_test_does_not_reject() -> None:
    draws = np.arange(-99.0, 100.0)
    assert share_as_clear(0.0, draws) == 1
    # The true one lies as far out as 1000, and so do 80 draws more as far as 60, up or down.
    assert [share_as_clear(way * 1000.0, draws) for way in (1, -1)] == pytest.approx([1 / 200 / 1.6, 1 / 200 / 0.4])
    assert [share_as_clear(way * 60.0, draws) for way in (1, -1)] == pytest.approx([81 / 200 / 1.6, 1])
    # A rise is told where 16 of 200 lie as far, the true one included, a fall where 4 do.
    assert interval(0.0, draws) == (-92, 98)
    assert interval(92.0, draws)[0] == 0 and share_as_clear(92.0, draws) == pytest.approx(17 / 200 / 1.6)
    assert interval(93.0, draws)[0] == 1 and share_as_clear(93.0, draws) == pytest.approx(15 / 200 / 1.6)
    assert interval(-98.0, draws)[1] == 0 and share_as_clear(-98.0, draws) == pytest.approx(5 / 200 / 0.4)
    assert interval(-99.0, draws)[1] == -1 and share_as_clear(-99.0, draws) == pytest.approx(3 / 200 / 0.4)


@pytest.mark.parametrize(
    ("step", "refused", "ranked"),
    [
        pytest.param(1, False, True, id="a minute: everything"),
        pytest.param(8, False, False, id="8 minutes: pooled only"),
        pytest.param(16, False, False, id="16 minutes: pooled only"),
        pytest.param(30, True, False, id="half an hour: nothing"),
        pytest.param(60, True, False, id="an hour: nothing"),
        pytest.param(1440, True, False, id="a day: nothing"),
    ],
)
def test_the_length_of_a_bin_decides_what_is_said(step: int, refused: bool, ranked: bool) -> None:
    study = pooled(series(np.full(800, 30.0), step * MINUTE), [START + at * MINUTE for at in range(200, 700, 60)])
    assert bool(study.refused) is refused
    assert [minute.rank is not None for minute in study.used] == [ranked] * study.n
    assert math.isnan(study.effect) is refused
    assert (f"Bins of {step} minutes" in sentence(study)) is refused


def test_minutes_that_cannot_be_used_are_left_out_with_the_reason() -> None:
    values = evening(bins=480)
    values = values.drop([START + minute * MINUTE for minute in range(225, 232)])
    values.iloc[265:285] = 0
    early, late = START + 15 * MINUTE, START + 9 * HOUR
    study = pooled(values, [early, *CALLS, late])
    assert {left.at: left.reason for left in study.left_out} == {
        early: "edge",
        START + 230 * MINUTE: "gap",
        START + 275 * MINUTE: "censored",
        late: "edge",
    }
    assert [minute.at for minute in study.used] == [
        call for call in CALLS if call not in {left.at for left in study.left_out}
    ]


def test_minutes_of_one_coarse_bin_count_once() -> None:
    values = series(np.full(60, 30.0), 8 * MINUTE)
    calls = [START + at * MINUTE for at in (90, 130, 131, 170, 210, 250)]
    study = pooled(values, calls)
    assert [left.at for left in study.left_out if left.reason == "same bin"] == [START + 131 * MINUTE]
    assert study.n == 5


def test_a_minute_without_room_for_placebos_is_left_out() -> None:
    values = evening()
    first, end = 150 - 20, 150 + 20
    study = pooled(values.iloc[[*range(60), *range(first, end), *range(215, 480)]], CALLS)
    assert {left.at: left.reason for left in study.left_out}[CALLS[2]] == "no placebos"


def test_few_minutes_are_no_pool() -> None:
    study = pooled(evening(), CALLS[:4])
    assert study.refused.startswith("Only 4 minutes") and study.n == 0


@pytest.mark.parametrize(
    ("values", "said"),
    [
        pytest.param(pd.Series([1.0, 2.0], pd.date_range("2016-01-01", periods=2)), "aware", id="naive"),
        pytest.param(series([1.0]), "two or more", id="one bin"),
        pytest.param(series([1.0, -1.0]), "0 or more", id="negative"),
        pytest.param(pd.Series([1.0, 2.0]), "aware", id="published reports have no bins"),
    ],
)
def test_values_that_are_no_series_are_refused(values: pd.Series[float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        pooled(values, CALLS)


def test_an_interval_wants_enough_draws() -> None:
    with pytest.raises(ValueError, match="199"):
        pooled(evening(), CALLS, placebos=19)


def test_the_order_of_rows_does_not_matter() -> None:
    values = evening()
    assert pooled(values.sample(frac=1, random_state=1), CALLS) == pooled(values, CALLS)


def test_other_nights_are_compared_at_the_same_clock_minutes() -> None:
    values = evening(rise=0.5)
    week = timedelta(days=7)
    quiet = [evening(seed=seed) for seed in range(2, 9)]
    nights = [ControlSeries(f"night {n}", series(one.to_numpy(), later=week), week) for n, one in enumerate(quiet)]
    found = against_controls(values, CALLS, [*nights, ControlSeries("too short", quiet[0].iloc[:90], timedelta())])
    assert all(one.control < one.effect for one in found.compared) and found.left_out == ("too short",)
    assert [one.n for one in found.compared] == [8] * 7
    assert found.compared[0].control == pytest.approx(pooled(quiet[0], CALLS).effect)


def test_other_nights_cannot_help_hourly_bins() -> None:
    with pytest.raises(DataError, match="Bins of 60 minutes"):
        against_controls(series(np.full(60, 30.0), HOUR), CALLS, [])


FOUND = Study(
    effect=math.log(1.35), low=math.log(1.2), high=math.log(1.52), p=0.001,
    used=pooled(evening(), CALLS).used, left_out=(), placebos=999, step=MINUTE, span=10 * MINUTE,
)  # fmt: skip


@pytest.mark.parametrize(
    ("study", "said"),
    [
        pytest.param(
            FOUND,
            "Across 8 minutes with calls, search interest rose 35% (95% interval 20% to 52%) "
            "beyond the evening’s trend in the ten minutes after a call; "
            "comparison minutes moved as clearly, up or down, 0.1% of the time, in 999 draws.",
            id="a rise",
        ),
        pytest.param(
            dataclasses.replace(FOUND, low=math.log(0.9), p=0.21),
            "Across 8 minutes with calls: no detectable change beyond the evening’s rise "
            "in the ten minutes after a call (95% interval −10% to 52%); "
            "comparison minutes moved as clearly, up or down, 21% of the time, in 999 draws.",
            id="an interval with zero in it",
        ),
        pytest.param(
            dataclasses.replace(FOUND, effect=math.log(0.8), low=math.log(0.7), high=math.log(0.9), p=0.001),
            "Across 8 minutes with calls, search interest fell 20% (95% interval −30% to −10%) "
            "beyond the evening’s trend in the ten minutes after a call; "
            "comparison minutes moved as clearly, up or down, 0.1% of the time, in 999 draws.",
            id="a fall",
        ),
        pytest.param(
            dataclasses.replace(FOUND, step=8 * MINUTE, span=8 * MINUTE),
            "Across 8 minutes with calls, in whole bins of eight minutes, search interest rose "
            "35% (95% interval 20% to 52%) beyond the evening’s trend in the eight minutes after a call; "
            "comparison minutes moved as clearly, up or down, 0.1% of the time, in 999 draws.",
            id="coarse bins",
        ),
    ],
)
def test_the_sentence_names_the_window_the_interval_and_the_placebos(study: Study, said: str) -> None:
    assert sentence(study) == said


COARSE = dataclasses.replace(FOUND, step=8 * MINUTE, span=8 * MINUTE)
LESS = dataclasses.replace(COARSE, effect=math.log(1.2), low=math.log(1.1), high=math.log(1.3), p=0.004)
NOTHING = dataclasses.replace(COARSE, effect=math.log(0.95), low=math.log(0.9), high=math.log(1.1), p=0.7)
FELL = dataclasses.replace(COARSE, effect=math.log(0.8), low=math.log(0.7), high=math.log(0.9), p=0.001)
FEW = dataclasses.replace(COARSE, refused="Only 4 minutes.")


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        pytest.param(
            LESS,
            "search interest rose 35% or 20% (95% interval, whichever edge of a bin Google’s stamps mark, 10% to 52%) "
            "beyond the evening’s trend in the eight minutes after a call; "
            "comparison minutes moved as clearly, up or down, 0.4% of the time, in 999 draws.",
            id="both rose: bounds of both",
        ),
        pytest.param(NOTHING, "Cannot tell: the answer depends on", id="one finds nothing"),
        pytest.param(FELL, "Cannot tell: the answer depends on", id="opposite findings"),
        pytest.param(FEW, "Only 4 minutes.", id="one cannot be had"),
    ],
)
def test_two_readings_say_only_what_both_find(ends: Study, said: str) -> None:
    assert said in sentence(COARSE, ends)
    assert ("rose" in sentence(COARSE, ends)) is (ends is LESS)


def test_two_readings_without_a_change_say_so_with_the_bounds_of_both() -> None:
    other = dataclasses.replace(NOTHING, high=math.log(1.2))
    assert "no detectable change" in sentence(NOTHING, other) and "−10% to 20%" in sentence(NOTHING, other)
