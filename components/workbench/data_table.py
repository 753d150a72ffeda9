"""The data of a chart as a table on a page: the rows of its CSV, with the words and links that a person reads."""

from __future__ import annotations

from components.cache.cached import load_made
from components.charts.grammar import Chart
from components.charts.phrases.numbers import number_text
from components.clock import Clock
from components.embeds.embed import Embed
from components.render.facts_csv import Row, rows_of
from components.workbench.evidence_table import Cell, Table, show_table
from data.evidence.facts import facts_shown
from data.story.story import Story

_COLUMNS = ("Time", "What", "Contest", "For", "By", "State", "Evidence", "Figure", "Total", "Source")


def show_data(embed: Embed, *, key: str) -> None:
    """Every fact of the chart, by time."""
    label = f"{embed.clock.say(embed.chart.title)}: the data"
    show_table(load_made(_table, embed.story, embed.other, embed.chart, embed.clock), key=f"data-{key}", label=label)


def _table(story: Story, other: Story | None, chart: Chart, clock: Clock) -> Table:
    rows = [*rows_of(chart, clock, facts_shown(story, other))]
    return Table(_COLUMNS, tuple(map(_cells, rows)), tuple(str(row["row"]) for row in rows)).without_empty()


def _cells(row: Row) -> tuple[Cell, ...]:
    def said(name: str) -> str:
        return str(row.get(name) or "")

    links = zip(said("sources").split("; "), said("source_urls").split(), strict=False)
    where = "" if row.get("in_range") == "true" else " (outside the range)"
    return (
        Cell(f"{said('when')}{where}", sort=said("earliest_utc") or said("latest_utc") or "~"),
        Cell(said("what")),
        Cell(said("contest_name")),
        Cell(said("candidate")),
        Cell(said("caller")),
        Cell(said("status")),
        Cell(said("evidence_grade") or said("qualifier")),
        _figure(row, "value", said("unit")),
        _figure(row, "total_low", said("total_of")),
        Cell(links=tuple(links)),
    )


def _figure(row: Row, name: str, unit: str) -> Cell:
    figure = row.get(name)
    if not isinstance(figure, int | float):
        return Cell(sort=-1.0)
    high = row.get("total_high") if name == "total_low" else None
    to = f" to {number_text(high)}" if isinstance(high, int | float) and high != figure else ""
    text = f"{unit} {number_text(figure)}{to}" if name == "total_low" else f"{number_text(figure)} {unit}"
    return Cell(text.strip(), sort=float(figure))
