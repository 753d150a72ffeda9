"""The only place where UTC becomes wall time: what a clock shows in AP style, and where an axis has ticks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache, lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from components.ap_style import MONTHS, calendar_day, clock_time, day_of
from data.core.model import Precision, When, Window, as_utc, iso_text

Style = Literal["time", "short", "dated", "stamp"]

_NAMES = {
    "America/New_York": "Eastern",
    "America/Toronto": "Eastern",
    "America/Chicago": "Central",
    "America/Denver": "Mountain",
    "America/Los_Angeles": "Pacific",
    "Europe/London": "London",
    "UTC": "UTC",
    "Etc/UTC": "UTC",
}
_REACHING = {Precision.HOUR: "around", Precision.APPROXIMATE: "about", Precision.AFTER: "shortly after"}
_TOKEN = re.compile(r"\{(when-)?(time|short|dated|stamp):([^{}]{1,120})\}")


def token(moment: datetime | When, style: Style = "time") -> str:
    """A time inside prose that `Clock.say` later writes in the reader's zone; "short" and "dated" say no zone."""
    if isinstance(moment, When):
        stated = iso_text(moment.stated) if moment.stated else ""
        bounds = f"{iso_text(moment.earliest)},{iso_text(moment.latest)},{stated}"
        return f"{{when-{style}:{moment.precision.value},{bounds}}}"
    return f"{{{style}:{iso_text(moment)}}}"


@cache
def zone_names() -> frozenset[str]:
    """Every IANA name this machine knows."""
    return frozenset(available_timezones())


@dataclass(frozen=True, slots=True)
class Clock:
    """What clocks show in one IANA zone. Raises ValueError for a name that is no zone."""

    zone: str

    def __post_init__(self) -> None:
        if self.zone not in zone_names():
            raise ValueError(f"{self.zone[:60]!r} is not a time zone; use an IANA name like America/New_York")

    @property
    def name(self) -> str:
        """What people call this zone's time: Eastern, London, UTC, else the city."""
        return _NAMES.get(self.zone) or self.zone.rsplit("/", 1)[-1].replace("_", " ")

    def _local(self, moment: datetime) -> datetime:
        return as_utc(moment).astimezone(ZoneInfo(self.zone))

    def instant(self, naive: datetime, *, skipped: Literal["refuse", "later"] = "refuse") -> datetime:
        """The UTC instant of a wall time typed by a person; of two (clocks go back) the first.

        A wall time that was skipped when clocks went forward raises ValueError, or with `skipped="later"` is the
        time an hour later that clocks showed instead.
        """
        found = naive.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)
        if skipped == "refuse" and self._local(found).replace(tzinfo=None) != naive:
            raise ValueError(
                f"{clock_time(naive)} did not exist on {day_of(naive)} in {self.name} time: clocks went forward. "
                "Choose a time an hour later.",
            )
        return found

    def naive(self, moment: datetime) -> datetime:
        """The wall time without a zone, for a widget that cannot hold one."""
        return self._local(moment).replace(tzinfo=None)

    def position(self, moment: datetime, window: Window) -> str:
        """A place on a chart's axis: naive ISO text, linear in time, in the offset in force at the window's start.

        Plotly drops offsets and draws epoch numbers in the viewer's zone; a fixed offset also keeps the axis from
        folding where clocks change. Tick labels carry the true wall time.
        """
        return as_utc(moment).astimezone(self._axis(window)).replace(tzinfo=None).isoformat(timespec="seconds")

    def moment(self, position: str, window: Window) -> datetime:
        """The UTC instant of a place on a chart's axis; the inverse of `position`. ValueError for anything else."""
        found = datetime.fromisoformat(position.strip())
        if found.tzinfo is not None:
            raise ValueError(f"{position!r} has a zone; a place on the axis has none")
        return found.replace(tzinfo=self._axis(window)).astimezone(UTC)

    def _axis(self, window: Window) -> timezone:
        return timezone(self._local(window.start).utcoffset() or timedelta(0))

    def short(self, moment: datetime) -> str:
        """10:50 p.m.; with its zone, 1:10 a.m. EDT, where clocks show that time twice in the night."""
        shown = clock_time(self._local(moment))
        return f"{shown} {self.abbreviation(moment)}" if self._twice(moment) else shown

    def _twice(self, moment: datetime) -> bool:
        """Whether clocks go back over this wall time, so that it says which instant it is only with its zone."""
        local = self._local(moment)
        return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()

    def time(self, moment: datetime) -> str:
        """10:50 p.m. EST"""
        return f"{clock_time(self._local(moment))} {self.abbreviation(moment)}"

    def dated(self, moment: datetime) -> str:
        """10:50 p.m. Nov. 8"""
        return f"{self.short(moment)} {self.day(moment)}".rstrip()

    def stamp(self, moment: datetime) -> str:
        """10:50 p.m. EST, Nov. 8, 2016"""
        return f"{self.time(moment)}, {self.date(moment)}"

    def date(self, moment: datetime) -> str:
        """Nov. 8, 2016"""
        local = self._local(moment)
        return f"{day_of(local)}, {local.year}"

    def day(self, moment: datetime) -> str:
        """Nov. 8"""
        return day_of(self._local(moment))

    def abbreviation(self, moment: datetime) -> str:
        """EST, GMT, UTC; an offset like UTC+03:30 where the zone has no letters."""
        name = self._local(moment).tzname() or ""
        if name and name[0] not in "+-":
            return name
        offset = self._local(moment).strftime("%z")
        return f"UTC{offset[:3]}:{offset[3:5]}"

    def span(self, window: Window) -> str:
        """1 p.m. Nov. 8 to 7 a.m. EST Nov. 9, 2016"""
        start, end = window.start, window.end
        day = self.day(start) if self._local(start).year == self._local(end).year else self.date(start)
        return f"{self._first(start, end)} {day} to {self.time(end)} {self.date(end)}"

    def _first(self, start: datetime, end: datetime) -> str:
        """The time of a start, with its zone where that of the end, which is said beside, is another."""
        return self.short(start) if self.abbreviation(start) == self.abbreviation(end) else self.time(start)

    def when(self, when: When, *, dated: bool = False) -> str:
        """A time in words that are as sharp as its evidence: "about 2 p.m. EST", "by 10:39 p.m. EST"."""
        return _said(self, when, "stamp" if dated else "time")

    def _sayer(self, style: str) -> Callable[[datetime], str]:
        return {"time": self.time, "short": self.short, "dated": self.dated, "stamp": self.stamp}[style]

    def _in_words(self, when: When, style: str) -> str:
        say, stated = self._sayer(style), when.stated or when.earliest
        match when.precision:
            case Precision.NONE:
                return "time not known"
            case Precision.DAY:
                return calendar_day(when.stated.date()) if when.stated else self.date(when.middle)
            case Precision.BY:
                return f"by {say(when.latest)}"
            case Precision.WINDOW:
                return self._between(when, style)
            case Precision.HOUR | Precision.APPROXIMATE | Precision.AFTER:
                return f"{_REACHING[when.precision]} {say(stated)}"
            case Precision.SECOND:
                local = self._local(stated)
                return say(stated).replace(clock_time(local), clock_time(local, seconds=True), 1)
        return say(stated)

    def _between(self, when: When, style: str) -> str:
        if when.open:
            return f"{self._sayer(style)(when.earliest)} or later"
        start, end = when.earliest, when.latest
        if self._local(start).date() == self._local(end).date():
            return f"between {self.short(start)} and {self._sayer(style)(end)}"
        first = self._first(start, end)
        last = self.time(end) if style in _ZONED or first != self.short(start) else self.short(end)
        until = self.date(end) if style == "stamp" else self.day(end)
        return f"between {first} {self.day(start)} and {last} {until}"

    def say(self, text: str) -> str:
        """The prose with its time tokens written in this zone; text that is no token stays as it is.

        Times of a sentence that share a zone, or a date, say it once, with the last of them.
        """
        found, last, told = "", len(text), _Told()
        for token in reversed(tuple(_TOKEN.finditer(text))):
            between = text[token.end() : last]
            told = _Told() if _SENTENCE.search(between) else told
            word, told = _word(self, token.group(0, 1, 2, 3), told)
            found, last = f"{word}{between}{found}", token.start()
        return text[:last] + found

    def ticks(self, window: Window, most: int = 8) -> tuple[Tick, ...]:
        """At most `most` ticks on round wall times inside the window, days and years where hours would crowd."""
        return axis_ticks(self, window, most)


