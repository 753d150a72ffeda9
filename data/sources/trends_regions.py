"""Interest by region: a first column of places, a value for each term in each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from data.errors import SourceChanged
from data.faults import quoted
from data.sources.trends_cells import Value, read_label, read_value
from data.sources.trends_export import MAX_TERMS, Export, as_columns, name_terms
from data.sources.trends_preamble import read_preamble
from data.sources.trends_text import MAX_ROWS, Table
from data.sources.trends_times import is_time
from data.sources.trends_words import PLACES, folded


def read_regions(table: Table) -> Export:
    """Interest by region. Raises SourceChanged where the table has no such columns or values."""
    rows = table.rows
    at = next((place for place, row in enumerate(rows) if sum(map(bool, row)) > 1), None)
    if at is None:
        raise SourceChanged("The file is no Google Trends export: it has no columns.")
    head = rows[at][: max(place for place, cell in enumerate(rows[at], 1) if cell)]
    body = [(table.line(place), row) for place, row in enumerate(rows[at + 1 :], at + 1) if any(row)]
    preamble, notes = read_preamble(rows[:at]), [*table.notes]
    _refuse_shape(head, body)
    labels = [read_label(cell) for cell in head[1:]]
    values = [[_value(line, row[column] if column < len(row) else "", head) for column in range(1, len(head))]
              for line, row in body]  # fmt: skip
    flat = [value for row in values for value in row]
    marked = preamble.found or any(label.dated for label in labels)
    shares = any(value.kind == "percent" for value in flat)
    _refuse_others(head, flat, marked=marked, shares=shares)
    if not marked:
        notes.append("Nothing in the file says that it is from Google Trends, except its columns and its scale.")
    if shares:
        notes.append("The values are the share of each term among all terms in a region, in percent.")
    names = [row[0] for _, row in body]
    twin, count = Counter(names).most_common(1)[0]
    if count > 1:
        notes.append(f"Some regions stand there more than once, among them {quoted(twin)}.")
    terms, more = name_terms(labels)
    by_term = [row[column] for column in range(len(terms)) for row in values]
    frame = pd.DataFrame(
        {
            "region": np.tile(np.array(names, dtype=object), len(terms)),
            "term": np.repeat(np.array(terms, dtype=object), len(names)),
            **as_columns(by_term),
        }
    )
    return Export(
        kind="regions",
        terms=terms,
        geo="; ".join(dict.fromkeys(label.inside for label in labels if label.inside and not label.dated)),
        step=None,
        zone="",
        rows=frame,
        lines=len(names),
        censored=int((frame["censored"] != "").sum()),
        missing=int(frame["missing"].sum()),
        dates="; ".join(dict.fromkeys(label.inside for label in labels if label.dated)),
        category=preamble.category,
        unit="share" if shares else "index",
        warnings=(*notes, *preamble.notes, *more),
    )


def _refuse_shape(head: Sequence[str], body: Sequence[tuple[int, Sequence[str]]]) -> None:
    if not body:
        raise SourceChanged("The file has a line that names columns, and no data below it.")
    if len(body) > MAX_ROWS:
        raise SourceChanged(f"The file has more than {MAX_ROWS:,} rows, which no Google Trends export has.")
    if len(head) > MAX_TERMS + 1:
        raise SourceChanged(f"The file has {len(head) - 1:,} columns of values; the limit is {MAX_TERMS}.")
    for column, cell in enumerate(head[1:], 2):
        if not cell or read_value(cell).kind in {"number", "percent", "less"}:
            raise SourceChanged(f"The file is no Google Trends export: its first row does not name column {column}.")
    for line, row in body:
        if not row[0]:
            raise SourceChanged(f"Line {line} has a value and no region.")
        if is_time(row[0]):
            raise SourceChanged(f"Line {line} begins with a time, {quoted(row[0])}, and most others do not.")
        if any(row[len(head) :]):
            raise SourceChanged(f"Line {line} has more cells than the line that names the columns.")


def _value(line: int, cell: str, head: Sequence[str]) -> Value:
    value = read_value(cell)
    if value.kind == "word":
        raise SourceChanged(
            f"The file is no Google Trends export: below {quoted(head[-1])}, line {line} has {quoted(cell)} "
            f"where a value from 0 to 100 belongs."
        )
    if value.kind in {"number", "percent"} and not 0 <= value.number <= 100:
        raise SourceChanged(f"Line {line} has the value {cell}, and Google Trends counts from 0 to 100.")
    return value


def _refuse_others(head: Sequence[str], values: Sequence[Value], *, marked: bool, shares: bool) -> None:
    """Whether a table of names and numbers is one of Google Trends: by its marks, or else by its words and scale."""
    if shares and any(value.kind == "number" for value in values):
        raise SourceChanged("Some values of the file are shares in percent and some are not.")
    numbers = [value.number for value in values if value.kind == "number"]
    whole = all(number.is_integer() for number in numbers)
    if not marked and not (folded(head[0]) in PLACES and whole and (shares or max(numbers, default=0) == 100)):
        raise SourceChanged(
            "The file is no Google Trends export: it has neither times, nor regions with values from 0 to 100, "
            "nor related queries."
        )
