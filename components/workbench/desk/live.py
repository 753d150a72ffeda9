"""Who else is at a draft, and that it has changed: asked again every few seconds."""

from __future__ import annotations

import streamlit as st

from components.text import markdown
from components.workbench.desk.seat import Seat
from data.core.program import utc_now
from data.desk.values import Here

EVERY_SECONDS = 3.0
#: In the session: the state of each story that the page shows.
_SEEN = "desk-seen"


def keep_up(seat: Seat, slug: str, place: str) -> None:
    """Say where this person is, and who else is here; draw the page again once the draft is another one."""
    _seen()[slug] = _mark(seat, slug)
    st.fragment(lambda: _tick(seat, slug, place), run_every=EVERY_SECONDS)()


def _tick(seat: Seat, slug: str, place: str) -> None:
    now = utc_now()
    seat.desk.catch_up(slug, now)
    seat.desk.presence.here(seat.who, slug, place, now)
    others = seat.desk.presence.others(slug, now, but=seat.who.email)
    with st.container(key="desk-others"):
        st.caption(markdown(others_said(others)))
    if _mark(seat, slug) != _seen().get(slug):
        st.rerun()


def _mark(seat: Seat, slug: str) -> str:
    """What changes with the draft and with what waits for a second person."""
    waiting = ",".join(str(one.id) for one in seat.desk.proposals.waiting(slug))
    return f"{seat.desk.state(slug)}-{waiting}"


def others_said(others: tuple[Here, ...]) -> str:
    """Ana is editing calls: Florida. Ben is here."""
    said = [f"{one.name} is editing {one.place}." if one.place != "here" else f"{one.name} is here." for one in others]
    return " ".join(said) or "Nobody else is at this story."


def _seen() -> dict[str, str]:
    seen: dict[str, str] = st.session_state.setdefault(_SEEN, {})
    return seen
