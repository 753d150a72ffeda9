"""Rows pasted from a spreadsheet: of a table, and of the sites and searches that story.toml lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from components.workbench.desk.forms import ON_DESK, ROW_TYPES
from data.desk.toml_words import with_entry
from data.desk.values import Change, KeptRow
from data.story.faults import Fault, Faults
from data.story.row_checks import Cells, read_text
from data.story.tables import Id, Note, Row, Text


class Site(Row):
    """A [[services]] of story.toml as a row: yes in `main` for the one of the headline."""

    file: ClassVar[str] = "sites"
    id: Id
    host: Text
    name: Text
    main: Annotated[str, Field(pattern="^(yes|no|)$")] = ""
    url: Note = ""
    statuspage: Note = ""


class SearchTerm(Row):
    """A [[searches]] of story.toml as a row."""

    file: ClassVar[str] = "searches"
    unique: ClassVar[tuple[str, ...]] = ("term", "geo")
    term: Text
    geo: Text
    note: Note = ""


#: What rows may be pasted into, the most usual first.
INTO: Mapping[str, type[Row]] = {
    "contests": ROW_TYPES["contests"],
    "sites": Site,
    "searches": SearchTerm,
    **{table: ROW_TYPES[table] for table in ON_DESK},
}
_LISTS = {"sites": "services", "searches": "searches"}


@dataclass(frozen=True, slots=True)
class Pasted:
    """The rows of a pasted text by column, each with its line, and what cannot be read of it."""

    rows: tuple[tuple[int, Mapping[str, str]], ...]
    faults: tuple[Fault, ...]


def read_pasted(text: str, into: str) -> Pasted:
    """What was pasted, its first line the names of columns; parted by tabs, commas or semicolons."""
    faults = Faults()
    whole = read_text(text.encode(), INTO[into].file, faults=faults, least="at least a line with the names of columns")
    if whole is None:
        return Pasted((), faults.listed())
    rows = tuple(
        (line, {name: cell.strip() for name, cell in cells.items() if cell.strip()})
        for line, cells in Cells(whole, INTO[into], faults)
    )
    return Pasted(rows, faults.listed())


def changes_of(pasted: Pasted, into: str, kept: Sequence[KeptRow]) -> tuple[Change, ...]:
    """One change for each row of a table: of a row that is there by its name what is pasted of it, else a new one."""
    row_type = INTO[into]
    held = {_named(row_type, row.cells): row for row in kept if row.cells and row_type.unique}
    found = []
    for _, cells in pasted.rows:
        there = held.get(_named(row_type, cells))
        found.append(
            Change(row_type.file, cells, there.id, there.revision, "pasted from a spreadsheet")
            if there
            else Change(row_type.file, cells)
        )
    return tuple(found)


def _named(row_type: type[Row], cells: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(cells.get(name, "") for name in row_type.unique)


def with_pasted(toml: str, pasted: Pasted, into: str) -> str:
    """story.toml with each pasted site or search at the end of its list. ValueError where that cannot be written."""
    for _, cells in pasted.rows:
        entry: dict[str, str | bool] = dict(cells)
        if "main" in entry:
            entry["main"] = entry["main"] == "yes"
        toml = with_entry(toml, _LISTS[into], entry)
    return toml


def is_list(into: str) -> bool:
    """Whether it is a list of story.toml rather than a table."""
    return into in _LISTS
