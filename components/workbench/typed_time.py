"""A time as a person types it, on the clock in force: “8 pm”, “midnight”, “Nov. 9, 1:30 am”."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from dateutil import parser

from components.clock import Clock
from components.view.address import EARLIEST, LATEST, quote

_DAY = timedelta(days=1)
_WORDS = {"noon": "12:00 pm", "midnight": "12:00 am"}
#: Letters of a zone, which the label of the field says already.
_ZONE = re.compile(r"\b(?!AM\b|PM\b)[A-Z]{2,4}\b")


def read_time(text: str, clock: Clock, *, after: datetime) -> datetime:
    """The UTC instant of a wall time; one without a date is the first at or after a moment.

    ValueError with one sentence for what is no time, was skipped by clocks, or lies outside the years 1970 to 2100.
    """
    said = _ZONE.sub("", re.sub("|".join(_WORDS), lambda found: _WORDS[found[0].lower()], text, flags=re.IGNORECASE))
    start = clock.naive(after)
    one, other = (_parsed(said, text, start.replace(hour=0, minute=0, day=day)) for day in (1, 2))
    if one.date() != other.date():
        one = datetime.combine(start.date(), one.time())
        one += _DAY if one < start else timedelta()
    if not EARLIEST.year < one.year < LATEST.year:
        raise ValueError(f"{quote(text)} is outside the years 1970 to 2100.")
    return clock.instant(one)


def _parsed(said: str, text: str, default: datetime) -> datetime:
    try:
        if said.strip().isdigit():
            raise ValueError
        found: datetime = parser.parse(said, default=default.replace(second=0, microsecond=0), ignoretz=True)
    except (ValueError, OverflowError):
        raise ValueError(f"{quote(text)} is not a time; write it like 8 pm, or Nov. 9, 1:30 am.") from None
    return found
