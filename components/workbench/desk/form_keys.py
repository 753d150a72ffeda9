"""The keyboard in a form: its first field has the focus when it opens, and Enter in a line of text saves it."""

from __future__ import annotations

import streamlit as st


def follow_keys(stamp: str) -> None:
    """Put the focus into the first field once for each `stamp`, and press Save where Enter is."""
    mount = st.components.v2.component("nightdesk.form_keys", html="<div></div>", js="form_keys.js")
    with st.container(key="form-keys"):
        mount(key="form-keys-mount", data={"stamp": stamp})
