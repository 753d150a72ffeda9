"""The answers of GDELT's TV service as rows: how much of a station's airtime held a phrase, hour by hour."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from data.errors import SourceChanged
from data.sources.answers import counted, field, json_of, plain, records_of
from data.timing import timed_frame

NAME = "GDELT’s TV service"
UNIT = "percent of airtime"
#: Of one station and hour: [start, end) in UTC, and the share of the station's monitored airtime, 0 to 100.
AIRTIME_COLUMNS = ["station", "start", "end", "value", "unit"]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_STAMP = re.compile(r"((?:19|20)\d{2})-?(\d{2})-?(\d{2})T(\d{2}):?(\d{2}):?(\d{2})Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Airtime:
    """Bins of one answer, by station and time; `step` is their length as inferred from the stamps."""

    bins: pd.DataFrame
    step: timedelta
    warnings: tuple[str, ...] = ()


def parse_airtime(data: bytes) -> Airtime:
    """The bins of a `timelinevol` answer in percent, with the columns of AIRTIME_COLUMNS.

    Whether a stamp marks the start of its bin is not documented: hours are read as starting at their stamp, days
    (which are stamped at noon or midnight) as the UTC day around it. Raises SourceUnavailable for an answer that is
    empty or cut short, SourceChanged for another shape, a complaint in plain text, values that are no percentages,
    two values for one hour, or bins that are neither hours nor days.
    """
    rows = [row for series in records_of(json_of(data, NAME), "timeline", NAME) for row in _series(series)]
    frame = timed_frame(rows, ["station", "start", "value"], times=["start"]).astype({"value": "float64"})
    unordered = not all(times.is_monotonic_increasing for _, times in frame.groupby("station")["start"])
    once = frame.drop_duplicates().sort_values(["station", "start"], ignore_index=True)
    if once.duplicated(["station", "start"]).any():
        raise SourceChanged(f"{NAME} contradicts itself: it gives one station two values for a time.")
    step = _step(once)
    start = once["start"] if step == HOUR else once["start"].dt.floor("D")
    bins = once.assign(start=start, end=start + step, unit=UNIT)[AIRTIME_COLUMNS]
    warnings = [
        *counted(len(frame) - len(once), "1 value is listed twice.", "{count} values are listed more than once."),
        *(["The times were not in order and were sorted."] if unordered else []),
        *(["The answer is by the day: hours are given for windows of up to 7 days."] if step == DAY else []),
        *_silent(bins),
    ]
    return Airtime(bins, step, tuple(warnings))


def _series(series: Mapping[str, Any]) -> list[dict[str, object]]:
    station = plain(field(series, "series", NAME), 80)
    return [_bin(station, point) for point in records_of(series, "data", NAME)]


def _bin(station: str, point: Mapping[str, Any]) -> dict[str, object]:
    stamp, value = field(point, "date", NAME), point.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise SourceChanged(f"{NAME} has changed its answer: an entry has no number in 'value'.")
    if not 0 <= value <= 100:
        raise SourceChanged(f"{NAME} answered with numbers beyond 0 to 100, which are no percentages.")
    found = _STAMP.fullmatch(stamp)
    try:
        start = datetime.strptime("".join(found.groups()), "%Y%m%d%H%M%S").replace(tzinfo=UTC) if found else None
    except ValueError:
        start = None
    if start is None:
        raise SourceChanged(f"{NAME} has changed its answer: {plain(stamp, 40)!r} is no time.")
    return {"station": station, "start": start, "value": float(value)}


def _step(frame: pd.DataFrame) -> timedelta:
    """The distance that most neighbouring stamps have; an hour where there are too few stamps to tell."""
    distances = frame.groupby("station")["start"].diff().dropna()
    if distances.empty:
        return HOUR
    step = pd.Timedelta(Counter(distances).most_common(1)[0][0]).to_pytimedelta()
    if step not in (HOUR, DAY) or any(distance % step for distance in distances):
        raise SourceChanged(f"{NAME} answered in steps that are neither hours nor days: ask for at most 7 days.")
    return step


def _silent(bins: pd.DataFrame) -> list[str]:
    """Stations at zero throughout: the service gives zero before it began to index a station, too."""
    most = bins.groupby("station")["value"].max()
    return [
        f"{station} is at 0 throughout: nothing was found there, or the station was not indexed then."
        for station in most[most == 0].index
    ]
