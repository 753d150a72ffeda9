"""Parts of a page that draw themselves again while a night is in progress, until whoever reads them says pause."""

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
from components.workbench.notices import explained_failures
from components.workbench.visitor_address import current_view
from data.core.errors import DataError
from data.story.as_of import is_in_progress, window_so_far
from data.story.story import Story

#: How often a page looks for something new: what is published is on it within 5 s, as its story is read each second.
EVERY_SECONDS = 4
#: In the session: the story as it stood when it was paused; the rows that were told already, and what was last new.
_PAUSED, _KNOWN, _NEWS = "paused-story", "known-rows", "latest-news"

Part = Callable[[Story, ViewState], None]


def show_updating(story: Story, view: ViewState, *parts: Part) -> None:
    """Draw the parts of a page; those of a night in progress again and again, for as long as nobody pauses them.

    The controls above them are left alone, so that neither focus nor place on the page moves, and one sentence of
    what is new is read aloud. A finished story and a draft are drawn once.
    """
    if story.draft or not is_in_progress(story):
        for part in parts:
            part(story, view)
        return
    held = _choose_pause(story)
    st.fragment(lambda: _tick(held or story, view, parts, paused=held is not None), run_every=_pace(held))()


def _pace(held: Story | None) -> float | None:
    return None if held else float(EVERY_SECONDS)


def _choose_pause(story: Story) -> Story | None:
    """The switch, and the story as it stood when it was turned on; None while the page updates itself."""

    def turned() -> None:
        # The page has moved on since this was drawn; of a night whose folder is gone it stays as it was.
        st.session_state[_PAUSED] = _if_there(story) if st.session_state["pause-updates"] else None

    held: Story | None = st.session_state.get(_PAUSED)
    held = held if held and held.slug == story.slug else None
    st.session_state["pause-updates"] = held is not None
    st.toggle("Pause updates", key="pause-updates", on_change=turned)
    return held


def _tick(shown: Story, view: ViewState, parts: tuple[Part, ...], *, paused: bool) -> None:
    """One drawing. What only the whole page can show (another range, the end of the night) draws the whole page."""
    story = shown if paused else _now(shown)
    if current_view(story)[0] != view or not is_in_progress(story):
        st.rerun()
    with explained_failures():
        _say_state(story, view, paused=paused)
        for part in parts:
            part(story, view)


def _if_there(story: Story) -> Story:
    try:
        return story_named(story.slug)
    except DataError:
        return story


def _now(story: Story) -> Story:
    try:
        return story_named(story.slug)
    except DataError:
        st.rerun()


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
