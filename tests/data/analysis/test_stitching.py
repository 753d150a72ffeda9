"""Windows of Google Trends on one scale: what is recovered, what is refused, and what the band promises."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.analysis.draws import Draw, gather
from data.analysis.scales import Unjoined, rounding_excess
from data.analysis.stitching import Stitched, fit, stitch
from data.core.errors import DataError
from data.core.model import Window
from tests.support.cases import examples

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2016, 10, 31, tzinfo=UTC)
LONG_AFTER = datetime(2017, 3, 1, tzinfo=UTC)


def hours(first: int, end: int) -> Window:
    return Window(START + first * HOUR, START + end * HOUR)


def draw(values: Sequence[float], first: int = 0, *, at: datetime = LONG_AFTER, step: timedelta = HOUR) -> Draw:
    """A draw of exactly these values, from an hour on."""
    start = START + first * HOUR
    times = pd.date_range(start, periods=len(values), freq=step)
    return Draw(Window(start, start + len(values) * step), at, pd.Series(values, times, dtype=float))


def shown(level: np.ndarray, first: int, end: int) -> Draw:
    """What Google would show of a level without sampling and without rounding."""
    part = level[first:end]
    return draw(100 * (part / part.max()), first)


def sampled(rate: np.ndarray, first: int, end: int, rng: np.random.Generator, *, at: datetime = LONG_AFTER) -> Draw:
    """What Google does: a sample of the searches, its maximum 100, rounded."""
    counts = rng.poisson(rate[first:end])
    return draw(np.round(100 * counts / max(counts.max(), 1)), first, at=at)


def joined(draws: Sequence[Draw], *, replicates: int = 20, **chosen: object) -> Stitched:
    return stitch(draws, rng=np.random.default_rng(1), replicates=replicates, **chosen)  # type: ignore[arg-type]


Night = tuple[np.ndarray, list[tuple[int, int]]]


@st.composite
def overlapping(choose: st.DrawFn) -> Night:
    """A level over 60 hours and windows of which each shares 6 hours or more with an earlier one."""
    level = np.array(choose(st.lists(st.floats(0.5, 500), min_size=60, max_size=60)))
    windows = [(20, 40)]
    for _ in range(choose(st.integers(1, 6))):
        first, end = choose(st.sampled_from(windows))
        start = choose(st.integers(max(first - 12, 0), end - 6))
        windows.append((start, min(max(start + 18, first + 6), 60)))
    return level, windows


@examples(60)
@given(overlapping())
def test_without_noise_any_overlapping_windows_give_back_the_level(
    case: tuple[np.ndarray, list[tuple[int, int]]],
) -> None:
    level, windows = case
    covered = sorted({hour for first, end in windows for hour in range(first, end)})
    found = joined([shown(level, *window) for window in windows], replicates=1).series["value"]
    assert list(found.index) == [START + hour * HOUR for hour in covered]
    assert found.to_numpy() == pytest.approx(100 * level[covered] / level[covered].max(), rel=1e-6)


@examples(20)
@given(st.permutations(range(5)))
def test_the_order_of_the_draws_does_not_matter(order: list[int]) -> None:
    rng = np.random.default_rng(7)
    rate = 20 + 300 * np.exp(-np.abs(np.arange(240) - 180) / 4.0)
    draws = [sampled(rate, first, first + 96, rng) for first in (0, 36, 72, 108, 144)]
    plain, shuffled = joined(draws), joined([draws[place] for place in order])
    pd.testing.assert_frame_equal(plain.series, shuffled.series)
    assert plain.band is not None and shuffled.band is not None
    pd.testing.assert_frame_equal(plain.band, shuffled.band)
    assert (plain.multiple, plain.seams, plain.notes) == (shuffled.multiple, shuffled.seams, shuffled.notes)


def test_a_window_on_half_its_scale_changes_nothing() -> None:
    level = np.array([10, 20, 40, 20, 30, 50, 60, 80, 100, 60, 40, 20, 10, 20, 30, 40] * 3, dtype=float)
    first, second = shown(level, 0, 30), shown(level, 14, 48)
    halved = draw(list(second.values / 2), 14)
    whole, half = joined([first, second]), joined([first, halved])
    assert half.series["value"].to_numpy() == pytest.approx(whole.series["value"].to_numpy(), rel=1e-9)
    scales = [fit(gather(draws), None).solved.scale for draws in ([first, second], [first, halved])]
    assert scales[1][1] / scales[1][0] == pytest.approx(scales[0][1] / scales[0][0] / 2)


def test_a_single_draw_is_one_sample_without_an_interval() -> None:
    found = joined([draw([10] * 40 + [60, 100] + [10] * 30)])
    assert found.band is None
    assert found.multiple is None and any("ordinary bins" in note for note in found.notes)
    assert any(note.startswith("One sample, no interval") for note in found.notes)


def test_a_multiple_of_a_single_draw_has_no_bounds() -> None:
    multiple = joined([draw([10] * 60 + [60, 100] + [10] * 30)]).multiple
    assert multiple is not None and (multiple.low, multiple.high) == (None, None)
    assert multiple.value == pytest.approx(10) and multiple.at == START + 61 * HOUR
    assert multiple.baseline == hours(0, 37)


def test_two_draws_of_one_window_have_an_interval() -> None:
    rng, rate = np.random.default_rng(3), np.full(96, 30.0)
    found = joined([sampled(rate, 0, 96, rng, at=LONG_AFTER + days * DAY) for days in (0, 3)])
    assert found.band is not None and (found.band["low"] < found.band["high"]).all()
    assert set(found.series["draws"]) == {2}


def test_an_answer_repeated_within_a_day_is_not_a_second_sample() -> None:
    values = [20, 40, 100, 30] * 10
    found = joined([draw(values), draw(values, at=LONG_AFTER + 5 * HOUR)])
    assert found.band is None and set(found.series["draws"]) == {1}
    assert "Answers that Google repeated within a day, counted once: 1." in found.notes


def test_the_same_values_days_later_are_a_second_sample() -> None:
    values = [20, 40, 100, 30] * 10
    assert set(joined([draw(values), draw(values, at=LONG_AFTER + 3 * DAY)]).series["draws"]) == {2}


def test_noise_between_draws_is_measured_as_a_scaled_poisson() -> None:
    rng, rate = np.random.default_rng(11), np.linspace(20, 80, 168)
    ensemble = gather([sampled(rate, 0, 168, rng, at=LONG_AFTER + days * DAY) for days in range(8)])
    # One count is worth 100 / (some 100 at the top) = 1 unit, and a Poisson variance is one count a count.
    assert ensemble.phi == pytest.approx([1.0], rel=0.2)


def test_windows_that_share_too_little_are_named_with_their_parts() -> None:
    level = np.linspace(10, 100, 80)
    with pytest.raises(Unjoined, match="cannot be joined") as caught:
        joined([shown(level, *window) for window in ((0, 30), (20, 40), (35, 60), (50, 80))])
    assert caught.value.groups == ((hours(0, 30), hours(20, 40)), (hours(35, 60), hours(50, 80)))
    assert "2016-10-31T20:00 to 2016-11-01T16:00 UTC / 2016-11-01T11:00" in str(caught.value)


def test_six_shared_bins_join_and_five_do_not() -> None:
    level = np.linspace(10, 100, 40)
    assert (
        joined([shown(level, 0, 23), shown(level, 17, 40)]).notes[-1].startswith("2 windows were brought to one scale")
    )
    with pytest.raises(Unjoined):
        joined([shown(level, 0, 22), shown(level, 17, 40)])


def over_days(level: np.ndarray, *, late: int = 0) -> Draw:
    """The same level by days, which begin `late` hours after midnight and say nothing of it."""
    days = level[late : len(level) - (24 - late) % 24].reshape(-1, 24).sum(axis=1)
    return draw(100 * (days / days.max()), step=DAY)


def test_a_daily_series_joins_weeks_that_never_meet() -> None:
    level = 50 + 30 * np.sin(np.arange(24 * 18) / 5) + np.arange(24 * 18) / 4
    apart = [shown(level, 0, 24 * 8), shown(level, 24 * 9, 24 * 18)]
    with pytest.raises(Unjoined):
        joined(apart)
    found = joined(apart, coarse=[over_days(level)]).series["value"]
    known = np.r_[level[: 24 * 8], level[24 * 9 :]]
    assert found.to_numpy() == pytest.approx(100 * known / known.max(), rel=1e-6)


def test_a_daily_series_whose_days_begin_elsewhere_is_left_out_with_a_note() -> None:
    rng = np.random.default_rng(5)
    rate = 20 + np.where(np.arange(24 * 14) >= 24 * 10, 1200 * np.exp(-(np.arange(24 * 14) - 24 * 10.0) / 3), 0)
    draws = [sampled(rate, first, first + 24 * 7, rng) for first in (0, 24 * 3, 24 * 5, 24 * 7)]
    fits, elsewhere = joined(draws, coarse=[over_days(rate)]), joined(draws, coarse=[over_days(rate, late=12)])
    assert any("holds the windows to one measure" in note for note in fits.notes)
    assert any("bin for bin: left out" in note for note in elsewhere.notes)
    pd.testing.assert_frame_equal(elsewhere.series, joined(draws).series)


REFUSED = [
    pytest.param([draw([0] * 30)], "every value is below 1", id="all zero"),
    pytest.param([draw([0] * 30), draw([0] * 30, 10)], "every value is below 1", id="all zero in every window"),
    pytest.param([], "every value is below 1", id="nothing"),
    pytest.param([draw([50] * 30), draw([50] * 30, step=DAY)], "different steps", id="hours and days"),
    pytest.param([draw([50] * 30), draw([50] * 30, 10, at=START + 3 * DAY)], "never one line", id="recent and archive"),
]


@pytest.mark.parametrize(("draws", "sentence"), REFUSED)
def test_what_cannot_be_one_line_is_refused_with_a_sentence(draws: list[Draw], sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        joined(draws)


def test_a_window_below_the_floor_is_left_out_and_named() -> None:
    found = joined([draw([40, 100] * 20), draw([0] * 20, 60)])
    assert len(found.series) == 40
    assert any(
        "2016-11-02T12:00 to 2016-11-03T08:00 UTC is below 1 throughout; it has no scale" in note
        for note in found.notes
    )


def test_every_value_100_is_a_level_line() -> None:
    found = joined([draw([100] * 60), draw([100] * 60, 40), draw([100] * 60, 80)])
    assert found.series["value"].to_numpy() == pytest.approx(100)
    assert found.band is not None and found.band["low"].max() <= 100 <= found.band["high"].min()


@pytest.mark.parametrize(("zeros", "stable"), [(9, True), (11, False)])
def test_more_than_a_fifth_of_zeros_in_the_baseline_gives_no_multiple(zeros: int, stable: bool) -> None:
    found = joined([draw([0] * zeros + [2] * (50 - zeros) + [100])], baseline=hours(0, 50))
    assert (found.multiple is not None) is stable
    assert any(note.startswith("No stable baseline: 22% of its bins") for note in found.notes) is not stable
    assert found.series["censored"].sum() == zeros


def test_a_bin_in_which_nothing_was_seen_could_have_held_something() -> None:
    rng, rate = np.random.default_rng(2), np.r_[np.full(60, 0.2), np.full(60, 5.0)]
    found = joined([sampled(rate, 0, 120, rng, at=LONG_AFTER + days * DAY) for days in (0, 2)])
    empty = found.series["censored"].to_numpy()
    assert empty.sum() > 10 and found.band is not None
    assert (found.band["low"][empty] == 0).all() and (found.band["high"][empty] > 0).all()


def test_a_seam_is_where_a_finer_window_takes_over() -> None:
    level = np.r_[np.full(40, 100.0), np.full(40, 10.0)]
    found = joined([shown(level, 0, 60), shown(level, 45, 80)])
    assert [(seam.at, seam.before, seam.after) for seam in found.seams] == [
        (START + 45 * HOUR, hours(0, 60), hours(45, 80))
    ]


def test_the_highest_bin_is_looked_for_where_one_says() -> None:
    found = joined([draw([10] * 60 + [50] + [10] * 30 + [100])], spike=hours(50, 70))
    assert found.multiple is not None and found.multiple.at == START + 60 * HOUR
    with pytest.raises(DataError, match="No bin to look for a spike in"):
        joined([draw([10] * 60)], spike=hours(90, 99))


@pytest.mark.parametrize("level", [0.3, 1.67, 2.5, 5.4])
@pytest.mark.parametrize("phi", [0.01, 0.05, 0.3])
def test_what_rounding_does_on_average_is_known(level: float, phi: float) -> None:
    values = level + np.sqrt(phi * level) * np.random.default_rng(0).normal(size=200_000)
    expected = (np.round(values) - values).mean()
    assert rounding_excess(np.array([level]), np.array([phi]))[0] == pytest.approx(expected, abs=0.03)


@pytest.mark.slow
def test_the_band_holds_the_truth_about_as_often_as_it_says() -> None:
    rng, bins, nights = np.random.default_rng(2016), [], 0
    for _ in range(40):
        after = np.arange(14 * 24) - rng.integers(200, 260)
        rate = 20 * (1 + 0.3 * np.sin(np.arange(14 * 24) * np.pi / 12))
        rate += 400 * np.where(after <= 0, np.exp(after / 1.5), np.exp(-np.maximum(after, 0) / 6.0))
        windows = ((0, 144), (72, 216), (120, 264), (168, 312), (192, 336), (240, 336))
        ordinary = hours(0, 150)
        draws = [sampled(rate, *window, rng) for window in windows]
        found = stitch(draws, rng=rng, baseline=ordinary, replicates=99)
        assert found.multiple is not None and found.band is not None
        low, high = found.multiple.low, found.multiple.high
        assert low is not None and high is not None
        truth = rate / rate[:150].mean()
        nights += low <= truth.max() <= high
        units = found.multiple.value / 100
        bins.append(((found.band["low"] * units <= truth) & (truth <= found.band["high"] * units)).mean())
    assert 0.92 <= np.mean(bins) <= 0.98
    assert nights >= 33  # of 40: fewer would come up once in a thousand times at 95 %


NAIVE = pd.Series([1.0, 2.0], pd.date_range("2016-11-08", periods=2, freq="h"))
STRANGE = [
    pytest.param(NAIVE, "aware times", id="naive"),
    pytest.param(pd.Series([1.0, 2.0]), "aware times", id="no times"),
    pytest.param(draw([1, 2, 3]).values.iloc[::-1], "in order of time", id="backwards"),
    pytest.param(draw([1, 2, 3]).values.iloc[[0, 1, 1]], "each once", id="doubled"),
    pytest.param(draw([1, 2, 3]).values.iloc[:1], "at least two bins", id="one bin"),
    pytest.param(draw([1, 2, 3]).values * 50, "between 0 and 100", id="beyond 100"),
    pytest.param(draw([1, 2, 3]).values - 2, "between 0 and 100", id="below 0"),
    pytest.param(draw([1, 2, 3], 30).values, "are not those of", id="of another window"),
]


@pytest.mark.parametrize(("values", "sentence"), STRANGE)
def test_a_draw_refuses_what_google_cannot_have_answered(values: pd.Series, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Draw(hours(0, 3), LONG_AFTER, values)
