"""The first column of a series: which moments its cells mean, from the whole column, and the steps between."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from data.core.errors import SourceChanged
from data.sources.trends_csv.cells import MONTHS, STEPS, folded, plain
from data.story.faults import quoted

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
class BinSteps:
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


def measure(moments: Sequence[datetime]) -> BinSteps:
    """The step between rising moments: the commonest distance, if every other one is a multiple of it."""
    if len(moments) < 2:
        return BinSteps(None)
    if monthly := _calendar_step(moments):
        return monthly
    distances = Counter(two - one for one, two in pairwise(moments) if two > one)
    if not distances:
        return BinSteps(None)
    length = max(distances, key=lambda distance: (distances[distance], -distance))
    missing = lost = 0
    for one, two in pairwise(moments):
        if two <= one:
            continue
        over = two - one - length
        if over == _HOUR and length <= _HOUR and changes_clocks(one + length):
            lost += 1
        elif over % length:
            return BinSteps(None)
        else:
            missing += over // length
    return BinSteps(name_of(length), missing, lost, length)


def _calendar_step(moments: Sequence[datetime]) -> BinSteps | None:
    """Months or years: the same day of the month at midnight throughout, and never less than a month apart."""
    if any((moment.day, moment.time()) != (moments[0].day, moments[0].time()) for moment in moments):
        return None
    counts = [(two.year - one.year) * 12 + two.month - one.month for one, two in pairwise(moments)]
    apart = Counter(count for count in counts if count > 0)
    if not apart:
        return None
    months = max(apart, key=lambda count: (apart[count], -count))
    if any(count % months for count in apart):
        return BinSteps(None)
    missing = sum(count // months - 1 for count in counts if count > 0)
    return BinSteps(f"P{months // 12}Y" if not months % 12 else f"P{months}M", missing, months=months)


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


_FARTHEST = timedelta(hours=14)  # the zone with the largest offset from UTC
_LONGEST = 60  # characters of a time; a range of two written dates has some 40
FIRST, AFTER_LAST = datetime(2003, 12, 31), datetime(2100, 1, 1)  # noqa: DTZ001  wall times: Trends begins in 2004
_CLOCK = (
    r"(?:(?:[T ]|,\s*|\s+at\s+)\s*(?P<h>\d{1,2})(?:[:.h](?P<m>\d{2})(?:[:.](?P<s>\d{2})(?:[.,]\d{1,9})?)?|h)?"
    r"\s*(?P<half>[ap]\.?\s?m\.?)?\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(
    r"(?P<a>\d{4})(?:[-/.]\s?|[年년]\s?)(?P<b>\d{1,2})(?:(?:[-/.]\s?|[月월]\s?)(?P<c>\d{1,2})[日일]?\.?)?[月월.]?"
    + _CLOCK,
    re.IGNORECASE,
)
_YEAR_LAST = re.compile(
    r"(?P<a>\d{1,2})[-/.]\s?(?P<b>\d{1,2})[-/.]\s?(?P<c>\d{4}|\d{2})\.?(?: г\.)?" + _CLOCK, re.IGNORECASE
)
_MONTH_LAST = re.compile(r"(?P<b>\d{1,2})[-/.](?P<a>\d{4})")
_NAMED = re.compile(
    r"(?:(?P<d1>\d{1,2})(?:st|nd|rd|th|er|\.|º)?[-/ ]\s?(?:de |d')?)?(?P<name>[^\W\d_]{3,12})"
    r"(?:\.?[-/ ]\s?(?:de |del )?(?P<d2>\d{1,2})(?:st|nd|rd|th)?,)?(?:\.?[-/ ,]|\.)\s?(?:de |del )?'?"
    r"(?P<year>\d{4}|\d{2})\.?(?: г\.)?" + _CLOCK,
    re.IGNORECASE,
)
_RANGE = re.compile(r"(.*\d.*?)\s+(?:[-–—~]|to|bis|al?|au|до|по)\s+(.*\d.*)")
_TIGHT_RANGE = re.compile(r"(\d{4}-\d\d-\d\d)\s*[-–—~/]\s*(\d{4}-\d\d-\d\d)")


class Parts(NamedTuple):
    """The numbers of one cell; `shape` says in which order they may be meant."""

    shape: str
    a: int
    b: int
    c: int
    clock: timedelta | None = None
    offset: timedelta | None = None


@dataclass(slots=True)
class Column:
    """Moments in the order of the file: wall times, or UTC where `aware`; `timed` if any has a time of day."""

    moments: list[datetime]
    aware: bool
    timed: bool
    notes: list[str] = field(default_factory=list)


def is_time(cell: str) -> bool:
    """Whether the cell can be the time of a bin."""
    return read_parts(cell) is not None


@lru_cache(maxsize=4_096)
def read_parts(cell: str) -> Parts | None:
    """The numbers of a date, a month, a date with a time or the start of a range; None for anything else."""
    if not cell or len(cell) > _LONGEST or not any(char.isdecimal() for char in cell):
        return None
    text = re.sub(r"\s+", " ", plain(cell))
    if found := _YEAR_FIRST.fullmatch(text):
        return _parts("day" if found["c"] else "month", found, found["a"], found["b"], found["c"] or "1")
    if found := _YEAR_LAST.fullmatch(text):
        return _parts("either", found, found["c"], found["a"], found["b"])
    if found := _MONTH_LAST.fullmatch(text):
        return Parts("month", int(found["a"]), int(found["b"]), 1)
    if (found := _NAMED.fullmatch(text)) and (month := MONTHS.get(folded(found["name"]))):
        day = found["d1"] or found["d2"]
        return _parts("day" if day else "month", found, found["year"], str(month), day or "1")
    if span := _TIGHT_RANGE.fullmatch(text) or _RANGE.fullmatch(text):
        start, end = read_parts(span[1]), read_parts(span[2])
        return start if start and end and start.shape == end.shape else None
    return None


def _parts(shape: str, found: re.Match[str], *numbers: str) -> Parts | None:
    year, b, c = map(int, numbers)
    clock = offset = None
    if found["h"]:
        hour, minute, second = (int(found[name] or 0) for name in ("h", "m", "s"))
        if half := found["half"]:
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if half[0] in "pP" else 0)
        if hour > 23 or minute > 59 or second > 59:
            return None
        clock = timedelta(hours=hour, minutes=minute, seconds=second)
        offset = _offset(found["zone"])
        if offset is not None and abs(offset) > _FARTHEST:
            return None
    return Parts(shape, year + 2000 if year < 100 else year, b, c, clock, offset)


def _offset(text: str | None) -> timedelta | None:
    if not text:
        return None
    if text.upper() in {"Z", "UTC", "GMT"}:
        return timedelta()
    return timedelta(hours=int(text[1:3]), minutes=int(text[-2:])) * (-1 if text[0] == "-" else 1)


def read_times(cells: Sequence[str], parts: Sequence[Parts], line: Callable[[int], int], *, word: str) -> Column:
    """The moments of a column and its parts; `line` gives the line of a cell, `word` is the head of the column.

    Raises SourceChanged for a cell that is unlike the others or outside the calendar, and for a column of which both
    day/month/year and month/day/year could be meant.
    """
    manner = _manner(parts[0])
    for place, part in enumerate(parts):
        if _manner(part) != manner:
            raise SourceChanged(
                f"Line {line(place)} writes its time unlike the lines before it: {quoted(cells[place])}."
            )
    moments, notes = _ordered(parts, cells[0], word)
    for place, moment in enumerate(moments):
        if not FIRST <= moment < AFTER_LAST:
            raise SourceChanged(
                f"Line {line(place)} is of {moment.year}, and Google Trends begins in 2004: {quoted(cells[place])}."
            )
    aware = parts[0].offset is not None
    if aware:
        moments = [
            moment.replace(tzinfo=timezone(part.offset or timedelta())).astimezone(UTC)
            for moment, part in zip(moments, parts, strict=True)
        ]
    return Column(moments, aware, any(part.clock for part in parts), notes)


def _manner(parts: Parts) -> tuple[str, bool, bool]:
    return parts.shape, parts.clock is None, parts.offset is None


def _ordered(parts: Sequence[Parts], example: str, word: str) -> tuple[list[datetime], list[str]]:
    """The moments, in the one order of day and month that gives bins of equal length."""
    if parts[0].shape != "either":
        moments = _moments(parts, day_first=False)
        if moments is None:
            raise SourceChanged(f"A date of the first column is not in the calendar, in a column like {example!r}.")
        return moments, []
    readings = {order: _moments(parts, day_first=order == "day/month/year") for order in _ORDERS}
    possible = {order: moments for order, moments in readings.items() if moments is not None}
    if not possible:
        raise SourceChanged(f"The dates fit neither month/day/year nor day/month/year, in a column like {example!r}.")
    chosen = _choose(possible, STEPS.get(folded(word), ""))
    if chosen is None:
        raise SourceChanged(
            f"Dates like {example!r} can mean day/month/year or month/day/year here: "
            f"export the file again with dates like 2016-11-08."
        )
    if len(possible) > 1 and readings["day/month/year"] != readings["month/day/year"]:
        return possible[chosen], [f"Dates like {example} were read as {chosen}, the order that gives equal steps."]
    return possible[chosen], []


_ORDERS = ("day/month/year", "month/day/year")


def _choose(possible: dict[str, list[datetime]], said: str) -> str | None:
    """The only order, or the only one with equal steps, or of two such the one whose step the column's head says."""
    if len({tuple(moments) for moments in possible.values()}) == 1:
        return next(iter(possible))
    steps = {order: regular_step(moments) for order, moments in possible.items()}
    for fitting in ([order for order in steps if steps[order]], [order for order in steps if steps[order] == said]):
        if len(fitting) == 1:
            return fitting[0]
    return None


def _moments(parts: Sequence[Parts], *, day_first: bool) -> list[datetime] | None:
    """Wall times; None where one is not in the calendar. The zone of a wall time is not known here."""
    swap = day_first and parts[0].shape == "either"
    try:
        return [
            datetime(year, c if swap else b, b if swap else c) + (clock or timedelta())  # noqa: DTZ001
            for _, year, b, c, clock, _ in parts
        ]
    except ValueError:
        return None
