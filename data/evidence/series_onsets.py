"""Where the searches of each held series begin to rise, as rows with their sources."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pandas as pd

from data.core.errors import DataError
from data.core.model import Sourced, only_used
from data.evidence.rises import onsets_of
from data.evidence.series import load_series
from data.story.store import SHIPPED, StoryStore
from data.story.story import Story
from data.story.timing import timed_frame

COLUMNS = ["series", "term", "geo", "first", "start", "end", "step", "confirmed", "below", "source"]


def load_onsets(story: Story, stories: StoryStore = SHIPPED) -> Sourced:
    """Every onset of every series that was drawn or imported for this story; see `onsets_in`."""
    return onsets_in(load_series(story, stories))


def onsets_in(drawn: Sourced) -> Sourced:
    """Every onset in these series (rows of load_series), by series and time.

    A rise began somewhere in [`start`, `end`] (UTC); `first` is the start of the first bin that shows it, `step` the
    length of a bin, `confirmed` says that a second method finds a change there too, `below` that the usual level is
    below resolution. Of a story that is told up to a moment there are only bins that were over by then, as if nobody
    had yet seen a later one.
    """
    rows = [row for name, bins in _groups(drawn.frame) for row in _rows(name, bins)]
    return only_used(timed_frame(rows, COLUMNS, times=["first", "start", "end"]), drawn.sources)


def _groups(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    if len(frame):
        yield from ((str(name), bins) for name, bins in frame.groupby("series", sort=False))


def _rows(name: str, bins: pd.DataFrame) -> Iterator[dict[str, object]]:
    try:
        found = onsets_of(bins)
    except DataError:
        # Fewer than two bins: no rise can be told from them, and the chart says what there is.
        return
    step: timedelta = pd.Timedelta((bins["end"] - bins["start"]).median()).to_pytimedelta()
    for onset in found.onsets:
        yield {
            "series": name,
            "term": bins["term"].iloc[0],
            "geo": bins["geo"].iloc[0],
            "first": onset.end - found.step,
            "start": onset.start,
            "end": onset.end,
            "step": step,
            "confirmed": onset.confirmed,
            "below": found.below_resolution,
            "source": bins["source"].iloc[0],
        }
