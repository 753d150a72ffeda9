"""The stories of the desk: in which state each is and who changed it last, and those that could come to the desk."""

from __future__ import annotations

import streamlit as st

from components.clock import Clock
from components.text import markdown
from components.workbench.address_bar import stories_here, titles_here
from components.workbench.desk.seat import Seat, act, act_and_draw, own_clock
from components.workbench.page_links import DESK, page_at
from components.workbench.visitor_address import change_extra
from data.core.program import utc_now
from data.desk.values import Action, State, StoryState

#: The state's colour among those of badges.
_COLOURS = {
    State.DRAFT: "gray",
    State.IN_REVIEW: "violet",
    State.SCHEDULED: "blue",
    State.PUBLISHED: "green",
    State.CHANGED: "orange",
}


def show_stories(seat: Seat) -> None:
    """Every story of the desk as a line that leads to it; each of the others with a button, for who may bring it."""
    clock = own_clock()
    held, room = seat.desk.stories(), seat.desk.quotas.room()
    if room.sentence:
        st.warning(markdown(room.sentence))
    if not held:
        st.info("No story is at the desk yet. Begin one, or bring one from this server’s folders.")
    for state in held:
        with st.container(key=f"desk-story-{state.slug}", border=True, gap="xsmall"):
            title = Clock("UTC").say(state.title)
            st.page_link(page_at(DESK), label=f"**{markdown(title)}**", query_params={"story": state.slug})
            show_state(seat, state, clock)
    if not seat.who.role.may(Action.BRING):
        return
    _show_new(seat)
    named = titles_here()
    # Two stories may be of the same night.
    names = {slug: f"{named[slug]} ({slug})" if slug in named else slug for slug in stories_here()}
    others = {slug: name for slug, name in names.items() if slug not in {state.slug for state in held}}
    if others:
        st.subheader("Not at the desk", anchor=False)
        for slug, name in others.items():
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(markdown(name), width="stretch")
                if st.button("Bring to the desk", key=f"bring-{slug}", help=f"Bring {markdown(name)} to the desk"):
                    _bring(seat, slug, name)


def _show_new(seat: Seat) -> None:
    st.subheader("A new story", anchor=False)
    with st.form("new-story", border=False):
        headline = st.text_input("Headline", key="new-story-headline")
        slug = st.text_input("Name in addresses, like us-2028", key="new-story-name").strip()
        if st.form_submit_button("Begin it", key="new-story-begin"):
            done = "Nobody but the desk sees it yet. Write its words: each begins with FILL IN."
            if act(
                Action.BRING, lambda who, origin: seat.desk.begin(who, slug, headline, utc_now(), origin), done=done
            ):
                change_extra("story", slug)
                st.rerun()


def show_state(seat: Seat, state: StoryState, clock: Clock) -> None:
    """The state of a story as a badge, and its last change."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(state.state.value, color=_COLOURS[state.state])  # type: ignore[arg-type]
        said = f"Revision {state.revision:,}, by {seat.name_of(state.by)}, {clock.stamp(state.at)}"
        due = f" · goes out {clock.stamp(state.due)}" if state.due else ""
        st.caption(markdown(f"{said}{due}"))
    if state.trouble:
        st.warning(markdown(state.trouble))


def _bring(seat: Seat, slug: str, name: str) -> None:
    act_and_draw(
        Action.BRING, lambda who, origin: seat.desk.bring(who, slug, utc_now(), origin), f"{name} is here."
    )  # fmt: skip
