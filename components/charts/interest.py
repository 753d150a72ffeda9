"""Searches as a chart: published marks of the night, and series on the scale of their own maximum."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from components.charts.ap_style import calendar_day
from components.charts.bundled import collection_changes, series_lanes
from components.charts.clock import token
from components.charts.drawn import drawn_lanes, highest_bin, seam_events
from components.charts.events import within
from components.charts.model import Chart, Event, Item, Kind, Lane, Mark, Points, Tone
from components.charts.rows import bins_in, records, refs, source_ids, split_by, when_in
from data.interest import COLLECTION_SOURCE, place_name
from data.model import Sourced, When, Window
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


def marks_lane(marks: Sourced, *, held: bool = False) -> Lane:
    """Published moments as points: marks, never joined to a curve.

    Shares and ranks counted over a window of hours say nothing about a moment; the note counts them.
    """
    rows = records(marks)
    points = tuple(_mark_item(row) for row in rows if row["until"] is None)
    found: tuple[Mark, ...] = (Points("published mark", Tone.SEARCH, points),) if points else ()
    only = "Published marks only: no minute or hourly series of this night is held, so no curve is drawn."
    note = "Published marks, as outlets gave them." if held else only
    if counted := len(rows) - len(points):
        note += f" {counted} ranks and shares counted over longer windows are listed on Search trends."
    return Lane("interest", "Published search marks" if held else "Search interest", "", found, note=note)


def _mark_item(row: dict[str, Any]) -> Item:
    return Item(
        row=f"{row['table']}:{row['id']}",
        when=when_in(row),
        text=f"{row['what']}, {row['credit']}",
        sources=source_ids(row),
        value=row["value"],
        kind=_KINDS.get(row["kind"], Kind.TIME_ONLY),
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


def interest_takeaway(marks: Sourced, series: Sourced, *, long: bool, drawn: tuple[Lane, ...] = ()) -> str:
    """What is known of searches in this window: the peak of a series, or how many marks were published."""
    if drawn:
        return highest_bin(drawn[0])
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
    story: Story,
    window: Window,
    *,
    marks: Sourced,
    series: Sourced,
    drawn: Sourced,
    calls: tuple[Event, ...] = (),
) -> Chart:
    """Searches in a window: what was drawn or imported, then the night's marks for a short one, the bundled series
    for a long one. All rows come in."""
    long = window.length > _NIGHT
    near, _ = split_by(window, marks)
    held = bins_in(window, series)
    own = drawn_lanes(drawn, window)
    bundled = series_lanes(series, window) if long and len(series.frame) else (marks_lane(near, held=bool(own)),)
    emphasised = (event for event in calls if event.emphasised)
    events, _ = within((*(collection_changes() if long else emphasised), *seam_events(drawn, window)), window)
    outside = [event for event in mark_events(marks) if not window.overlaps(event.when.earliest, event.when.latest)]
    return Chart(
        slug="interest",
        story=story.slug,
        title="Search interest",
        takeaway=interest_takeaway(near, held, long=long, drawn=own),
        window=window,
        lanes=(*own, *bundled),
        events=events,
        outside=tuple(outside),
        sources=(*story.sources, *drawn.sources, COLLECTION_SOURCE),
        notes=("Search interest is relative to a request’s own peak, and 0 is below Google’s resolution.",),
    )
