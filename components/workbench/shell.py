"""The script that st.App runs for every page: page set-up, navigation, the page itself, footer."""

from __future__ import annotations

from contextlib import suppress

import streamlit as st

from components.cache.stories import held, settings_here
from components.charts.catalogue import asked_on
from components.charts.night_pairs import night_name
from components.clock import Clock
from components.text import TEST
from components.view.address import quote
from components.view.view_state import parse_slug
from components.workbench.address_bar import stories_here, story_named
from components.workbench.appearance import ICON, apply_stylesheet
from components.workbench.desk.signing_in import show_desk_bar, show_sign_in_link
from components.workbench.notices import show_problems
from components.workbench.page_links import (
    CHECKING,
    COMPARING,
    OF_THE_DESK,
    PLACES,
    TONIGHT,
    asked_place,
    first_page_at,
    page_at,
    place_here,
    places_here,
)  # fmt: skip
from components.workbench.rehearsal_banner import banners_here, show_banners
from components.workbench.turns import is_refused
from components.workbench.visitor_address import asked_query, carried_query, show_address
from data.core.errors import DataError
from data.recorders.status import has_recorders


def show_navigation(pages: dict[str, st.Page]) -> None:
    """Links that carry the view along: Streamlit's own navigation would forget it."""
    here = place_here()
    with st.container(key="masthead", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Nightdesk**", width="content")
        for address, page in pages.items():
            if address in OF_THE_DESK:
                continue
            if address == TONIGHT and here != TONIGHT and not _is_recorded():
                continue
            if PLACES[address] != PLACES[COMPARING] or address == (here if here == COMPARING else CHECKING):
                st.page_link(page, query_params=carried_query(_asked_on(address)))


def _is_recorded() -> bool:
    """Whether a recorder ever ran for the story that is asked for."""
    return has_recorders(settings_here(), parse_slug(asked_query(), stories_here())[0])


def _asked_on(address: str) -> frozenset[str]:
    """What of a view the page at this address takes up; every chart can be embedded."""
    if address == "embed-and-export":
        return frozenset().union(*map(asked_on, PLACES))
    return asked_on(CHECKING) | asked_on(COMPARING) if address in (CHECKING, COMPARING) else asked_on(address)


def page_title(place: str) -> str:
    """What the tab says: the story's headline at home, elsewhere the page and what the story is called."""
    with suppress(DataError):
        story = story_named(parse_slug(asked_query(), stories_here())[0])
        said = Clock(story.about.clock).say(story.about.title)
        return f"{PLACES[place][1]} · {night_name(story)}" if place else said
    return PLACES[place][1]


def show_footer() -> None:
    with st.container(key="footer"):
        st.caption("Nightdesk shows what others measured, saw and published; every mark and number names its source.")
        show_sign_in_link()


def show_page() -> None:
    """The page that is asked for, with its head and foot, which take as long as many a page."""
    pages = {address: page_at(address) for address in places_here()}
    place = asked_place()
    unknown = [] if place in pages else [first_page_at(place)]
    here = st.navigation([*pages.values(), *unknown], position="hidden")
    banners = banners_here()
    title = page_title(place_here())
    st.set_page_config(page_title=f"{TEST if banners else ''}{title} · Nightdesk", page_icon=ICON, layout="centered")
    apply_stylesheet()
    show_address()
    show_banners(banners)
    show_desk_bar(pages)
    show_navigation(pages)
    if unknown:
        show_problems([f"There is no page at {quote(place)} here; this is the first one."])
    here.run()
    show_footer()


def show_refusal() -> None:
    """What stands in the place of a page that has no turn."""
    st.set_page_config(page_title="Nightdesk", page_icon=ICON, layout="centered")
    show_problems(["Too many pages are being asked for at once; try again in a few seconds."])


with held():
    show_refusal() if is_refused() else show_page()
