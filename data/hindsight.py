"""What a source may say of itself at a moment: its title and its address often tell how things ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from urllib3.util import parse_url

from data.model import Source, day_span
from data.publication import published_span

#: Stands for the title of a source that was not out yet: titles tell how nights end.
WITHHELD = "Title withheld: published later in the recorded night, or on a day that is not known"


def end_of_day(day: date, zone: str) -> datetime:
    """When a day was surely over, whether it was meant in UTC or in the zone of the story."""
    return max(datetime.combine(day, time(), UTC) + timedelta(days=1), day_span(day, zone)[1] + timedelta(seconds=1))


def published_end(text: str, zone: str) -> datetime | None:
    """When a publication of this minute, day, month or year was surely out; None where there is none."""
    span = published_span(text)
    if span is None or "T" in text:
        return span and span[1]
    return end_of_day((span[1] - timedelta(days=1)).date(), zone)


def by_then(source: Source, at: datetime, zone: str) -> Source:
    """The source whole if it was surely published by this instant; else its organisation and the root of its site."""
    published = published_end(source.published, zone)
    if published and published <= at:
        return source
    site = parse_url(source.url)
    return replace(source, title=WITHHELD, url=f"{site.scheme}://{site.netloc}/", published="")
