"""The draft as readers would have it, its page and its embeds; marked as a draft all over, and at no address."""

from __future__ import annotations

import re
from dataclasses import replace

import streamlit as st

from components.cache.cached import load_chart, load_words
from components.charts.catalogue import publishable
from components.charts.grammar import Chart
from components.clock import Clock
from components.embeds.documents.document import draw_document
from components.embeds.documents.heights import document_height
from components.embeds.embed import Embed
from components.text import markdown
from components.view.view_state import ViewState, default_view
from components.workbench.appearance import theme_in_force
from components.workbench.desk.history_part import named
from components.workbench.desk.place import Place
from components.workbench.desk.seat import Seat
from components.workbench.parts.prose import show_claims, show_dek, show_headline, show_known
from components.workbench.parts.source_list import show_corrections
from components.workbench.show_chart import show_figures
from data.core.errors import StoryInvalid
from data.story.story import Story

DRAFT = "DRAFT: seen at the desk alone. Not published."
_SCRIPTS = re.compile(r"<script.*?</script>", re.DOTALL)
_WIDTHS = (640, 360)


def drafted(chart: Chart) -> Chart:
    """The chart with the draft's mark over all of it, whichever form it takes."""
    return replace(chart, banner=DRAFT, title=f"DRAFT: {chart.title}")


def show_draft(seat: Seat, place: Place, clock: Clock) -> None:
    """The page of the draft, or one of its embeds; the first fault where it cannot be published as it stands.

    Of an earlier revision, too, where one is chosen.
    """
    words = named(seat.desk.history(place.story), clock)
    number = st.selectbox("Revision", list(words), format_func=words.__getitem__, key=f"desk-look-{max(words)}")
    try:
        story = seat.desk.story(place.story, revision=number)
    except StoryInvalid as fault:
        st.warning(markdown(f"It cannot be shown whole, nor published, as it stands: {fault}"))
        return
    with st.container(key="draft-banner"):
        st.markdown(f"**{DRAFT}**")
    what = st.segmented_control("Preview", ["Page", "Embed"], default="Page", required=True, key="desk-preview")
    view = default_view(story)
    if what == "Embed":
        _show_embed(story, view)
    else:
        _show_page(story, view)


def _show_page(story: Story, view: ViewState) -> None:
    with st.container(key="draft-page"):
        show_headline(story, view)
        chart = drafted(load_chart(story, "timeline", view))
        show_figures(chart, view.clock, "draft-timeline", alt=load_words(chart, view.clock).alt)
        show_dek(story, view)
        show_known(story, view)
        show_claims(story, view)
        show_corrections(story, view)


def _show_embed(story: Story, view: ViewState) -> None:
    slug = st.selectbox("Chart", publishable(), key="desk-embed-chart", width=260)
    width = st.segmented_control(
        "As wide as", _WIDTHS, default=_WIDTHS[0], required=True, format_func="{} px".format, key="desk-embed-width"
    )
    chart = drafted(load_chart(story, slug, view))
    theme = "dark" if theme_in_force() == "dark" else "light"
    embed = Embed(story, chart, view, theme)  # type: ignore[arg-type]
    wide = width or _WIDTHS[0]
    with st.container(key="preview"):
        # The page's own policy runs no script of a document that is only looked at.
        st.iframe(
            _SCRIPTS.sub("", draw_document(embed)),
            width=wide,
            height=document_height(embed, wide),
            alt=f"Draft of the embed, {wide} px wide",
        )
    said = Clock(view.clock).say(chart.title)
    st.caption(markdown(f"{said}. A draft has no address and no code: nobody can embed it before it is published."))
