"""The series that a story's own table holds, as lanes with an honest end, and where Google changed its collection."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from components.charts.ap_style import calendar_day
from components.charts.model import Event, Gap, Item, Kind, Lane, Line, Mark, Tone
from components.charts.rows import bins_in, records, source_ids
from data.interest import COLLECTION_CHANGES, COLLECTION_SOURCE, place_name, step_of
from data.model import Precision, Sourced, When, Window


def series_lanes(series: Sourced, window: Window, *, until: datetime | None = None) -> tuple[Lane, ...]:
    """One lane for each place: every series is on the scale of its own maximum, so lanes never share an axis.

    Where a series ends before the window does, a gap says so, up to the moment `until` that the story is told.
    """
    over = min(until or window.end, window.end)
    frame = series.frame
    groups = frame.groupby(["term", "geo"], sort=False) if len(frame) else ()
    terms, places = (list(dict.fromkeys(frame[column])) for column in ("term", "geo"))
    several = "places" if len(places) > 1 else "series" if len(terms) > 1 else ""
    caution = f"; levels of two {several} cannot be compared" if several else ""
    found = []
    for key, group in groups:
        term, geo = map(str, key)
        slug = f"interest-{geo.casefold()}" + (f"-{terms.index(term) + 1}" if len(terms) > 1 else "")
        title = f"“{term}”" + (f" in {place_name(geo)}" if len(terms) == 1 or len(places) > 1 else "")
        note = f"100 is the highest week of “{term}” in {place_name(geo)}{caution}."
        found.append(_series_lane(Lane(slug, title, "of 100", (), (0.0, 105.0), note), group, series, window, over))
    return tuple(found)


def _series_lane(lane: Lane, group: pd.DataFrame, series: Sourced, window: Window, over: datetime) -> Lane:
    """The lane with the bins of this group, and what its bins below resolution mean."""
    term, geo = str(group["term"].iloc[0]), str(group["geo"].iloc[0])
    near = bins_in(window, Sourced(group, series.sources))
    items = tuple(_bin_item(row) for row in records(near))
    marks: list[Mark] = (
        [Line(f"“{term}” in {geo}", Tone.SEARCH, items, step_of(group) or timedelta(0))] if items else []
    )
    end, step = group["end"].max().to_pydatetime(), step_of(group) or timedelta(0)
    # A bin that is not over at the moment is no gap.
    missing = end < window.end if over == window.end else over - end >= step
    marks += [_gap(term, geo, max(end, window.start), over, group)] if missing and window.start < over else []
    note = lane.note
    if censored := sum(item.kind is Kind.CENSORED for item in items):
        note += f" {censored} {'bin' if censored == 1 else 'bins'} at 0: below Google’s resolution, not “no searches”."
    return replace(lane, marks=tuple(marks), note=note)


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
