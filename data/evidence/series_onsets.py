"""Where the searches of each held series begin to rise, as rows with their sources."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pandas as pd

from data.core.errors import DataError
from data.core.model import SourcedFrame, only_used
from data.evidence.evidence_rows import OnsetRow, Onsets
from data.evidence.rises import onsets_of
from data.evidence.series import load_series
from data.story.store import SHIPPED, StoryStore
from data.story.story import Story


def load_onsets(story: Story, stories: StoryStore = SHIPPED) -> Onsets:
    """Every onset of every series that was drawn or imported for this story; see `onsets_in`."""
    return onsets_in(load_series(story, stories))


def onsets_in(drawn: SourcedFrame) -> Onsets:
    """Every onset in these series (rows of load_series), by series and time.

    A rise began somewhere in [`start`, `end`] (UTC); `first` is the start of the first bin that shows it, `step` the
    length of a bin, `confirmed` says that a second method finds a change there too, `below` that the usual level is
    below resolution. Of a story that is told up to a moment there are only bins that were over by then, as if nobody
    had yet seen a later one.
    """
    return only_used((row for name, bins in _groups(drawn.frame) for row in _rows(name, bins)), drawn.sources)


def _groups(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    if len(frame):
        yield from ((str(name), bins) for name, bins in frame.groupby("series", sort=False))


def _rows(name: str, bins: pd.DataFrame) -> Iterator[OnsetRow]:
    try:
        found = onsets_of(bins)
    except DataError:
        # Fewer than two bins: no rise can be told from them, and the chart says what there is.
        return
    step: timedelta = pd.Timedelta((bins["end"] - bins["start"]).median()).to_pytimedelta()
    for onset in found.onsets:
        yield OnsetRow(
            series=name,
            term=str(bins["term"].iloc[0]),
            geo=str(bins["geo"].iloc[0]),
            first=onset.end - found.step,
            start=onset.start,
            end=onset.end,
            step=step,
            confirmed=onset.confirmed,
            below=found.below_resolution,
            source=str(bins["source"].iloc[0]),
        )
