"""Interest by region, and related queries and topics, as an export lists them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd

from data.core.errors import SourceChanged
from data.sources.trends_csv.cells import (
    BREAKOUT,
    PLACES,
    RISING,
    TOP,
    Value,
    dates_and_place,
    folded,
    read_label,
    read_value,
)
from data.sources.trends_csv.csv_text import MAX_ROWS, CsvTable, read_preamble
from data.sources.trends_csv.export import MAX_TERMS, Export, as_columns, name_terms
from data.sources.trends_csv.times import is_time
from data.story.faults import quoted


def read_regions(table: CsvTable) -> Export:
    """Interest by region. Raises SourceChanged where the table has no such columns or values."""
    rows = table.rows
    at = next((place for place, row in enumerate(rows) if sum(map(bool, row)) > 1), None)
    if at is None:
        raise SourceChanged("The file is not a Google Trends export: it has no columns.")
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
    _refuse_other_tables(head, flat, marked=marked, shares=shares)
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
            raise SourceChanged(f"The file is not a Google Trends export: its first row does not name column {column}.")
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
            f"The file is not a Google Trends export: below {quoted(head[-1])}, line {line} has {quoted(cell)} "
            f"where a value from 0 to 100 belongs."
        )
    if value.kind in {"number", "percent"} and not 0 <= value.number <= 100:
        raise SourceChanged(f"Line {line} has the value {cell}, and Google Trends counts from 0 to 100.")
    return value


def _refuse_other_tables(head: Sequence[str], values: Sequence[Value], *, marked: bool, shares: bool) -> None:
    """Whether a table of names and numbers is one of Google Trends: by its marks, or else by its words and scale."""
    if shares and any(value.kind == "number" for value in values):
        raise SourceChanged("Some values of the file are shares in percent and some are not.")
    numbers = [value.number for value in values if value.kind == "number"]
    whole = all(number.is_integer() for number in numbers)
    if not marked and not (folded(head[0]) in PLACES and whole and (shares or max(numbers, default=0) == 100)):
        raise SourceChanged(
            "The file is not a Google Trends export: it has neither times, nor regions with values from 0 to 100, "
            "nor related queries."
        )


_SECTIONS = TOP | RISING


@dataclass(frozen=True, slots=True)
class _Query:
    term: str
    section: str
    value: Value
    interest: float = math.nan
    growth: float = math.nan


@dataclass(slots=True)
class _Lists:
    """What has been read so far: the queries, and what stands around them."""

    queries: list[_Query] = field(default_factory=list)
    seeds: list[str] = field(default_factory=list)
    above: list[Sequence[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    section: str = ""
    marked: bool = False


def looks_related(rows: Sequence[Sequence[str]]) -> bool:
    """Whether lines stand there that only lists of related queries have."""
    for row in rows:
        filled = [cell for cell in row if cell]
        if filled and (_is_heading(filled) or _seed(filled)):
            return True
        if len(filled) > 1 and (folded(filled[-1]) in BREAKOUT or (filled[-1][0] in "+±" and "%" in filled[-1])):
            return True
    return _flat_from(rows) is not None


def _is_heading(filled: Sequence[str]) -> bool:
    """ "TOP" alone in its line, or beside a column name that somebody added."""
    return folded(filled[0]) in _SECTIONS and all(read_value(cell).kind == "word" for cell in filled[1:])


def _seed(filled: Sequence[str]) -> str:
    """The line `keyword: (dates, place)` that says what was searched for, or ""; its comma may have split it."""
    text = ", ".join(filled)
    whole = len(filled) == 1 or (not read_label(filled[-1]).inside and "(" in filled[0])
    return text if whole and read_label(text).dated else ""


def _flat_from(rows: Sequence[Sequence[str]]) -> int | None:
    """The first line of newer lists, below query, search interest, increase percent; None if it is no such table."""
    filled = [place for place, row in enumerate(rows) if any(row)]
    if len(filled) < 2 or len(rows[filled[0]]) != 3 or any(read_value(cell).kind != "word" for cell in rows[filled[0]]):
        return None
    kinds = [tuple(read_value(cell).kind for cell in rows[place][1:]) for place in filled[1:]]
    if not all(len(kind) == 2 and kind[0] in {"number", "less", "blank"} and kind[1] != "number" for kind in kinds):
        return None
    return filled[1] if any(kind[1] == "percent" for kind in kinds) else None


def read_related(table: CsvTable, *, filename: str = "") -> Export:
    """The lists of a table. Raises SourceChanged where they are empty or hold anything else."""
    lists = _Lists()
    flat = _flat_from(table.rows)
    if flat is not None:
        _read_flat(table, flat, lists, filename=filename)
    else:
        for place, row in enumerate(table.rows):
            if filled := [cell for cell in row if cell]:
                _read_line(table.line(place), row, filled, lists)
    _refuse_other_lists(lists)
    return _export(table, lists)


def _read_line(line: int, row: Sequence[str], filled: Sequence[str], lists: _Lists) -> None:
    if _is_heading(filled):
        lists.section, lists.marked = ("top" if folded(filled[0]) in TOP else "rising"), True
    elif seed := _seed(filled):
        lists.seeds.append(seed)
        lists.marked = True
    elif not row[0]:
        raise SourceChanged(f"Line {line} has a value and no query.")
    elif len(filled) == 1 and not lists.queries and not lists.section:
        lists.above.append(row)
    elif len(row) == 1:
        lists.section = ""  # a heading in a language unknown here: the values will say
    elif len(filled) > 2:
        if lists.queries or any(read_value(cell).kind != "word" for cell in filled):
            raise SourceChanged(f"Line {line} has more than a query and its value: {quoted(row[0])}.")
        lists.above.append(row)
    else:
        lists.queries.append(_query(line, row[0], row[1] if len(row) > 1 else "", lists))


def _query(line: int, term: str, cell: str, lists: _Lists) -> _Query:
    value = read_value(cell)
    if value.kind == "number" and (lists.section == "rising" or cell.startswith("+")):
        value = Value("percent", value.number)
    if value.kind in {"percent", "word"}:
        return _Query(term, "rising", value, growth=value.number)
    if value.kind == "number" and not 0 <= value.number <= 100:
        raise SourceChanged(f"Line {line} has the value {cell}, and Google Trends counts from 0 to 100.")
    section = lists.section if value.kind == "blank" and lists.section else "top"
    return _Query(term, section, value, interest=value.number)


def _read_flat(table: CsvTable, start: int, lists: _Lists, *, filename: str) -> None:
    """Newer lists print interest and growth beside each other, and only the file's name says which list it is."""
    rows = [(table.line(place), row) for place, row in enumerate(table.rows[start:], start) if any(row)]
    pairs = [(line, row[0], read_value(row[1]), read_value(row[2])) for line, row in rows]
    for line, _, interest, _ in pairs:
        if not 0 <= interest.number <= 100 and interest.kind != "blank":
            raise SourceChanged(f"Line {line} has the value {interest.number:g}, and Google Trends counts to 100.")
    shown = [interest.number for _, _, interest, _ in pairs]
    falling = all(not one < two for one, two in pairwise(shown))
    name = filename.casefold()
    section = "rising" if "rising" in name else "top" if "top" in name or falling else "rising"
    if "rising" not in name and "top" not in name:
        lists.notes.append(f"The file does not say which list it is; its order is that of the {section} queries.")
    lists.marked = True
    for _, term, interest, growth in pairs:
        value = interest if section == "top" else growth
        lists.queries.append(_Query(term, section, value, interest.number, growth.number))


