"""A story's tables as lists: a row is found by typing, and opened by its name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from components.clock import Clock
from components.text import markdown
from components.workbench.desk.forms import ON_DESK, ROW_TYPES, Form, form_of, title_of
from components.workbench.desk.place import NEW, Place, go
from components.workbench.desk.row_form import show_form
from components.workbench.desk.seat import Seat
from data.desk.values import KeptRow
from data.story.story_checks import Examined

#: Rows of a list at a time.
_PAGE = 20
#: What one row of a table is.
ONE = {
    "calls": "call",
    "withdrawals": "withdrawal",
    "milestones": "milestone",
    "observations": "observation",
    "corrections": "correction",
    "sources": "source",
    "contests": "contest",
    "poll_closings": "poll closing",
    "counts": "count",
    "projections": "projection",
    "results": "result",
    "figures": "figure",
    "controls": "control case",
    "tiles": "tile",
}


def show_rows(seat: Seat, place: Place, draft: Examined) -> None:
    """The list of a table and, above it, the form of the row that is open."""
    rows = seat.desk.rows(place.story, ROW_TYPES[place.table].file)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        _choose_table(place, draft)
        st.button(
            f"Add {_article(ONE[place.table])}",
            key="add-row",
            type="secondary" if place.row else "primary",
            on_click=lambda: go(row=NEW),
        )
    if place.row:
        show_form(seat, place, draft, rows, noun=ONE[place.table])
    _show_list(seat, place, form_of(place.table, draft), rows)


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _choose_table(place: Place, draft: Examined) -> None:
    def named(table: str) -> str:
        count = draft.tables[ROW_TYPES[table].file].count
        return f"{table.replace('_', ' ').capitalize()}: {count:,}"

    st.session_state["desk-table"] = place.table
    st.selectbox(
        "Table",
        ON_DESK,
        format_func=named,
        key="desk-table",
        on_change=lambda: go(table=st.session_state["desk-table"], row=""),
        width=260,
    )


def _show_list(seat: Seat, place: Place, form: Form, rows: Sequence[KeptRow]) -> None:
    asked = st.text_input("Search these rows", key=f"desk-search-{place.table}", type="search", live=True)
    words = (asked or "").casefold().split()
    titled = [(row, title_of(form, row.cells)) for row in reversed(rows) if row.cells is not None]
    found = [(row, title) for row, title in titled if all(word in _haystack(row, title) for word in words)]
    if not found:
        st.caption("No row has all of these words." if words else f"There is no {ONE[place.table]} yet.")
        return
    pages = -(-len(found) // _PAGE)
    page = st.pagination(pages, key=f"desk-page-{place.table}-{asked}") if pages > 1 else 1
    first = (page - 1) * _PAGE
    with st.container(key="desk-rows", gap=None):
        for row, title in found[first : first + _PAGE]:
            changed = f", {_changed(seat, row, form.clock)}" if row.revision > 1 else ""
            st.button(
                markdown(f"{title}{changed}"),
                key=f"open-{place.table}-{row.id}",
                type="tertiary",
                on_click=partial(go, row=row.id),
            )
    st.caption(f"{len(found):,} of {len(titled):,} rows, the last of the file first.")


def _haystack(row: KeptRow, title: str) -> str:
    return " ".join((title, *(row.cells or {}).values())).casefold()


def _changed(seat: Seat, row: KeptRow, clock: Clock) -> str:
    return f"{seat.name_of(row.by)} {clock.dated(row.at)}"
