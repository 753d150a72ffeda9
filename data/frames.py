"""From a loader's frame back to rows: plain values, and the interval in a row's columns."""

from __future__ import annotations

from typing import Any

import pandas as pd

from data.model import Precision, Sourced, When


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
