"""The pages of the workbench: their files, titles and addresses, in the order of the masthead."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_PAGES = Path(__file__).resolve().parents[2] / "pages"
#: Address -> file and title; the empty address is home.
PLACES = {
    "": ("story", "Story"),
    "timeline": ("timeline", "Timeline"),
    "search-trends": ("search_trends", "Search trends"),
    "outage-reports": ("outage_reports", "Outage reports"),
    "compare-nights": ("compare_nights", "Compare nights"),
    "check-a-claim": ("check_a_claim", "Check a claim"),
    "embed-and-export": ("embed_and_export", "Embed & export"),
    "sources-and-methods": ("sources_and_methods", "Sources & methods"),
}


def page_at(address: str) -> st.Page:
    """The page at this address of PLACES, for the navigation and for links to it."""
    name, title = PLACES[address]
    return st.Page(_PAGES / f"{name}.py", title=title, url_path=address, default=not address)
