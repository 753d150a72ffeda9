"""Published traffic as a chart: one lane for each site and unit, because units are never mixed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from components.charts.grammar import Bars, Chart, Event, Item, Kind, Lane, Mark, Points, Reference, Tone
from components.charts.kinds import Question
from components.charts.phrases.numbers import as_known, number_text
from components.charts.said import Said
from data.core.model import Precision, When, Window
from data.evidence.evidence_rows import FigureRow, Figures, refs
from data.story.story import Story

_KINDS = {"lower bound": Kind.LOWER_BOUND, "upper bound": Kind.UPPER_BOUND, "exact": Kind.EXACT}


def traffic_lanes(story: Story, figures: Figures, window: Window) -> tuple[Lane, ...]:
    """Counts over their own counting windows, the story's main site first; a usual level stands over the whole."""
    rows = figures.rows
    main = [service.host for service in story.about.services if service.main]
    drawn = [row for row in rows if _touches(row, window)]
    drawn.sort(key=lambda row: (row.term not in main, row.unit == "registrations"))
    keys = dict.fromkeys((row.term, row.unit, row.geo) for row in drawn)
    return tuple(_lane(term, unit, geo, rows, window) for term, unit, geo in keys)


def _lane(term: str, unit: str, geo: str, rows: Sequence[FigureRow], window: Window) -> Lane:
    mine = [row for row in rows if (row.term, row.unit, row.geo) == (term, unit, geo)]
    drawn = [row for row in mine if _touches(row, window)]
    usual = [row for row in mine if not row.start and row.value is not None]
    bars = tuple(_item(row, row.start) for row in drawn if row.start and row.end)
    points = tuple(_item(row, row.start) for row in drawn if row.start and not row.end)
    marks: list[Mark] = [Bars(unit, Tone.SITE, bars)] if bars else []
    marks += [Points(unit, Tone.SITE, points)] if points else []
    marks += [Bars(f"usual {unit}", Tone.NEUTRAL, tuple(_usual(row, window) for row in usual))] if usual else []
    top = max((row.value for row in [*drawn, *usual] if row.value is not None), default=1.0)
    title = f"{term}: {unit}" if unit not in term else term.capitalize()
    title += f", {geo}" if geo != "world" else ""
    note = "Grey: a usual day, as the operator gives it." if usual else ""
    slug = f"traffic-{unit}-{term}".replace(" ", "-")
    levels = tuple(Reference(row.value, f"usual day: {_said(row)}") for row in usual if row.value is not None)
    return Lane(slug, title, unit, tuple(marks), (0.0, top * 1.15), note, references=levels if len(levels) == 1 else ())


def _said(row: FigureRow) -> str:
    return row.text if row.value is None else as_known(row.kind, number_text(row.value))


def _usual(row: FigureRow, window: Window) -> Item:
    """A usual level has no clock time of its own: it stands over the whole window."""
    start = When(window.start, window.start, Precision.NONE)
    end = When.at(window.end)
    return Item(f"figures:{row.id}", start, row.label, row.sources, end, row.value, kind=_kind(row))


def _item(row: FigureRow, start: datetime) -> Item:
    precision = Precision.HOUR if row.end is None else Precision.MINUTE
    return Item(
        row=f"figures:{row.id}",
        when=When.at(start, precision),
        until=When.at(row.end) if row.end else None,
        text=f"{row.label}, {row.credit}",
        sources=row.sources,
        value=row.value,
        kind=_kind(row),
    )


def _kind(row: FigureRow) -> Kind:
    return _KINDS.get(row.kind, Kind.APPROXIMATE)


def _touches(row: FigureRow, window: Window) -> bool:
    """Whether some of its counting window lies in this one; a figure that states none has no place on a clock."""
    last = row.end - timedelta(seconds=1) if row.end else row.start
    return row.start is not None and last is not None and window.overlaps(row.start, last)


def whole_windows(figures: Figures, window: Window) -> Window:
    """The window widened to whole counting windows of up to two days, since half a day's bar cannot be cut."""
    spans = [(row.start, row.end) for row in figures.rows if row.start and row.end and _touches(row, window)]
    short = [span for span in spans if span[1] - span[0] <= timedelta(days=2)]
    return Window(min([window.start, *(start for start, _ in short)]), max([window.end, *(end for _, end in short)]))


def traffic_chart(asked: Question) -> Chart:
    """Traffic published by the watched sites, over whole counting windows."""
    story = asked.story
    figures = asked.load.traffic(story)
    wide = whole_windows(figures, asked.window)
    lanes = traffic_lanes(story, figures, wide)
    return Chart(
        slug="traffic",
        story=story.slug,
        title="Traffic the sites published",
        said=traffic_takeaway(story, figures, wide),
        window=wide,
        lanes=lanes,
        outside=tuple(_edge(row, row.start) for row in figures.rows if row.start and not _touches(row, wide)),
        sources=story.sources,
        notes=("Users, sessions and visits are different counts, each in a lane of its own.",) if lanes else (),
    )


def _edge(row: FigureRow, start: datetime) -> Event:
    said = f"{_said(row)} {row.unit}"
    counted = When(start, row.end, Precision.WINDOW) if row.end else When.at(start, Precision.HOUR)
    return Event(counted, f"{row.label}: {said}", said, Tone.SITE, refs("figures", [row]), row.sources)


def traffic_takeaway(story: Story, figures: Figures, window: Window) -> Said:
    """The first dated count of the window with its unit; never a comparison across units."""
    rows = [row for row in figures.rows if row.value is not None and _touches(row, window)]
    if not rows:
        return Said.of("No traffic figure was published for this window", lacks=True)
    main = [service.host for service in story.about.services if service.main]
    row = max(rows, key=lambda entry: (entry.term in main, entry.unit == "users", entry.value))
    return Said.of(f"{row.label}: {_said(row)}, according to {row.credit}", tells=f"figures:{row.id}")
