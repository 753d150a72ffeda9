"""Calls that somebody typed by hand on a live night: each waits for a second person, who accepts or refuses it."""

from __future__ import annotations

import streamlit as st

from components.text import markdown
from components.workbench.desk.forms import form_of, title_of
from components.workbench.desk.seat import Seat, act_and_draw, take_seat
from components.workbench.desk.twice import already, standing_calls
from data.core.program import utc_now
from data.desk.proposals import Proposal
from data.desk.values import Action
from data.story.story_checks import Examined

#: How often the page of a night looks for what was typed.
_EVERY_SECONDS = 5.0


def show_typed(slug: str) -> None:
    """What waits of a story of the desk, drawn again every few seconds; nothing for who is not signed in."""
    seat = take_seat()
    if seat and slug in {state.slug for state in seat.desk.stories()}:
        st.fragment(lambda: _tick(seat, slug), run_every=_EVERY_SECONDS)()


def _tick(seat: Seat, slug: str) -> None:
    seat.desk.catch_up(slug, utc_now())
    show_waiting(seat, slug, seat.desk.examine(slug))


def show_waiting(seat: Seat, slug: str, draft: Examined) -> None:
    """Each proposal with its two buttons; nothing where none waits."""
    waiting = seat.desk.proposals.waiting(slug)
    if not waiting:
        return
    standing = tuple(standing_calls(seat, slug))
    st.subheader("Typed by hand, waiting for a second person", anchor=False)
    for one in waiting:
        form = form_of(one.table.removesuffix(".csv"), draft, one.cells)
        with st.container(horizontal=True, vertical_alignment="center"):
            said = f"{title_of(form, one.cells)}, typed by {seat.name_of(one.by)} {form.clock.dated(one.at)}"
            st.markdown(markdown(said), width="stretch")
            helped = "Somebody else decides on it: you typed it." if one.by == seat.who.email else None
            helped = helped if seat.who.role.may(Action.ACCEPT) else "An editor decides on it."
            there = already(standing, one.cells)
            known = helped or ("It is in the story already." if there else None)
            if st.button("Accept", key=f"accept-typed-{one.id}", type="primary", disabled=bool(known), help=known):
                _decide(seat, one, accept=True)
            if st.button("Refuse", key=f"refuse-typed-{one.id}", disabled=bool(helped), help=helped):
                _decide(seat, one, accept=False)
        for row in there:
            st.caption(markdown(f"There already: {title_of(form, row.cells or {})}, {seat.written(row, form.clock)}."))


def _decide(seat: Seat, one: Proposal, *, accept: bool) -> None:
    """Write an accepted call into the draft; one with a fault goes on waiting, so that it can be mended."""
    act_and_draw(
        Action.ACCEPT,
        lambda who, origin: (
            seat.desk.accept(who, one.id, utc_now(), origin)
            if accept
            else seat.desk.proposals.refuse(who, one.id, utc_now(), origin)
        ),
        "Accepted: it is in the draft." if accept else "Refused.",
    )
