"""How surprising each bin is, from 0 to 1: what it shows beyond the last week, and beyond what the last day showed."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from data.analysis.baselines import DAY, HOUR, WEEK, deviations, log_level, past, trailing_median
from data.analysis.draws import Floats
from data.analysis.onsets import BEGINS

#: The same rise is no news on the second bin, and a daily peak is none on the second day.
REMEMBERED_BINS = 7


def surprises(values: pd.Series[float], step: timedelta, *, size: Floats) -> pd.Series[float]:
    """Scores in [0, 1) by bin; 0.5 is a rise of 6 noise units beyond anything of the day before. Causal.

    Bins finer than an hour are averaged in pairs, as a spike wants two of them. The pair's distance from the trailing
    week's median, in noise units, less the largest one of the day before (a week for daily bins), is put on 0 to 1 as
    d / (d + 6), which never levels off, so that the larger of two surprises always scores higher.
    """
    bins = 1 if step >= HOUR else 2
    paired = values.rolling(pd.Timedelta(bins * step)).mean()
    week = past(step, WEEK)
    z = deviations(paired, trailing_median(log_level(paired), week), week, size=size, bins=bins)
    day = pd.Timedelta(max(DAY, REMEMBERED_BINS * step))
    remembered = z.rolling(day, closed="left").max().fillna(0).clip(lower=0)
    beyond = (z - remembered).clip(lower=0)
    return beyond / (beyond + BEGINS)
