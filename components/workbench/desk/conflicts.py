"""Two people at one row: both values of each column side by side, and whoever came second chooses."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import streamlit as st

from components.text import markdown
from components.workbench.desk.forms import Form, differing, merged
from components.workbench.desk.place import Place
from components.workbench.desk.seat import Seat, act
from components.workbench.notices import tell_done
from data.core.program import utc_now
from data.desk.values import Action, Change, Conflict, KeptRow


def show_conflict(
    seat: Seat, place: Place, form: Form, conflict: Conflict, why: str, *, close: Callable[[], None]
) -> None:  # fmt: skip
    """Both versions, a choice for each column in which they differ, and a button that keeps what was chosen.

    `why` is the reason that was typed for mine.
    """
    mine, theirs = conflict.mine, conflict.theirs
    name = seat.name_of(theirs.by)
    if theirs.cells is None or mine.cells is None:
        _show_removed(seat, place, conflict, name, close)
        return
    st.warning(markdown(f"{name} changed this row at {form.clock.short(theirs.at)}, while you had it open. Choose."))
    key = f"{place.table}-{theirs.id}-{theirs.revision}"
    kept = choose_each(differing(form, mine.cells, theirs.cells), name, key=key)
    _show_choice(seat, place, theirs, merged(theirs.cells, mine.cells, kept), why, close)


def choose_each(both: Iterable[tuple[str, str, str, str]], name: str, *, key: str) -> list[str]:
    """Of what two people changed, each by its name, its label, mine and theirs: the names for which mine is chosen."""
    kept = []
    for one, label, own, other in both:
        options = [markdown(f"Yours: {own}"), markdown(f"{name}: {other}")]
        if st.radio(markdown(label), options, key=f"choose-{key}-{one}") == options[0]:
            kept.append(one)
    return kept


def _show_choice(
    seat: Seat, place: Place, theirs: KeptRow, cells: dict[str, str], why: str, close: Callable[[], None]
) -> None:  # fmt: skip
    had = theirs.cells or {}
    if theirs.published:
        why = st.text_input("Why it changes", why, key=f"why-{theirs.id}-{theirs.revision}") or ""
    with st.container(horizontal=True):
        if st.button("Keep what is chosen", type="primary", key="keep-chosen"):
            changed = {name: cells.get(name, "") for name in {*had, *cells} if cells.get(name, "") != had.get(name, "")}
            _keep(seat, place, Change(theirs.table, changed, theirs.id, theirs.revision, why), close)
        if st.button("Leave it as it stands", key="leave-theirs"):
            close()
            st.rerun()


def _show_removed(
    seat: Seat, place: Place, conflict: Conflict, name: str, close: Callable[[], None]
) -> None:  # fmt: skip
    """One of the two removed the row."""
    mine, theirs = conflict.mine, conflict.theirs
    gone = theirs.cells is None
    st.warning(markdown(f"{name} {'removed' if gone else 'changed'} this row while you had it open. Choose."))
    with st.container(horizontal=True):
        if gone and st.button("Add it again as I have it", type="primary", key="add-again"):
            _keep(seat, place, Change(mine.table, mine.cells), close)
        if not gone and st.button("Remove it all the same", type="primary", key="remove-anyway"):
            _keep(seat, place, Change(theirs.table, None, theirs.id, theirs.revision, "removed"), close)
        if st.button("Leave it as it stands", key="leave-theirs"):
            close()
            st.rerun()


def _keep(seat: Seat, place: Place, change: Change, close: Callable[[], None]) -> None:
    found = act(Action.WRITE, lambda who, origin: seat.desk.write(who, place.story, change, utc_now(), origin))
    if isinstance(found, KeptRow):
        close()
        tell_done(f"Kept as chosen. Revision {found.revision:,}.")
        st.rerun()
    if isinstance(found, Conflict):
        st.error("Somebody changed it again meanwhile: close the row and open it anew.")
