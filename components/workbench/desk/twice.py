"""A call that is in the story already, as one that the feed wrote meanwhile: both are shown, and one of them stays."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from components.text import markdown
from components.workbench.desk.forms import Form, form_of, title_of
from components.workbench.desk.place import go
from components.workbench.desk.seat import Seat, act
from components.workbench.notices import tell_done
from data.core.program import utc_now
from data.desk.values import Action, Change, KeptRow
from data.story.story_checks import Examined

_CALLS = "calls.csv"
_SAME = ("contest", "caller", "role")


def already(seat: Seat, slug: str, cells: Mapping[str, str], *, but: str = "") -> tuple[KeptRow, ...]:
    """The calls of a draft that stand and say that this caller called this contest, in the same kind of row."""
    if not cells.get("contest") or not cells.get("caller") or cells.get("role") == "corroboration":
        return ()
    back = {(row.cells or {}).get("call") for row in seat.desk.rows(slug, "withdrawals.csv")}
    return tuple(
        row
        for row in seat.desk.rows(slug, _CALLS)
        if row.cells and row.id != but and row.cells.get("id") not in back
        and all(row.cells.get(name, "") == cells.get(name, "") for name in _SAME)
    )  # fmt: skip


def show_already(seat: Seat, slug: str, form: Form, cells: Mapping[str, str], *, but: str = "") -> None:
    """What is in the draft of the call that is typed, beside it; nothing where that is new."""
    for row in already(seat, slug, cells, but=but) if form.table == "calls" else ():
        st.warning(f"{_told(seat, form, row)}  \n{markdown(f'Typed here: {title_of(form, cells)}.')}")
        if st.button("Open the one that is there", key=f"open-already-{row.id}"):
            go(table="calls", row=row.id)
            st.rerun()


def show_twice(seat: Seat, slug: str, draft: Examined) -> None:
    """Calls of this desk that others wrote into the folder after them: with both, nothing can be published."""
    if not draft.faults.count or draft.read.about is None:
        return
    form = form_of("calls", draft)
    for row in seat.desk.rows(slug, _CALLS):
        cells = row.cells or {}
        for other in already(seat, slug, cells, but=row.id) if not row.published else ():
            if other.published:
                ours = f"At this desk: {title_of(form, cells)}, by {seat.name_of(row.by)}."
                st.warning(f"{_told(seat, form, other)}  \n{markdown(ours)} Readers can have one of them.")
                if st.button("Take out the one of this desk", key=f"take-out-{row.id}"):
                    _take_out(seat, slug, row)


def _told(seat: Seat, form: Form, row: KeptRow) -> str:
    said = f"{title_of(form, row.cells or {})}, {seat.written(row, form.clock)}"
    return markdown(f"There already: {said}.")


def _take_out(seat: Seat, slug: str, row: KeptRow) -> None:
    gone = Change(_CALLS, None, row.id, row.revision)
    if act(Action.WRITE, lambda who, origin: seat.desk.write(who, slug, gone, utc_now(), origin)):
        tell_done("Taken out: the other one stays.")
        st.rerun()
