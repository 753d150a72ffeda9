"""How sharply a time is known, as a person types it: “now”, “9:50 p.m.”, “by 10:39 pm”, “between 9 and 9:10 pm”."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from components.ap_style import calendar_day
from components.clock import Clock
from components.workbench.typed_time import read_time
from data.core.model import Precision, iso_text

#: The columns of a row that together say when.
COLUMNS = ("at", "earliest", "latest", "date", "precision")
_MINUTE = timedelta(minutes=1)
_REACHING = {
    "about": Precision.APPROXIMATE,
    "around": Precision.HOUR,
    "shortly after": Precision.AFTER,
}
_STATED = re.compile(rf"({'|'.join(_REACHING)})\s+(.+)")
_BY = re.compile(r"by\s+(.+?)(?:,?\s+not before\s+(.+))?")
_BETWEEN = re.compile(r"(?:between|from)\s+(.+?)\s+(?:and|to)\s+(.+)")
_DAY = re.compile(r"on\s+(.+)")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_SECONDS = re.compile(r"\d:\d\d:\d\d")


def read_when(text: str, clock: Clock, *, after: datetime, now: datetime) -> dict[str, str]:
    """The cells of COLUMNS that a person's words stand for, empty ones left out.

    A time without a date is the first at or after `after`, of a second bound the first after the first one. ValueError
    with one sentence where it is none.
    """
    said = " ".join(text.split())
    lower = said.casefold()
    if lower in ("", "not known"):
        return _cells(Precision.NONE)
    if lower == "now":
        return _cells(Precision.MINUTE, at=now.replace(second=0, microsecond=0))
    if found := _matched(_DAY, said):
        return {"date": clock.naive(read_time(found[0], clock, after=after)).date().isoformat(), "precision": "day"}
    if found := _matched(_BY, said):
        first = read_time(found[1], clock, after=after) if found[1] else None
        return _cells(Precision.BY, earliest=first, latest=read_time(found[0], clock, after=first or after))
    if found := _matched(_BETWEEN, said):
        first = read_time(_with_half(found[0], found[1]), clock, after=after)
        return _cells(Precision.WINDOW, earliest=first, latest=read_time(found[1], clock, after=first + _MINUTE))
    if found := _matched(_STATED, said):
        return _cells(_REACHING[found[0].casefold()], at=read_time(found[1], clock, after=after))
    seconds = Precision.SECOND if _SECONDS.search(said) else Precision.MINUTE
    return _cells(seconds, at=read_time(said, clock, after=after))


def _with_half(first: str, second: str) -> str:
    """“9” of “between 9 and 9:10 pm” as “9 pm”."""
    half = re.search(r"[ap]\.?m\b", second, flags=re.IGNORECASE)
    return f"{first} {half[0]}" if half and first.strip().isdigit() else first


def _matched(pattern: re.Pattern[str], said: str) -> tuple[str, ...] | None:
    found = re.fullmatch(pattern.pattern, said, flags=re.IGNORECASE)
    return found.groups() if found else None


def _cells(precision: Precision, **moments: datetime | None) -> dict[str, str]:
    return {name: iso_text(moment) for name, moment in moments.items() if moment} | {"precision": precision.value}


def say_when(cells: Mapping[str, str], clock: Clock) -> str | None:
    """The words that `read_when` reads as these cells; None for cells that no words stand for."""
    given = {name: cells[name] for name in COLUMNS if cells.get(name)}
    try:
        said = _in_words(given, clock)
        start = _moment(given.get("earliest") or given.get("at") or given.get("latest") or "1970-01-02T00:00:00Z")
        return said if said is not None and read_when(said, clock, after=start, now=start) == given else None
    except ValueError:
        return None


def when_words(cells: Mapping[str, str], clock: Clock) -> str:
    """The time of a row in a list, as well as words can say it."""
    given = {name: cells[name] for name in COLUMNS if cells.get(name)}
    try:
        return _in_words(given, clock) or next(iter(given.values()), "").removeprefix("none")
    except ValueError:
        return next(iter(given.values()), "")


def _in_words(given: Mapping[str, str], clock: Clock) -> str | None:
    precision = given.get("precision", "none")
    say = {name: _say(_moment(text), clock) for name, text in given.items() if name in ("at", "earliest", "latest")}
    reaching = {value.value: words for words, value in _REACHING.items()}
    match precision:
        case "none":
            return ""
        case "day":
            return f"on {calendar_day(date.fromisoformat(given['date']))}" if "date" in given else None
        case "by" if "latest" in say:
            return f"by {say['latest']}" + (f", not before {say['earliest']}" if "earliest" in say else "")
        case "window" if {"earliest", "latest"} <= say.keys():
            return f"between {say['earliest']} and {say['latest']}"
        case "minute" | "second" if "at" in say:
            return say["at"]
    return f"{reaching[precision]} {say['at']}" if precision in reaching and "at" in say else None


def _say(moment: datetime, clock: Clock) -> str:
    """9:50 p.m. Nov. 8, 2016; with seconds where it has any."""
    shown = clock.short(moment)
    if moment.second:
        shown = re.sub(r"^(\d+)(?::(\d\d))?", lambda found: f"{found[1]}:{found[2] or '00'}:{moment.second:02}", shown)
    return f"{shown} {clock.date(moment)}"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def read_instant(text: str, clock: Clock, *, after: datetime, now: datetime) -> str:
    """The cell of one instant: “now”, a time on this clock, or what a file holds already. ValueError."""
    said = text.strip()
    if not said or re.match(r"\d{4}-\d\d-\d\d[T ]", said):
        return said
    moment = now.replace(second=0, microsecond=0) if said.casefold() == "now" else read_time(said, clock, after=after)
    return iso_text(moment)


def on_clock(words: str, clock: Clock) -> str:
    """Words with every token of a time, and every instant of a file, as this clock shows it."""
    return _INSTANT.sub(lambda found: say_instant(found[0], clock), clock.say(words))


def say_instant(cell: str, clock: Clock) -> str:
    """A cell that holds an instant as a person reads it; as it stands where words would lose something."""
    try:
        said = _say(_moment(cell), clock)
        return said if read_instant(said, clock, after=_moment(cell), now=_moment(cell)) == cell else cell
    except ValueError:
        return cell
