"""Parts of a page that are scripts of our own in the browser, each declared once."""

from __future__ import annotations

from functools import cache

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer


@cache
def page_component(name: str, *, html: str, js: str, css: str | None = None) -> ComponentRenderer:
    """What puts this component of `nightdesk` (pyproject.toml) into a page; `css` and `js` are files of its folder.

    To declare one looks at its files some thirty times, and a page is run while embeds wait.
    """
    return st.components.v2.component(f"nightdesk.{name}", html=html, css=css, js=js)
