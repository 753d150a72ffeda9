"""The series that a story's own table holds, as lanes with an honest end, and where Google changed its collection."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from components.charts.ap_style import calendar_day
from components.charts.model import Event, Gap, Item, Kind, Lane, Line, Mark, Tone
from components.charts.rows import bins_in, records, source_ids
from data.interest import COLLECTION_CHANGES, COLLECTION_SOURCE, place_name, step_of
from data.model import Precision, Sourced, When, Window


def series_lanes(series: Sourced, window: Window) -> tuple[Lane, ...]:
    """One lane for each place: every series is on the scale of its own maximum, so lanes never share an axis.

    Where a series ends before the window does, a gap says so.
    """
    frame = series.frame
    groups = frame.groupby(["term", "geo"], sort=False) if len(frame) else ()
    return tuple(_series_lane(str(term), str(geo), group, series, window) for (term, geo), group in groups)


def _series_lane(term: str, geo: str, group: pd.DataFrame, series: Sourced, window: Window) -> Lane:
    near = bins_in(window, Sourced(group, series.sources))
    items = tuple(_bin_item(row) for row in records(near))
    marks: list[Mark] = (
        [Line(f"“{term}” in {geo}", Tone.SEARCH, items, step_of(group) or timedelta(0))] if items else []
    )
    end = group["end"].max().to_pydatetime()
    marks += [_gap(term, geo, max(end, window.start), window.end, group)] if end < window.end else []
    note = f"100 is the highest week of “{term}” in {place_name(geo)}; levels of two places cannot be compared."
    if censored := sum(item.kind is Kind.CENSORED for item in items):
        note += f" {censored} {'bin' if censored == 1 else 'bins'} at 0: below Google’s resolution, not “no searches”."
    title = f"“{term}” in {place_name(geo)}"
    return Lane(f"interest-{geo.casefold()}", title, "of 100", tuple(marks), (0.0, 105.0), note)


def _gap(term: str, geo: str, start: datetime, end: datetime, group: pd.DataFrame) -> Gap:
    last = (group["end"].max() - pd.Timedelta(days=1)).date()
    item = Item(
        row=f"interest:{term}|{geo}|end",
        when=When.at(start),
        until=When.at(end),
        text=f"The series held ends {calendar_day(last)}",
        sources=tuple(dict.fromkeys(group["source"])),
    )
    return Gap("no series held", Tone.NEUTRAL, (item,))


def _bin_item(row: dict[str, Any]) -> Item:
    start, end = row["start"], row["end"]
    return Item(
        row=f"interest:{row['term']}|{row['geo']}|{start.date().isoformat()}",
        when=When(start, start, Precision.DAY, start),
        until=When(end, end, Precision.DAY, end - timedelta(days=1)),
        text=f"“{row['term']}” in {row['geo']}",
        sources=source_ids(row),
        value=row["value"],
        kind=Kind.CENSORED if row["censored"] else Kind.EXACT,
    )


def collection_changes() -> tuple[Event, ...]:
    """The days on which Google says it changed its collection, as events."""
    return tuple(
        Event(
            when=When.at(day),
            label="Google changed how it collects this data, so levels before and after may differ",
            short="collection changed",
            tone=Tone.NEUTRAL,
            rows=(f"collection:{day.year}",),
            sources=(COLLECTION_SOURCE.id,),
        )
        for day in COLLECTION_CHANGES
    )
