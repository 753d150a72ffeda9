"""How the workbench looks: its one stylesheet, its icon, and whether the visitor's theme is light or dark."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import streamlit as st

_HERE = Path(__file__).resolve().parent
ICON = _HERE / "icon.png"
STYLESHEET, BANNER_STYLESHEET = _HERE / "style.css", _HERE / "banner.css"


def theme_in_force() -> Literal["light", "dark"]:
    """The visitor's theme; light until the browser has said."""
    return "dark" if st.context.theme.type == "dark" else "light"


def apply_stylesheet() -> None:
    """What the theme's own options cannot say; each rule in style.css gives its reason."""
    st.html(STYLESHEET)
