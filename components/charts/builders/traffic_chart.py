"""Published traffic as a chart: one lane for each site and unit, because units are never mixed."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

from components.charts.grammar import Bars, Chart, Event, Item, Kind, Lane, Mark, Points, Tone
from components.charts.kinds import Question
from components.charts.phrases.numbers import as_known, number_text
from components.charts.rows import refs, source_ids
from data.core.model import Precision, Sourced, When, Window
from data.story.frame_rows import records
from data.story.story import Story

_KINDS = {"lower bound": Kind.LOWER_BOUND, "upper bound": Kind.UPPER_BOUND, "exact": Kind.EXACT}


def traffic_lanes(story: Story, figures: Sourced, window: Window) -> tuple[Lane, ...]:
    """Counts over their own counting windows, the story's main site first; a usual level stands over the whole."""
    rows = records(figures)
    main = [service.host for service in story.about.services if service.main]
    drawn = [row for row in rows if row["start"] and _touches(row, window)]
    drawn.sort(key=lambda row: (row["term"] not in main, row["unit"] == "registrations"))
    keys = dict.fromkeys((row["term"], row["unit"], row["geo"]) for row in drawn)
    return tuple(_lane(term, unit, geo, rows, window) for term, unit, geo in keys)


def _lane(term: str, unit: str, geo: str, rows: list[dict[str, Any]], window: Window) -> Lane:
    mine = [row for row in rows if (row["term"], row["unit"], row["geo"]) == (term, unit, geo)]
    drawn = [row for row in mine if row["start"] and _touches(row, window)]
    usual = [row for row in mine if not row["start"] and row["value"] is not None]
    bars = tuple(_item(row) for row in drawn if row["end"])
    points = tuple(_item(row) for row in drawn if not row["end"])
    marks: list[Mark] = [Bars(unit, Tone.SITE, bars)] if bars else []
    marks += [Points(unit, Tone.SITE, points)] if points else []
    marks += [Bars(f"usual {unit}", Tone.NEUTRAL, tuple(_usual(row, window) for row in usual))] if usual else []
    top = max(row["value"] for row in [*drawn, *usual])
    title = f"{term}: {unit}" if unit not in term else term.capitalize()
    title += f", {geo}" if geo != "world" else ""
    note = "Grey: a usual day, as the operator gives it." if usual else ""
    slug = f"traffic-{unit}-{term}".replace(" ", "-")
    level = (usual[0]["value"], f"usual day: {_said(usual[0])}") if len(usual) == 1 else None
    return Lane(slug, title, unit, tuple(marks), (0.0, top * 1.15), note, reference=level)


def _said(row: dict[str, Any]) -> str:
    return as_known(row["kind"], number_text(row["value"]))


def _usual(row: dict[str, Any], window: Window) -> Item:
    """A usual level has no clock time of its own: it stands over the whole window."""
    start = When(window.start, window.start, Precision.NONE)
    end = When.at(window.end)
    return Item(f"figures:{row['id']}", start, row["label"], source_ids(row), end, row["value"], kind=_kind(row))


def _item(row: dict[str, Any]) -> Item:
    precision = Precision.HOUR if row["end"] is None else Precision.MINUTE
    return Item(
        row=f"figures:{row['id']}",
        when=When.at(row["start"], precision),
        until=When.at(row["end"]) if row["end"] else None,
        text=f"{row['label']}, {row['credit']}",
        sources=source_ids(row),
        value=row["value"],
        kind=_kind(row),
    )


def _kind(row: dict[str, Any]) -> Kind:
    return _KINDS.get(row["kind"], Kind.APPROXIMATE)


def _touches(row: dict[str, Any], window: Window) -> bool:
    return window.overlaps(row["start"], (row["end"] or row["start"]) - timedelta(seconds=bool(row["end"])))


def whole_windows(figures: Sourced, window: Window) -> Window:
    """The window widened to whole counting windows of up to two days, since half a day's bar cannot be cut."""
    rows = [row for row in records(figures) if row["start"] and row["end"] and _touches(row, window)]
    short = [row for row in rows if row["end"] - row["start"] <= timedelta(days=2)]
    start = min([window.start, *(row["start"] for row in short)])
    return Window(start.astimezone(UTC), max([window.end, *(row["end"] for row in short)]))


def traffic_chart(asked: Question) -> Chart:
    """Traffic published by the watched sites, over whole counting windows."""
    story = asked.story
    figures = asked.load.traffic(story)
    wide = whole_windows(figures, asked.window)
    lanes = traffic_lanes(story, figures, wide)
    outside = [row for row in records(figures) if row["start"] and not _touches(row, wide)]
    return Chart(
        slug="traffic",
        story=story.slug,
        title="Traffic the sites published",
        takeaway=traffic_takeaway(story, figures, wide),
        window=wide,
        lanes=lanes,
        outside=tuple(_edge(row) for row in outside),
        sources=story.sources,
        notes=("Users, sessions and visits are different counts, each in a lane of its own.",) if lanes else (),
    )


def _edge(row: dict[str, Any]) -> Event:
    said = f"{_said(row)} {row['unit']}"
    counted = When(row["start"], row["end"], Precision.WINDOW) if row["end"] else When.at(row["start"], Precision.HOUR)
    return Event(counted, f"{row['label']}: {said}", said, Tone.SITE, refs("figures", [row]), source_ids(row))


def traffic_takeaway(story: Story, figures: Sourced, window: Window) -> str:
    """The first dated count of the window with its unit; never a comparison across units."""
    rows = [row for row in records(figures) if row["start"] and row["value"] is not None and _touches(row, window)]
    if not rows:
        return "No traffic figure was published for this window"
    main = [service.host for service in story.about.services if service.main]
    row = max(rows, key=lambda entry: (entry["term"] in main, entry["unit"] == "users", entry["value"]))
    return f"{row['label']}: {_said(row)}, according to {row['credit']}"
