"""When a series rose far above its usual level, and how surprising a bin is."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from data.analysis.onsets import (
    DAY,
    Onset,
    deviations,
    find_onsets,
    log_level,
    past,
    search_size,
    surprises,
    trailing_median,
    weekly_median,
)
from data.core.errors import DataError

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
