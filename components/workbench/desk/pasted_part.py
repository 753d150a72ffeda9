"""Rows from a spreadsheet, pasted: read at once, held against the draft, and kept as one revision or not at all."""

from __future__ import annotations

import streamlit as st

from components.text import markdown
from components.workbench.desk.pasted import INTO, Pasted, changes_of, is_list, read_pasted, with_pasted
from components.workbench.desk.place import Place
from components.workbench.desk.seat import Seat, act
from components.workbench.notices import tell_done
from data.core.program import utc_now
from data.desk.sheets import WORDS as FILE
from data.desk.values import Action, Change, Conflict, RowRefused

_SHOWN = 8


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
    said = f"{len(pasted.rows):,} rows read"
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
    try:
        found = act(
            Action.WRITE, lambda who, origin: seat.desk.write_all(who, place.story, changes, utc_now(), origin)
        )  # fmt: skip
    except RowRefused as refused:
        for fault in refused.faults[:_SHOWN]:
            st.error(markdown(str(fault)))
        return
    if isinstance(found, Conflict):
        st.warning("Somebody changed one of these rows at this moment: look at what is read now, and add them again.")
    elif found is not None:
        tell_done(f"{len(found):,} rows are kept, as one revision." if len(found) > 1 else "It is kept.")
        st.rerun()
