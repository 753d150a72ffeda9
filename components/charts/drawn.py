"""Drawn and imported series as lanes: the line with its band, and a mark wherever another window takes over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd

from components.charts.clock import token
from components.charts.model import Event, Item, Kind, Lane, Line, Tone
from components.charts.rows import bins_in, records, source_ids
from components.charts.thinned import merged_text, thinned_text
from data.analysis.thinning import Thinned, thin
from data.interest import place_name
from data.model import Precision, Sourced, When, Window


def drawn_lanes(drawn: Sourced, window: Window) -> tuple[Lane, ...]:
    """One lane for each series with a bin in the window; each is on the scale of its own highest bin.

    Of a long series in a long window some bins are drawn, chosen for this window: a shorter one shows them all.
    """
    near = bins_in(window, drawn)
    groups = near.frame.groupby("series", sort=False) if len(near.frame) else ()
    return tuple(_lane(group, drawn) for _, group in groups)


def _lane(group: pd.DataFrame, drawn: Sourced) -> Lane:
    first = records(Sourced(group.iloc[:1], drawn.sources))[0]
    step = (group["end"] - group["start"]).min().to_pytimedelta()
    place = place_name(first["geo"]) if first["geo"] else "the world"
    line = _line(f"“{first['term']}” in {place}", group, step)
    top = float(np.fmax(105.0, group["high"].astype(float).max()))
    note = f"100 is the highest bin of this series; 0 is below Google’s resolution. {first['note']}"
    return Lane(f"series-{first['series']}", f"“{first['term']}”, {place}", "of 100", (line,), (0.0, top), note)


def _line(name: str, bins: pd.DataFrame, step: timedelta) -> Line:
    """The bins as a line, whole or thinned."""
    found = thin(bins, step)
    if found is None:
        return Line(name, Tone.SEARCH, tuple(_items(bins)), step)
    drawn = [*zip(_items(bins.iloc[found.kept]), found.runs.tolist(), strict=True), *_merged(bins, found)]
    drawn.sort(key=lambda pair: pair[0].when.earliest)
    items, parts = zip(*drawn, strict=True)
    return Line(name, Tone.SEARCH, items, step, thinned_text(name, found, len(bins), step), parts)


def _items(bins: pd.DataFrame) -> list[Item]:
    """One for each row. By column and not by row: of 1,100 bins they take 12 ms instead of 23."""
    starts, ends = (pd.DatetimeIndex(bins[name]).to_pydatetime() for name in ("start", "end"))
    figures = (bins[name].astype(object).where(bins[name].notna(), None) for name in ("value", "low", "high"))
    others = (bins[name] for name in ("series", "term", "draws", "censored", "source"))
    return [
        Item(
            row=f"series:{series}|{start.isoformat()}",
            when=When(start, start, Precision.MINUTE, start),
            until=When(end, end, Precision.MINUTE, end),
            text=f"“{term}”, {draws} draw{'s' if draws != 1 else ''}",
            sources=tuple(source.split()),
            value=value,
            low=low,
            high=high,
            kind=Kind.CENSORED if censored else Kind.EXACT,
        )
        for start, end, value, low, high, series, term, draws, censored, source in zip(
            starts, ends, *figures, *others, strict=True
        )
    ]


def _merged(bins: pd.DataFrame, found: Thinned) -> Iterator[tuple[Item, int]]:
    """The marks that several bins share, each named by its first bin and as long as it reaches; they join no run.

    The band of one holds the bands of all its bins.
    """
    term, marks = str(bins["term"].iloc[0]), (*found.below, *found.blank)
    firsts, lasts = (_items(bins.iloc[list(ends)]) for ends in ((m.first for m in marks), (m.last for m in marks)))
    lows, highs = (bins[name].where(bins["censored"]).to_numpy(dtype=float) for name in ("low", "high"))
    for mark, first, last in zip(marks, firsts, lasts, strict=True):
        if mark.count > 1:
            under = slice(mark.first, mark.last + 1)
            low, high = (None, None) if first.low is None else (np.nanmin(lows[under]), np.nanmax(highs[under]))
            first = replace(first, until=last.until, text=merged_text(term, mark), low=low, high=high)
        yield first, -1


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
