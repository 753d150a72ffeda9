"""Rows pasted from a spreadsheet: of a table, and of the sites and searches that story.toml lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

import streamlit as st
from pydantic import Field

from components.charts.phrases.numbers import counted
from components.text import markdown
from components.workbench.desk.forms import ON_DESK, ROW_TYPES
from components.workbench.desk.place import Place
from components.workbench.desk.seat import Seat, act
from components.workbench.notices import tell_done
from data.core.program import utc_now
from data.desk.sheets import WORDS as FILE
from data.desk.toml_words import with_entry
from data.desk.values import Action, Change, Conflict, KeptRow
from data.story.faults import Fault, Faults
from data.story.row_checks import Cells, read_text
from data.story.table_rows import Id, Note, Row, Text


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
_SHOWN = 8


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


def show_paste(seat: Seat, place: Place) -> None:
    """A field for what was copied, the table it belongs to, and what was read of it."""
    into = st.selectbox(
        "Into",
        list(INTO),
        format_func=lambda name: name.replace("_", " ").capitalize(),
        key="desk-paste-into",
        width=260,
    )
    columns = ", ".join(f"{name}{'*' if one.is_required() else ''}" for name, one in INTO[into].model_fields.items())
    st.caption(markdown(f"The first line names the columns, * in every row: {columns}."))
    text = st.text_area("Rows, copied from a spreadsheet", key=f"desk-paste-{into}", height=180)
    if not text or not text.strip():
        return
    pasted = read_pasted(text, into)
    try:
        changes = _changes(seat, place, pasted, into)
    except ValueError as wrong:
        st.error(markdown(str(wrong)))
        return
    faults = (*pasted.faults, *seat.desk.preview(place.story, *changes).faults)
    new = sum(not change.id for change in changes)
    said = f"{counted(len(pasted.rows), 'row')} read"
    st.markdown(said if is_list(into) else f"{said}: {new:,} new, {len(changes) - new:,} that are here already.")
    for fault in faults[:_SHOWN]:
        st.markdown(f":red[{markdown(str(fault))}]")
    if len(faults) > _SHOWN:
        st.caption(f"and {len(faults) - _SHOWN:,} more faults")
    if pasted.rows and not pasted.faults and st.button("Add these rows", type="primary", key="save-pasted"):
        _save(seat, place, changes)


def _changes(seat: Seat, place: Place, pasted: Pasted, into: str) -> tuple[Change, ...]:
    if not is_list(into):
        return changes_of(pasted, into, seat.desk.rows(place.story, INTO[into].file))
    row = seat.desk.rows(place.story, FILE)[0]
    text = with_pasted((row.cells or {}).get(FILE, ""), pasted, into)
    return (Change(FILE, {FILE: text}, "0", row.revision),)


def _save(seat: Seat, place: Place, changes: tuple[Change, ...]) -> None:
    found = act(Action.WRITE, lambda who, origin: seat.desk.write_all(who, place.story, changes, utc_now(), origin))
    if isinstance(found, Conflict):
        st.warning("Somebody changed one of these rows at this moment: look at what is read now, and add them again.")
    elif found is not None:
        tell_done(f"{len(found):,} rows are kept, as one revision." if len(found) > 1 else "It is kept.")
        st.rerun()
