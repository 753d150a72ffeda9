"""Where a time axis carries ticks: round wall times of a clock, thinned to what fits."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from components.charts.ap_style import MONTHS
from data.model import Window

if TYPE_CHECKING:
    from components.charts.clock import Clock

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: Distances between ticks, finest first.
_STEPS = (
    *(_MINUTE * n for n in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * n for n in (1, 2, 3, 6, 12)),
    *(_DAY * n for n in (1, 2, 7, 14)),
)
_MONTH_STEPS = (1, 3, 6, 12, 24, 60, 120, 240, 600)
_MONTH = _DAY * 30.44


class Tick(NamedTuple):
    """A labelled place on the time axis; `sub` is a second line, given where the day or year changes."""

    moment: datetime
    label: str
    sub: str = ""


def axis_ticks(clock: Clock, window: Window, most: int) -> tuple[Tick, ...]:
    """At most `most` ticks on round wall times inside the window, days and years where hours would crowd."""
    for step in _STEPS:
        if window.length / step <= most:
            return _by_day(clock, window, step) if step >= _DAY else _by_hour(clock, window, step)
    fitting = (months for months in _MONTH_STEPS if window.length / (_MONTH * months) <= most)
    return _by_month(clock, window, next(fitting, _MONTH_STEPS[-1]))


def _by_hour(clock: Clock, window: Window, step: timedelta) -> tuple[Tick, ...]:
    found: list[Tick] = []
    day = ""
    for moment in _round(clock, window, step):
        shown = f"{_WEEKDAYS[clock.naive(moment).weekday()]} {clock.day(moment)}"
        found.append(Tick(moment, clock.short(moment), shown if shown != day else ""))
        day = shown
    return tuple(found)


def _by_day(clock: Clock, window: Window, step: timedelta) -> tuple[Tick, ...]:
    found: list[Tick] = []
    year = 0
    for moment in _round(clock, window, step):
        now = clock.naive(moment).year
        found.append(Tick(moment, clock.day(moment), str(now) if now != year else ""))
        year = now
    return tuple(found)


def _round(clock: Clock, window: Window, step: timedelta) -> list[datetime]:
    """Every `step` of wall time from midnight on; a wall time that clocks skip has no tick."""
    wall = datetime.combine(clock.naive(window.start), time())
    found: list[datetime] = []
    while wall <= clock.naive(window.end):
        moment = clock.instant(wall, skipped="later")
        if window.start <= moment <= window.end and clock.naive(moment) == wall:
            found.append(moment)
        wall += step
    return found


def _by_month(clock: Clock, window: Window, months: int) -> tuple[Tick, ...]:
    first, last = clock.naive(window.start), clock.naive(window.end)
    count = first.year * 12 + first.month - 1
    count -= count % months
    found: list[Tick] = []
    while count <= last.year * 12 + last.month - 1:
        year, month = divmod(count, 12)
        first_day = datetime.combine(date(year, month + 1, 1), time())
        moment = clock.instant(first_day, skipped="later")
        if window.start <= moment <= window.end:
            label = str(year) if months >= 12 else MONTHS[clock.naive(moment).month - 1]
            found.append(Tick(moment, label, str(year) if months < 12 and (not found or month == 0) else ""))
        count += months
    return tuple(found)
