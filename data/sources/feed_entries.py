"""Entries of RSS and Atom, as feedparser reads them."""

from __future__ import annotations

from calendar import timegm
from datetime import UTC, datetime

import feedparser


def moment_of(entry: feedparser.FeedParserDict, *columns: str) -> datetime | None:
    """The first of these times that an entry gives, in UTC; None where it gives none."""
    said = next((entry[column] for column in columns if entry.get(column)), None)
    return datetime.fromtimestamp(timegm(said), UTC) if said else None
