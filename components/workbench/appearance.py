"""How the workbench looks: its one stylesheet, its icon, and whether the visitor's theme is light or dark."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import streamlit as st

_HERE = Path(__file__).resolve().parent
ICON = _HERE / "icon.png"
STYLESHEET, BANNER_STYLESHEET = _HERE / "style.css", _HERE / "banner.css"
#: The least width of a window in which charts have their wide figure; the stylesheet says it, too.
WIDE_FROM = "56.25rem"
#: What the page of HTML leaves of that width for its websocket, and what a session keeps once it was asked for both.
FIGURES_COOKIE, _BOTH = "nightdesk_figures", "both-figures"
#: The figures of a chart, in the order in which they stand on a page.
BOTH = ("narrow", "wide")


def theme_in_force() -> Literal["light", "dark"]:
    """The visitor's theme; light until the browser has said."""
    return "dark" if st.context.theme.type == "dark" else "light"


def figures_in_sight() -> tuple[str, ...]:
    """Which of a chart's two figures this window needs; both where it has not said, or has had either width."""
    told = st.context.cookies.get(FIGURES_COOKIE)
    return BOTH if st.session_state.get(_BOTH) or told not in BOTH else (told,)


def ask_both_figures() -> None:
    """Have charts drawn in both widths from now on: this window has had the other one."""
    st.session_state[_BOTH] = True


def apply_stylesheet() -> None:
    """What the theme's own options cannot say; each rule in style.css gives its reason."""
    st.html(STYLESHEET)
