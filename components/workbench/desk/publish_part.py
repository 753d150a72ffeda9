"""A draft on its way to readers: what differs from what they have, what keeps it back, review, publishing, and when."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from components.charts.phrases.numbers import counted
from components.clock import Clock
from components.embeds.bundles.desk_bundle import bundle_of
from components.text import markdown
from components.workbench.desk.history_part import show_differences
from components.workbench.desk.place import Place
from components.workbench.desk.seat import Seat, act, act_and_draw
from components.workbench.notices import tell_done
from components.workbench.typed_time import read_time
from data.core.program import utc_now
from data.desk.sheets import WORDS as FILE
from data.desk.values import Action, StoryState
from data.story.new_story import unwritten
from data.story.story_checks import Examined

_SHOWN = 12


def show_publish(seat: Seat, place: Place, draft: Examined, clock: Clock) -> None:
    """What would change for readers, and what somebody of this role may do about it."""
    state = seat.desk.state(place.story)
    st.subheader("What readers do not have yet", anchor=False)
    if state.published:
        show_differences(seat.desk.ahead(place.story), clock)
    else:
        st.caption("Anything of this story: it has never been published.")
    faults = draft.faults.listed() or unwritten(seat.desk.files(place.story)[FILE])
    if faults:
        st.subheader("What keeps it back", anchor=False)
        st.markdown("\n".join(f"- {markdown(str(fault))}" for fault in faults[:_SHOWN]))
    with st.container(horizontal=True):
        if seat.who.role.may(Action.ASK) and st.button("Ask for a review", key="ask-review"):
            act_and_draw(Action.ASK, lambda who, origin: seat.desk.ask_review(who, place.story, utc_now(), origin),
                "A review is asked for.")  # fmt: skip
        if seat.who.role.may(Action.PUBLISH) and st.button("Publish now", type="primary", key="publish"):
            _publish(seat, place, state)
    if seat.who.role.may(Action.PUBLISH):
        _show_schedule(seat, place, state, clock)
    else:
        st.caption("A publisher publishes; asking for a review tells them that it is ready.")


def _publish(seat: Seat, place: Place, state: StoryState) -> None:
    found = act(
        Action.PUBLISH,
        lambda who, origin: seat.desk.publish(
            who, place.story, utc_now(), origin, seen=state.revision, bundle=bundle_of(seat.desk.settings)
        ),
    )
    if found:
        told = counted(len(found.corrections), "correction")
        corrected = f" They are told of {told}." if found.corrections else ""
        tell_done(f"Readers have revision {found.revision:,} now.{corrected}")
        st.rerun()


def _show_schedule(seat: Seat, place: Place, state: StoryState, clock: Clock) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(f"Or at a time, on the night’s clock ({clock.name})", key="publish-at", width=320) or ""
        if st.button("Schedule", key="schedule") and text.strip():
            try:
                due = read_time(text, clock, after=utc_now())
            except ValueError as wrong:
                st.error(markdown(str(wrong)))
            else:
                _schedule(seat, place, state, due, f"It goes out {clock.stamp(due)}.")
        if state.due and st.button("Do not publish by itself", key="unschedule"):
            _schedule(seat, place, state, None, "Nothing is scheduled any more.")


def _schedule(seat: Seat, place: Place, state: StoryState, due: datetime | None, done: str) -> None:
    act_and_draw(
        Action.PUBLISH,
        lambda who, origin: seat.desk.schedule(who, place.story, due, utc_now(), origin, seen=state.revision),
        done,
    )
