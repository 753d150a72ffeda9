"""A call that is in the story already, as one that the feed wrote meanwhile: both are shown, and one of them stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

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


def standing_calls(seat: Seat, slug: str) -> Iterator[KeptRow]:
    """The calls of a draft that nobody has withdrawn, read when the first one is asked for."""
    back = {(row.cells or {}).get("call") for row in seat.desk.rows(slug, "withdrawals.csv")}
    yield from (row for row in seat.desk.rows(slug, _CALLS) if row.cells and row.cells.get("id") not in back)


def already(standing: Iterable[KeptRow], cells: Mapping[str, str], *, but: str = "") -> tuple[KeptRow, ...]:
    """Those of these calls that say that this caller called this contest, in the same kind of row."""
    if not cells.get("contest") or not cells.get("caller") or cells.get("role") == "corroboration":
        return ()
    others = (row for row in standing if row.cells and row.id != but)
    return tuple(row for row in others if all((row.cells or {}).get(name, "") == cells.get(name, "") for name in _SAME))


def show_already(seat: Seat, slug: str, form: Form, cells: Mapping[str, str], *, but: str = "") -> None:
    """What is in the draft of the call that is typed, beside it; nothing where that is new."""
    for row in already(standing_calls(seat, slug), cells, but=but) if form.table == "calls" else ():
        st.warning(f"{_told(seat, form, row)}  \n{markdown(f'Typed here: {title_of(form, cells)}.')}")
        if st.button("Open the one that is there", key=f"open-already-{row.id}"):
            go(table="calls", row=row.id)
            st.rerun()


def show_twice(seat: Seat, slug: str, draft: Examined) -> None:
    """Calls of this desk that others wrote into the folder after them: with both, nothing can be published."""
    if not draft.faults.count or draft.read.about is None:
        return
    form, published = form_of("calls", draft), [row for row in standing_calls(seat, slug) if row.published]
    for row in seat.desk.rows(slug, _CALLS):
        cells = row.cells or {}
        if not row.published:
            for other in already(published, cells):
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
