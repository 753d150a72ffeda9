"""A story in words: headline, status, what is known, and every claim about a contested cause with its date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import streamlit as st

from components.ap_style import calendar_day
from components.cache.cached import load_caution, load_chart, load_made, load_moments, load_words
from components.charts.events import ONE_DAY
from components.clock import Clock
from components.text import markdown
from components.view.view_state import ViewState
from components.workbench.page_links import show_link
from components.workbench.source_links import source_link, source_links
from components.workbench.visitor_address import carried_query
from data.evidence.evidence_rows import CallRow
from data.story.as_of import window_so_far
from data.story.story import Story
from data.story.story_toml import Claim, Point

#: What stands above every chart on which two kinds of evidence meet, where nobody has said it of this night.
_NO_CAUSE = "Timing alone does not show cause."


def show_headline(story: Story, view: ViewState) -> None:
    """The finding, and what the chart beneath shows of it in two sentences; of a night in progress its first words."""
    clock = Clock(view.clock)
    st.title(markdown(clock.say(story.about.title)), anchor=False)
    if story.about.live:
        st.markdown(markdown(clock.say(story.about.dek)))
        return
    chart = load_chart(story, "timeline", view.whole)
    caution = load_caution(story, chart)
    said = [markdown(_ended(load_words(chart, view.clock).takeaway))]
    if caution and caution.motto:
        said.append(f"{markdown(clock.say(caution.motto))} ({source_link(caution.motto_sources[0])})")
    elif caution:
        said.append(_NO_CAUSE)
    with st.container(key="finding"):
        st.markdown(" ".join(said))


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "”", "?")) else f"{sentence}."


def show_dek(story: Story, view: ViewState) -> None:
    """The story in a paragraph, and the way to the night as it is played; a night in progress has begun with it."""
    if story.about.live:
        return
    clock = Clock(view.clock)
    st.markdown(markdown(clock.say(story.about.dek)))
    show_link("timeline", "Play the night, moment by moment", carried_query(()))


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
