"""The caution under a chart on which two kinds of thing coincide: it can be folded away, not taken off."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from components.cached import load_caution, load_made
from components.charts.caution import TITLE, Caution, Part
from components.charts.clock import Clock
from components.charts.model import Chart
from components.inert import markdown
from components.prose import source_link
from data.model import Source
from data.story import Story


def show_caution(story: Story, chart: Chart, clock: Clock, *, other: Story | None = None) -> None:
    """The panel of this chart, if it has one; `other` is the story that stands beside this one."""
    caution = load_caution(story, chart, other=other)
    if caution is None:
        return
    with st.expander(TITLE):
        for text in load_made(_texts, caution, clock):
            st.markdown(text)


def _texts(caution: Caution, clock: Clock) -> tuple[str, ...]:
    motto = f"**{markdown(clock.say(caution.motto))}** {_links(caution.motto_sources)}" if caution.motto else ""
    parts = "\n\n".join(_part(part, clock) for part in caution.parts)
    return (motto, parts) if motto else (parts,)


def _part(part: Part, clock: Clock) -> str:
    lines = "\n".join(f"- {markdown(line)}" for line in clock.say(part.text).split("\n"))
    sources = f"\n\n{_links(part.sources)}" if part.sources else ""
    return f"**{part.heading}**\n\n{lines}{sources}"


def _links(sources: Iterable[Source]) -> str:
    return f"({'; '.join(dict.fromkeys(map(source_link, sources)))})"
