"""Time zones, times inside prose and days of publication, refused where no clock could read them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Annotated

from pydantic import AfterValidator

from data.core.model import day_span

_ZONE = re.compile(r"UTC|[A-Za-z][A-Za-z_]*(/[A-Za-z0-9_+-]+)+")
_BRACES = re.compile(r"\{([^{}]*)\}")
#: Years 1900 to 2199, as in a table's cells: no zone is beyond an end of the calendar then.
_TOKEN = re.compile(r"(time|short|stamp):((?:19|20|21)\d{2}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?Z)")


def zone_name(name: str) -> str:
    """Refuse what is no zone: a clock that nobody knows would shift every time on the page."""
    try:
        day_span(date(2016, 11, 8), name if _ZONE.fullmatch(name) else "")
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(
            f"{name[:60]!r} is not a time zone; write an IANA name like America/New_York, or UTC"
        ) from error
    return name


def time_tokens(text: str) -> str:
    """Refuse a time token that no clock could read, because a reader would meet the braces."""
    for body in _BRACES.findall(text):
        if not ((found := _TOKEN.fullmatch(body)) and _time_of(found)):
            raise ValueError(f"{{{body}}} is not a time token; write it like {{time:2016-11-09T03:50:00Z}}")
    return text


# The rows of a night are held against each of its moments.
@lru_cache(maxsize=8_192)
def told_times(text: str) -> tuple[datetime, ...]:
    """Every time that a text holds as a token, in UTC; what no clock could read is no time."""
    return tuple(moment for found in _TOKEN.finditer(text) if (moment := _time_of(found)))


def _time_of(found: re.Match[str]) -> datetime | None:
    try:
        return datetime.fromisoformat(found[2])
    except ValueError:
        return None


Zone = Annotated[str, AfterValidator(zone_name)]
#: On a text: it may hold times as tokens, so that they follow the reader's clock.
TOLD = AfterValidator(time_tokens)


#: Years 1900 to 2199, as everywhere in a story's tables.
_PUBLISHED = re.compile(
    r"(19|20|21)[0-9]{2}(-[0-9]{2}(-[0-9]{2}(/(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}|T[0-9]{2}:[0-9]{2}(:[0-9]{2})?Z)?)?)?"
)
_PUBLISHED_WANTS = "expected 2016, 2016-11, 2016-11-09, 2016-11-08/2016-11-09 or 2016-11-09T03:50Z"


@lru_cache(maxsize=4_096)
def published_span(text: str) -> tuple[datetime, datetime] | None:
    """The UTC interval in which something was published: a minute, a day, two days, a month or a year.

    A day-only publication counts as known at the end of that day, so readers use the second value.
    """
    if not text:
        return None
    if "T" in text:
        moment = datetime.fromisoformat(text).astimezone(UTC)
        return moment, moment
    first, _, last = text.partition("/")
    start = datetime.fromisoformat((first + "-01-01")[:10] if len(first) < 10 else first).replace(tzinfo=UTC)
    if last:
        return start, datetime.fromisoformat(last).replace(tzinfo=UTC) + timedelta(days=1)
    if len(first) == 10:
        return start, start + timedelta(days=1)
    months = 12 if len(first) == 4 else 1
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return start, datetime(year, month + 1, 1, tzinfo=UTC)


def _published(text: str) -> str:
    if text and not _PUBLISHED.fullmatch(text):
        raise ValueError(_PUBLISHED_WANTS)
    try:
        published_span(text)
    except ValueError as error:  # the 31st of November
        raise ValueError(_PUBLISHED_WANTS) from error
    first, _, last = text.partition("/")
    if last and last < first:
        raise ValueError("expected the earlier day first")
    return text


Published = Annotated[str, AfterValidator(_published)]
