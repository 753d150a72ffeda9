"""Spikes of a series: found when they are there, as intervals, from earlier bins alone; bad files answered in words."""

from __future__ import annotations

import json
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from data.analysis.levels import MIDDLE_OF_SQUARES, ROUNDED, Usual, usual
from data.analysis.spikes import (
    AROUND,
    HOURLY_LAGS,
    LAGS,
    Detection,
    _begun,
    best_changes,
    changes_near,
    detect,
)
from data.core.errors import DataError
from tests.support.cases import examples
from tests.support.terminal import SCRIPT, typed

START = datetime(2016, 10, 17, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def series(values: np.ndarray | list[float], step: timedelta = HOUR) -> pd.Series[float]:
    return pd.Series(values, pd.date_range(START, periods=len(values), freq=step), dtype=float)


def counts(bins: int, mean: float = 20, *, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).poisson(mean, bins).astype(float)


def with_burst(bins: int, first: int, height: float, *, lasts: int = 6) -> np.ndarray:
    values = counts(bins)
    values[first : first + lasts] += height
    return values


@st.composite
def any_series(choose: st.DrawFn) -> pd.Series[float]:
    """Counts with bursts, zeros and missing bins, in bins of 1 minute, 8 minutes, an hour or a day."""
    bins = choose(st.integers(30, 400))
    rng = np.random.default_rng(choose(st.integers(0, 2**32)))
    values = rng.poisson(choose(st.sampled_from([0.2, 3, 30])), bins).astype(float)
    for first in choose(st.lists(st.integers(0, bins - 1), max_size=3)):
        values[first : first + choose(st.integers(1, 8))] += choose(st.sampled_from([20.0, 300.0]))
    step = choose(st.sampled_from([MINUTE, 8 * MINUTE, HOUR, DAY]))
    seen = rng.random(bins) > choose(st.sampled_from([0.0, 0.2]))
    seen[:2] = True
    return series(values, step)[seen]


def test_an_onset_is_the_interval_from_one_step_before_the_first_high_bin_to_its_end() -> None:
    found = detect(series(with_burst(400, 300, 400)))
    (onset,) = found.onsets
    assert (onset.start, onset.end) == (START + 299 * HOUR, START + 301 * HOUR)
    assert onset.confirmed and found.step == HOUR and not found.below_resolution


def test_where_nobody_looked_before_the_first_high_bin_the_onset_reaches_back_to_the_last_bin_seen() -> None:
    values = series(with_burst(400, 300, 400))
    (onset,) = detect(values.drop(values.index[297:300])).onsets
    assert (onset.start, onset.end) == (START + 296 * HOUR, START + 301 * HOUR)


@pytest.mark.parametrize(
    ("height", "last"),
    [
        pytest.param(34, 301, id="3.3 noise units may be chance"),
        pytest.param(40, 300, id="4.6 are none"),
    ],
)
def test_where_the_first_high_bin_may_be_chance_a_rise_may_have_begun_in_the_next(height: float, last: int) -> None:
    """20 are usual, give or take 2."""
    values = np.resize([18.0, 22.0], 400)
    values[300:306] = [height, 200, 200, 200, 200, 200]
    (onset,) = detect(series(values, 8 * MINUTE)).onsets
    assert onset.first == START + 300 * 8 * MINUTE
    assert onset.end == START + (last + 1) * 8 * MINUTE


@pytest.mark.parametrize(
    ("step", "lasts", "onsets"),
    [
        pytest.param(HOUR, 1, 1, id="one hour is enough"),
        pytest.param(8 * MINUTE, 1, 0, id="one bin of 8 minutes is not"),
        pytest.param(8 * MINUTE, 2, 1, id="two running are"),
    ],
)
def test_fine_bins_want_two_running(step: timedelta, lasts: int, onsets: int) -> None:
    assert len(detect(series(with_burst(400, 300, 400, lasts=lasts), step)).onsets) == onsets


@pytest.mark.parametrize(("lasts", "onsets"), [(2, 0), (3, 0), (4, 1)])
def test_what_two_bins_leave_open_four_running_decide(lasts: int, onsets: int) -> None:
    """34 where 20 are usual, give or take 2, is 3.3 noise units; two such bins together are 4.6, four 6.6."""
    values = np.resize([18.0, 22.0], 400)
    values[300 : 300 + lasts] = 34
    assert len(detect(series(values, 8 * MINUTE)).onsets) == onsets


def test_two_high_bins_with_a_missing_one_between_are_not_two_running() -> None:
    values = series(with_burst(400, 300, 400, lasts=3), 8 * MINUTE)
    assert detect(values.drop(START + 301 * 8 * MINUTE)).onsets == ()


def test_a_second_peak_before_the_first_is_over_is_the_same_spike() -> None:
    values = counts(400)
    values[300:306] += [400, 150, 150, 150, 150, 400]
    assert len(detect(series(values)).onsets) == 1
    values[303] = 20
    assert len(detect(series(values)).onsets) == 2


def test_a_rise_to_ten_times_is_found_whatever_the_rhythm_of_the_day() -> None:
    """Of 20 searches a bin, half as many by night: the spread of two days is wider than what the rise leaves."""
    mean = 20 * (1 + 0.5 * np.cos(np.arange(270) * 8 / 1440 * 2 * np.pi))
    mean[220:] *= 10
    drawn = np.random.default_rng(3).poisson(mean)
    (onset,) = detect(series(np.round(100 * drawn / drawn.max()), 8 * MINUTE)).onsets
    assert onset.confirmed and onset.start <= START + 220 * 8 * MINUTE <= onset.end


def test_a_slow_rise_may_have_begun_before_the_bin_that_first_stands_out() -> None:
    mean = np.full(300, 20.0)
    mean[200:230] *= np.linspace(1, 6, 30)
    mean[230:] *= 6
    (onset,) = detect(series(np.random.default_rng(3).poisson(mean).astype(float), MINUTE)).onsets
    assert onset.start <= START + 200 * MINUTE < onset.end - 2 * MINUTE


def test_a_steep_morning_that_yesterday_had_too_is_no_rise() -> None:
    hours = np.arange(4 * 24)
    mean = np.where(hours % 24 < 7, 5.0, 60.0)
    rises = detect(series(np.random.default_rng(3).poisson(mean).astype(float))).onsets
    assert [onset.start < START + DAY + 8 * HOUR for onset in rises] == [True] * len(rises)
    assert len(rises) <= 1


def test_the_noise_of_hourly_bins_is_that_of_four_days_though_their_level_is_of_one() -> None:
    """48 bins that scatter, then 48 calm ones, which alone would tell no noise."""
    values = series([10.0, 30.0] * 24 + [20.0] * 49)
    noise = usual(values, HOUR).noise[-1]
    assert noise == pytest.approx(0.5 * (20**2 / 40) / MIDDLE_OF_SQUARES + ROUNDED / 20, rel=0.1)


@pytest.mark.parametrize(
    ("lags", "begun"),
    [
        pytest.param(HOURLY_LAGS, 38, id="a level with the rhythm carried over"),
        pytest.param(LAGS, 37, id="a level that may lag by a tenth"),
    ],
)
def test_a_rise_may_have_begun_earlier_where_its_level_may_be_off(lags: float, begun: int) -> None:
    """A level of 20, two bins of 28.5, then 60."""
    given, flat = np.array([20.0] * 37 + [28.5, 28.5, 60.0]), np.full(40, 20.0)
    assert _begun(given, Usual(flat, flat, np.full(40, 0.75)), 39, 24, lags) == begun


def test_a_daily_rhythm_that_three_weeks_have_shown_is_no_spike() -> None:
    hours = np.arange(5 * 168)
    values = counts(len(hours)) + 300 * (hours % 168 == 68)
    assert [onset.start >= START + 21 * DAY for onset in detect(series(values)).onsets] == [False] * 3


def test_three_scattered_weeks_raise_the_level_by_less_than_their_own_noise() -> None:
    """Their middle is 30 where 20 are usual: of noise units that three such weeks leave open, one is taken off."""
    values = np.resize([16.0, 24.0], 4 * 168)
    values[[100, 268, 436]] = 30
    assert 20 < detect(series(values)).found.level[3 * 168 + 100] < 29


def test_a_steady_series_has_no_onset_and_no_surprise() -> None:
    found = detect(series([7.0] * 300))
    assert found.onsets == () and not found.scores.any() and not found.below_resolution


def test_where_too_few_bins_were_seen_lately_nothing_is_a_surprise() -> None:
    """Of two days before the last bin, 8 hours were seen; all that a week knows is 0."""
    values = series([0.0] * 100 + [1.0]).drop([START + hour * HOUR for hour in range(60, 100)])
    assert detect(values).scores.iloc[-1] == 0


def test_a_series_that_is_mostly_zero_is_below_resolution_and_single_searches_are_no_spikes() -> None:
    values = np.zeros(500)
    values[[60, 140, 141, 290, 420]] = [100, 50, 50, 100, 50]
    found = detect(series(values))
    assert found.below_resolution and found.onsets == ()


def test_a_spike_out_of_zeros_is_found_once_its_steps_show_how_small_a_search_is() -> None:
    """4, 9: a search is worth 4 at most, and 100 is many of them; from 100 alone, it could be a single one."""
    values = np.zeros(300)
    values[250:258] = [4, 9, 100, 83, 61, 40, 22, 7]
    found = detect(series(values))
    assert found.below_resolution
    assert [(onset.start, onset.end) for onset in found.onsets] == [(START + 251 * HOUR, START + 253 * HOUR)]
    values[250:258] = 100
    assert detect(series(values)).onsets == ()


def test_a_series_steadier_than_few_searches_could_be_shows_a_lesser_rise() -> None:
    """50 give or take 3 is a large sample shown as 0-100; 50 single searches would come as 50 give or take 7."""
    rng = np.random.default_rng(1)
    steady, few = 50 + rng.normal(0, 3, 400).round(), rng.poisson(50, 400).astype(float)
    steady[300:302] = few[300:302] = 77
    assert [len(detect(series(values, 8 * MINUTE)).onsets) for values in (steady, few)] == [1, 0]


def test_the_first_bin_of_a_burst_is_the_most_surprising() -> None:
    scores = detect(series(with_burst(1200, 1000, 200), 8 * MINUTE)).scores
    assert scores.idxmax() in [START + bin_ * 8 * MINUTE for bin_ in (1000, 1001)]
    assert scores.max() > 0.5 > scores.drop(scores.idxmax()).iloc[200:990].max()


def test_the_same_peak_a_day_later_is_no_news() -> None:
    values = counts(1000)
    values[[600, 620]] += 300
    scores = detect(series(values)).scores
    assert scores.iloc[600] > 0.5 and scores.iloc[620] < 0.2


@given(any_series(), st.floats(0.1, 0.95))
@examples(30)
def test_later_bins_change_no_earlier_score_and_no_earlier_onset(values: pd.Series[float], part: float) -> None:
    step = detect(values).step
    early = values.iloc[: max(int(len(values) * part), 2)]
    whole, cut = detect(values, step=step), detect(early, step=step)
    pd.testing.assert_series_equal(cut.scores, whole.scores.iloc[: len(cut.scores)], check_freq=False, check_exact=True)
    intervals = [(onset.start, onset.end) for onset in whole.onsets]
    assert [(onset.start, onset.end) for onset in cut.onsets] == intervals[: len(cut.onsets)]
    later = [end for _, end in intervals[len(cut.onsets) :]]
    assert all(end + step > early.index[-1] for end in later)


@given(any_series())
@examples(40)
def test_scores_lie_between_0_and_1_and_onsets_are_in_order_and_apart_or_reach_back_as_far(
    values: pd.Series[float],
) -> None:
    found = detect(values)
    assert found.scores.between(0, 1).all() and list(found.scores.index) == list(values.index)
    pairs = list(zip(found.onsets, found.onsets[1:], strict=False))
    assert all(a.first < b.first and a.end < b.end for a, b in pairs)
    assert all(b.start >= a.end or b.start <= a.start for a, b in pairs)


@given(st.integers(0, 2**32), st.sampled_from([2.0, 5.0, 10.0]))
@examples(20)
def test_another_scale_tells_the_same_onsets(seed: int, factor: float) -> None:
    values = counts(600, 200, seed=seed)
    values[500:506] *= 20
    one, other = detect(series(values)), detect(series(values * factor))
    assert one.onsets == other.onsets
    assert (one.scores - other.scores).abs().max() < 0.05


def test_order_and_repeats_of_rows_do_not_matter() -> None:
    values = series(with_burst(400, 300, 400))
    shuffled = pd.concat([values, values.iloc[100:200]]).sample(frac=1, random_state=3)
    assert_same(detect(values), detect(shuffled))


def assert_same(one: Detection, other: Detection) -> None:
    assert (one.step, one.onsets) == (other.step, other.onsets)
    pd.testing.assert_series_equal(one.scores, other.scores, check_freq=False)


def test_a_bin_without_a_value_is_missing_not_zero() -> None:
    values = series(with_burst(400, 300, 400))
    without = values.copy()
    without.iloc[150:160] = np.nan
    assert_same(detect(without), detect(values.drop(values.index[150:160])))


def test_the_second_opinion_is_that_of_pelt() -> None:
    from ruptures import Pelt  # here: it loads SciPy, a second of every worker that only collects this file

    x = np.log1p(with_burst(300, 200, 60, lasts=12))
    standard = ((x - x.mean()) / x.std())[:, None]
    pelt = Pelt(model="l2", min_size=1, jump=1).fit(standard).predict(pen=3 * np.log(len(x)))
    assert {200, 212} <= set(pelt)
    assert [place for place in range(190, 225) if changes_near(x, place)] == [199, 200, 201, 211, 212, 213]


@given(st.integers(0, 2**32), st.integers(4, 2 * AROUND), st.sampled_from([0.5, 5.0, 100.0]), st.integers(0, 6))
def test_levels_change_where_another_program_for_pelt_says(seed: int, bins: int, mean: float, bursts: int) -> None:
    from ruptures import KernelCPD

    rng = np.random.default_rng(seed)
    means = np.full(bins, mean)
    for first in rng.integers(0, bins, bursts):
        means[first : first + int(rng.integers(1, 30))] *= rng.uniform(0, 6)
    x = np.log1p(rng.poisson(means).astype(float))
    assume(x.std() > 0)
    standard, penalty = (x - x.mean()) / x.std(), 3 * float(np.log(bins))
    pelt = KernelCPD(kernel="linear", min_size=1, jump=1).fit(standard[:, None]).predict(pen=penalty)
    assert best_changes(standard, penalty) == tuple(pelt[:-1])


def test_a_rise_out_of_a_calm_that_the_second_method_does_not_see_is_unconfirmed() -> None:
    wild = np.round(np.random.default_rng(2).lognormal(3, 0.5, 300))
    values = np.concatenate([wild, np.tile([20.0, 21.0], 40)])
    values[370] = 90
    (onset,) = detect(series(values)).onsets
    assert onset.start == START + 369 * HOUR and not onset.confirmed


def test_naive_times_are_refused_by_the_function_because_only_a_file_says_what_they_are() -> None:
    with pytest.raises(DataError, match="no zone"):
        detect(pd.Series([1.0, 2.0], pd.date_range("2016-01-01", periods=2)))


def run(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    status = typed("spikes", path)
    said = capsys.readouterr()
    return status, said.out, said.err


def test_the_command_prints_step_resolution_onsets_and_scores(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"2016-10-17 {h:02}:{m:02}:00,{v}" for h, m, v in [(0, 0, 5), (0, 8, 5), (0, 16, 5)]]
    (tmp_path / "a.csv").write_text("timestamp,value\n" + "\n".join(rows), encoding="utf-8")
    status, out, err = run(tmp_path / "a.csv", capsys)
    assert (status, err) == (0, "")
    assert json.loads(out) == {
        "step": 480.0,
        "below_resolution": False,
        "onsets": [],
        "scores": [["2016-10-17T00:00:00Z", 0.0], ["2016-10-17T00:08:00Z", 0.0], ["2016-10-17T00:16:00Z", 0.0]],
    }


def test_the_command_reads_zones_missing_cells_less_than_one_and_a_byte_order_mark(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "\ufeffTimestamp,Value\n2016-10-17T02:00:00+02:00,<1\n2016-10-17T01:00:00Z,\n\n2016-10-17 02:00,3\n"
    (tmp_path / "a.csv").write_text(rows, encoding="utf-8")
    status, out, _ = run(tmp_path / "a.csv", capsys)
    assert status == 0
    assert [moment for moment, _ in json.loads(out)["scores"]] == ["2016-10-17T00:00:00Z", "2016-10-17T02:00:00Z"]


@pytest.mark.slow
def test_the_command_tells_an_onset_in_utc(tmp_path: Path) -> None:
    values = series(with_burst(400, 300, 400))
    values = values.tz_convert("America/New_York")
    values.rename_axis("timestamp").rename("value").to_csv(tmp_path / "a.csv")
    done = subprocess.run([SCRIPT, "spikes", tmp_path / "a.csv"], capture_output=True, check=True)
    assert json.loads(done.stdout)["onsets"] == [
        {"start": "2016-10-29T11:00:00Z", "end": "2016-10-29T13:00:00Z", "confirmed": True}
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "cannot be read", id="empty"),
        pytest.param("timestamp,value\n", "not 0", id="only a header"),
        pytest.param("timestamp,value\n2016-01-01,3\n", "not 1", id="one row"),
        pytest.param("timestamp,value\n2016-01-01,3\n2016-01-01,4\n", "not 1", id="one time"),
        pytest.param("timestamp,value\n2016-01-01,\n2016-01-02,\n", "not 0", id="no value"),
        pytest.param("time,count\n2016-01-01,3\n", "timestamp and value", id="other columns"),
        pytest.param("timestamp,value,value\n2016-01-01,3,4\n", "not 1", id="one row, two values"),
        pytest.param("timestamp,value\n2016-01-01,3\nyesterday,3\n", "line 3: 'yesterday' is not a time", id="no time"),
        pytest.param("timestamp,value\n2016-01-01,3\n,3\n", "line 3: '' is not a time", id="no time at all"),
        pytest.param("timestamp,value\n2016-01-01,3\n2016-01-02,many\n", "line 3: 'many' is not a number", id="a word"),
        pytest.param("timestamp,value\n2016-01-01,3\n2016-01-02,-1\n", "line 3: '-1' is not search", id="negative"),
        pytest.param("timestamp,value\n2016-01-01,3\n2016-01-02,inf\n", "line 3: 'inf' is not search", id="endless"),
        pytest.param("timestamp,value\n2016-01-01,3\n2016-01-02,1e99\n", "line 3: '1e99' is not", id="a trillion"),
        pytest.param("timestamp,value\n2016-01-01,3,9\n2016-01-02,3,9\n", "cannot be read", id="a cell too many"),
        pytest.param('timestamp,value\n"2016-01-01,3\n', "cannot be read", id="an open quote"),
        pytest.param("timestamp,value\n0001-01-01,3\n9999-01-01,3\n", "more than a century", id="ages apart"),
        pytest.param("\x00\x01\x02", "line 1 must name", id="no text"),
    ],
)
def test_a_file_that_cannot_be_read_is_answered_in_one_sentence(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    status, out, err = run(path, capsys)
    assert (status, out) == (1, "")
    assert err.startswith(f"{path}: ") and said in err and err.count("\n") == 1


@pytest.mark.parametrize("name", [pytest.param("none.csv", id="no file"), pytest.param("", id="a folder")])
def test_what_is_no_file_is_answered_in_one_sentence(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = run(tmp_path / name, capsys)
    assert status == 1 and "cannot be read" in err


@pytest.mark.slow
@given(any_series(), st.integers(1, 60))
@examples(12)
def test_bins_that_come_one_after_the_other_tell_what_all_at_once_tell(values: pd.Series[float], late: int) -> None:
    step, early = detect(values).step, max(len(values) - late, 2)
    found = detect(values.iloc[:early], step=step)
    for held in range(early + 1, len(values) + 1):
        found = detect(values.iloc[:held], step=step, before=found)
    whole = detect(values, step=step)
    assert found.onsets == whole.onsets and found.below_resolution == whole.below_resolution
    assert all(np.array_equal(one, other, equal_nan=True) for one, other in zip(found.found, whole.found, strict=True))
    pd.testing.assert_series_equal(found.scores, whole.scores, check_exact=True)


def test_a_series_that_was_brought_to_another_scale_is_looked_at_anew() -> None:
    values = series(with_burst(400, 300, 400))
    before = detect(values.iloc[:350])
    assert_same(detect(values / 2, before=before), detect(values / 2))


def test_the_same_bins_again_tell_the_same() -> None:
    values = series(with_burst(400, 300, 400))
    before = detect(values)
    assert_same(detect(values, before=before), before)


@pytest.mark.slow
def test_a_new_bin_of_a_long_series_takes_a_small_part_of_what_all_of_them_take() -> None:
    values = counts(100_000)
    values[50_000:50_050] += 300
    whole = series(values, MINUTE)
    before = detect(whole.iloc[:-1])
    took = []
    for known in (before, None):
        began = time.process_time()
        found = detect(whole, before=known)
        took.append(time.process_time() - began)
        assert found.onsets == detect(whole).onsets
    assert took[0] < took[1] / 2


@pytest.mark.slow
def test_one_rise_is_found_in_a_hundred_thousand_bins() -> None:
    values = counts(100_000)
    values[50_000:50_050] += 300
    assert len(detect(series(values, MINUTE)).onsets) == 1
