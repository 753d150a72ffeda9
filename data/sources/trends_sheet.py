"""Where the series of an export stands in its lines: the rows of bins, the columns of values, the marked bins."""

from __future__ import annotations

from dataclasses import dataclass, field

from data.errors import SourceChanged
from data.faults import quoted
from data.sources.trends_cells import Value, read_label, read_value
from data.sources.trends_export import MAX_TERMS, counted
from data.sources.trends_preamble import Preamble, read_preamble
from data.sources.trends_text import MAX_ROWS, Table
from data.sources.trends_times import Parts, is_time, read_parts
from data.sources.trends_words import TRUE, folded

_PARTIAL = {"ispartial", "is partial", "is_partial", "partial"}
ELSE = "no Google Trends export"


@dataclass(slots=True)
class Series:
    """The rows of a series as read so far, all lists in step."""

    table: Table
    places: list[int]
    parts: list[Parts]
    head: list[str]
    preamble: Preamble
    notes: list[str] = field(default_factory=list)

    def line(self, place: int) -> int:
        return self.table.line(self.places[place])

    def cell(self, place: int, column: int) -> str:
        row = self.table.rows[self.places[place]]
        return row[column] if column < len(row) else ""

    def keep(self, places: list[int]) -> None:
        self.places = [self.places[place] for place in places]
        self.parts = [self.parts[place] for place in places]


def find_series(table: Table) -> Series:
    """Where the series begins and ends, and what stands above it."""
    rows = table.rows
    first = next(place for place, row in enumerate(rows) if len(row) > 1 and is_time(row[0]))
    places, parts, end = [], [], len(rows)
    for place in range(first, len(rows)):
        if any(rows[place]):
            part = read_parts(rows[place][0])
            if part is None:
                end = place
                break
            places.append(place)
            parts.append(part)
    above = next((place for place in range(first - 1, -1, -1) if any(rows[place])), -1)
    headed = above >= 0 and sum(map(bool, rows[above])) > 1
    series = Series(table, places, parts, _without_blank_end(rows[above]) if headed else [], Preamble())
    series.preamble = read_preamble(rows[: above if headed else first])
    if end < len(rows):
        if any(rows[end - 1]):
            raise SourceChanged(f"Line {table.line(end)} begins with {quoted(rows[end][0])}, which is not a time.")
        series.notes.append(f"What follows the series from line {table.line(end)} on was left out.")
    if len(places) > MAX_ROWS:
        raise SourceChanged(f"The file has more than {MAX_ROWS:,} rows, which no Google Trends export has.")
    return series


def _without_blank_end(row: list[str]) -> list[str]:
    return row[: max((place for place, cell in enumerate(row, 1) if cell), default=0)]


def _rejoined(head: list[str], width: int) -> list[str]:
    """The head of columns whose keywords hold commas without quotation marks, as some editors leave them."""
    joined, open_parts = head[:1], list[str]()
    for cell in head[1:]:
        open_parts.append(cell)
        if read_label(", ".join(open_parts)).inside:
            joined.append(", ".join(open_parts))
            open_parts.clear()
    if open_parts or len(joined) != width:
        raise SourceChanged(f"The line above the values names {len(head)} columns, and there are {width}.")
    return joined


def value_columns(series: Series) -> tuple[list[int], int | None]:
    """The columns of values, and the one that says which bin is partial."""
    rows = series.table.rows
    width = max(len(rows[place]) for place in series.places)
    if width < len(series.head):
        series.head = _rejoined(series.head, width)
    width = len(series.head) or max(len(_without_blank_end(rows[place])) for place in series.places)
    if width < 2 or (not series.head and width > 2):
        raise SourceChanged(f"The file is {ELSE}: no line above the dates says what the columns are.")
    if width > MAX_TERMS + 2:
        raise SourceChanged(f"The file has {width - 1:,} columns of values; the limit is {MAX_TERMS}.")
    for place in series.places:
        if any(rows[place][width:]):
            raise SourceChanged(f"Line {series.table.line(place)} has more cells than the line that names the columns.")
    if not series.head:
        series.notes.append("The file does not name its search term.")
        return [1], None
    partial = next((at for at in range(1, width) if folded(series.head[at]) in _PARTIAL), None)
    columns = [at for at in range(1, width) if at != partial]
    for at in columns:
        if not series.head[at]:
            raise SourceChanged(f"Column {at + 1} has no name in line {series.table.line(series.places[0]) - 1}.")
    if not columns:
        raise SourceChanged(f"The file is {ELSE}: it has no column of values.")
    return columns, partial


def leave_out_partial(series: Series, column: int) -> None:
    said = [folded(series.cell(place, column)) in TRUE for place in range(len(series.places))]
    whole = [place for place, partial in enumerate(said) if not partial]
    name = series.head[column]
    if len(whole) == len(said):
        series.notes.append(f"The column {quoted(name)}, which calls no bin partial, was left out.")
        return
    if not whole:
        raise SourceChanged("Every bin of the file is marked as partial, so there is nothing to keep.")
    left = counted(len(said) - len(whole), "bin")
    series.notes.append(f"The column {quoted(name)} was left out, and with it {left} that it calls partial.")
    series.keep(whole)


def read_cell(series: Series, place: int, column: int) -> Value:
    """A value from 0 to 100, "<1" or a blank; anything else is refused with its line."""
    cell = series.cell(place, column)
    value = read_value(cell)
    if value.kind not in {"number", "less", "blank"}:
        raise SourceChanged(f"Line {series.line(place)} has {quoted(cell)} where a value from 0 to 100 belongs.")
    if value.kind == "number" and not 0 <= value.number <= 100:
        raise SourceChanged(f"Line {series.line(place)} has the value {cell}, and Google Trends counts from 0 to 100.")
    return value
