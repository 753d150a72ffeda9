"""Series of another field that the stories hold, signatures of petitions: no labels, and what is plain to be seen."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pandas as pd

from bench.methods.evenings import story_of
from data.analysis.spikes import detect
from data.story.story import Story

STORIES = ("revoke-2019", "uk-2016")
STEPS = (timedelta(minutes=15), timedelta(hours=1))
#: A total stands for the edge of a bin if it was read in the last fifth of one before it.
LATE = 5


def signed(story: Story, step: timedelta) -> pd.Series[float]:
    """What a total grew by in each bin whose two edges were read; the others are left out."""
    (readings,) = story.totals_read.values()
    total = pd.Series([one.value for one in readings], pd.DatetimeIndex([one.at for one in readings])).astype(float)
    total = total.groupby(level=0).max().sort_index()
    edges = pd.date_range(total.index[0].ceil(step), total.index[-1], freq=step)
    place = total.index.searchsorted(edges, side="right") - 1
    fresh = edges - total.index[place] <= step / LATE
    read = pd.Series(np.where(fresh, total.to_numpy()[place], np.nan), edges)
    return read.diff().shift(-1).clip(lower=0).dropna()


def table() -> list[str]:
    """Print every rise that is found; nothing falls short, because nobody has labelled them."""
    print("\nSignatures of petitions, from readings of their totals; rises found, and those that PELT confirms")
    for slug in STORIES:
        for step in STEPS:
            found = detect(values := signed(story_of(slug), step), step=step)
            said = ", ".join(
                f"{one.start:%d %b %H:%M}-{one.end:%d %b %H:%M}{'' if one.confirmed else ' (unconfirmed)'}"
                for one in found.onsets
            )
            print(f"{slug:14}{step / timedelta(minutes=1):4.0f} min{len(values):6} bins  {said or 'none'}")
    return []
