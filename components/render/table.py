"""A chart as a table: one row for each mark and event, with its source, so that nothing drawn is out of reach."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

import pandas as pd

from components.charts.builders.drawn_series import thinned_lines
from components.charts.grammar import Chart, Event, Item, Kind, Lane, Line, Mark, anchor
from components.clock import Clock
from components.render.words import amount, event_numbers, period, unmarked_events

#: Goes before the others in every row of a test: it stays with a row that is sorted, cut out or pasted elsewhere.
TEST_COLUMN = "Test"
COLUMNS = ("No.", "Lane", "When", "What", "Value", "Evidence", "Source", "Row")
#: The cells of a row.
Row = tuple[str, ...]


def frame(chart: Chart, clock: Clock, only: Collection[str] | None = None) -> pd.DataFrame:
    """The chart as strings in `COLUMNS`, by time: marks, then events that no mark stands for, then what is outside.

    Ahead of all stands a row for each line of which only some bins are drawn, to say so.
    The rows of a test begin with a column that says so.
    With `only`, just the rows of these names.
    `When` is as sharp as the evidence; `Row` names the table and id the figure came from; `Source` who published it.
    """
    found = pd.DataFrame([*_rows(chart, clock, only)], columns=pd.Index(COLUMNS), dtype=str)
    if chart.banner:
        found.insert(0, TEST_COLUMN, "TEST")
    return found


def _rows(chart: Chart, clock: Clock, only: Collection[str] | None = None) -> Iterator[Row]:
    names = {source.id: source.org for source in chart.sources}
    for row, line in thinned_lines(chart.lanes).items():
        if only is None or row in only:
            yield _thinned_row(chart, line, row, clock, names)
    found = _inside(chart, clock, names, only)
    yield from (row for _, row in sorted(found, key=lambda entry: entry[0]))
    for event in chart.outside:
        if only is None or " ".join(event.rows) in only:
            yield _event_row(event, clock, names, "", "Outside this window")


def _inside(
    chart: Chart, clock: Clock, names: dict[str, str], only: Collection[str] | None
) -> Iterator[tuple[datetime, Row]]:
    """The rows of marks, and of events that no mark stands for, each with its place in time."""
    numbers = event_numbers(chart)
    for lane, mark, item in chart.listed:
        if only is None or item.row in only:
            yield anchor(item.when), _mark_row(lane, mark, item, clock, names, numbers.get(item.row))
    for number, event in unmarked_events(chart):
        if only is None or " ".join(event.rows) in only:
            text = _event_row(event, clock, names, str(number), "Event")
            yield anchor(event.when), text


def _thinned_row(chart: Chart, line: Line, row: str, clock: Clock, names: dict[str, str]) -> Row:
    """Says ahead of the bins of a thinned line, in a file that travels alone, that they are not all."""
    sources = _source_names(line.items[0].sources, names)
    return ("", "Thinned", clock.span(chart.window), line.thinned, "", "", sources, row)


def _mark_row(
    lane: Lane, mark: Mark, item: Item, clock: Clock, names: dict[str, str], number: int | None
) -> tuple[str, ...]:
    evidence = item.track or ("" if item.kind is Kind.EXACT else item.kind.value)
    return (
        str(number or ""),
        clock.say(lane.title),
        period(item, clock, dated=True),
        clock.say(item.text),
        amount(lane, mark, item),
        evidence,
        _source_names(item.sources, names),
        item.row,
    )


def _event_row(event: Event, clock: Clock, names: dict[str, str], number: str, lane: str) -> tuple[str, ...]:
    when = clock.when(event.when, dated=True)
    sources = _source_names(event.sources, names)
    return (number, lane, when, clock.say(event.label), "", "", sources, " ".join(event.rows))


def _source_names(ids: tuple[str, ...], names: dict[str, str]) -> str:
    return "; ".join(dict.fromkeys(names.get(name, name) for name in ids))
