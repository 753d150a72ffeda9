"""Searches as a chart: published marks of the night, and series on the scale of their own maximum."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from components.charts.ap_style import calendar_day
from components.charts.bundled import collection_changes, series_lanes
from components.charts.clock import token
from components.charts.drawn import drawn_lanes, highest_bin, seam_events
from components.charts.events import within
from components.charts.geometry import anchor
from components.charts.model import Chart, Event, Item, Kind, Lane, Mark, Points, Tone
from components.charts.rises import first_onset, onset_events, onset_notes
from components.charts.rows import bins_in, records, refs, source_ids, split_by, when_in
from components.charts.thinned import thinned_notes
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
#: How a figure of each kind is led up to where it stands in words.
_SAID = {"approximate": "about ", "lower bound": "at least ", "upper bound": "up to "}
_PERCENT = "percent increase"
#: A window longer than this is about the long series; the night's marks would be one smear in it.
_NIGHT = timedelta(days=10)


def marks_lane(story: Story, marks: Sourced, *, held: bool = False, listed: str = "listed on Search trends") -> Lane:
    """Published moments as points in one row: marks, never joined to a curve.

    No scale could hold their figures, which count different things against different bases: words carry them.
    Ranks, shares and rises counted over many hours say nothing about a moment; the note counts them, and says where
    they are `listed`.
    """
    rows = records(marks)
    points = tuple(_mark_item(story, row) for row in rows if row["until"] is None)
    found: tuple[Mark, ...] = (Points("published mark", Tone.SEARCH, points),) if points else ()
    tracks = ("",) if points else ()
    only = "Published marks only: no minute or hourly series of this night is held, so no curve is drawn."
    note = "Published marks, as outlets gave them." if held else only
    if counted := len(rows) - len(points):
        figures = (
            "1 figure counted over a longer window"
            if counted == 1
            else f"{counted} figures counted over longer windows"
        )
        note += f" Not drawn: {figures}, {listed}."
    return Lane(
        "interest", "Published search marks" if held else "Search interest", "", found, note=note, tracks=tracks
    )


def _mark_text(story: Story, row: dict[str, Any]) -> str:
    """What was published, with its figure, unit and base where it has one, and who published it."""
    return f"{row['what']}{_figure(story, row)}, {row['credit']}"


def _figure(story: Story, row: dict[str, Any]) -> str:
    """A figure in parentheses with its base, without comma or colon, at which labels are cut; nothing where none is."""
    if row["value"] is None or row["value"] != row["value"] or row["unit"] == "rank":
        return ""
    number = f"{row['value']:,.10g}"
    said = f"+{number} percent" if row["unit"] == _PERCENT else f"{number} {row['unit']}".strip()
    base = next((figure.base for figure in story.figures if figure.id == row["id"]), "")
    led = "" if base.startswith("“") else "against a base " if base.startswith("not stated") else "against "
    against = f" {led}{base}" if base else ""
    return f" ({_SAID.get(row['kind'], '')}{said}{against})"


def _mark_item(story: Story, row: dict[str, Any]) -> Item:
    return Item(
        row=f"{row['table']}:{row['id']}",
        when=when_in(row),
        text=_mark_text(story, row),
        sources=source_ids(row),
        value=row["value"],
        kind=_KINDS.get(row["kind"], Kind.TIME_ONLY),
    )


def mark_events(story: Story, marks: Sourced) -> tuple[Event, ...]:
    """Published marks as entries for the edge of a chart."""
    return tuple(
        Event(
            when=when_in(row),
            label=_mark_text(story, row),
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
    found = [when_in(row) for row in records(marks) if row["until"] is None]
    return min(found, key=anchor, default=None)


def _peaks(series: Sourced, first: str) -> str:
    """When each series stood highest: by place for one term; of several how many in one week, and the first of them."""
    frame = series.frame
    top = records(Sourced(frame.loc[frame.groupby(["term", "geo"], sort=False)["value"].idxmax()], series.sources))
    lead = next((row for row in top if row["term"] == first), top[0])
    if all(row["term"] == lead["term"] for row in top):
        said = " and ".join(f"in {place_name(row['geo'])} {_week(row['start'])}" for row in top)
        return f"Searches for “{lead['term']}” stood highest {said}, each on its own scale"
    ((start, count),) = Counter(row["start"] for row in top).most_common(1)
    joined = "among them" if lead["start"] == start else _week(lead["start"])
    return (
        f"Of {len(top)} series of searches {count} stood highest {_week(start)}, “{lead['term']}” {joined}; "
        "each is on its own scale"
    )


def _week(start: datetime) -> str:
    return f"in the week of {calendar_day(start.date())}"


def interest_takeaway(
    marks: Sourced, series: Sourced, *, long: bool, drawn: tuple[Lane, ...] = (), lead: str = ""
) -> str:
    """What is known of searches in this window: the peak of a series, or how many marks were published.

    Of several terms `lead` is the one that is named.
    """
    if drawn:
        return highest_bin(drawn[0])
    if long and len(series.frame):
        return _peaks(series, lead)
    count = sum(row["until"] is None for row in records(marks))
    first = first_rise(marks)
    if first is None:
        return "No published search mark falls in this window"
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
    onsets: Sourced,
    at: datetime | None = None,
    calls: tuple[Event, ...] = (),
) -> Chart:
    """Searches in a window: what was drawn or imported, then the night's marks for a short one, the bundled series
    for a long one. All rows come in; `onsets` are those of `drawn` as they could be told `at` a moment."""
    long = window.length > _NIGHT
    near, _ = split_by(window, marks)
    held = bins_in(window, series)
    own = drawn_lanes(drawn, window)
    lead = next((search.term for search in story.about.searches), "")
    bundled = (
        series_lanes(series, window, until=story.until)
        if long and len(series.frame)
        else (marks_lane(story, near, held=bool(own), listed="in the table of published figures"),)
    )
    emphasised = (event for event in calls if event.emphasised)
    shown = (*(collection_changes() if long else emphasised), *seam_events(drawn, window))
    events, _ = within((*shown, *onset_events(onsets, window)), window)
    takeaway = interest_takeaway(near, held, long=long, drawn=own, lead=lead)
    rise = first_onset(onsets, window, own[0].slug.removeprefix("series-")) if own else ""
    outside = [
        event for event in mark_events(story, marks) if not window.overlaps(event.when.earliest, event.when.latest)
    ]
    return Chart(
        slug="interest",
        story=story.slug,
        title="Search interest",
        takeaway=f"{takeaway}{rise}",
        window=window,
        lanes=(*own, *bundled),
        events=events,
        outside=tuple(outside),
        sources=(*story.sources, *drawn.sources, COLLECTION_SOURCE),
        notes=(
            "Search interest is relative to a request’s own peak, and 0 is below Google’s resolution.",
            *thinned_notes(own),
            *onset_notes(drawn, window, at),
        ),
    )
