"""Searches as a chart: published marks of the night, and series on the scale of their own maximum."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from components.charts.ap_style import calendar_day
from components.charts.clock import token
from components.charts.events import within
from components.charts.model import Chart, Event, Gap, Item, Kind, Lane, Line, Mark, Points, Tone
from components.charts.rows import records, refs, source_ids, when_in
from data.interest import COLLECTION_CHANGES, COLLECTION_SOURCE, place_name, step_of
from data.model import Precision, Sourced, When, Window
from data.story import Story

_KINDS = {
    "exact": Kind.EXACT,
    "lower bound": Kind.LOWER_BOUND,
    "upper bound": Kind.UPPER_BOUND,
    "approximate": Kind.APPROXIMATE,
    "rank": Kind.RANK,
}
#: A window longer than this is about the long series; the night's marks would be one smear in it.
_NIGHT = timedelta(days=10)


def marks_lane(marks: Sourced) -> Lane:
    """Published moments as points: marks, never joined to a curve.

    Shares and ranks counted over a window of hours say nothing about a moment; the note counts them.
    """
    rows = records(marks)
    points = tuple(_mark_item(row) for row in rows if row["until"] is None)
    found: tuple[Mark, ...] = (Points("published mark", Tone.SEARCH, points),) if points else ()
    note = "Published marks only: no minute or hourly series of this night is held, so no curve is drawn."
    if counted := len(rows) - len(points):
        note += f" {counted} ranks and shares counted over longer windows are listed on Search trends."
    return Lane("interest", "Search interest", "", found, note=note)


def _mark_item(row: dict[str, Any]) -> Item:
    return Item(
        row=f"{row['table']}:{row['id']}",
        when=when_in(row),
        text=f"{row['what']}, {row['credit']}",
        sources=source_ids(row),
        value=row["value"],
        kind=_KINDS.get(row["kind"], Kind.TIME_ONLY),
    )


def series_lanes(series: Sourced, window: Window) -> tuple[Lane, ...]:
    """One lane for each place: every series is on the scale of its own maximum, so lanes never share an axis.

    Where a series ends before the window does, a gap says so.
    """
    frame = series.frame
    groups = frame.groupby(["term", "geo"], sort=False) if len(frame) else ()
    return tuple(_series_lane(str(term), str(geo), group, series, window) for (term, geo), group in groups)


def _series_lane(term: str, geo: str, group: pd.DataFrame, series: Sourced, window: Window) -> Lane:
    near = group[(group["start"] < window.end) & (group["end"] > window.start)]
    items = tuple(_bin_item(row) for row in records(Sourced(near, series.sources)))
    marks: list[Mark] = (
        [Line(f"“{term}” in {geo}", Tone.SEARCH, items, step_of(group) or timedelta(0))] if items else []
    )
    end = group["end"].max().to_pydatetime()
    marks += [_gap(term, geo, max(end, window.start), window.end, group)] if end < window.end else []
    note = f"100 is the highest week of “{term}” in {place_name(geo)}; levels of two places cannot be compared."
    if censored := sum(item.kind is Kind.CENSORED for item in items):
        note += f" {censored} {'bin' if censored == 1 else 'bins'} at 0: below Google’s resolution, not “no searches”."
    title = f"“{term}” in {place_name(geo)}, by week"
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
        when=When(start, start, Precision.MINUTE, start),
        until=When(end, end, Precision.MINUTE, end),
        text=f"“{row['term']}” in {row['geo']}",
        sources=source_ids(row),
        value=row["value"],
        kind=Kind.CENSORED if row["censored"] else Kind.EXACT,
    )


def mark_events(marks: Sourced) -> tuple[Event, ...]:
    """Published marks as entries for the edge of a chart."""
    return tuple(
        Event(
            when=when_in(row),
            label=f"{row['what']}, {row['credit']}",
            short=row["what"],
            tone=Tone.SEARCH,
            rows=refs(row["table"], [row]),
            sources=source_ids(row),
        )
        for row in records(marks)
        if row["until"] is None
    )


def first_rise(marks: Sourced) -> When | None:
    """When the earliest published mark stands; None if there is none."""
    rows = [row for row in records(marks) if row["until"] is None]
    return when_in(rows[0]) if rows else None


def interest_takeaway(marks: Sourced, series: Sourced, *, long: bool) -> str:
    """What is known of searches in this window: the peak of a series, or how many marks were published."""
    if long and len(series.frame):
        top = series.frame.loc[series.frame.groupby(["term", "geo"], sort=False)["value"].idxmax()]
        said = [
            f"in {place_name(row['geo'])} in the week of {calendar_day(row['start'].date())}"
            for row in records(Sourced(top, series.sources))
        ]
        return f"Searches for “{top.iloc[0]['term']}” stood highest {' and '.join(said)}, each on its own scale"
    count = sum(row["until"] is None for row in records(marks))
    first = first_rise(marks)
    if first is None:
        return "No search figure for this window is held"
    return (
        f"{count} published mark{'s' if count > 1 else ''} of rising searches, the earliest {token(first)}; "
        "no series of the night is held"
    )


def interest_chart(
    story: Story, window: Window, *, marks: Sourced, series: Sourced, calls: tuple[Event, ...] = ()
) -> Chart:
    """Searches in a window: the night's marks for a short one, the series for a long one. All rows come in."""
    long = window.length > _NIGHT
    near = _touching(marks, window)
    held = _bins(series, window)
    lanes = series_lanes(series, window) if long and len(series.frame) else (marks_lane(near),)
    events, _ = within(_collection_changes() if long else calls, window)
    outside = [event for event in mark_events(marks) if not window.overlaps(event.when.earliest, event.when.latest)]
    return Chart(
        slug="interest",
        story=story.slug,
        title="Search interest",
        takeaway=interest_takeaway(near, held, long=long),
        window=window,
        lanes=lanes,
        events=tuple(event for event in events if event.emphasised or long),
        outside=tuple(outside),
        sources=(*story.sources, COLLECTION_SOURCE),
        notes=("Search interest is relative to a request's own peak, and 0 is below Google's resolution.",),
    )


def _collection_changes() -> tuple[Event, ...]:
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


def _touching(marks: Sourced, window: Window) -> Sourced:
    keep = [window.overlaps(row["earliest"], row["until"] or row["latest"]) for row in records(marks)]
    return Sourced(marks.frame[pd.Series(keep, index=marks.frame.index, dtype=bool)], marks.sources)


def _bins(series: Sourced, window: Window) -> Sourced:
    frame = series.frame
    return Sourced(frame[(frame["start"] < window.end) & (frame["end"] > window.start)], series.sources)
