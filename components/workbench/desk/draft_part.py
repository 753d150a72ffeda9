"""The draft as readers would have it, its page and its embeds; marked as a draft all over, and at no address."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from types import CodeType

import streamlit as st

from components.cache.cached import load_chart
from components.charts.catalogue import publishable
from components.clock import Clock
from components.embeds.documents.document import draw_document
from components.embeds.documents.heights import document_height
from components.embeds.embed import Embed
from components.text import markdown
from components.view.view_state import default_view
from components.workbench.address_bar import drawing_draft
from components.workbench.appearance import theme_in_force
from components.workbench.desk.history_part import named
from components.workbench.desk.place import Place
from components.workbench.desk.seat import Seat
from components.workbench.page_links import PLACES, file_of
from components.workbench.rehearsal_banner import show_bar
from data.core.errors import StoryInvalid
from data.story.story import Story

DRAFT = "DRAFT: seen at the desk alone. Not published."
_SCRIPTS = re.compile(r"<script.*?</script>", re.DOTALL)
_WIDTHS = (640, 360)
#: The pages that tell a story, by address, and what is no page.
_TOLD_AT = ("", "timeline", "search-trends", "outage-reports", "check-a-claim", "sources-and-methods")
_PAGES = {name: PLACES[name][1] for name in _TOLD_AT}
_EMBED = "embed"


def show_draft(seat: Seat, place: Place, clock: Clock) -> None:
    """A page of readers as the draft would have it, or an embed; the first fault where it cannot be published.

    Of an earlier revision, too, where one is chosen.
    """
    words = named(seat.desk.history(place.story), clock)
    number = st.selectbox("Revision", list(words), format_func=words.__getitem__, key=f"desk-look-{max(words)}")
    try:
        found = seat.desk.story(place.story, revision=number)
    except StoryInvalid as fault:
        st.warning(markdown(f"It cannot be shown whole, nor published, as it stands: {fault}"))
        return
    # What readers have of the same revision is kept under a name of its own.
    story = replace(found, draft=DRAFT, stamp=f"draft-{found.stamp}")
    show_bar("draft-banner", (DRAFT,))
    offered = {**_PAGES, _EMBED: "Embed"}
    what = st.segmented_control(
        "Preview", list(offered), default="", required=True, format_func=offered.__getitem__, key="desk-preview"
    )
    if what == _EMBED:
        _show_embed(story)
    else:
        _show_page(story, what or "")


def _show_page(story: Story, address: str) -> None:
    """The readers' own page at this address, drawn of the draft."""
    with st.container(key="draft-page"), drawing_draft(story):
        exec(_code_of(address), {"__name__": "draft"})  # noqa: S102  a file of this program, as for its readers


@lru_cache
def _code_of(address: str) -> CodeType:
    file = file_of(address)
    return compile(file.read_bytes(), str(file), "exec")


def _show_embed(story: Story) -> None:
    view = default_view(story)
    slug = st.selectbox("Chart", publishable(), key="desk-embed-chart", width=260)
    width = st.segmented_control(
        "As wide as", _WIDTHS, default=_WIDTHS[0], required=True, format_func="{} px".format, key="desk-embed-width"
    )
    chart = load_chart(story, slug, view)
    theme = "dark" if theme_in_force() == "dark" else "light"
    embed = Embed(story, chart, view, theme)  # type: ignore[arg-type]
    wide = width or _WIDTHS[0]
    with st.container(key="preview"):
        # The page's own policy runs no script of a document that is only looked at.
        st.iframe(
            _SCRIPTS.sub("", draw_document(embed)),
            width=wide,
            height=document_height(embed, wide),
            tab_index=0,  # so that a keyboard can move what is wider than the screen
            alt=f"Draft of the embed, {wide} px wide",
        )
    said = Clock(view.clock).say(chart.title)
    st.caption(markdown(f"{said}. A draft has no address and no code: nobody can embed it before it is published."))
