"""Series of searches that were drawn for a story, as lanes: whole, or thinned for a long window."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd

from components.charts.grammar import Event, Item, Kind, Lane, Line, Tone
from components.charts.phrases.numbers import counted, length_text
from components.charts.rows import bin_rows, bins_in
from components.charts.said import Said
from components.clock import token
from data.analysis.thinning import MOST, Merged, Thinned, thin
from data.core.frames import SourcedFrame
from data.core.model import Precision, When, Window
from data.evidence.searches import place_name


def thinned_text(name: str, found: Thinned, held: int, step: timedelta) -> str:
    """The sentence that goes with a thinned line wherever it goes; `held` bins of it lie in the window."""
    below = sum(mark.count for mark in found.below)
    covered = f"; all {below:,} bins below Google’s resolution are marked, neighbours as one" if below else ""
    return (
        f"Thinned: {len(found.kept):,} of the {held:,} bins of {name} in this range are drawn, with the values they "
        f"have. A range of {length_text(MOST * step, whole=True)} or less shows every bin. Drawn are the highest and "
        f"the lowest of every {length_text(found.stretch)}, the ends of gaps, and those that shape the line most "
        f"(MinMaxLTTB){covered}."
    )


def merged_text(term: str, mark: Merged) -> str:
    """What one mark for several bins stands for: all bins of its span, or how many of them."""
    reach = mark.last - mark.first + 1
    return (
        f"“{term}”, {mark.count:,} bins in a row"
        if mark.count == reach
        else f"“{term}”, {mark.count:,} of {reach:,} bins"
    )


def thinned_lines(lanes: Iterable[Lane]) -> dict[str, Line]:
    """The thinned lines of these lanes, by the name that a table's row about each has."""
    lines = {f"thinned:{lane.slug}": mark for lane in lanes for mark in lane.marks if isinstance(mark, Line)}
    return {row: line for row, line in lines.items() if line.thinned}


def thinned_notes(lanes: Iterable[Lane]) -> tuple[str, ...]:
    """What the thinned lines of these lanes say of themselves."""
    return tuple(line.thinned for line in thinned_lines(lanes).values())


def drawn_lanes(drawn: SourcedFrame, window: Window) -> tuple[Lane, ...]:
    """One lane for each series with a bin in the window; each is on the scale of its own highest bin.

    Of a long series in a long window some bins are drawn, chosen for this window: a shorter one shows them all.
    """
    near = bins_in(window, drawn)
    groups = near.frame.groupby("series", sort=False) if len(near.frame) else ()
    return tuple(_lane(group, drawn) for _, group in groups)


def _lane(group: pd.DataFrame, drawn: SourcedFrame) -> Lane:
    first = bin_rows(SourcedFrame(group.iloc[:1], drawn.sources))[0]
    step = (group["end"] - group["start"]).min().to_pytimedelta()
    place = place_name(first.geo) if first.geo else "the world"
    line = _line(f"“{first.term}” in {place}", group, step)
    top = float(np.fmax(105.0, group["high"].astype(float).max()))
    note = f"100 is the highest bin of this series; 0 is below Google’s resolution. {first.note}"
    return Lane(f"series-{first.series}", f"“{first.term}”, {place}", "of 100", (line,), (0.0, top), note)


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
    """One for each row; made column by column, which takes half the time."""
    starts, ends = (pd.DatetimeIndex(bins[name]).to_pydatetime() for name in ("start", "end"))
    figures = (bins[name].astype(object).where(bins[name].notna(), None) for name in ("value", "low", "high"))
    others = (bins[name] for name in ("series", "term", "draws", "censored", "source"))
    return [
        Item(
            row=f"series:{series}|{start.isoformat()}",
            when=When(start, start, Precision.MINUTE, start),
            until=When(end, end, Precision.MINUTE, end),
            text=f"“{term}”, {counted(draws, 'draw')}",
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


def seam_events(drawn: SourcedFrame, window: Window) -> tuple[Event, ...]:
    """Where another window of a stitched series takes over."""
    near = bins_in(window, drawn)
    return tuple(
        Event(
            when=When.at(row.start),
            label=f"Another window of “{row.term}” takes over",
            short="seam",
            tone=Tone.NEUTRAL,
            rows=(f"seam:{row.series}|{row.start.isoformat()}",),
            sources=row.sources,
            priority=90,
        )
        for row in bin_rows(SourcedFrame(near.frame[near.frame["seam"]], drawn.sources))
    )


def highest_bin(lane: Lane) -> Said:
    """The highest bin of a series in the window, which is a bin's width and never a minute."""
    mark, top = max(lane.items, key=lambda entry: entry[1].value or 0)
    if not top.value:
        return Said.of(f"Searches for {mark.name} are below Google’s resolution throughout this window")
    first = "first " if sum(item.value == top.value for _, item in lane.items) > 1 else ""
    begins = token(top.when.latest, "stamp")
    return Said.of(f"Searches for {mark.name} {first}were highest in the bin that begins at {begins}")
