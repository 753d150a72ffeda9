"""A table on a page: real HTML that sorts, searches and shows twenty rows at first, each row beside its mark."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import streamlit as st

from components.text import visible
from data.core.model import Source

#: Rows that stand before somebody asks for all.
FIRST = 20
#: The text of a link and its address.
Link = tuple[str, str]

_STYLE = """
.bar { display: flex; gap: 0.75rem; align-items: baseline; margin-bottom: 0.35rem; font-size: 0.8125rem; }
input { font: inherit; color: inherit; background: transparent; border: 1px solid var(--st-border-color);
  border-radius: 4px; padding: 0.25rem 0.5rem; min-width: 0; width: 14rem; }
.frame { max-height: min(70vh, 36rem); overflow: auto; border-block: 1px solid var(--st-border-color); }
table { border-collapse: collapse; width: 100%; font-size: 0.875rem; line-height: 1.35;
  font-variant-numeric: tabular-nums; }
caption { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
th, td { text-align: start; vertical-align: top; padding: 0.35rem 0.6rem 0.35rem 0; font-weight: 400;
  overflow-wrap: break-word; min-width: 3.5rem; max-width: 30rem; }
thead th { position: sticky; top: 0; background: var(--st-background-color); z-index: 1; white-space: nowrap; }
tbody tr { border-top: 1px solid var(--st-border-color); }
tbody tr:is(:hover, .is-pointed) { background: var(--st-secondary-background-color); }
button { all: unset; cursor: pointer; font-weight: 600; min-height: 1.5rem; }
th button::after { content: " ↕"; opacity: 0.55; }
th[aria-sort=ascending] button::after { content: " ↑"; opacity: 1; }
th[aria-sort=descending] button::after { content: " ↓"; opacity: 1; }
.more { margin-top: 0.4rem; padding: 0.2rem 0.6rem; border: 1px solid var(--st-border-color); border-radius: 4px;
  font-size: 0.8125rem; }
.more[hidden] { display: none; }
a { color: var(--st-link-color); }
summary { cursor: pointer; min-height: 1.5rem; width: fit-content; opacity: 0.8; }
details p { margin: 0.25rem 0; }
:is(button, input, a, summary, .frame):focus-visible { outline: 2px solid currentColor; outline-offset: -2px; }
@media print { .bar, .more { display: none; } .frame { max-height: none; overflow: visible; } }
"""


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
    mount = st.components.v2.component(
        "nightdesk.table", html='<div class="nd-table"></div>', css=_STYLE, js="table.js"
    )
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
