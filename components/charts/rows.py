"""From a loader's frame to the pieces of a chart: row records, their ids, their time and their sources."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pandas as pd

from data.core.model import OPEN_END, Sourced, When, Window


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


def surely(calls: Sourced) -> Sourced:
    """Calls without those that only may have been made by the moment up to which the story is told."""
    return Sourced(calls.frame[calls.frame["latest"] < pd.Timestamp(OPEN_END)], calls.sources)


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