def _refuse_other_lists(lists: _Lists) -> None:
    if len(lists.queries) > MAX_ROWS:
        raise SourceChanged(f"The file has more than {MAX_ROWS:,} rows, which no Google Trends export has.")
    if not lists.queries:
        raise SourceChanged("The file has the headings of related queries, and no query.")
    words = {folded(query.value.text) for query in lists.queries if query.value.kind == "word"}
    if len(words) > 1 and not words <= BREAKOUT:
        said = ", ".join(quoted(word) for word in sorted(words)[:2])
        raise SourceChanged(f"The file is not a list of related queries: its values are words, among them {said}.")
    if not lists.marked:
        lists.notes.append("Nothing in the file says that it is from Google Trends, except the look of its values.")


def _export(table: CsvTable, lists: _Lists) -> Export:
    preamble = read_preamble(lists.above)
    labels = [read_label(seed) for seed in dict.fromkeys(lists.seeds)]
    printed = [dates_and_place(label.inside) for label in labels]
    if len(labels) > 1:
        lists.notes.append("The file holds the lists of several searches one after the other.")
    if not labels:
        lists.notes.append("The file does not name its search term.")
    queries = lists.queries
    frame = pd.DataFrame(
        {
            "term": np.array([query.term for query in queries], dtype=object),
            "section": np.array([query.section for query in queries], dtype=object),
            "breakout": np.array([query.value.kind == "word" for query in queries], dtype=bool),
            "interest": np.array([query.interest for query in queries], dtype=float),
            "growth": np.array([query.growth for query in queries], dtype=float),
            **as_columns([query.value for query in queries]),
        }
    )
    frame.loc[frame["section"] == "rising", "censored"] = ""
    return Export(
        kind="related",
        terms=tuple(dict.fromkeys(label.term for label in labels)),
        geo="; ".join(dict.fromkeys(place for _, place in printed if place)),
        step=None,
        zone="",
        rows=frame,
        lines=len(frame),
        censored=int((frame["censored"] != "").sum()),
        missing=int(frame["missing"].sum()),
        dates="; ".join(dict.fromkeys(dates for dates, _ in printed if dates)),
        category=preamble.category,
        warnings=(*table.notes, *preamble.notes, *lists.notes),
    )
