"""How AP writes a wall time and a calendar day: 10:50 p.m., noon, Nov. 8, March 2, 2017; and a country, U.S."""

from __future__ import annotations

import re
from datetime import date, datetime

MONTHS = ("Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")


def calendar_day(day: date) -> str:
    """Nov. 8, 2016: a calendar day that belongs to no zone, as a publication prints it."""
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def day_of(local: datetime) -> str:
    """Nov. 8, of a wall time."""
    return f"{MONTHS[local.month - 1]} {local.day}"


def place_said(place: str) -> str:
    """U.S. (Florida), of a place as tables have it: US (Florida)."""
    return re.sub(r"\b(U)(S|K)\b", r"\1.\2.", place)


def clock_time(local: datetime, *, seconds: bool = False) -> str:
    """10:50 p.m., noon, midnight; 10:59:59 p.m. with `seconds`."""
    if local.minute == 0 and local.second == 0:
        if local.hour in (0, 12):
            return "noon" if local.hour else "midnight"
        return f"{local.hour % 12} {'a.m.' if local.hour < 12 else 'p.m.'}"
    tail = f":{local.second:02d}" if seconds and local.second else ""
    return f"{local.hour % 12 or 12}:{local.minute:02d}{tail} {'a.m.' if local.hour < 12 else 'p.m.'}"
