"""The script that st.App runs for every page: page set-up, navigation, the page itself, footer."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from components.look import ICON, apply_stylesheet
from components.view import asked_query

PAGES = Path(__file__).resolve().parents[1] / "pages"


def page_of(name: str, title: str, path: str) -> st.Page:
    return st.Page(PAGES / f"{name}.py", title=title, url_path=path, default=not path)


def show_navigation(pages: list[st.Page]) -> None:
    """Links that carry the view along: Streamlit's own navigation would forget it."""
    with st.container(key="masthead", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Nightdesk**", width="content")
        for page in pages:
            st.page_link(page, query_params=asked_query())


def show_footer() -> None:
    with st.container(key="footer"):
        st.caption("Nightdesk shows what others measured, saw and published; every mark and number names its source.")


pages = [
    page_of("story", "Story", ""),
    page_of("timeline", "Timeline", "timeline"),
    page_of("search_trends", "Search trends", "search-trends"),
    page_of("outage_reports", "Outage reports", "outage-reports"),
    page_of("sources_and_methods", "Sources & methods", "sources-and-methods"),
]
here = st.navigation(pages, position="hidden")
st.set_page_config(page_title=f"{here.title} · Nightdesk", page_icon=ICON, layout="centered")
apply_stylesheet()
show_navigation(pages)
here.run()
show_footer()
