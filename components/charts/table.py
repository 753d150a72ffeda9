"""A chart as a table: one row for each mark and event, with its source, so that nothing drawn is out of reach."""

from __future__ import annotations

import pandas as pd

from components.charts.clock import Clock
from components.charts.geometry import anchor
from components.charts.model import Chart, Event, Item, Kind, Lane, Mark
from components.charts.words import amount, event_numbers, period, unmarked_events

COLUMNS = ("No.", "Lane", "When", "What", "Value", "Evidence", "Source", "Row")


def frame(chart: Chart, clock: Clock) -> pd.DataFrame:
    """The chart as strings in `COLUMNS`, by time: marks, then events that no mark stands for, then what is outside.

    `When` is as sharp as the evidence; `Row` names the table and id the figure came from; `Source` who published it.
    """
    names = {source.id: source.org for source in chart.sources}
    numbers = event_numbers(chart)
    cells = [
        (anchor(item.when), _mark_row(lane, mark, item, clock, names, numbers.get(item.row)))
        for lane in chart.lanes
        for mark, item in lane.items
    ]
    cells += [
        (anchor(event.when), _event_row(event, clock, names, str(number), "Event"))
        for number, event in unmarked_events(chart)
    ]
    ordered = [row for _, row in sorted(cells, key=lambda entry: entry[0])]
    ordered += [_event_row(event, clock, names, "", "Outside this window") for event in chart.outside]
    return pd.DataFrame(ordered, columns=pd.Index(COLUMNS), dtype=str)


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


def csv_text(table: pd.DataFrame) -> str:
    """The table as CSV whose text cells no spreadsheet takes for a formula."""
    return table.map(_inert).to_csv(index=False)


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
