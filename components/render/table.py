"""A chart as a table: one row for each mark and event, with its source, so that nothing drawn is out of reach."""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from collections.abc import Collection, Iterator
from datetime import datetime

import pandas as pd

from components.charts.builders.compare_chart import in_truth
from components.charts.builders.searches_chart import thinned_lines
from components.charts.grammar import Chart, Event, Item, Kind, Lane, Line, Mark, Steps, Tiles, anchor
from components.clock import Clock
from components.render.words import amount, event_numbers, period, unmarked_events
from data.core.model import Precision, When, iso_text

#: Goes before the others in every row of a test: it stays with a row that is sorted, cut out or pasted elsewhere.
TEST_COLUMN = "Test"
COLUMNS = ("No.", "Lane", "When", "What", "Value", "Evidence", "Source", "Row")
#: What a program reads: UTC times, numbers, and where to check them. Empty where nothing is known.
#: `amount_low` and `amount_high` bound the amount, `total_low` and `total_high` the running total that it raises.
TYPED = (
    *("earliest_utc", "latest_utc", "until_utc"),
    *("amount", "amount_low", "amount_high", "total_low", "total_high", "unit", "source_urls"),
)
#: A spreadsheet runs what begins so, also behind spaces, quotation marks and in full-width letters.
_FORMULA = re.compile(r"[\s'\"`‘’‚‛“”„‟«»‹›＇＂]*[=+\-@＝＋－＠﹢﹣﹦﹫−|]")

#: The text cells of a row, and its typed ones.
Cell = str | int | float | None
Row = tuple[tuple[str, ...], tuple[Cell, ...]]
_NO_ROW: Row = ("",) * len(COLUMNS), (None,) * len(TYPED)


def frame(chart: Chart, clock: Clock, only: Collection[str] | None = None) -> pd.DataFrame:
    """The chart as strings in `COLUMNS`, by time: marks, then events that no mark stands for, then what is outside.

    Ahead of all stands a row for each line of which only some bins are drawn, to say so.
    The rows of a test begin with a column that says so.
    With `only`, just the rows of these names.
    `When` is as sharp as the evidence; `Row` names the table and id the figure came from; `Source` who published it.
    """
    found = pd.DataFrame([text for text, _ in _rows(chart, clock, only)], columns=pd.Index(COLUMNS), dtype=str)
    if chart.banner:
        found.insert(0, TEST_COLUMN, "TEST")
    return found


def csv_of(chart: Chart, clock: Clock) -> str:
    """The table as CSV: `COLUMNS` as a person reads them, then `TYPED` as a program does; a test says so in each row.

    Every text cell is in quotation marks and begins with nothing that a spreadsheet runs; numbers are bare numbers,
    a negative one too. Times are ISO 8601 in UTC, addresses of sources are separated by spaces. No byte order mark:
    whoever writes a file for Excel puts one first.
    """
    out = io.StringIO()
    sheet = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    test = (chart.banner,) if chart.banner else ()
    sheet.writerow((*((TEST_COLUMN,) if test else ()), *COLUMNS, *TYPED))
    # A test without a row yet still says so.
    for text, typed in [*_rows(chart, clock)] or [_NO_ROW] * len(test):
        cells = ("" if cell is None else cell for cell in (*test, *text, *typed))
        sheet.writerow([_escape(cell) if isinstance(cell, str) else cell for cell in cells])
    return out.getvalue()


def _escape(cell: str) -> str:
    """The text without controls and marks that reverse writing; an apostrophe first where it would be a formula."""
    spaced = (" " if char.isspace() else char for char in cell)
    shown = "".join(char for char in spaced if unicodedata.category(char)[0] != "C")
    return f"'{shown}" if _FORMULA.match(shown) or cell[:1] in ("\t", "\r") else shown


def _rows(chart: Chart, clock: Clock, only: Collection[str] | None = None) -> Iterator[Row]:
    names = {source.id: source.org for source in chart.sources}
    urls = {source.id: source.url for source in chart.sources}
    for row, line in thinned_lines(chart.lanes).items():
        if only is None or row in only:
            yield _thinned_row(chart, line, row, clock, names, urls)
    found = _inside(chart, clock, names, urls, only)
    yield from (row for _, row in sorted(found, key=lambda entry: entry[0]))
    for event in chart.outside:
        if only is None or " ".join(event.rows) in only:
            yield _event_row(event, clock, names, "", "Outside this window"), _typed_event(event, urls)


def _inside(
    chart: Chart, clock: Clock, names: dict[str, str], urls: dict[str, str], only: Collection[str] | None
) -> Iterator[tuple[datetime, Row]]:
    """The rows of marks, and of events that no mark stands for, each with its place in time."""
    numbers = event_numbers(chart)
    for lane in chart.lanes:
        for mark, item in lane.items:
            if only is None or item.row in only:
                text = _mark_row(lane, mark, item, clock, names, numbers.get(item.row))
                yield anchor(item.when), (text, _typed_item(lane, mark, item, urls))
    for number, event in unmarked_events(chart):
        if only is None or " ".join(event.rows) in only:
            text = _event_row(event, clock, names, str(number), "Event")
            yield anchor(event.when), (text, _typed_event(event, urls))


def _thinned_row(chart: Chart, line: Line, row: str, clock: Clock, names: dict[str, str], urls: dict[str, str]) -> Row:
    """Says ahead of the bins of a thinned line, in a file that travels alone, that they are not all."""
    sources = line.items[0].sources
    text = ("", "Thinned", clock.span(chart.window), line.thinned, "", "", _source_names(sources, names), row)
    return text, ("", "", "", *[None] * 5, "", _addresses(sources, urls))


def _typed_item(lane: Lane, mark: Mark, item: Item, urls: dict[str, str]) -> tuple[Cell, ...]:
    until = iso_text(item.until.latest - item.shift) if item.until else ""
    unit = "rank" if item.kind is Kind.RANK else lane.unit
    bounds = (item.low, item.high)
    four = (None, None, *bounds) if isinstance(mark, Steps | Tiles) else (*bounds, None, None)
    figures = [whole_number(figure) for figure in (item.value, *four)]
    known = unit if any(figure is not None for figure in figures) else ""
    first, last = _bounds(in_truth(item))
    return ("" if item.by else first, last, until, *figures, known, _addresses(item.sources, urls))


def _typed_event(event: Event, urls: dict[str, str]) -> tuple[Cell, ...]:
    return (*_bounds(in_truth(event)), "", *[None] * 5, "", _addresses(event.sources, urls))


def _bounds(when: When) -> tuple[str, str]:
    if when.precision is Precision.NONE:
        return "", ""
    return iso_text(when.earliest), "" if when.open else iso_text(when.latest)


def whole_number(figure: float | None) -> int | float | None:
    """A figure as files hold it: whole where it is whole, None where it is not finite."""
    if figure is None or not math.isfinite(figure):
        return None
    return int(figure) if float(figure).is_integer() else float(figure)


def _addresses(ids: tuple[str, ...], urls: dict[str, str]) -> str:
    return " ".join(dict.fromkeys(urls[name] for name in ids))


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
