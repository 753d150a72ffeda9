"""The one control bar: story, range, clock, caller and lanes, as widgets over what the address says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.address import known_zone
from components.changes import change, stories_here, story_named, titles_here
from components.charts.clock import Clock
from components.charts.events import said_of
from components.notices import show_problems, tell_next_run, waiting_notices
from components.range_controls import choose_exact_range, choose_named_range
from components.view import LANES, ViewState, asked_query, change_view, current_view, parse_slug, view_link
from data.errors import DataError
from data.story import Story

LANE_NAMES = {"interest": "Search interest", "outages": "The site"}


def choose_story() -> Story:
    """The story that the address names, else the server's first."""
    slug, problems = parse_slug(asked_query(), stories_here())
    show_problems(problems)
    try:
        return story_named(slug)
    except DataError as fault:
        sound = next(iter(titles_here()), "")
        if not sound:
            raise
        show_problems([f"The story {slug} cannot be shown: {fault} Showing {sound} instead."])
        return story_named(sound)


def control_bar(
    story: Story,
    *,
    lanes: bool = False,
    ranges: bool = True,
    moment: bool = False,
    linked: Callable[[Story, ViewState], ViewState] = lambda _, view: view,
) -> ViewState:
    """The same bar on every page, and the view in force. `lanes` adds the choice of lanes, `ranges` is off
    where a page's chart chooses its own range, `moment` keeps the one the address names up to which the story is told,
    which means nothing elsewhere, `linked` writes out for Copy link what a page chooses by itself.

    Widgets take their values from the address and write back into it; what cannot be meant is said below the bar.
    """
    view, problems = current_view(story)
    view = view if moment else view.whole
    with st.container(key="controls", gap="xsmall"):
        with _row("controls-when"):
            _choose_other_story(story)
            if ranges:
                choose_named_range(story, view)
                choose_exact_range(story, view, zone_label(view.clock, story))
        with _row("controls-how"):
            if lanes:
                _choose_lanes(story, view)
            _choose_clock(story, view)
            _choose_caller(story, view)
            _copy_link(linked(story, view))
    show_problems((*waiting_notices(), *problems))
    return view


def zone_label(zone: str, story: Story) -> str:
    """How the bar names a zone: the story's own words for it, else the clock's name and the IANA name."""
    told = {clock.zone: clock.label for clock in story.about.clocks}
    name = Clock(zone).name
    return told.get(zone) or (zone if name == zone else f"{name} ({zone})")


def _row(key: str) -> DeltaGenerator:
    return st.container(key=key, horizontal=True, vertical_alignment="center", gap="xsmall")


def _choose_other_story(story: Story) -> None:
    titles = titles_here()
    slugs = list(titles)
    if len(slugs) < 2:
        return

    def chosen() -> None:
        other = story_named(st.session_state["choose-story"])
        now, _ = current_view(other)
        change_view(now.of_story(other.slug).with_window(other.window), other, default_story=slugs[0])

    st.session_state["choose-story"] = story.slug
    st.selectbox(
        "Story",
        slugs,
        format_func=titles.__getitem__,
        key="choose-story",
        on_change=chosen,
        label_visibility="collapsed",
        filter_mode=None,
        width=350,
    )


def _choose_clock(story: Story, view: ViewState) -> None:
    own = _own_zone()
    zones = list(dict.fromkeys((*(clock.zone for clock in story.about.clocks), *own, view.clock)))

    def named(zone: str) -> str:
        yours = zone in own and zone not in {clock.zone for clock in story.about.clocks}
        return f"Your clock: {zone_label(zone, story)}" if yours else f"Clock: {zone_label(zone, story)}"

    def chosen() -> None:
        change(story, lambda now: replace(now, clock=st.session_state["choose-clock"]))

    st.session_state["choose-clock"] = view.clock
    st.selectbox(
        "Clock",
        zones,
        format_func=named,
        key="choose-clock",
        on_change=chosen,
        label_visibility="collapsed",
        filter_mode=None,
        width=290,
    )


def _own_zone() -> tuple[str, ...]:
    """The visitor's own zone, where the browser names one that is known here."""
    zone = known_zone(st.context.timezone or "")
    return (zone,) if zone else ()


def _choose_caller(story: Story, view: ViewState) -> None:
    callers = [caller.id for caller in story.about.callers if caller.selectable]

    def named(caller: str) -> str:
        return f"By {said_of(story, caller)}" if story.about.verb == "declared" else f"Calls by {caller}"

    def chosen() -> None:
        change(story, lambda now: replace(now, caller=st.session_state["choose-caller"]))

    st.session_state["choose-caller"] = view.caller
    st.selectbox(
        "Calls by",
        callers,
        format_func=named,
        key="choose-caller",
        on_change=chosen,
        label_visibility="collapsed",
        filter_mode=None,
        width=180 if story.about.verb == "called" else 215,
    )


def _choose_lanes(story: Story, view: ViewState) -> None:
    def chosen() -> None:
        lanes = tuple(st.session_state["choose-lanes"])
        if not lanes:
            tell_next_run("One lane stays on, so the last one was left as it was.")
            return
        change(story, lambda now: replace(now, lanes=() if len(lanes) == len(LANES) else lanes))

    st.session_state["choose-lanes"] = list(view.lanes or LANES)
    st.pills(
        "Lanes",
        LANES,
        selection_mode="multi",
        format_func={**LANE_NAMES, "results": story.about.unit.capitalize()}.__getitem__,
        key="choose-lanes",
        on_change=chosen,
        label_visibility="collapsed",
    )


def _copy_link(view: ViewState) -> None:
    with st.popover("Copy link", icon=":material/link:", width="content"), st.container(key="copy-link"):
        st.code(view_link(st.context.url or "", "", view), language=None, wrap_lines=True)
        st.caption("Opens this very range, on this clock, with this caller's calls, on any machine in any zone.")
