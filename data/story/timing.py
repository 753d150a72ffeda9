"""From a row's stated time or bounds to the interval in which it happened, never sharper than the row."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from data.core.model import When
from data.story.story import Story
from data.story.tables import Timed


def when_of(row: Timed, story: Story, *, no_earlier: datetime | None = None, zone: str = "") -> When | None:
    """The `interval` of a row; a calendar day is a day of the story's own clock, or of `zone`."""
    return row.interval(zone or story.about.clock, no_earlier)


def timed_frame(rows: list[dict[str, object]], columns: list[str], *, times: list[str]) -> pd.DataFrame:
    """Rows as a frame with exactly `columns`, those in `times` as UTC timestamps; empty rows keep the columns."""
    frame = pd.DataFrame(rows, columns=columns)
    for column in times:
        frame[column] = pd.to_datetime(frame[column], utc=True)
    return frame
