"""The distances between the moments of a series: its step, its gaps, its repeated and its lost hours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

_HOUR = timedelta(hours=1)
_NAMES = (
    (timedelta(weeks=1), "P{}W"),
    (timedelta(days=1), "P{}D"),
    (_HOUR, "PT{}H"),
    (timedelta(minutes=1), "PT{}M"),
    (timedelta(seconds=1), "PT{}S"),
)
_SUNDAY, _SATURDAY = 6, 5
#: Months in which some country changes its clocks, on a Sunday before 4 a.m. or at the end of the Saturday.
_CHANGES = {2, 3, 4, 5, 9, 10, 11}


@dataclass(slots=True)
class Steps:
    """`step` is an ISO 8601 duration or None; `bins_missing` are those a constant step would have beside the rows."""

    step: str | None
    bins_missing: int = 0
    hours_lost: int = 0
    length: timedelta | None = None
    months: int = 0
    notes: list[str] = field(default_factory=list)


def name_of(length: timedelta) -> str:
    """The duration in the largest unit that measures it: "P1W", "P1D", "PT8M"."""
    unit, name = next(pair for pair in _NAMES if not length % pair[0])
    return name.format(length // unit)


def regular_step(moments: Sequence[datetime]) -> str | None:
    """The step, if every bin follows the one before at the same distance, forwards or backwards."""
    ordered = moments if moments[0] <= moments[-1] else moments[::-1]
    found = measure(ordered)
    return found.step if not found.bins_missing and all(one < two for one, two in pairwise(ordered)) else None


def measure(moments: Sequence[datetime]) -> Steps:
    """The step between rising moments: the commonest distance, if every other one is a multiple of it."""
    if len(moments) < 2:
        return Steps(None)
    if monthly := _calendar_step(moments):
        return monthly
    distances = Counter(two - one for one, two in pairwise(moments) if two > one)
    if not distances:
        return Steps(None)
    length = max(distances, key=lambda distance: (distances[distance], -distance))
    missing = lost = 0
    for one, two in pairwise(moments):
        if two <= one:
            continue
        over = two - one - length
        if over == _HOUR and length <= _HOUR and changes_clocks(one + length):
            lost += 1
        elif over % length:
            return Steps(None)
        else:
            missing += over // length
    return Steps(name_of(length), missing, lost, length)


def _calendar_step(moments: Sequence[datetime]) -> Steps | None:
    """Months or years: the same day of the month at midnight throughout, and never less than a month apart."""
    if any((moment.day, moment.time()) != (moments[0].day, moments[0].time()) for moment in moments):
        return None
    counts = [(two.year - one.year) * 12 + two.month - one.month for one, two in pairwise(moments)]
    apart = Counter(count for count in counts if count > 0)
    if not apart:
        return None
    months = max(apart, key=lambda count: (apart[count], -count))
    if any(count % months for count in apart):
        return Steps(None)
    missing = sum(count // months - 1 for count in counts if count > 0)
    return Steps(f"P{months // 12}Y" if not months % 12 else f"P{months}M", missing, months=months)


def changes_clocks(moment: datetime) -> bool:
    """Whether some country may change its clocks at this wall time."""
    day, hour = moment.weekday(), moment.hour
    return moment.month in _CHANGES and ((day == _SUNDAY and hour <= 3) or (day == _SATURDAY and hour == 23))


def repeated_hour(moments: Sequence[datetime], length: timedelta | None) -> range:
    """The places of the rows in an hour that clocks going back repeat: empty unless exactly one such step back."""
    if length is None or length > _HOUR:
        return range(0)
    back = [place for place, (one, two) in enumerate(pairwise(moments), 1) if two <= one]
    if len(back) != 1 or moments[back[0]] - moments[back[0] - 1] != length - _HOUR:
        return range(0)
    start = back[0]
    if not changes_clocks(moments[start]):
        return range(0)
    end = next((place for place in range(start, len(moments)) if moments[place] > moments[start - 1]), len(moments))
    return range(start, end)
