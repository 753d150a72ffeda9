"""Steps through the marks of a chart by time, for keys and fingers, with a card under it that says what each is."""

from __future__ import annotations

from components.embeds.embed import Embed, print_addresses
from components.workbench.appearance import ask_both_figures
from components.workbench.page_component import page_component

_MARKUP = (
    '<div role="group" aria-label="Step through the marks by time">'
    '<button type="button" aria-label="Previous mark">‹</button><button type="button" aria-label="Next mark">›</button>'
    '<p role="status">Step through the marks by time, or tap one.</p></div><section></section>'
)


def step_through(embed: Embed, key: str) -> None:
    """Buttons that go from mark to mark of the chart in whose container they stand; arrow keys do too.

    Where the window comes to have the width of a figure that was not sent, it is asked for. On paper the chart's own
    drawing for print stands in their place.
    """
    reader = page_component("chart_reader", html=_MARKUP, css="chart_reader.css", js="chart_reader.js")
    paper = {"paper": print_addresses(embed)}
    reader(key=f"reader-{key}", data=paper, on_other_change=ask_both_figures)
