"""When a source was published, in words as sharp as it is known."""

from __future__ import annotations

from datetime import date, datetime

from components.charts.ap_style import MONTHS, calendar_day
from components.charts.clock import Clock


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
