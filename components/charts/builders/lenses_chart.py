"""More lenses on attention as a chart: article views and TV airtime, each in its own unit, never on the 0-100 scale."""

from __future__ import annotations

from components.charts.grammar import Bars, Chart, Item, Lane, Tone
from components.charts.kinds import Question
from components.charts.phrases.numbers import number_text
from components.charts.said import Said
from data.core.model import Precision, When
from data.sources.provider import Count


def lenses_chart(asked: Question) -> Chart:
    """One lane for each article and each phrase at a station, drawn over its own days or hours."""
    window, lenses = asked.window, asked.load.lenses(asked.story)
    rows = [row for row in lenses.rows if row.start < window.end and row.end > window.start]
    names = dict.fromkeys((row.name, row.unit) for row in rows)
    lanes = tuple(_lane(name, unit, [row for row in rows if row.name == name]) for name, unit in names)
    return Chart(
        slug="lenses",
        story=asked.story.slug,
        title="More lenses on attention",
        said=_takeaway(rows),
        window=window,
        lanes=lanes,
        sources=lenses.sources,
        notes=("Counts and shares in their own units; none of them counts searches.",),
    )


def _lane(name: str, unit: str, rows: list[Count]) -> Lane:
    items = tuple(
        Item(
            row=_row(row),
            when=When(row.start, row.start, Precision.MINUTE, row.start),
            until=When.at(row.end),
            text=name,
            sources=tuple(row.source.split()),
            value=row.value,
        )
        for row in rows
    )
    top = max((row.value for row in rows), default=0) or 1.0
    return Lane(f"lens-{name}".replace(" ", "-"), name, unit, (Bars(name, Tone.SEARCH, items),), (0.0, top * 1.1))


def _row(count: Count) -> str:
    return f"lenses:{count.name}|{count.start.isoformat()}"


def _takeaway(rows: list[Count]) -> Said:
    if not rows:
        return Said.of("No views or airtime are on record for this window", lacks=True)
    top = max((row for row in rows if row.unit == rows[0].unit), key=lambda row: row.value)
    said = f"{top.name} stood at {number_text(top.value)} {top.unit} at its highest in this window"
    return Said.of(said, tells=_row(top))
