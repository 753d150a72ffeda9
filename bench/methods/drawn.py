"""A made-up series in the shape in which the app takes a real one."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from data.core.frames import SourcedFrame
from data.core.model import Source

NAME = "made-up"


def as_drawn(values: pd.Series[float], step: timedelta, stamps: timedelta = timedelta()) -> SourcedFrame:
    """As load_series gives a series; `stamps` is how much later than its start each bin is stamped."""
    start = pd.DatetimeIndex(values.index) + stamps
    told = {"series": NAME, "term": "made up", "geo": "", "source": "bench"}
    frame = pd.DataFrame({**told, "start": start, "end": start + step, "value": values.to_numpy()})
    return SourcedFrame(frame, (Source("bench", "Nightdesk", "Made up for measuring", "https://example.org/"),))
