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
#: Bins whose differences tell the noise, to about a fifth either way, however long ago: a level goes, while how far
#: counts scatter around it stays.
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
    smallest = np.fmin.accumulate(np.where(given > 0, given, np.nan))[since:]
    given = given[first:]
    held = np.arange(first, first + len(given)) - pd.DatetimeIndex(values.index).searchsorted(times - past(step))
    daily = same_hour(values, DAY, 1, DAYS, first) if step < DAY else np.full(len(given), np.nan)
    weekly = same_hour(values, WEEK, LEAST_WEEKS, MOST_WEEKS, since) if step <= DAY else np.nan
    seen = np.minimum(np.arange(first, first + len(given)), NOISE_BINS)
    before, told = (part[since - first :] for part in (_just_before(given, step, held, daily), _noise(given, seen)))
    noise = np.where(np.isnan(told), smallest, told)
    weekly = weekly - np.sqrt(noise * weekly / LEAST_WEEKS)
    level = np.fmax(np.fmax(before, daily[since - first :]), weekly)
    level = np.where(np.isnan(before), np.nan, np.maximum(level, HIDDEN))
    return Usual(before, level, noise + ROUNDED / level)


def _just_before(given: Floats, step: timedelta, held: Ints, daily: Floats) -> Floats:
    """The level just before each bin. A day of bins of an hour or longer holds all of the day's rhythm: there, how far
    they lay above or below what their own hours had is carried over to the hour of the bin, if that told them better.
    """
    bins = level_bins(step)
    before = middle_before(given, bins, held)
    if step >= HOUR:
        rhythm = np.maximum(daily, HIDDEN)
        carried = rhythm * middle_before(given / rhythm, bins, held)
        missed, missed_so = (middle_before((given - told) ** 2, bins, held) for told in (before, carried))
        before = np.where(missed_so < missed, carried, before)
    return np.where(held >= LEAST_BINS, before, np.nan)


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


def same_hour(values: pd.Series[float], period: timedelta, least: int, most: int, since: int = 0) -> Floats:
    """The median of the same hour (UTC) of earlier periods, of so many at most; NaN with fewer than the least."""
    every = (pd.DatetimeIndex(values.index) - _MONDAY) // pd.Timedelta(HOUR)
    back = (period // HOUR) * np.arange(1, most + 1)
    start = int(np.searchsorted(every, every[since] - back[-1]))
    hours = np.asarray(every[start:])
    each = pd.Series(np.asarray(values)[start:]).groupby(hours).median()
    known = np.full(int(hours[-1] - hours[0]) + 1 + back[-1], np.nan)
    known[np.asarray(each.index) - hours[0] + back[-1]] = each
    asked, place = np.unique(hours[since - start :], return_inverse=True)
    earlier = np.sort(known[(asked - hours[0] + back[-1])[:, None] - back], axis=1)
    count = most - np.isnan(earlier).sum(axis=1)
    middle = np.stack([np.maximum(count - 1, 0) // 2, np.minimum(count // 2, most - 1)], axis=1)
    told = np.take_along_axis(earlier, middle, axis=1).mean(axis=1)
    return np.asarray(np.where(count >= least, told, np.nan)[place], dtype=np.float64)


def noise_units(given: Floats, found: Usual) -> Floats:
    """How far each value lies above its level: the root of the Poisson deviance over the noise; 0 where not above."""
    with np.errstate(divide="ignore", invalid="ignore"):
        deviance = 2 * (given * np.log(given / found.level) - (given - found.level)) / found.noise
    return np.where(given > found.level, np.sqrt(np.maximum(deviance, 0)), 0.0)
