"""From a loader's frame to the pieces of a chart: row records, their ids, their time and their sources."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pandas as pd

from data.model import Precision, Sourced, When, Window


def records(sourced: Sourced) -> list[dict[str, Any]]:
    """The rows of a frame as plain dicts: timestamps as aware datetimes, absent cells as None."""
    return [{str(key): _plain(value) for key, value in row.items()} for row in sourced.frame.to_dict("records")]


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return None if value is None or value is pd.NaT or (isinstance(value, float) and value != value) else value


def when_in(row: dict[str, Any]) -> When:
    """The interval in a row's columns earliest, latest, stated and precision."""
    return When(row["earliest"], row["latest"], Precision(row["precision"]), row["stated"])


def until_in(row: dict[str, Any], column: str = "until") -> When | None:
    """The end of a lasting state or counting window, or None."""
    end: datetime | None = row[column]
    return When.at(end) if end else None


def source_ids(row: dict[str, Any]) -> tuple[str, ...]:
    """The source ids of a row."""
    return tuple(str(row["source"]).split())


def refs(table: str, rows: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    """Names of rows as marks keep them: table:id."""
    return tuple(f"{table}:{row['id']}" for row in rows)


def split_by(window: Window, sourced: Sourced) -> tuple[Sourced, Sourced]:
    """Rows whose interval touches the window, and the rest."""
    frame = sourced.frame
    last = frame["until"].where(frame["until"].notna(), frame["latest"])
    inside = (frame["earliest"] < pd.Timestamp(window.end)) & (last >= pd.Timestamp(window.start))
    return Sourced(frame[inside], sourced.sources), Sourced(frame[~inside], sourced.sources)


def bins_in(window: Window, sourced: Sourced) -> Sourced:
    """Rows of counted spans, with columns start and end, that have an instant in the window."""
    frame = sourced.frame
    return Sourced(frame[(frame["start"] < window.end) & (frame["end"] > window.start)], sourced.sources)
