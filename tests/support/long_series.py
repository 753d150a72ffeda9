"""Long series as load_series gives them, made up for tests: noise with a few bins that nothing may lose."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from data.core.frames import SourcedFrame
from data.core.model import Source

START = datetime(2016, 9, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SOURCE = Source("drawn-1", "Google Trends", "A made-up series", "https://trends.google.com/trends/explore")


def noise(bins: int, *, seed: int = 5, level: float = 30.0) -> np.ndarray:
    """Levels of so many minutes, 100 for none of them: sampling noise around one level."""
    return np.minimum(np.random.default_rng(seed).poisson(level, bins), 90).astype(float)


def minutes(
    values: np.ndarray,
    *,
    below: Iterable[int] = (),
    blank: Iterable[int] = (),
    missing: Iterable[int] = (),
    band: float = 0.0,
) -> SourcedFrame:
    """A minute series of these values from START on; at these places below resolution, without a value, or no row."""
    starts = pd.date_range(START, periods=len(values), freq=MINUTE)
    values = values.copy()
    censored = np.zeros(len(values), dtype=bool)
    censored[list(below)] = True
    values[censored] = 0.0
    values[list(blank)] = np.nan
    frame = pd.DataFrame(
        {
            "series": "s",
            "term": "move to canada",
            "geo": "US",
            "start": starts,
            "end": starts + pd.Timedelta(MINUTE),
            "value": values,
            "low": values - band if band else np.nan,
            "high": values + 2 * band if band else np.nan,
            "draws": 1,
            "censored": censored,
            "seam": False,
            "note": "One sample, no interval.",
            "source": SOURCE.id,
        }
    )
    return SourcedFrame(frame.drop(index=list(missing)).reset_index(drop=True), (SOURCE,))