# The same few thousand times are said by each rendering of a chart, and by each chart of a night.
@lru_cache(maxsize=8_192)
def _said(clock: Clock, when: When, style: str) -> str:
    return clock._in_words(when, style)


@lru_cache(maxsize=8_192)
def _word(clock: Clock, token: tuple[str, ...], told: _Told) -> tuple[str, _Told]:
    """A token in words, and what its sentence tells from it on; what is no time stays as it is."""
    whole, of_when, style, text = token
    try:
        when = _read_token(text) if of_when else _read(text)
        ends = (when.earliest, when.latest) if isinstance(when, When) else (when, when)
        days, zones = ({say(end) for end in ends} for say in (clock.date, clock.abbreviation))
        style = _beside(style, told, days, zones)
        said = clock._in_words(when, style) if isinstance(when, When) else clock._sayer(style)(when)
    except (ValueError, OverflowError):  # no time, or one at an end of the calendar that this zone is beyond
        return whole, told
    told = told._replace(zone=clock.abbreviation(ends[0])) if style in _ZONED else told
    return said, told._replace(day=max(days) if len(days) == 1 else "") if style in _DATED else told


_ZONED, _DATED = ("time", "stamp"), ("dated", "stamp")
_SENTENCE = re.compile(r"[.?!][”’\"')]* |\n")


class _Told(NamedTuple):
    """The zone and the day that are told behind a time in its sentence."""

    zone: str = ""
    day: str = ""


def _beside(style: str, told: _Told, days: set[str], zones: set[str]) -> str:
    """The style of a time on these days, in these zones, ahead of what its sentence tells."""
    if (style in _ZONED and zones != {told.zone}) or style == "short":
        return style
    if style == "time" or days == {told.day}:
        return "short"
    same_year = {day[-4:] for day in days} == {told.day[-4:]}
    return "dated" if same_year else style


def _read(text: str) -> datetime:
    return as_utc(datetime.fromisoformat(text))


def _read_token(text: str) -> When:
    precision, earliest, latest, stated = text.split(",")
    return When(_read(earliest), _read(latest), Precision(precision), _read(stated) if stated else None)


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


@lru_cache(maxsize=128)
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


def published_text(text: str, clock: Clock) -> str:
    """When something was published, as sharp as it is known: a minute, a day, two days, a month or a year.

    `text` is as a story's tables have it, like 2016-11-09 or 2016-11-08/2016-11-09; "" stays "".
    """
    if "T" in text:
        return clock.stamp(datetime.fromisoformat(text))
    days = [_day(part) for part in text.split("/")]
    return " or ".join(days)


def _day(text: str) -> str:
    if len(text) == 10:
        return calendar_day(date.fromisoformat(text))
    return f"{MONTHS[int(text[5:7]) - 1]} {text[:4]}" if len(text) == 7 else text
