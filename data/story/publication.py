"""When something was published, as sharply as it is dated: a minute, a day, two days, a month or a year."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator

#: Years 1900 to 2199, as everywhere in a story's tables.
_PUBLISHED = re.compile(
    r"(19|20|21)[0-9]{2}(-[0-9]{2}(-[0-9]{2}(/(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}|T[0-9]{2}:[0-9]{2}(:[0-9]{2})?Z)?)?)?"
)
_PUBLISHED_WANTS = "wants 2016, 2016-11, 2016-11-09, 2016-11-08/2016-11-09 or 2016-11-09T03:50Z"


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
        raise ValueError("wants the earlier day first")
    return text


Published = Annotated[str, AfterValidator(_published)]
