"""What a series was at before each of its bins, and how far chance alone would take a bin from there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.analysis.draws import Floats

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
Ints = NDArray[np.int_]

#: Earlier bins without which nothing is expected, and nothing can surprise.
LEAST_BINS = 24
#: What is older is no level of now, in bins of up to two hours.
LONGEST_AGO = 2 * DAY
#: The level just before is that of three hours, in as many bins as lie between these: fewer than 12 are too noisy, and
#: of an hour and more the mean of the day hides no rise. From hourly bins on it is that of 24.
JUST_BEFORE, FEWEST, MOST = 3 * HOUR, 12, 60
#: Bins whose differences tell the noise, to about a fifth either way.
NOISE_BINS = 96
#: The mean of the middle half of squared normal deviates.
MIDDLE_OF_SQUARES = 0.536
#: What a value of 0 may hide, and the variance of rounding to whole numbers.
HIDDEN, ROUNDED = 0.5, 1 / 12
#: The same hour is looked up on at most so many earlier days, and in so many weeks: more are a level long gone. One
#: such day tells a steep morning, while one week may have been an odd one.
DAYS, (LEAST_WEEKS, MOST_WEEKS) = 7, (3, 12)
_MONDAY = pd.Timestamp(datetime(1970, 1, 5, tzinfo=UTC))


class Usual(NamedTuple):
    """By bin, from earlier ones alone: the level just before, the one to rise from, and `noise`, variance over mean.

    `level` is the highest of the level just before and those of the same hour on earlier days and in earlier weeks.
    All are NaN where too few bins were seen.
    """

    before: Floats
    level: Floats
    noise: Floats


def usual(values: pd.Series[float], step: timedelta, since: int = 0) -> Usual:
    """What each bin (ascending UTC index, no NaN) from place `since` on was expected to be, and the noise around it."""
    first = max(since - NOISE_BINS - 1, 0)
    times, given = pd.DatetimeIndex(values.index)[first:], np.asarray(values, dtype=np.float64)
    smallest = np.fmin.accumulate(np.where(given > 0, given, np.nan))[first:]
    given = given[first:]
    held = np.arange(first, first + len(given)) - pd.DatetimeIndex(values.index).searchsorted(times - past(step))
    before = np.where(held >= LEAST_BINS, middle_before(given, level_bins(step), held), np.nan)[since - first :]
    told = _noise(given, held)
    noise = np.where(np.isnan(told), smallest, told)[since - first :]
    level = np.fmax(before, _same_hours(values, step, since))
    level = np.where(np.isnan(before), np.nan, np.maximum(level, HIDDEN))
    return Usual(before, level, noise + ROUNDED / level)


def past(step: timedelta) -> pd.Timedelta:
    """How far a bin looks back for its own level: two days, or LEAST_BINS bins where those are longer."""
    return pd.Timedelta(max(LONGEST_AGO, LEAST_BINS * step))


def level_bins(step: timedelta) -> int:
    """How many bins make the level just before."""
    return LEAST_BINS if step >= HOUR else min(max(JUST_BEFORE // step, FEWEST), MOST)


def middle_before(x: Floats, bins: int, held: Ints) -> Floats:
    """The mean of the middle half of the last `bins` values before each place, of which the last `held` count.

    NaN in x counts for none; NaN is told where less than LEAST_BINS / 2 are left, or half of fewer bins. It is as blind
    to an earlier burst as a median is, and finer where values are whole numbers.
    """
    padded = np.concatenate([np.full(bins, np.nan), x[:-1]])
    ranked = np.lib.stride_tricks.sliding_window_view(padded, bins).copy()
    short = np.flatnonzero(held < bins)
    ranked[short] = np.where(np.arange(bins) < bins - held[short, None], np.nan, ranked[short])
    ranked.sort(axis=1)
    count = bins - np.isnan(ranked).sum(axis=1)
    found = np.full(len(x), np.nan)
    for size in np.unique(count[count >= min(bins, LEAST_BINS) // 2]):
        same = count == size
        found[same] = ranked[same, size // 4 : size - size // 4].mean(axis=1)
    return found


def _noise(given: Floats, held: Ints) -> Floats:
    """Variance over mean, from the differences of neighbouring bins, which no rhythm of the day widens.

    NaN where too few of them are above 0: then one search is worth no more than the smallest value above 0 so far.
    """
    both = given[1:] + given[:-1]
    apart = np.full(len(given), np.nan)
    apart[1:][both > 0] = np.diff(given)[both > 0] ** 2 / both[both > 0]
    return middle_before(apart, NOISE_BINS, held) / MIDDLE_OF_SQUARES


def _same_hours(values: pd.Series[float], step: timedelta, since: int) -> Floats:
    """The highest of what the same hour had on earlier days and in earlier weeks; NaN where neither is known."""
    if step > DAY:
        return np.full(len(values) - since, np.nan)
    weekly = same_hour(values, WEEK, LEAST_WEEKS, MOST_WEEKS, since)
    return weekly if step == DAY else np.fmax(weekly, same_hour(values, DAY, 1, DAYS, since))


def same_hour(values: pd.Series[float], period: timedelta, least: int, most: int, since: int = 0) -> Floats:
    """The median of the same hour (UTC) of earlier periods, of so many at most; NaN with fewer than the least."""
    length = period // HOUR
    hours = (pd.DatetimeIndex(values.index) - _MONDAY) // pd.Timedelta(HOUR)
    wanted = np.unique(hours[since:] % length)
    asked = np.isin(hours % length, wanted) if since else slice(None)
    each = pd.Series(np.asarray(values)[asked]).groupby(np.asarray(hours)[asked]).median()
    number, hour = np.divmod(np.asarray(each.index), length)
    column = np.searchsorted(wanted, hour)
    table = np.full((int(number[-1] - number[0]) + 1, len(wanted)), np.nan)
    table[number - number[0], column] = each.to_numpy()
    told = pd.DataFrame(table).rolling(most, min_periods=least).median().shift(1).to_numpy()
    return np.asarray(told[number - number[0], column][each.index.get_indexer(hours[since:])], dtype=np.float64)


def noise_units(given: Floats, found: Usual) -> Floats:
    """How far each value lies above its level: the root of the Poisson deviance over the noise; 0 where not above."""
    with np.errstate(divide="ignore", invalid="ignore"):
        deviance = 2 * (given * np.log(given / found.level) - (given - found.level)) / found.noise
    return np.where(given > found.level, np.sqrt(np.maximum(deviance, 0)), 0.0)
