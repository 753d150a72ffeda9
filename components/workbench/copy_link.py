"""The button that puts the address of the very view into the clipboard."""

from __future__ import annotations

import streamlit as st

from components.workbench.page_component import page_component


def copy_link(link: str) -> None:
    """A button that copies this address in one click, and says that it did."""
    button = page_component(
        "copy_link", html='<button type="button">Copy link</button>', css="copy_link.css", js="copy_link.js"
    )
    with st.container(key="copy-link", width="content"):
        button(key="copied-link", data={"link": link}, on_copied_change=_tell)


def _tell() -> None:
    copied = st.session_state["copied-link"].get("copied")
    st.toast(
        "Link copied: it opens this very view anywhere." if copied == "yes" else "The browser did not allow copying."
    )
