"""The pages of the workbench: their files, titles and addresses, in the order of the masthead."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

from components.cache.stories import settings_here
from components.workbench.address_bar import draft_drawn

_PAGES = Path(__file__).resolve().parents[2] / "pages"
#: Address -> file and title; the empty address is home. Two addresses open one page.
PLACES = {
    "": ("story", "Story"),
    "timeline": ("timeline", "Timeline"),
    "search-trends": ("search_trends", "Search trends"),
    "outage-reports": ("outage_reports", "Outage reports"),
    "check-a-claim": ("compare_and_check", "Compare & check"),
    "compare-nights": ("compare_and_check", "Compare & check"),
    "embed-and-export": ("embed_and_export", "Embed & export"),
    "sources-and-methods": ("sources_and_methods", "Sources & methods"),
    "tonight": ("tonight", "Tonight"),
    "desk": ("desk", "The desk"),
    "people": ("people", "People and roles"),
    "sign-in": ("sign_in", "Sign in"),
}
#: There only where people sign in, and in the bar of those who have.
DESK = "desk"
OF_THE_DESK = (DESK, "people", "sign-in")
#: In the menu only where a recorder has run for the story.
TONIGHT = "tonight"
#: The two addresses of one page, of which the menu has one.
CHECKING, COMPARING = "check-a-claim", "compare-nights"


def places_here() -> tuple[str, ...]:
    """The addresses that this server has pages at."""
    has_desk = settings_here().has_desk
    return tuple(address for address in PLACES if has_desk or address not in OF_THE_DESK)


def file_of(address: str) -> Path:
    """The file of the page at this address of PLACES."""
    return _PAGES / f"{PLACES[address][0]}.py"


def page_at(address: str) -> st.Page:
    """The page at this address of PLACES, for the navigation and for links to it."""
    # Its own for each run, which Streamlit marks as the one that may be run.
    return copy(_declared(address))


@cache
def _declared(address: str) -> st.Page:
    """Declared once: Streamlit looks ten times whether the file is there, in each of a page's twenty links."""
    return st.Page(file_of(address), title=PLACES[address][1], url_path=address, default=not address)


def first_page_at(place: str) -> st.Page:
    """The first page at a place where there is none: Streamlit would cover it with a window that says so once more."""
    return st.Page(file_of(""), title=PLACES[""][1], url_path=place)


def show_link(address: str, label: str, query: Mapping[str, str | list[str]]) -> None:
    """A link to another page of the story; none on the page of a draft, which readers' pages do not have."""
    if draft_drawn() is None:
        st.page_link(page_at(address), label=label, query_params=query)


def asked_place() -> str:
    """The last part of the path that the visitor asked for, whether there is a page or not."""
    return urlsplit(st.context.url or "").path.strip("/").rpartition("/")[2]


def place_here() -> str:
    """The address of PLACES that is open; home where the path is none."""
    return place if (place := asked_place()) in places_here() else ""
