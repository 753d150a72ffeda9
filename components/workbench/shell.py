"""The script that st.App runs for every page: page set-up, navigation, the page itself, footer."""

from __future__ import annotations

import streamlit as st

from components.charts.catalogue import asked_on
from components.text import TEST
from components.workbench.appearance import ICON, apply_stylesheet
from components.workbench.page_links import PLACES, page_at
from components.workbench.rehearsal_banner import banners_here, show_banners
from components.workbench.visitor_address import carried_query


def show_navigation(pages: dict[str, st.Page]) -> None:
    """Links that carry the view along: Streamlit's own navigation would forget it."""
    with st.container(key="masthead", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Nightdesk**", width="content")
        for address, page in pages.items():
            st.page_link(page, query_params=carried_query(_asked_on(address)))


def _asked_on(address: str) -> frozenset[str]:
    """What of a view the page at this address takes up; every chart can be embedded."""
    return frozenset().union(*map(asked_on, PLACES)) if address == "embed-and-export" else asked_on(address)


def show_footer() -> None:
    with st.container(key="footer"):
        st.caption("Nightdesk shows what others measured, saw and published; every mark and number names its source.")


pages = {address: page_at(address) for address in PLACES}
here = st.navigation(list(pages.values()), position="hidden")
banners = banners_here()
st.set_page_config(page_title=f"{TEST if banners else ''}{here.title} · Nightdesk", page_icon=ICON, layout="centered")
apply_stylesheet()
show_banners(banners)
show_navigation(pages)
here.run()
show_footer()
