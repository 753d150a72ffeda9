"""Drawn and imported series as lanes: the line with its band, and a mark wherever another window takes over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pandas as pd

from components.charts.clock import token
from components.charts.model import Event, Item, Kind, Lane, Line, Tone
from components.charts.rows import bins_in, records, source_ids
from data.interest import place_name
from data.model import Precision, Sourced, When, Window


def drawn_lanes(drawn: Sourced, window: Window) -> tuple[Lane, ...]:
    """One lane for each series with a bin in the window; each is on the scale of its own highest bin."""
    near = bins_in(window, drawn)
    groups = near.frame.groupby("series", sort=False) if len(near.frame) else ()
    return tuple(_lane(group, drawn) for _, group in groups)


def _lane(group: pd.DataFrame, drawn: Sourced) -> Lane:
    rows = records(Sourced(group, drawn.sources))
    first = rows[0]
    step: timedelta = min(row["end"] - row["start"] for row in rows)
    place = place_name(first["geo"]) if first["geo"] else "the world"
    line = Line(f"“{first['term']}” in {place}", Tone.SEARCH, tuple(_item(row) for row in rows), step)
    top = max([105.0, *(row["high"] for row in rows if row["high"] is not None)])
    note = f"100 is the highest bin of this series; 0 is below Google’s resolution. {first['note']}"
    return Lane(f"series-{first['series']}", f"“{first['term']}”, {place}", "of 100", (line,), (0.0, top), note)


def _item(row: dict[str, Any]) -> Item:
    start, end = row["start"], row["end"]
    return Item(
        row=f"series:{row['series']}|{start.isoformat()}",
        when=When(start, start, Precision.MINUTE, start),
        until=When(end, end, Precision.MINUTE, end),
        text=f"“{row['term']}”, {row['draws']} draw{'s' if row['draws'] != 1 else ''}",
        sources=source_ids(row),
        value=row["value"],
        low=row["low"],
        high=row["high"],
        kind=Kind.CENSORED if row["censored"] else Kind.EXACT,
    )


def seam_events(drawn: Sourced, window: Window) -> tuple[Event, ...]:
    """Where another window of a stitched series takes over."""
    near = bins_in(window, drawn)
    return tuple(
        Event(
            when=When.at(row["start"]),
            label=f"Another window of “{row['term']}” takes over",
            short="seam",
            tone=Tone.NEUTRAL,
            rows=(f"seam:{row['series']}|{row['start'].isoformat()}",),
            sources=source_ids(row),
            priority=90,
        )
        for row in records(Sourced(near.frame[near.frame["seam"]], drawn.sources))
    )


def highest_bin(lane: Lane) -> str:
    """The highest bin of a series in the window, which is a bin's width and never a minute."""
    mark, top = max(lane.items, key=lambda entry: entry[1].value or 0)
    if not top.value:
        return f"Searches for {mark.name} are below Google’s resolution throughout this window"
    return f"Searches for {mark.name} stand highest here in the bin that begins at {token(top.when.latest, 'stamp')}"
