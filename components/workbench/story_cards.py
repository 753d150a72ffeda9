"""Every story of this server as a card: its picture, its headline and its date, one link."""

from __future__ import annotations

from html import escape

import streamlit as st

from components.clock import Clock
from components.text import markdown
from components.workbench.address_bar import story_named, titles_here
from components.workbench.appearance import theme_in_force
from components.workbench.page_links import page_at, place_here
from components.workbench.visitor_address import asked_query
from data.story.story import Story


def show_cards(story: Story, *, key: str) -> None:
    """The stories of this server but the one that is shown, each a link to it on the page that is open."""
    others = [slug for slug in titles_here() if slug != story.slug]
    clock = {"clock": asked} if (asked := asked_query().get("clock", [])) else {}
    page, look = page_at(place_here()), "&theme=dark" if theme_in_force() == "dark" else ""
    with st.container(key=f"cards-{key}", horizontal=True):
        for slug in others:
            with st.container(key=f"card-{key}-{slug}", border=True, width=250, gap="xsmall"):
                _show_card(story_named(slug), page, look, {"story": [slug], **clock})


def _show_card(story: Story, page: st.Page, look: str, query: dict[str, list[str]]) -> None:
    picture = f"embed/{escape(story.slug)}/timeline.svg?shape=social{look}"
    st.html(f'<img src="{picture}" alt="" loading="lazy" width="1200" height="630">')
    title = Clock(story.about.clock).say(story.about.title)
    st.page_link(page, label=markdown(title), query_params=query)
    st.caption(markdown(story.about.kicker))
