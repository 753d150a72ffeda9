"""Steps through the marks of a chart by time, for keys and fingers, with a card under it that says what each is."""

from __future__ import annotations

import streamlit as st

_MARKUP = (
    '<div role="group" aria-label="Step through the marks by time">'
    '<button type="button" aria-label="Previous mark">‹</button><button type="button" aria-label="Next mark">›</button>'
    '<p role="status">Step through the marks by time, or tap one.</p></div>'
)


def step_through(key: str) -> None:
    """Buttons that go from mark to mark of the chart in whose container they stand; arrow keys do too."""
    reader = st.components.v2.component(
        "nightdesk.chart_reader", html=_MARKUP, css="chart_reader.css", js="chart_reader.js"
    )
    reader(key=f"reader-{key}")
