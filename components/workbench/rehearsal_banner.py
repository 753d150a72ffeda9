"""The bar over every page of a rehearsal, which says that it is none of tonight's news."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import streamlit as st

from components.text import markdown
from components.view.view_state import parse_slug
from components.workbench.address_bar import stories_here, story_named
from components.workbench.appearance import BANNER_STYLESHEET
from components.workbench.visitor_address import asked_query
from data.core.errors import DataError


def banners_here() -> tuple[str, ...]:
    """What the stories that the visitor's address names say of themselves as rehearsals; empty where they are none."""
    query, here = asked_query(), stories_here()
    beside = [slug for slug in query.get("with", []) if slug in here]
    found: list[str] = []
    for slug in (parse_slug(query, here)[0], *beside):
        with suppress(DataError):
            found += filter(None, [story_named(slug).banner])
    return tuple(dict.fromkeys(found))


def show_banners(said: Sequence[str]) -> None:
    """What rehearsals say of themselves, over everything; nothing where there is none."""
    if said:
        show_bar("test-banner", said)


def show_bar(key: str, said: Sequence[str]) -> None:
    """A bar that stays at the top of the window, however far the page is scrolled."""
    st.html(BANNER_STYLESHEET)
    with st.container(key=key):
        st.markdown("  \n".join(f"**{markdown(banner)}**" for banner in said))
