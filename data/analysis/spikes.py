"""When a series rose far above its usual level: what each bin was expected to show, and where rises begin."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.analysis.draws import Floats
from data.analysis.levels import DAY, HOUR, JUST_BEFORE, LEAST_BINS, WEEK, Usual, level_bins, noise_units, usual
from data.core.errors import DataError

#: Turns the median absolute deviation of a normal distribution into its standard deviation.
MAD = 1.4826


Flags = NDArray[np.bool_]

#: A spike is that high in one bin, where those are an hour or longer, or in two to TOGETHER running together, of which
#: each has the second; it is over below the third. All in noise units. With less than 2.5 of each, a spike might begin
#: earlier as bins come in.
HIGH, EACH, OVER, TOGETHER = 6.0, 3.0, 2.0, 4
#: A spike is half above its level: where many search, chance is small, and what the level misses of a rhythm is not.
TIMES = 1.5
#: A rise may have begun as early as a straight one to its first high bin would have stayed within so many noise units.
#: That bin was chosen for being high, so one unit of its own is taken off it: where it is not high without, it may be
#: chance, and the rise may have begun in the next. The level just before may be off by a tenth, as much as the rhythm
#: of a day changes it in the hour or so by which it lags. In bins of an hour or longer it lags by nothing: there the
#: rhythm is carried over to the hour of the bin.
UNSEEN, CHOSEN, LAGS, HOURLY_LAGS = 2.0, 1.0, 0.1, 0.0
#: Bins on either side of a candidate that the second method looks at; beyond, its verdict hardly changes.
AROUND = 240
#: PELT's penalty for a change, in log(bins), on input of standard deviation 1.
PENALTY = 3.0


@dataclass(frozen=True, slots=True)
class Onset:
    """A rise began somewhere in [start, end] (UTC). `first` begins the first bin that stands out.

    `confirmed`: PELT sees a change within one bin of it, so far.
    """

    first: datetime
    start: datetime
    end: datetime
    confirmed: bool


def find_onsets(
    values: pd.Series[float], found: Usual, step: timedelta, settled: tuple[Onset, ...] = ()
) -> tuple[Onset, ...]:
    """Every onset, by time, of values with an ascending UTC index; the first of them are told if `settled`.

    The interval reaches from the start of the bin before the first high one (one step, or more where bins are
    missing: nobody looked), or of an earlier one from which a slow rise might have begun unseen, to the end of the
    first, or of the next where the first may be chance; one that begins in the interval of another reaches back as
    far. An onset is there as soon as the bins that make it are: its interval never changes later, while `confirmed`
    may.
    """
    times, given = pd.DatetimeIndex(values.index), np.asarray(values, dtype=np.float64)
    apart = np.nan_to_num(np.sqrt(given) - np.sqrt(found.before))
    onsets, lags = list(settled), HOURLY_LAGS if step >= HOUR else LAGS
    z = noise_units(given, found)
    firsts = _firsts(z, given >= TIMES * found.level, _adjacent(times, step), alone=step >= HOUR)
    for first in islice(firsts, len(settled), None):
        at, begun = times[first].to_pydatetime(), times[_begun(given, found, first, level_bins(step), lags)]
        start = min(at - step, begun.to_pydatetime())
        if onsets and start < onsets[-1].end:
            start = min(start, onsets[-1].start)
        # A bin so low is no spike by itself: the next one is high too.
        last = times[first + int(z[first] <= EACH + CHOSEN)].to_pydatetime()
        onsets.append(Onset(at, start, last + step, changes_near(apart, first)))
    return tuple(onsets)


def _adjacent(times: pd.DatetimeIndex, step: timedelta) -> Flags:
    """Whether a bin follows the one before it without a gap."""
    apart = np.diff(times.as_unit("us").asi8) / 1e6
    return np.concatenate([[False], apart <= 1.5 * step.total_seconds()])


def _firsts(z: Floats, raised: Flags, adjacent: Flags, *, alone: bool) -> Iterator[int]:
    """The first bin of every spike: high, by itself or with the next ones, and none since z was low as long."""
    high, under = raised & (z > EACH), z < OVER
    begins = alone & raised & (z > HIGH)
    running, total = high, z
    for bins in range(2, TOGETHER + 1):
        running = running[:-1] & (high & adjacent)[bins - 1 :]
        total = total[:-1] + z[bins - 1 :]
        begins[: len(running)] |= running & (total > HIGH * np.sqrt(bins))
    low, free = np.flatnonzero(under if alone else under & np.append(False, under[:-1])), 0
    for place in np.flatnonzero(begins):
        if place >= free:
            yield int(place)
            later = low[np.searchsorted(low, place) :]
            free = int(later[0]) if len(later) else len(z)


def _begun(given: Floats, found: Usual, first: int, level_of: int, lags: float) -> int:
    """The earliest bin in which a rise to the first high one may have begun, were it a straight line from there.

    A line from the start of a bin would have brought half of the height, on average, to all from there on. What they
    showed above the level before them, which is that of so many bins and no surer, and may lie too high by what it
    lags, may fall short of that by UNSEEN noise units, and no more.
    """
    noise, begun = found.noise[first], first - 1
    height = given[first] - CHOSEN * np.sqrt(noise * given[first])
    while begun > 0 and np.isfinite(level := found.before[begun - 1]):
        bins = first - begun + 1
        brought = max(height - level, 0) * bins / 2
        spread = np.sqrt(noise * (level * bins * (1 + bins / level_of) + brought))
        if given[begun - 1 : first].sum() - (1 - lags) * level * bins < brought - UNSEEN * spread:
            break
        begun -= 1
    return max(begun, 0)


def changes_near(x: Floats, first: int) -> bool:
    """Whether PELT (least squares, penalty 3 log n; Killick et al. 2012) changes within one bin of this one.

    x is in units of its own scatter, as neighbouring bins around have it: no rhythm of the day widens that.
    """
    start = max(first - AROUND, 0)
    part = x[start : first + AROUND]
    scatter = float(np.sqrt((np.diff(part) ** 2).mean() / 2)) if len(part) >= 4 else 0.0
    if scatter == 0:
        return False
    changes = best_changes((part - part.mean()) / scatter, PENALTY * float(np.log(len(part))))
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
#: A surprise of so many noise units scores one half.
HALF = 6.0


def surprises(
    values: pd.Series[float], step: timedelta, found: Usual, spans: Sequence[timedelta] = (JUST_BEFORE, WEEK)
) -> pd.Series[float]:
    """Scores in [0, 1) by bin; 0.5 is a rise of 6 noise units beyond anything of the day before. Causal.

    Bins finer than an hour are averaged in pairs, as a spike wants two of them. How far the pair stands above the
    medians of the `spans` before, three hours and a week, on the log scale and in noise units, is averaged, so that
    it must stand out from both; where too few bins were seen before, nothing does. Less the largest such distance of
    the day before (a week for daily bins), it is put on 0 to 1 as d / (d + 6), which never levels off, so that the
    larger of two surprises always scores higher.
    """
    bins = 1 if step >= HOUR else 2
    x = np.log1p(values.rolling(pd.Timedelta(bins * step)).mean())
    chance = np.sqrt(found.noise * found.level / bins) / (1 + found.level)
    each = [_stands_out(x, _span(step, span), _span(step, WEEK), chance) for span in spans]
    z = pd.concat(each, axis=1).mean(axis=1).where(np.isfinite(chance), 0.0)
    day = pd.Timedelta(max(DAY, REMEMBERED_BINS * step))
    remembered = z.rolling(day, closed="left").max().fillna(0)
    beyond = (z - remembered).clip(lower=0)
    return beyond / (beyond + HALF)


def _stands_out(x: pd.Series[float], level: pd.Timedelta, scatter: pd.Timedelta, chance: Floats) -> pd.Series[float]:
    """How far x lies above its trailing median, in 1.4826 MAD of such distances or what chance leaves; 0 if below."""
    apart = x - _trailing_median(x, level)
    spread = np.fmax(MAD * _trailing_median(apart.abs(), scatter), chance)
    return (apart / spread).clip(lower=0).fillna(0)


def _trailing_median(x: pd.Series[float], window: pd.Timedelta) -> pd.Series[float]:
    return x.rolling(window, closed="left", min_periods=LEAST_BINS).median()


def _span(step: timedelta, span: timedelta) -> pd.Timedelta:
    return pd.Timedelta(max(span, LEAST_BINS * step))


#: With more bins than this share below 1, the usual level itself is below resolution.
MOST_ZEROS = 0.5
#: More of anything has not been searched or said.
HIGHEST = 1e12
#: A longer span is a slip of the pen.
LONGEST = timedelta(days=36525)


class NoTable(DataError):
    """A file is no table of timestamp and value."""


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """What one series shows. `step`: the length of a bin, the median distance of its times.

    `below_resolution`: more than half of the bins are below 1, so that the usual level is unknown, and an onset says
    no more than that the series rose out of what can be seen. `seen` are its bins in order, `found` what was usual.
    """

    step: timedelta
    below_resolution: bool
    onsets: tuple[Onset, ...]
    seen: pd.Series[float]
    found: Usual

    @property
    def scores(self) -> pd.Series[float]:
        """Surprise in [0, 1), by bin."""
        return surprises(self.seen, self.step, self.found)


def detect(values: pd.Series[float], *, step: timedelta | None = None, before: Detection | None = None) -> Detection:
    """Spikes of a series of bins (index: aware start of each; value >= 0, NaN where nobody looked).

    A spike lies 6 noise units above the usual level, in two to four bins running together (or in one, if bins are an
    hour or longer), and is over below 2. Bins without a value are missing, never 0, and have no score; the mean stands
    for a time given twice. `step` is told from the times if left out. With what was found `before` in the first of
    these bins, only the others are looked at, with the same result.
    Causal, given the step: later bins change neither scores nor the intervals of onsets, only `confirmed`.
    Raises DataError for values or times that cannot be read as such bins.
    """
    seen = _in_order(values)
    step = step or _median_step(pd.DatetimeIndex(seen.index))
    below = bool((seen < 1).mean() > MOST_ZEROS)
    if before is None or step != before.step or not before.seen.equals(seen.iloc[: len(before.seen)]):
        found = usual(seen, step)
        return Detection(step, below, find_onsets(seen, found, step), seen, found)
    old = len(before.seen)
    if old == len(seen):
        return before
    found = Usual(*(np.concatenate(pair) for pair in zip(before.found, usual(seen, step, old), strict=True)))
    # PELT has seen all that it ever will around an onset so far back.
    last = seen.index[max(old - AROUND - 1, 0)]
    settled = tuple(onset for onset in before.onsets if onset.end <= last)
    return Detection(step, below, find_onsets(seen, found, step, settled), seen, found)


def _in_order(values: pd.Series[float]) -> pd.Series[float]:
    times = values.index
    if not isinstance(times, pd.DatetimeIndex) or times.tz is None:
        raise DataError("the times have no zone: give them in UTC")
    given = pd.Series(values.to_numpy(dtype=float), times.tz_convert("UTC").as_unit("us")).dropna()
    wrong = given[(given < 0) | (given > HIGHEST)]
    if len(wrong):
        at = pd.Timestamp(wrong.index[0]).isoformat()
        raise DataError(f"the value at {at} is {wrong.iloc[0]:g}; a value is 0 or more, and below a trillion")
    if not (given.index.is_unique and given.index.is_monotonic_increasing):
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
        reason = (
            getattr(problem, "strerror", None)
            or "this is not a CSV table in UTF-8 with the same number of cells in every row"
        )
        raise NoTable(f"cannot be read: {reason}") from problem
    table.columns = table.columns.str.strip().str.lower()
    if not {"timestamp", "value"} <= set(table.columns):
        raise NoTable("line 1 must name the columns timestamp and value, or the file must be a Google Trends export")
    if not table.columns.is_unique:
        raise DataError("line 1 must name each column once")
    table = table.fillna("")
    table = table[(table["timestamp"].str.strip() != "") | (table["value"].str.strip() != "")]
    times = pd.to_datetime(table["timestamp"].str.strip(), utc=True, format="ISO8601", errors="coerce")
    cells = table["value"].str.strip().replace({"<1": "0", "NaN": "", "nan": "", "NA": ""})
    values = pd.to_numeric(cells.where(cells != "", "nan"), errors="coerce")
    _refuse(table["timestamp"], times.isna(), "is not a time; write it like 2016-11-08T23:59:00Z")
    _refuse(table["value"], values.isna() & (cells != ""), "is not a number")
    _refuse(
        table["value"],
        (values < 0) | (values > HIGHEST),
        "is not search interest: it must be 0 or more, below a trillion",
    )
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
