"""The button that puts the address of the very view into the clipboard."""

from __future__ import annotations

import streamlit as st

_STYLE = """
button { all: unset; box-sizing: border-box; cursor: pointer; font: inherit; font-size: 0.8125rem; white-space: nowrap;
  padding: 0.25rem 0.6rem; min-height: 2rem; color: var(--st-text-color); border: 1px solid var(--st-border-color);
  border-radius: var(--st-button-radius); }
button:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
"""


def copy_link(link: str) -> None:
    """A button that copies this address in one click, and says that it did."""
    button = st.components.v2.component(
        "nightdesk.copy_link", html='<button type="button">Copy link</button>', css=_STYLE, js="copy_link.js"
    )
    with st.container(key="copy-link", width="content"):
        button(key="copied-link", data={"link": link}, on_copied_change=_tell)


def _tell() -> None:
    copied = st.session_state["copied-link"].get("copied")
    st.toast("Link copied: it opens this very view anywhere." if copied == "yes" else "The browser kept its clipboard.")
