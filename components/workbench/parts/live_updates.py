"""A page that is drawn again when a night in progress says something new, until whoever reads it says pause."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html import escape

import streamlit as st

from components.cache.cached import load_chart
from components.charts.so_far import news, told_rows
from components.clock import Clock
from components.text import markdown, visible
from components.view.view_state import ViewState
from components.workbench.address_bar import story_named
from data.core.errors import DataError
from data.story.as_of import is_in_progress, window_so_far
from data.story.story import Story

#: How often a page looks for something new: what is published is on it within 5 s, as its story is read each second.
#: A look reads the story as all visitors share it, and draws nothing.
EVERY_SECONDS = 4
#: In the session: the story as it stood when it was paused; the rows that were told already, and what was last new.
_PAUSED, _KNOWN, _NEWS = "paused-story", "known-rows", "latest-news"

Part = Callable[[Story, ViewState], None]


def show_updating(story: Story, view: ViewState, *parts: Part) -> None:
    """Draw the parts of a page; of a night in progress again at each change, for as long as nobody pauses it.

    The controls above them stay as they are, so that neither focus nor place on the page moves, and one sentence of
    what is new is read aloud. A finished story and a draft are drawn once.
    """
    shown, updating = story, not story.draft and is_in_progress(story)
    if updating:
        held = _choose_pause(story)
        shown, updating = held or story, not held
        _say_state(shown, view, paused=bool(held))
    for part in parts:
        part(shown, view)
    if updating:
        st.fragment(lambda: _look(story), run_every=float(EVERY_SECONDS))()


def _choose_pause(story: Story) -> Story | None:
    """The switch, and the story as it stood when it was turned on; None while the page updates itself."""

    def turned() -> None:
        # The page has moved on since this was drawn; of a night whose folder is gone it stays as it was.
        st.session_state[_PAUSED] = (_if_there(story.slug) or story) if st.session_state["pause-updates"] else None

    held: Story | None = st.session_state.get(_PAUSED)
    held = held if held and held.slug == story.slug else None
    st.session_state["pause-updates"] = held is not None
    st.toggle("Pause updates", key="pause-updates", on_change=turned)
    return held


def _look(shown: Story) -> None:
    """Draw the whole page again if the night is another than what it shows, or is gone."""
    now = _if_there(shown.slug)
    if not now or now.stamp != shown.stamp:
        st.rerun()


def _if_there(slug: str) -> Story | None:
    try:
        return story_named(slug)
    except DataError:
        return None


def _say_state(story: Story, view: ViewState, *, paused: bool) -> None:
    """How fresh this is, for the eye; what is new, for who does not see it change."""
    clock = Clock(view.clock)
    told = clock.time(window_so_far(story, story.window).end)
    pace = "Paused: nothing here changes until you resume" if paused else f"Updating every {EVERY_SECONDS} s"
    st.caption(markdown(f"{pace} · told up to {told}"))
    # The element stays and only its text changes, which is what makes a screen reader speak.
    st.markdown(
        f'<div role="status" aria-live="polite" class="news">{escape(_news(story, view, clock))}</div>',
        unsafe_allow_html=True,
    )


def _news(story: Story, view: ViewState, clock: Clock) -> str:
    """The latest sentence of what is new since this visitor opened the story; empty until there is something."""
    chart = load_chart(story, "timeline", replace(view, lanes=()))
    key = (story.slug, view.window, view.caller)
    seen, known = st.session_state.get(_KNOWN, (None, frozenset()))
    said = news(chart, clock, known) if seen == key else ""
    if said:
        st.session_state[_NEWS] = key, visible(said)
    st.session_state[_KNOWN] = key, told_rows(chart)
    last, sentence = st.session_state.get(_NEWS, (None, ""))
    return sentence if last == key else ""
