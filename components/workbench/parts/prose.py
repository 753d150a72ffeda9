"""A story in words: headline, status, what is known, and every claim about a contested cause with its date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import streamlit as st

from components.ap_style import calendar_day
from components.cache.cached import load_held, load_made, load_moments
from components.charts.events import ONE_DAY
from components.clock import Clock
from components.text import markdown
from components.view.view_state import ViewState
from components.workbench.source_links import source_links
from data.evidence.evidence_rows import CallRow
from data.story.live import window_so_far
from data.story.story import Story
from data.story.story_toml import Claim, Point


def show_headline(story: Story, view: ViewState) -> None:
    """Kicker, headline and dek: the finding first, and where it stands."""
    clock = Clock(view.clock)
    st.caption(markdown(clock.say(story.about.kicker)))
    st.title(markdown(clock.say(story.about.title)), anchor=False)
    st.markdown(markdown(clock.say(story.about.dek)))
    if not story.about.live:
        _show_status(story)


def show_status_so_far(story: Story, _: ViewState) -> None:
    """Where a night in progress stands, which changes while it is read."""
    if story.about.live:
        _show_status(story)


def _show_status(story: Story) -> None:
    """Three chips, counted from the tables: what kind of evidence is held, and what is not shown."""
    held = load_held(story)
    marks = "published marks" if held.marks else "nothing held"
    searches = "a series of the night" if held.series else f"{marks}, no series of the night"
    best = f", best grade {held.grade}" if held.grade else ""
    reports = "report" if held.seen == 1 else "reports"
    so_far = " so far" if story.about.live else ""
    with st.container(horizontal=True):
        for name, readings in Counter(row.name for row in story.series if row.at in story.window).items():
            st.badge(f"{markdown(name)}: {readings:,} readings of the night", color="violet")
        if story.about.searches or not story.series:
            st.badge(f"Searches: {searches}", color="violet")
        st.badge(f"Site: {held.seen} dated {reports}{best}{so_far}", color="orange")
        st.badge("Causal link: not shown", color="gray")


def show_moment(story: Story, view: ViewState) -> None:
    """One sentence about one minute: the picked one, else the call the story emphasises most.

    A night in progress is told up to its last moment, and no minute that is still to come.
    """
    moments = load_moments(story, view.caller)
    at = view.at or _first_call(story, view, calls=moments.calls)
    if story.about.live:
        latest = window_so_far(story, view.window).end
        at = min(view.at or latest, latest)
    if at is None:
        return
    sentence = moments.sentence(at, "stamp" if view.window.length >= ONE_DAY else "time")
    st.markdown(f"**{markdown(Clock(view.clock).say(sentence))}**")


def _first_call(story: Story, view: ViewState, *, calls: Iterable[CallRow]) -> datetime | None:
    inside = {row.contest: row for row in calls if view.start <= row.when.latest <= view.end}
    chosen = [inside[code] for code in story.about.emphasised if code in inside] or list(inside.values())[-1:]
    # A call with a minute of its own before one that only a bound is known of.
    ordered = sorted(chosen, key=lambda row: row.when.earliest != row.when.latest)
    return ordered[0].when.latest if ordered else None


def show_known(story: Story, view: ViewState) -> None:
    """What we know, what we don't, and what would settle it."""
    clock = Clock(view.clock)
    for column, (title, text) in zip(st.columns(3), load_made(_known, story, clock), strict=True):
        with column:
            st.subheader(title, anchor=False)
            st.markdown(text or ("Nothing yet." if story.about.live else "Nothing recorded."))


def _known(story: Story, clock: Clock) -> tuple[tuple[str, str], ...]:
    parts = (
        ("What we know", story.about.known),
        ("What we don’t know", story.about.unknown),
        ("What would settle it", story.about.settle),
    )
    return tuple((title, "\n".join(f"- {_stated(entry, story, clock)}" for entry in said)) for title, said in parts)


def _stated(entry: Point, story: Story, clock: Clock) -> str:
    return f"{markdown(clock.say(entry.text))} {source_links(story, entry.source)}".strip()


def show_claims(story: Story, view: ViewState) -> None:
    """Who said what about the cause, in the order in which it was said."""
    clock = Clock(view.clock)
    if not story.about.claims:
        return
    st.subheader("Who said what about the cause", anchor=False)
    for text in load_made(_claims, story, clock):
        st.markdown(text)


def _claims(story: Story, clock: Clock) -> tuple[str, ...]:
    claims = sorted(story.about.claims, key=lambda claim: claim.on)
    return tuple(_claim(claim, story, clock) for claim in claims)


def _claim(claim: Claim, story: Story, clock: Clock) -> str:
    day = claim.dated or calendar_day(claim.on)
    said = f"**{day}, {markdown(claim.who)}:** {markdown(clock.say(claim.says))}"
    note = f" *{markdown(clock.say(claim.note))}*" if claim.note else ""
    return f"{said}{note} {source_links(story, claim.source)}"
