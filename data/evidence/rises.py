"""When the searches of a series rose: its onsets as rows, and the story's night as accounts with their bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pandas as pd

from data.analysis.levels import DAY, LEAST_BINS, past
from data.analysis.spikes import Detection, Onset, detect
from data.core.errors import DataError
from data.core.frames import SourcedFrame
from data.core.model import Window, only_used
from data.evidence.claims import SEARCHES, Account, Subject, nth, with_each
from data.evidence.evidence_rows import OnsetRow, Onsets
from data.evidence.searches import place_name, step_of
from data.evidence.series import load_series
from data.story.store import SHIPPED, StoryStore
from data.story.story import Story

#: Where what was found in a series is kept: nothing, or one detection.
Known = Callable[[str], list[Detection]]
_RISES = "rises"
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)
#: Bins by which a stamp may be off, and after which a rise stands out at the latest.
_STAMP, _FAINT = 1, 1
_NAMED = {_MINUTE: "minute by minute", _HOUR: "hourly", DAY: "daily", 7 * DAY: "weekly"}


def rises(drawn: SourcedFrame, night: Window) -> Iterator[Subject]:
    """Each series, and where it rose more than once in the night, each of its rises besides.

    A rise that began outside of the night is another event's. `drawn` is what load_series gives.
    """
    for name, bins in bins_by_series(drawn.frame):
        yield from with_each(_series(name, bins, night), "rise", _RISES)


def onsets_of(bins: pd.DataFrame, before: Detection | None = None) -> Detection:
    """What the detector finds in the bins of one series (rows of load_series), the first of which it saw `before`."""
    index = pd.DatetimeIndex(bins["start"])
    return detect(pd.Series(bins["value"].to_numpy(dtype=float), index=index), before=before)


def span_of_onset(onset: Onset, step: timedelta) -> Window:
    """Every instant at which the rise may have begun: the onset's own interval, two bins more before and one after.

    Google does not document whether a stamp marks the start or the end of a bin, so either edge is uncertain by one;
    and the bin in which a rise only just begins need not stand out, so the earlier edge is by one more. With this an
    event within one bin of the rise is put before or after it only where bins before the rise are high by chance
    (bench.methods.claims).
    """
    return Window(onset.start - (_STAMP + _FAINT) * step, onset.end + _STAMP * step)


def _series(name: str, bins: pd.DataFrame, night: Window) -> Subject:
    """Its rises; those that a second method does not confirm count for nothing."""
    first, step = bins.iloc[0], step_of(bins)
    said = f"“{first['term']}” in {place_name(first['geo']) if first['geo'] else 'the world'}, {bins_said(step)}"
    inside = bins[(bins["start"] < night.end) & (bins["end"] > night.start)]
    found = onsets_of(bins) if len(inside) else None
    onsets = [one for one in found.onsets if one.start < night.end and one.end > night.start] if found else []
    spans = [span_of_onset(onset, found.step) for onset in onsets] if found else []
    accounts = tuple(
        _account(f"{nth(place)} rise", onset, span, bins)
        for place, (onset, span) in enumerate(zip(onsets, spans, strict=True), start=1)
    )
    rows = tuple(_ref(name, start) for start in _starts(bins))
    lacks = "" if accounts else _lacks(said, held=len(inside) > 0, earlier=_most_earlier(bins, night))
    label = f"{_RISES if len(accounts) > 1 else 'the rise'} of searches for {said}"
    return Subject(f"searches:{name}", SEARCHES, label, said, accounts, lacks, rows, moments=True)


def _most_earlier(bins: pd.DataFrame, night: Window) -> int:
    """How many bins with a value lie before a bin of the night, within what the detector looks back on; the most."""
    seen = bins[bins["value"].notna()].sort_values("start")
    step = step_of(bins)
    given = pd.Series(1.0, pd.DatetimeIndex(seen["start"]))
    earlier = given.rolling(past(step), closed="left", min_periods=0).count().to_numpy()
    inside = ((seen["start"] < night.end) & (seen["end"] > night.start)).to_numpy()
    return int(earlier[inside].max(initial=0))


def _lacks(said: str, *, held: bool, earlier: int) -> str:
    if held and earlier < LEAST_BINS:
        return f"Too few earlier bins to tell a rise ({LEAST_BINS} are needed, there are {earlier}) in {said}."
    if held:
        return f"In the series for {said}, no rise stands out on this night; a smaller one may be there."
    return f"The series for {said} holds no bin of this night."


def bins_said(step: timedelta) -> str:
    """How long the bins of a series are, as a label has it: hourly, 8-minute bins."""
    return _NAMED.get(step, f"{round(step / _MINUTE)}-minute bins")


def _account(label: str, onset: Onset, span: Window, bins: pd.DataFrame) -> Account:
    first = bins.iloc[0]
    return Account(
        label=label if onset.confirmed else f"{label}, unconfirmed",
        what=f"Search interest in “{first['term']}” began to rise",
        span=span,
        rows=tuple(_ref(str(first["series"]), start) for start in _starts(bins) if start in span),
        sources=(str(first["source"]),),
        credit="Google Trends",
        note=""
        if onset.confirmed
        else "A second method does not find this rise within one bin, so it counts for nothing.",
        counts=onset.confirmed,
    )


def _starts(bins: pd.DataFrame) -> list[datetime]:
    return list(pd.DatetimeIndex(bins["start"]).to_pydatetime())


def _ref(name: str, start: datetime) -> str:
    return f"series:{name}|{start.isoformat()}"


def load_onsets(story: Story, stories: StoryStore = SHIPPED) -> Onsets:
    """Every onset of every series that was drawn or imported for this story; see `onsets_in`."""
    return onsets_in(load_series(story, stories))


def onsets_in(drawn: SourcedFrame, known: Known | None = None) -> Onsets:
    """Every onset in these series (rows of load_series), by series and time. `known` gives the place where what was
    found in a series is kept: of one that has only grown since, the new bins alone are looked at.

    A rise began somewhere in [`start`, `end`] (UTC); `first` is the start of the first bin that shows it, `step` the
    length of a bin, `confirmed` says that a second method finds a change there too, `below` that the usual level is
    below resolution. Of a story that is told up to a moment there are only bins that were over by then, as if nobody
    had yet seen a later one.
    """
    return only_used(
        (row for name, bins in bins_by_series(drawn.frame) for row in _rows(name, bins, known)), drawn.sources
    )


def bins_by_series(frame: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """The bins (rows of load_series) of one series after the other, in their order."""
    if len(frame):
        yield from ((str(name), bins) for name, bins in frame.groupby("series", sort=False))


def _rows(name: str, bins: pd.DataFrame, known: Known | None) -> Iterator[OnsetRow]:
    try:
        kept = known(name) if known else []
        found = onsets_of(bins, *kept)
    except DataError:
        # Fewer than two bins: no rise can be told from them, and the chart says what there is.
        return
    kept[:] = [found]
    step = step_of(bins)
    for onset in found.onsets:
        yield OnsetRow(
            series=name,
            term=str(bins["term"].iloc[0]),
            geo=str(bins["geo"].iloc[0]),
            first=onset.first,
            start=onset.start,
            end=onset.end,
            step=step,
            confirmed=onset.confirmed,
            below=found.below_resolution,
            source=str(bins["source"].iloc[0]),
        )
