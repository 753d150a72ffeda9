"""From a row's stated time or bounds to the interval in which it happened, never sharper than the row."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pandas as pd

from data.core.model import Precision, When, day_span
from data.story.story import Story
from data.story.tables import Timed


def when_of(row: Timed, story: Story, *, no_earlier: datetime | None = None, zone: str = "") -> When | None:
    """The interval a row's time stands for, or None where nobody published one.

    A calendar day is a day of the story's own clock, or of `zone`. A row with only an upper bound reaches back to
    `no_earlier` (for a call: the poll closing), else to its own bound.
    """
    if row.precision is Precision.NONE:
        return None
    if row.precision is Precision.DAY and row.date:
        first, last = day_span(row.date, zone or story.about.clock)
        return When(first, last, Precision.DAY, datetime.combine(row.date, time(), UTC))
    if row.at is None:
        latest = row.latest or row.earliest
        if latest is None:
            return None
        return When(row.earliest or no_earlier or latest, latest, row.precision)
    reach = When.at(row.at, row.precision)
    return When(row.earliest or reach.earliest, row.latest or reach.latest, row.precision, reach.stated)


def timed_frame(rows: list[dict[str, object]], columns: list[str], *, times: list[str]) -> pd.DataFrame:
    """Rows as a frame with exactly `columns`, those in `times` as UTC timestamps; empty rows keep the columns."""
    frame = pd.DataFrame(rows, columns=columns)
    for column in times:
        frame[column] = pd.to_datetime(frame[column], utc=True)
    return frame
