"""A table on a page: real HTML that sorts, searches and shows twenty rows at first, each row beside its mark."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from components.text import visible
from components.workbench.page_component import page_component
from data.core.model import Source

#: Rows that stand before somebody asks for all.
FIRST = 20
#: The text of a link and its address.
Link = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is folded below a cell."""

    text: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it is read; `sort` is what its column is ordered by where that is not its text.

    `more` is folded below it, under the word `fold`.
    """

    text: str = ""
    links: tuple[Link, ...] = ()
    sort: str | float | None = None
    more: tuple[Line, ...] = ()
    fold: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, and rows of as many cells; `ids` name the rows as the marks of charts do, empty where none does."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    ids: tuple[str, ...] = ()

    def without_empty(self) -> Table:
        """The same without columns in which no cell says anything."""
        kept = [place for place in range(len(self.columns)) if any(_says(row[place]) for row in self.rows)]
        rows = tuple(tuple(row[place] for place in kept) for row in self.rows)
        return Table(tuple(self.columns[place] for place in kept), rows, self.ids)


def _says(cell: Cell) -> bool:
    return bool(cell.text or cell.links or cell.more)


def sources_of(known: dict[str, Source], cell: str) -> tuple[Link, ...]:
    """The sources that a cell of column `source` names, as links, one for each outlet and address."""
    return tuple(dict.fromkeys((known[name].org, known[name].url) for name in cell.split()))


def credited(credit: str, links: tuple[Link, ...]) -> Cell:
    """Who says something, with where; said once where a link has the same words."""
    return Cell("" if credit in dict(links) else credit, links)


def show_table(table: Table, *, key: str, label: str) -> None:
    """The table under a `label` that a screen reader says; nothing where it has no rows."""
    if not table.rows:
        return
    data: dict[str, Any] = {
        "columns": list(table.columns),
        "rows": [[_plain(cell) for cell in row] for row in table.rows],
        "ids": list(table.ids or [""] * len(table.rows)),
        "first": FIRST,
        "label": visible(label),
    }
    stamp = hashlib.sha256(json.dumps(data).encode()).hexdigest()[:16]
    mount = page_component("table", html='<div class="nd-table"></div>', css="table.css", js="table.js")
    mount(key=f"table-{key}", data={**data, "stamp": stamp})


def _plain(cell: Cell) -> dict[str, Any]:
    """A cell as the script takes it, without what is as usual."""
    said: dict[str, Any] = {"text": visible(cell.text)}
    if cell.links:
        said["links"] = [[visible(text), address] for text, address in cell.links]
    if cell.sort is not None:
        said["sort"] = cell.sort
    if cell.more:
        said["more"] = [
            {"text": visible(line.text), "links": [list(link) for link in line.links]} for line in cell.more
        ]
        said["fold"] = cell.fold
    return said
