"""How often a day sources may be asked and files imported for a story, and how much of the disk is in use."""

from __future__ import annotations

import streamlit as st

from components.text import markdown
from components.workbench.desk.place import Place
from components.workbench.desk.seat import Seat, act_and_draw
from data.core.program import utc_now
from data.desk.quotas import Spent
from data.desk.values import Action

_SAID: dict[Spent, str] = {"fetch": "Sources asked", "import": "Files imported"}


def show_limits(seat: Seat, place: Place) -> None:
    """What is left of today's limits, the disk, and for publishers a form that sets them."""
    now, quotas = utc_now(), seat.desk.quotas
    room = quotas.room()
    megabytes = 1_000_000
    st.markdown(f"Disk: {room.used / megabytes:,.0f} of {room.bound / megabytes:,.0f} MB in use.")
    if room.sentence:
        st.warning(markdown(room.sentence))
    for what, said in _SAID.items():
        most = quotas.most(place.story, what)
        left = quotas.left(place.story, what, now)
        st.markdown(f"{said}: {most - left:,} of {most:,} today; a day begins at 0:00 UTC.")
        if seat.who.role.may(Action.GOVERN):
            with st.container(horizontal=True, vertical_alignment="bottom"):
                wanted = st.number_input(f"{said}, at most a day", 0, 100_000, most, key=f"limit-{what}", width=240)
                if st.button("Set", key=f"set-limit-{what}", help=f"{said}: set the limit"):
                    _set(seat, place, what, int(wanted))


def _set(seat: Seat, place: Place, what: Spent, most: int) -> None:
    act_and_draw(
        Action.GOVERN,
        lambda who, origin: seat.desk.quotas.set(who, place.story, what, most, utc_now(), origin),
        f"{_SAID[what]}: at most {most:,} a day.",
    )
