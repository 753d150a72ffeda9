"""From a loader's rows to the pieces of a chart: their names, their ends, and which of them lie in a window."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol, TypeVar

import pandas as pd

from data.core.frames import SourcedFrame
from data.core.model import SaysSource, Sourced, When, Window
from data.evidence.evidence_rows import BinRow, Calls


class Lasting(SaysSource, Protocol):
    """A row with the interval of its moment, and the end of its state or counting window where it has one."""

    @property
    def when(self) -> When: ...

    @property
    def until(self) -> datetime | None: ...


L = TypeVar("L", bound=Lasting)


def until_in(row: Lasting) -> When | None:
    """The end of a lasting state or counting window, or None."""
    return When.at(row.until) if row.until else None


def surely(calls: Calls) -> Calls:
    """Calls without those that only may have been made by the moment up to which the story is told."""
    return Sourced(tuple(row for row in calls.rows if not row.when.open), calls.sources)


def split_by(window: Window, sourced: Sourced[L]) -> tuple[Sourced[L], Sourced[L]]:
    """Rows whose interval touches the window, and the rest."""
    inside: list[L] = []
    outside: list[L] = []
    for row in sourced.rows:
        near = window.overlaps(row.when.earliest, row.until or row.when.latest)
        (inside if near else outside).append(row)
    return Sourced(tuple(inside), sourced.sources), Sourced(tuple(outside), sourced.sources)


def bins_in(window: Window, sourced: SourcedFrame) -> SourcedFrame:
    """Rows of counted spans, with columns start and end, that have an instant in the window."""
    frame = sourced.frame
    return SourcedFrame(frame[(frame["start"] < window.end) & (frame["end"] > window.start)], sourced.sources)


def bin_rows(series: SourcedFrame) -> tuple[BinRow, ...]:
    """The bins of a series one by one, for the few that are drawn."""
    frame = series.frame
    names = [str(name) for name in frame if name in BinRow.__dataclass_fields__]
    columns = [_plain(frame[name]) for name in names]
    return tuple(BinRow(**dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True))


def _plain(column: pd.Series[Any]) -> list[Any]:
    """The values of a column, timestamps as aware datetimes."""
    return [value.to_pydatetime() if isinstance(value, pd.Timestamp) else value for value in column.tolist()]
