"""When a series rose far above its usual level: what each bin was expected to show, and where rises begin."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.analysis.draws import Floats
from data.core.errors import DataError

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
#: The usual level of an hour of the week wants as many earlier weeks; more than the most are a level long gone.
LEAST_WEEKS, MOST_WEEKS = 3, 12
#: Earlier bins without which nothing is expected, and nothing can surprise.
LEAST_BINS = 24
#: A trailing window spans at least as many bins, so that daily and weekly bins have a past too.
TRAILING_BINS = 24
#: Turns the median absolute deviation of a normal distribution into its standard deviation.
MAD = 1.4826
#: Standard deviation of rounding to whole numbers, in their units (1/sqrt(12)).
ROUNDING = 0.29
#: The median of a squared normal deviate.
CHI_SQUARED = 0.455
#: The largest mean of a Poisson count whose median may be 0.
MEDIAN_ZERO = float(np.log(2))
#: The distance between the values seen so far says what one search is worth once there are as many different ones, or
#: once more than this share are 0.
TELLING_VALUES, TELLING_ZEROS = 5, 0.2


def log_level(values: pd.Series[float]) -> pd.Series[float]:
    """log(value + 1), on which a rise by a factor is the same size at every level."""
    return pd.Series(np.log1p(values.to_numpy(dtype=float)), values.index)


def past(step: timedelta, span: timedelta) -> pd.Timedelta:
    """A trailing window of this span, or of TRAILING_BINS bins where those are longer."""
    return pd.Timedelta(max(span, TRAILING_BINS * step))


def trailing_median(x: pd.Series[float], window: pd.Timedelta) -> pd.Series[float]:
    """The median of the bins that start within the window before each bin; NaN with fewer than LEAST_BINS."""
    return x.rolling(window, closed="left", min_periods=LEAST_BINS).median()


def weekly_median(x: pd.Series[float]) -> pd.Series[float]:
    """The median over earlier weeks of the same hour of the week (UTC); NaN with fewer than LEAST_WEEKS such weeks."""
    hours = pd.DatetimeIndex(x.index).floor("h")
    each = x.groupby(hours).median()
    at = pd.DatetimeIndex(each.index)
    monday = at.normalize() - pd.to_timedelta(at.day_of_week, unit="D")
    hour = (at - monday) // pd.Timedelta(HOUR)
    weeks = pd.DataFrame({"week": monday, "hour": hour, "x": each.to_numpy()})
    table = weeks.pivot_table(index="week", columns="hour", values="x").asfreq("7D")
    usual = table.rolling(MOST_WEEKS, min_periods=LEAST_WEEKS).median().shift(1)
    told = usual.to_numpy()[table.index.get_indexer(monday), table.columns.get_indexer(hour)]
    return pd.Series(pd.Series(told, at).reindex(hours).to_numpy(), x.index)


def search_size(values: pd.Series[float], phi: float) -> Floats:
    """What one search is worth in the units of the values, as far as each bin and those before it show.

    In a small sample all values are multiples of one search: its worth is the shortest distance between whole values
    seen so far. Where too few differ to tell, or they are no whole numbers, it is `phi`, or less where neighbouring
    bins differ less than searches worth `phi` would.
    """
    given = values.to_numpy()
    size, nearest, seen = np.full(len(given), phi), np.inf, np.array([0.0])
    firsts = np.sort(np.unique(given, return_index=True)[1])
    for first in firsts[given[firsts] > 0]:
        place = int(np.searchsorted(seen, given[first]))
        near = np.abs(seen[max(place - 1, 0) : place + 1] - given[first])
        nearest, seen = min(nearest, float(near.min())), np.insert(seen, place, given[first])
        size[first:] = nearest
        if nearest <= phi or given[first] % 1:
            size[first:] = phi
            break
    zeros = np.cumsum(given < 1) / np.arange(1, len(given) + 1)
    different = np.zeros(len(given))
    different[firsts] = 1
    telling = (zeros > TELLING_ZEROS) | (different.cumsum() >= TELLING_VALUES)
    return np.where(telling & (size > phi), size, np.minimum(_dispersion(values), phi))


def _dispersion(values: pd.Series[float]) -> Floats:
    """Variance over mean as the differences of neighbouring bins before each bin have it; endless where untold."""
    given = values.to_numpy(dtype=np.float64)
    both = pd.Series(given[1:] + given[:-1])
    apart = pd.Series(np.diff(given)) ** 2 / both.where(both > 0)
    found = np.asarray(apart.expanding(LEAST_BINS).median() / CHI_SQUARED, dtype=np.float64)
    # A bin's own difference from the one before is not among those before it.
    return np.concatenate([[np.inf, np.inf], np.where(found > 0, found, np.inf)[:-1]])[: len(given)]


def deviations(
    values: pd.Series[float], expected: pd.Series[float], window: pd.Timedelta, *, size: Floats, bins: int = 1
) -> pd.Series[float]:
    """z: how far log1p of each value lies above `expected` (also log1p), in noise units; 0 where nothing is expected.

    The unit is the largest of 1.4826 MAD of the distances so far (within the window), rounding, and sampling. Rounding
    is carried to the log scale by its slope; sampling by the signed root of the Poisson deviance, which holds near 0
    where that slope does not. `size` is what one search is worth, `bins` how many were averaged.
    """
    apart = log_level(values) - expected
    spread = MAD * _spread(log_level(values), expected, window)
    level = np.expm1(expected.to_numpy())
    noise = np.maximum(spread, ROUNDING / (1 + level))
    worth = bins / size
    count, usual = values.to_numpy() * worth, np.maximum(level * worth, _rarely(values, window, worth))
    more = np.maximum(count, usual)
    sampling = np.sqrt(np.maximum(2 * (more * np.log(more / usual) - (more - usual)), 0))
    z = apart.to_numpy() / noise
    return pd.Series(np.nan_to_num(np.where(z > 0, np.minimum(z, sampling), z)), values.index)


def _rarely(values: pd.Series[float], window: pd.Timedelta, worth: Floats) -> Floats:
    """How many searches a bin may hold on average though its median be 0: the mean so far, up to 0.7, at least one."""
    earlier = values.rolling(window, closed="left")
    mean = np.fmax(earlier.mean().to_numpy() * worth, 1 / (earlier.count().to_numpy() + 1))
    return np.minimum(mean, MEDIAN_ZERO)


def _spread(x: pd.Series[float], expected: pd.Series[float], window: pd.Timedelta) -> Floats:
    """The median distance of earlier bins, each from what was expected of it; at first, from what is expected now."""
    spread = np.array(trailing_median((x - expected).abs(), window), dtype=np.float64)
    times, given = pd.DatetimeIndex(x.index), x.to_numpy()
    firsts = times.searchsorted(times - window)
    for place in np.flatnonzero(np.isnan(spread) & expected.notna().to_numpy()):
        earlier = given[firsts[place] : place]
        if len(earlier) >= LEAST_BINS:
            spread[place] = np.median(np.abs(earlier - expected.iloc[place]))
    return spread


Flags = NDArray[np.bool_]

#: A spike begins above the first and is over below the second, both in noise units.
BEGINS, OVER = 6.0, 3.0
#: Bins on either side of a candidate that the second method looks at; beyond, its verdict hardly changes.
AROUND = 240
#: PELT's penalty for a change, in log(bins), on input of standard deviation 1.
PENALTY = 3.0


@dataclass(frozen=True, slots=True)
class Onset:
    """A rise began somewhere in [start, end] (UTC). `confirmed`: PELT sees a change within one bin, so far."""

    start: datetime
    end: datetime
    confirmed: bool


def find_onsets(values: pd.Series[float], z: pd.Series[float], step: timedelta) -> tuple[Onset, ...]:
    """Every onset, by time; values and z (noise units) have the same ascending UTC index.

    The interval reaches from the start of the bin before the first high one (one step, or more where bins are
    missing: nobody looked) to the end of the first. An onset is there as soon as the bins that make it are: its
    interval never changes later, while `confirmed` may.
    """
    times = pd.DatetimeIndex(z.index)
    x = np.log1p(np.asarray(values, dtype=np.float64))
    found = []
    for first in _firsts(np.asarray(z, dtype=np.float64), _adjacent(times, step), alone=step >= HOUR):
        start, previous = times[first].to_pydatetime(), times[max(first - 1, 0)].to_pydatetime()
        confirmed = changes_near(x, first)
        found.append(Onset(min(start - step, previous), start + step, confirmed))
    return tuple(found)


def _adjacent(times: pd.DatetimeIndex, step: timedelta) -> Flags:
    """Whether a bin follows the one before it without a gap."""
    apart = np.diff(times.as_unit("us").asi8) / 1e6
    return np.concatenate([[False], apart <= 1.5 * step.total_seconds()])


def _firsts(z: Floats, adjacent: Flags, *, alone: bool) -> Iterator[int]:
    """The first bin of every spike: high, the next one too unless bins are coarse, and none since z was low."""
    high = z > BEGINS
    begins = high if alone else high & np.concatenate([high[1:] & adjacent[1:], [False]])
    low, free = np.flatnonzero(z < OVER), 0
    for place in np.flatnonzero(begins):
        if place >= free:
            yield int(place)
            later = low[np.searchsorted(low, place) :]
            free = int(later[0]) if len(later) else len(z)


def changes_near(x: Floats, first: int) -> bool:
    """Whether PELT (least squares on standardised x, penalty 3 log n; Killick et al. 2012) changes within one bin."""
    start = max(first - AROUND, 0)
    part = x[start : first + AROUND]
    spread = part.std()
    if len(part) < 4 or spread == 0:
        return False
    standard = (part - part.mean()) / spread
    changes = best_changes(standard, PENALTY * float(np.log(len(part))))
    return any(abs(change - (first - start)) <= 1 for change in changes)


def best_changes(x: Floats, penalty: float) -> tuple[int, ...]:
    """Where x changes level: the first bins of all segments but the first, at the least squared error plus penalties.

    The exact minimum that PELT finds, by the recursion that it prunes: over so few bins NumPy gains nothing by pruning.
    A segment explains sum**2 / length of the squares, so that what it explains and its penalty are all that counts.
    """
    sums = np.concatenate([[0.0], np.cumsum(x)])
    lengths = np.arange(len(x), 0, -1)
    most, begins = np.zeros(len(x) + 1), np.zeros(len(x) + 1, dtype=np.intp)
    for end in range(1, len(x) + 1):
        explained = most[:end] + (sums[end] - sums[:end]) ** 2 / lengths[-end:]
        begins[end] = explained.argmax()
        most[end] = explained[begins[end]] - penalty
    changes, end = [], int(begins[-1])
    while end:
        changes.append(end)
        end = int(begins[end])
    return tuple(reversed(changes))


#: The same rise is no news on the second bin, and a daily peak is none on the second day.
REMEMBERED_BINS = 7


def surprises(values: pd.Series[float], step: timedelta, *, size: Floats) -> pd.Series[float]:
    """Scores in [0, 1) by bin; 0.5 is a rise of 6 noise units beyond anything of the day before. Causal.

    Bins finer than an hour are averaged in pairs, as a spike wants two of them. The pair's distance from the trailing
    week's median, in noise units, less the largest one of the day before (a week for daily bins), is put on 0 to 1 as
    d / (d + 6), which never levels off, so that the larger of two surprises always scores higher.
    """
    bins = 1 if step >= HOUR else 2
    paired = values.rolling(pd.Timedelta(bins * step)).mean()
    week = past(step, WEEK)
    z = deviations(paired, trailing_median(log_level(paired), week), week, size=size, bins=bins)
    day = pd.Timedelta(max(DAY, REMEMBERED_BINS * step))
    remembered = z.rolling(day, closed="left").max().fillna(0).clip(lower=0)
    beyond = (z - remembered).clip(lower=0)
    return beyond / (beyond + BEGINS)


#: With more bins than this share below 1, the usual level itself is below resolution.
MOST_ZEROS = 0.5
#: More of anything has not been searched or said.
HIGHEST = 1e12
#: A longer span is a slip of the pen.
LONGEST = timedelta(days=36525)
#: The size of one search where nobody measured it: a count of mentions is a count; of Google's 0-100, as if the
#: highest bin held a hundred searches.
PHI = 1.0


class NoTable(DataError):
    """A file is no table of timestamp and value."""


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """What one series shows. `step`: the length of a bin, the median distance of its times.

    `below_resolution`: more than half of the bins are below 1, so that the usual level is unknown, and an onset says
    no more than that the series rose out of what can be seen. `scores`: surprise in [0, 1), by bin.
    """

    step: timedelta
    below_resolution: bool
    onsets: tuple[Onset, ...]
    scores: pd.Series[float]


def detect(values: pd.Series[float], *, phi: float = PHI, step: timedelta | None = None) -> Detection:
    """Spikes of a series of bins (index: aware start of each; value >= 0, NaN where nobody looked).

    Usual level: the median of the same hour of the week in three or more earlier weeks, else of the 48 hours before.
    A spike is more than 6 noise units above it in two bins running (one, if bins are an hour or longer), and over
    below 3. Bins without a value are missing, never 0, and have no score; the mean stands for a time given twice.
    `phi` is the variance of a value over its mean; `step` is told from the times if left out.
    Causal, given the step: later bins change neither scores nor the intervals of onsets, only `confirmed`.
    Raises DataError for values or times that cannot be read as such bins.
    """
    seen = _in_order(values)
    step = step or _median_step(pd.DatetimeIndex(seen.index))
    x, size, window = log_level(seen), search_size(seen, phi), past(step, 2 * DAY)
    usual = weekly_median(x) if step <= 7 * DAY else pd.Series(np.nan, x.index)
    z = deviations(seen, usual.fillna(trailing_median(x, window)), window, size=size)
    below = bool((seen < 1).mean() > MOST_ZEROS)
    return Detection(step, below, find_onsets(seen, z, step), surprises(seen, step, size=size))


def _in_order(values: pd.Series[float]) -> pd.Series[float]:
    times = values.index
    if not isinstance(times, pd.DatetimeIndex) or times.tz is None:
        raise DataError("the times have no zone: give them in UTC")
    given = pd.Series(values.to_numpy(dtype=float), times.tz_convert("UTC").as_unit("us")).dropna()
    wrong = given[(given < 0) | (given > HIGHEST)]
    if len(wrong):
        at = pd.Timestamp(wrong.index[0]).isoformat()
        raise DataError(f"the value at {at} is {wrong.iloc[0]:g}; a value is 0 or more, and below a trillion")
    given = given.groupby(level=0).mean()
    if len(given) < 2:
        raise DataError(f"it takes two bins with a value to tell how long a bin is, not {len(given)}")
    times = pd.DatetimeIndex(given.index)
    if times[-1] - times[0] > LONGEST:
        raise DataError(f"the times reach from {times[0].date()} to {times[-1].date()}: more than a century")
    return given


def _median_step(times: pd.DatetimeIndex) -> timedelta:
    return timedelta(microseconds=int(np.median(np.diff(times.asi8))))


def read_values(path: Path) -> pd.Series[float]:
    """The columns `timestamp` and `value` of a CSV; naive times are UTC, "<1" is 0, an empty cell is NaN.

    Raises DataError, which names the first line that cannot be read: NoTable where the file is something else.
    """
    try:
        # A row with more cells than the header is no row that anybody meant: pandas only warns of it.
        with warnings.catch_warnings(action="error", category=pd.errors.ParserWarning):
            table = pd.read_csv(
                path, dtype=str, encoding="utf-8-sig", compression=None, index_col=False,
                skip_blank_lines=False, keep_default_na=False,
            )  # fmt: skip
    except (OSError, ValueError, pd.errors.ParserWarning) as problem:
        reason = getattr(problem, "strerror", None) or "this is no CSV table in UTF-8 with as many cells in every row"
        raise NoTable(f"cannot be read: {reason}") from problem
    table.columns = table.columns.str.strip().str.lower()
    if not {"timestamp", "value"} <= set(table.columns):
        raise NoTable("line 1 wants the columns timestamp and value, or the file to be a Google Trends export")
    if not table.columns.is_unique:
        raise DataError("line 1 wants each column once")
    table = table.fillna("")
    table = table[(table["timestamp"].str.strip() != "") | (table["value"].str.strip() != "")]
    times = pd.to_datetime(table["timestamp"].str.strip(), utc=True, format="ISO8601", errors="coerce")
    cells = table["value"].str.strip().replace({"<1": "0", "NaN": "", "nan": "", "NA": ""})
    values = pd.to_numeric(cells.where(cells != "", "nan"), errors="coerce")
    _refuse(table["timestamp"], times.isna(), "is no time; write it like 2016-11-08T23:59:00Z")
    _refuse(table["value"], values.isna() & (cells != ""), "is no number")
    _refuse(table["value"], (values < 0) | (values > HIGHEST), "is no search interest: 0 or more, below a trillion")
    return pd.Series(values.to_numpy(dtype=float), pd.DatetimeIndex(times))


def _refuse(cells: pd.Series[str], wrong: pd.Series[bool], why: str) -> None:
    if wrong.any():
        first = int(np.argmax(wrong.to_numpy()))
        line = int(str(cells.index[first])) + 2
        raise DataError(f"line {line}: {cells.iloc[first][:40]!r} {why}")


def as_json(found: Detection) -> dict[str, object]:
    """What was found as plain values: the step in seconds, instants in UTC, a score of each bin."""
    onsets = [
        {"start": _said(pd.Timestamp(o.start)), "end": _said(pd.Timestamp(o.end)), "confirmed": o.confirmed}
        for o in found.onsets
    ]
    times = (_said(time) for time in pd.DatetimeIndex(found.scores.index))
    scores = [list(pair) for pair in zip(times, found.scores.round(9).tolist(), strict=True)]
    step = found.step.total_seconds()
    return {"step": step, "below_resolution": found.below_resolution, "onsets": onsets, "scores": scores}


def _said(moment: pd.Timestamp) -> str:
    return moment.isoformat().replace("+00:00", "Z")
