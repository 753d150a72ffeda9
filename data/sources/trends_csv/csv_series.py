"""Interest over time in an export: where its bins, terms and marked rows stand, and a value for each."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC

import numpy as np
import pandas as pd

from data.core.errors import SourceChanged
from data.sources.trends_csv.cells import (
    STEPS,
    TRUE,
    ColumnHead,
    Value,
    folded,
    read_label,
    read_place_alone,
    read_value,
)
from data.sources.trends_csv.csv_text import MAX_ROWS, CsvTable, Preamble, read_preamble
from data.sources.trends_csv.export import (
    ASK_ZONE,
    DATES_ONLY,
    MAX_TERMS,
    NOT_STATED,
    UTC_ZONE,
    Export,
    as_columns,
    counted,
    name_terms,
)
from data.sources.trends_csv.times import (
    BinSteps,
    Column,
    Parts,
    is_time,
    measure,
    read_parts,
    read_times,
    repeated_hour,
)
from data.story.faults import quoted

_PARTIAL = {"ispartial", "is partial", "is_partial", "partial"}
ELSE = "not a Google Trends export"


@dataclass(slots=True)
class Series:
    """The rows of a series as read so far, all lists in step."""

    table: CsvTable
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


def find_series(table: CsvTable) -> Series:
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


def read_series(table: CsvTable) -> Export:
    """The series of a table whose first column holds times. Raises SourceChanged where it is not what it seems."""
    series = find_series(table)
    columns, partial = value_columns(series)
    if partial is not None:
        leave_out_partial(series, partial)
    word = series.head[0] if series.head else ""
    column = read_times(
        [series.cell(place, 0) for place in range(len(series.places))], series.parts, series.line, word=word
    )
    series.notes += column.notes
    if partial is not None and column.timed and not column.aware:
        _take_as_utc(series, column, series.head[partial])
    values = [[read_cell(series, place, at) for at in columns] for place in range(len(series.places))]
    if column.moments[0] > column.moments[-1]:
        for rows in (column.moments, values, series.places, series.parts):
            rows.reverse()
        series.notes.append("The file begins with the latest time, and was reversed.")
    folds = _each_time_once(series, column, values)
    steps = measure(column.moments)
    _note_steps(series, steps, column, folds)
    labels = _labels(series, columns)
    _refuse_others(series, labels, values, steps)
    return _export(series, labels, column, values, folds, steps)


def _take_as_utc(series: Series, column: Column, name: str) -> None:
    """pytrends alone writes which bin is partial, and makes its times from seconds of UTC."""
    column.moments[:] = [moment.replace(tzinfo=UTC) for moment in column.moments]
    column.aware = True
    series.notes.append(f"Its times are UTC, as the program writes them that gives the column {quoted(name)}.")


def _labels(series: Series, columns: list[int]) -> list[ColumnHead]:
    """The heads of the columns; an export of a whole category names a place there, and no search term."""
    labels = [read_label(series.head[at]) if series.head else ColumnHead("") for at in columns]
    if series.preamble.category:
        labels = [
            label if label.inside or not (place := read_place_alone(label.term)) else ColumnHead("", place)
            for label in labels
        ]
    if series.head and not all(label.term for label in labels):
        counted_whole = f": it counts the whole category {quoted(series.preamble.category)}"
        series.notes.append(f"The file has no search term{counted_whole if series.preamble.category else ''}.")
    return labels


def _each_time_once(series: Series, column: Column, values: list[list[Value]]) -> list[int]:
    """Leaves out rows that repeat another; gives the fold of each row. Raises where times contradict or go back."""
    length = measure(column.moments).length
    again = range(0) if column.aware else repeated_hour(column.moments, length)
    seen: dict[tuple[object, int], int] = {}
    kept: list[int] = []
    folds: list[int] = []
    for place, moment in enumerate(column.moments):
        key = (moment, int(place in again))
        if key in seen:
            if values[place] != values[seen[key]]:
                said = quoted(series.cell(place, 0))
                raise SourceChanged(f"Line {series.line(place)} gives {said} a second time, with another value.")
            continue
        if kept and moment < column.moments[kept[-1]] and place not in again:
            raise SourceChanged(f"Line {series.line(place)} goes back in time to {quoted(series.cell(place, 0))}.")
        seen[key] = place
        kept.append(place)
        folds.append(int(place in again))
    if repeats := len(column.moments) - len(kept):
        series.notes.append(f"{counted(repeats, 'row')} with a time and values that are there already: left out.")
        series.keep(kept)
        column.moments[:] = [column.moments[place] for place in kept]
        values[:] = [values[place] for place in kept]
    if again:
        said = quoted(series.cell(folds.index(1), 0))
        series.notes.append(f"An hour is there twice from {said} on, as where clocks go back: the second has fold 1.")
    return folds


def _note_steps(series: Series, steps: BinSteps, column: Column, folds: list[int]) -> None:
    if steps.step is None:
        alone = len(column.moments) < 2
        series.notes.append("One bin has no step." if alone else "The times have no constant step.")
    if steps.bins_missing:
        series.notes.append(f"{counted(steps.bins_missing, 'bin')} between the first and the last have no row.")
    if steps.hours_lost:
        series.notes.append("An hour is not there where clocks may go forward; it is not counted as missing.")


def _refuse_others(series: Series, labels: list[ColumnHead], values: list[list[Value]], steps: BinSteps) -> None:
    """Whether a table of dates and numbers is one of Google Trends: by its marks, or else by its scale."""
    numbers = [value.number for row in values for value in row if value.kind == "number"]
    whole = all(number == math.floor(number) for number in numbers)
    highest = max(numbers, default=0.0)
    marked = series.preamble.found or any(label.inside for label in labels)
    word = folded(series.head[0]) in STEPS if series.head else False
    own = word and (series.table.quoted_header or len(series.head) != len(labels) + 1)
    if not marked and not own:
        scaled = highest == 100 or (highest == 0 and word)
        if not scaled or not (whole or word) or (steps.step is None and len(values) > 1):
            raise SourceChanged(
                f"The file is {ELSE}: it has dates and numbers, but no category line, no place beside a search term, "
                f"and not the scale from 0 to 100 with equal steps."
            )
        series.notes.append("Nothing in the file says that it is from Google Trends, except its scale of 0 to 100.")
    if not whole:
        series.notes.append("Some values are not whole numbers, so the file was edited after its export.")
    if not numbers and not any(value.kind == "less" for row in values for value in row):
        raise SourceChanged("The file has times and no value at all.")
    if highest == 0:
        series.notes.append("Every value is 0 or <1: below what Google Trends shows, not none.")
    elif highest < 100:
        series.notes.append(f"The highest value is {highest:g}, not 100: the file is a part of its request.")


def _export(
    series: Series,
    labels: list[ColumnHead],
    column: Column,
    values: list[list[Value]],
    folds: list[int],
    steps: BinSteps,
) -> Export:
    terms, notes = name_terms(labels)
    series.notes += notes
    daily = not column.timed or (steps.length is None and steps.months > 0)
    zone = UTC_ZONE if column.aware else DATES_ONLY if daily else NOT_STATED
    if zone == NOT_STATED:
        series.notes.append(ASK_ZONE)
    geos = tuple(dict.fromkeys(label.inside for label in labels if label.inside and not label.dated))
    if len(geos) > 1:
        series.notes.append("The columns are of different places, which share one scale.")
    flat = [value for at in range(len(terms)) for value in (row[at] for row in values)]
    moments = pd.DatetimeIndex(column.moments).as_unit("s")
    rows = pd.DataFrame(
        {
            "time": np.tile(moments, len(terms)) if not column.aware else moments.append([moments] * (len(terms) - 1)),
            "term": np.repeat(np.array(terms, dtype=object), len(values)),
            **as_columns(flat),
            "fold": np.tile(np.array(folds, dtype="int8"), len(terms)),
        }
    )
    return Export(
        kind="over_time",
        terms=terms if any(terms) else (),
        geo="; ".join(geos) or series.preamble.geo,
        step=steps.step,
        zone=zone,
        rows=rows,
        lines=len(values),
        censored=int((rows["censored"] != "").sum()),
        missing=int(rows["missing"].sum()),
        first=moments[0],
        last=moments[-1],
        dates="; ".join(dict.fromkeys(label.inside for label in labels if label.dated)) or series.preamble.dates,
        category=series.preamble.category,
        warnings=(*series.table.notes, *series.preamble.notes, *series.notes),
    )
