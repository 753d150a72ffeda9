"""The answers of Wikimedia's pageviews service as rows: how often an article was viewed, day by day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from data.errors import SourceChanged
from data.model import Window
from data.sources.answers import counted, field, json_of, records_of
from data.timing import timed_frame

NAME = "Wikimedia’s pageviews service"
UNIT = "views"
#: Of one article and day: the project and title as counted, the UTC day [start, end), and its views, an absolute count.
VIEW_COLUMNS = ["project", "article", "start", "end", "views", "unit"]
NO_COUNT = (
    "Wikimedia holds no count of this article for these days, which is not zero: the title may be spelled otherwise, "
    "or the days be too recent."
)
DAY = timedelta(days=1)
_STAMP = re.compile(r"(?:19|20)[0-9]{6}00")
_LARGEST = 10**12  # views of one article in one day: far beyond any real count


@dataclass(frozen=True, slots=True)
class Views:
    """Days of one answer, by time; a day that is not there has no count, which is not zero."""

    days: pd.DataFrame
    warnings: tuple[str, ...] = ()


def parse_pageviews(data: bytes) -> Views:
    """The days of a per-article answer, with the columns of VIEW_COLUMNS; the service's "not found" gives no rows.

    Raises SourceUnavailable for an answer that is empty or cut short, SourceChanged for another shape or one that
    gives two counts for a day.
    """
    answer = json_of(data, NAME)
    if _not_found(answer):
        return Views(_frame([]), (NO_COUNT,))
    rows = [_row(item) for item in records_of(answer, "items", NAME)]
    frame = _frame(rows)
    unordered = not frame["start"].is_monotonic_increasing
    once = frame.drop_duplicates()
    if once.duplicated(["project", "article", "start"]).any():
        raise SourceChanged(f"{NAME} contradicts itself: it gives one day two counts.")
    warnings = counted(len(frame) - len(once), "1 day is listed twice.", "{count} days are listed more than once.") + (
        ["The days were not in order of time and were sorted."] if unordered else []
    )
    return Views(once.sort_values(["project", "article", "start"], ignore_index=True), tuple(warnings))


def missing_days(days: pd.DataFrame, window: Window) -> tuple[datetime, ...]:
    """The UTC days that touch the window and have no row, each as its first instant."""
    held, day, missing = set(days["start"]), first_day(window.start), []
    while day < window.end:
        if pd.Timestamp(day) not in held:
            missing.append(day)
        day += DAY
    return tuple(missing)


def first_day(moment: datetime) -> datetime:
    """The first instant of the UTC day of a moment."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _not_found(answer: object) -> bool:
    return isinstance(answer, dict) and "items" not in answer and "not_found" in f"{answer.get('type')}".lower()


def _row(item: Mapping[str, Any]) -> dict[str, object]:
    stamp, views = field(item, "timestamp", NAME), item.get("views")
    if isinstance(views, bool) or not isinstance(views, int) or not 0 <= views < _LARGEST:
        raise SourceChanged(f"{NAME} has changed its answer: an entry has no count in 'views'.")
    if item.get("granularity") != "daily" or not _STAMP.fullmatch(stamp):
        raise SourceChanged(f"{NAME} has changed its answer: its entries are no days.")
    try:
        start = datetime(int(stamp[:4]), int(stamp[4:6]), int(stamp[6:8]), tzinfo=UTC)
    except ValueError:
        raise SourceChanged(f"{NAME} has changed its answer: {stamp!r} is no day.") from None
    project, article = field(item, "project", NAME), field(item, "article", NAME)
    return {"project": project, "article": article, "start": start, "end": start + DAY, "views": views, "unit": UNIT}


def _frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    return timed_frame(rows, VIEW_COLUMNS, times=["start", "end"]).astype({"views": "int64"})
