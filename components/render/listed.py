"""What a document lists of a chart that has more than anybody reads: the one limit, and the one way to cut."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from components.charts.builders.drawn_series import thinned_lines
from components.charts.grammar import Chart, anchor
from components.render.words import unmarked_events

#: Rows of a document's table, rows that its events name, moments of its replay. Each of the bundled nights has fewer.
MOST = 500


@dataclass(frozen=True, slots=True)
class Listed:
    """What of a chart a document lists row by row: `rows` by name, None where it lists all.

    `own` are the rows whose marks are elements of their own in the drawings, None where all are; the other marks are
    drawn too, many in one element. `count` is how many rows the whole table has.
    """

    count: int
    rows: frozenset[str] | None = None
    own: frozenset[str] | None = None

    def has(self, row: str) -> bool:
        """Whether the row of this name is listed."""
        return self.rows is None or row in self.rows

    def apart(self, row: str) -> bool:
        """Whether the mark of the row of this name is an element of its own."""
        return self.own is None or row in self.own


def listed(chart: Chart, emphasised: Collection[str]) -> Listed:
    """All of a chart's table where it has no more than MOST rows.

    Else the rows of these names, of emphasised events, and of calls that were taken back; then those of the lanes that
    have the fewest, so that a short one keeps its room; and in a lane the greatest values, the earlier of equal ones.
    """
    groups = [tuple(group) for group in _groups(chart)]
    count = sum(map(len, groups))
    if count <= MOST:
        return Listed(count)
    taken = {name for lane in chart.lanes for _, item in lane.items if item.undoes for name in (item.row, item.undoes)}
    first = {*emphasised, *taken, *(row for event in chart.events if event.emphasised for row in event.rows)}
    ranked = sorted(
        (row not in first, len(group), -value, moment, row) for group in groups for row, value, moment in group
    )
    chosen = frozenset(row for *_, row in ranked[:MOST])
    return Listed(count, chosen, frozenset(row for row in chosen if row in first))


def told(kept: int, count: int, what: str) -> str:
    """How many of how many are listed, and where all of them are, as a clause; empty where that is all."""
    return f"{kept:,} of {count:,} {what}, emphasised ones first, all in the CSV" if kept < count else ""


def table_rows(chart: Chart) -> Iterator[str]:
    """The name of every row of the chart's table."""
    return (row for group in _groups(chart) for row, _, _ in group)


def _groups(chart: Chart) -> Iterator[Iterator[tuple[str, float, datetime]]]:
    """The rows of the table by what they stand in: name, value and moment of each."""
    start = chart.window.start
    yield ((row, 0.0, start) for row in thinned_lines(chart.lanes))
    for _, entries in groupby(chart.listed, key=lambda entry: entry[0]):
        yield ((item.row, abs(item.value or 0.0), anchor(item.when)) for _, _, item in entries)
    yield ((" ".join(event.rows), 0.0, anchor(event.when)) for _, event in unmarked_events(chart))
    yield ((" ".join(event.rows), 0.0, anchor(event.when)) for event in chart.outside)
