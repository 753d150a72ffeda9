"""Rows that a loader gave as a table, so that a test can look at a column at a time."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import BaseModel

if TYPE_CHECKING:
    from data.core.model import SaysSource, Sourced

_TIMES = ("stated", "earliest", "latest")


def table(sourced: Sourced[SaysSource]) -> pd.DataFrame:
    """A column for each field; those of an interval as `stated`, `earliest`, `latest` and `precision`."""
    return pd.DataFrame([_cells(row) for row in sourced.rows])


def _cells(row: Any) -> dict[str, Any]:
    cells = dict(row) if isinstance(row, BaseModel) else {one.name: getattr(row, one.name) for one in fields(row)}
    if "when" not in cells:
        return cells
    when = cells.pop("when")
    times = {name: getattr(when, name) if when else None for name in _TIMES}
    return cells | times | {"precision": when.precision.value if when else None}
