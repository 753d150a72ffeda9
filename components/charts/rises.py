"""Where a series begins to rise, as events of its own lane: each as wide as its bins leave it open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from components.charts.clock import token
from components.charts.model import Event, Tone
from components.charts.rows import records, source_ids
from data.interest import place_name
from data.model import Precision, Sourced, When, Window

_HOUR = timedelta(hours=1)
#: Of the events of a chart, what searches did stands behind the story's own calls only.
_PRIORITY = 6
#: With more rises in a window than this, none is singled out.
_MOST_EMPHASISED = 3
_UNCONFIRMED = "unconfirmed: a second method finds no change within one bin of it"
_BELOW = "their usual level is below Google’s resolution, so how far they rose is not known"


def onset_events(onsets: Sourced, window: Window) -> tuple[Event, ...]:
    """Every onset in the window (rows of load_onsets), in the lane of its series."""
    rows = _inside(onsets, window)
    few = sum(row["confirmed"] for row in rows) <= _MOST_EMPHASISED
    return tuple(_event(row, emphasised=few and row["confirmed"]) for row in rows)


def _inside(onsets: Sourced, window: Window) -> list[dict[str, Any]]:
    return [row for row in records(onsets) if window.overlaps(row["start"], row["end"])]


def _event(row: dict[str, Any], *, emphasised: bool) -> Event:
    place = place_name(row["geo"]) if row["geo"] else "the world"
    provisos = [said for said, holds in ((_UNCONFIRMED, not row["confirmed"]), (_BELOW, row["below"])) if holds]
    tail = f" ({'; '.join(provisos)})" if provisos else ""
    key = f"{row['series']}|{row['first'].isoformat()}"
    return Event(
        when=_when(row),
        label=f"Searches for “{row['term']}” in {place} begin to rise{tail}",
        short="searches rise" if row["confirmed"] else "searches rise, unconfirmed",
        tone=Tone.SEARCH,
        rows=(f"rise:{key}", f"series:{key}"),
        sources=source_ids(row),
        priority=_PRIORITY,
        emphasised=emphasised,
        lanes=(f"series-{row['series']}",),
    )


def _when(row: dict[str, Any]) -> When:
    return When(row["start"], row["end"], Precision.WINDOW)


def first_onset(onsets: Sourced, window: Window, series: str) -> str:
    """When one series first begins to rise in the window, to follow a sentence about it; empty if it never does."""
    rows = [row for row in _inside(onsets, window) if row["series"] == series]
    if not rows:
        return ""
    said = "" if rows[0]["confirmed"] else ", unconfirmed"
    more = "first " if len(rows) > 1 else ""
    return f"; they {more}begin to rise {token(_when(rows[0]), 'stamp')}{said}"


def onset_notes(drawn: Sourced, window: Window, at: datetime | None) -> tuple[str, ...]:
    """How onsets are found, and how sharp the coarsest bins in the window leave them; nothing without a series."""
    frame = drawn.frame
    near = frame[(frame["start"] < window.end) & (frame["end"] > window.start)]
    if near.empty:
        return ()
    step: timedelta = (near["end"] - near["start"]).max().to_pytimedelta()
    found = (
        "A rise begins where a series stands more than six noise units above its usual level: the same hour of the "
        "week in three or more earlier weeks, else the 48 hours before. It is marked from a bin before the first high "
        "one to that one’s end."
    )
    coarse = " Bins of an hour or more say nothing about a minute." if step >= _HOUR else ""
    moment = f" Only bins that were over by {token(at, 'stamp')} are used for it." if at else ""
    return (found + coarse + moment,)
