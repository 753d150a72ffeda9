"""Turns of clients: what takes a processor is done for a few at a time, for one client after the other."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from components.cache.cached import RUNS
from components.cache.render_cache import Busy
from components.workbench.appearance import ICON
from components.workbench.notices import show_problems
from data.net.addresses import client_of

#: Seconds after which a page that waits for something else keeps nobody from a turn.
_LONGEST = 3.0


def session_here() -> str:
    """The name of this session; empty where none is."""
    context = get_script_run_ctx()
    return context.session_id if context else ""


def client_here() -> str:
    """Who has turns: the client at the other end, and on this machine each session for itself."""
    return client_of(st.context.ip_address or "") or session_here()


def run_in_turn(page: Callable[[], None]) -> None:
    """Run a page once it is this client's turn: many at the same time keep each other and all embeds from theirs."""
    try:
        with RUNS.turn(client_here(), seconds=_LONGEST):
            page()
    except Busy:
        st.set_page_config(page_title="Nightdesk", page_icon=ICON, layout="centered")
        show_problems(["Too many pages are being asked for at once; try again in a few seconds."])
