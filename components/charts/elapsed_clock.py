"""A clock that counts from a moment of its own, so that two nights can share an axis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from components.charts.grammar import Chart
from components.clock import Clock, Tick
from data.core.model import Precision, When, Window, as_utc

#: What the moment is called from which the clock counts, in words and on the axis.
_START, _ZERO = "that minute", "0"
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: Distances between ticks, finest first.
_STEPS = (
    *(_MINUTE * n for n in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * n for n in (1, 2, 3, 6, 12)),
    *(_DAY * n for n in (1, 2, 7, 14, 28, 91, 364)),
)
#: How sharp a time is, in the word before it; none for a minute.
_ABOUT = {
    Precision.BY: "by ",
    Precision.HOUR: "around ",
    Precision.APPROXIMATE: "about ",
    Precision.AFTER: "shortly after ",
}


@dataclass(frozen=True, slots=True)
class Elapsed(Clock):
    """What has passed since `origin`, in whatever zone: "1 h 5 min after", and +1 h on the axis.

    What stands on the axis is said so: its ticks, its span, when its items and events were. Tokens in prose are wall
    time in the zone, as on any clock, because a day of publication or a correction counts from nothing.
    """

    origin: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    def passed(self, moment: datetime) -> str:
        """1 h 5 min after, 30 min before, that minute; 3 d 4 h after from two days on. To the minute."""
        minutes = self._minutes(moment)
        return f"{_length(minutes)} {'before' if minutes < 0 else 'after'}" if minutes else _START

    def _minutes(self, moment: datetime) -> int:
        return round((as_utc(moment) - as_utc(self.origin)) / _MINUTE)

    def day(self, moment: datetime) -> str:
        """The same for every moment: nothing on this clock belongs to a calendar day."""
        return ""

    def span(self, window: Window) -> str:
        """1 h before to 6 h after"""
        return f"{self.passed(window.start)} to {self.passed(window.end)}"

    def when(self, when: When, *, dated: bool = False) -> str:
        """As sharp as the evidence; a calendar day is the interval that it covers. There is no date to name."""
        if when.precision is Precision.NONE:
            return "time not known"
        if when.open:
            return f"{self.passed(when.earliest)} or later"
        if when.precision in (Precision.DAY, Precision.WINDOW):
            return f"between {self.passed(when.earliest)} and {self.passed(when.latest)}"
        moment = when.latest if when.precision is Precision.BY else when.stated or when.earliest
        return f"{_ABOUT.get(when.precision, '')}{self.passed(moment)}"

    def ticks(self, window: Window, most: int = 8) -> tuple[Tick, ...]:
        """At most `most` ticks at round distances from the start: −2 h, 0, +2 h."""
        step = next((step for step in _STEPS if window.length / step <= most), _STEPS[-1])
        origin = as_utc(self.origin)
        first, last = -((origin - window.start) // step), (window.end - origin) // step
        moments = (origin + count * step for count in range(first, last + 1))
        return tuple(Tick(moment, _tick(self._minutes(moment))) for moment in moments)


def _length(minutes: int) -> str:
    days, rest = divmod(abs(minutes), 24 * 60)
    days, hours = (days, rest // 60) if days > 1 else (0, abs(minutes) // 60)
    parts = (days, "d"), (hours, "h"), (rest % 60, "min")
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


def _tick(minutes: int) -> str:
    return f"{'−' if minutes < 0 else '+'}{_length(minutes)}" if minutes else _ZERO


def clock_of(chart: Chart, zone: str) -> Clock:
    """The clock on which a chart is read: this zone's, or its own where it counts from a moment."""
    return Elapsed(zone, chart.origin) if chart.origin else Clock(zone)


def times_note(clock: Clock) -> str:
    """Whose time a drawing shows, as one sentence."""
    if isinstance(clock, Elapsed):
        return f"Hours on the axis count from the event of each night; times of day are {clock.name}."
    return f"All times {clock.name}."
