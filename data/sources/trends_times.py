"""The first column of a series: which moments its cells mean, decided from the whole column."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple

from data.errors import SourceChanged
from data.faults import quoted
from data.sources.trends_cells import plain
from data.sources.trends_steps import regular_step
from data.sources.trends_words import MONTHS, STEPS, folded

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
