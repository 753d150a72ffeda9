"""The revisions of a story: looked at, compared row by row in words, and restored."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from components.clock import Clock
from components.text import capital, markdown, shortened
from components.workbench.desk.place import Place
from components.workbench.desk.seat import Seat, act
from components.workbench.desk.typed_when import on_clock
from components.workbench.evidence_table import Cell, Table, show_table
from components.workbench.notices import tell_done
from data.core.program import utc_now
from data.desk.values import Action, Revision, RowDifference

_SHOWN = 200


def show_history(seat: Seat, place: Place, clock: Clock) -> None:
    """What was done, the newest first; two revisions side by side; and, for who may, a button that brings one back."""
    revisions = seat.desk.history(place.story)
    st.subheader("Compare two revisions", anchor=False)
    _compare(seat, place, revisions, clock)
    st.subheader("All revisions", anchor=False)
    show_table(_table(seat, revisions, clock), key="desk-history", label=f"Revisions of {place.story}")


def _table(seat: Seat, revisions: Sequence[Revision], clock: Clock) -> Table:
    rows = tuple(
        (
            Cell(f"{one.number:,}", sort=float(one.number)),
            Cell(shortened(_told(one, clock), 300)),
            Cell(seat.name_of(one.by)),
            Cell(clock.stamp(one.at), sort=one.at.isoformat()),
            Cell("with readers" if one.published else ""),
        )
        for one in revisions
    )
    return Table(("Revision", "What", "By", "When", "Where"), rows).without_empty()


def _compare(seat: Seat, place: Place, revisions: Sequence[Revision], clock: Clock) -> None:
    numbers = [one.number for one in revisions]
    words = named(revisions, clock)
    public = next((one.number for one in revisions if one.published), numbers[-1])
    first, second = st.columns(2)
    with first:
        was = st.selectbox("From", numbers, numbers.index(public), format_func=words.__getitem__, key="desk-from")
    with second:
        now = st.selectbox("To", numbers, format_func=words.__getitem__, key="desk-to")
    show_differences(seat.desk.difference(place.story, was, now), clock)
    if not seat.who.role.may(Action.RESTORE):
        return
    why = st.text_input("Why, if readers have rows that change", key="desk-restore-why")
    if st.button(
        f"Restore revision {was:,}", key="desk-restore", help="It becomes the next revision; nothing is lost."
    ):
        _restore(seat, place, was, why)


def named(revisions: Sequence[Revision], clock: Clock) -> dict[int, str]:
    """Number -> what a menu calls a revision: its number, what was done, and when."""
    return {
        one.number: f"{one.number:,}: {shortened(_told(one, clock), 60)} ({clock.dated(one.at)})" for one in revisions
    }


def _told(one: Revision, clock: Clock) -> str:
    return capital(on_clock(one.what, clock))


def show_differences(found: Sequence[RowDifference], clock: Clock) -> None:
    """Each row that differs, in words and on the night's clock; a sentence where none does."""
    if not found:
        st.caption("No row differs.")
        return
    lines = [f"- {markdown(shortened(capital(on_clock(one.words, clock)), 400))}" for one in found[:_SHOWN]]
    more = [f"- and {len(found) - _SHOWN:,} more rows"] if len(found) > _SHOWN else []
    st.markdown("\n".join([*lines, *more]))


def _restore(seat: Seat, place: Place, revision: int, why: str) -> None:
    found = act(
        Action.RESTORE,
        lambda who, origin: seat.desk.restore(who, place.story, revision, utc_now(), origin, why=why),
    )
    if found:
        tell_done(f"Revision {revision:,} stands again, as revision {found.revision:,}.")
        st.rerun()
