"""The range: by name, by exact time on the clock in force, or as a box drawn on a chart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal

import streamlit as st

from components.address import EARLIEST, LATEST
from components.cached import load_made
from components.changes import change
from components.charts.clock import Clock
from components.notices import tell_next_run
from components.ranges import named_ranges
from components.view import LONGEST, ViewState, current_view
from data.model import Window
from data.story import Story

Edge = Literal["from", "to"]
#: The earliest and latest wall time that a typed range may have, whatever the zone.
_TYPED = (EARLIEST.replace(day=2, tzinfo=None), LATEST.replace(year=2100, month=12, day=30, tzinfo=None))


def choose_named_range(story: Story, view: ViewState) -> None:
    ranges = load_made(named_ranges, story)

    def chosen() -> None:
        if name := st.session_state["choose-range"]:
            change(story, lambda now: now.with_window(ranges[name]))

    st.session_state["choose-range"] = next((name for name, window in ranges.items() if window == view.window), None)
    st.segmented_control(
        "Range", list(ranges), key="choose-range", on_change=chosen, label_visibility="collapsed", wrap=True
    )


def choose_exact_range(story: Story, view: ViewState, zone: str) -> None:
    clock = Clock(view.clock)
    with st.popover(clock.span(view.window), key="choose-exact", icon=":material/schedule:", width="content"):
        for edge, label, moment in (("from", "From", view.start), ("to", "To", view.end)):
            st.session_state[f"choose-{edge}"] = clock.naive(moment)
            st.datetime_input(
                f"{label}, {zone}",
                key=f"choose-{edge}",
                min_value=_TYPED[0],
                max_value=_TYPED[1],
                format="YYYY-MM-DD",
                step=60,
                on_change=_take_edge,
                args=(story, edge),
            )
        st.caption("Or drag a box on any chart.")


def _take_edge(story: Story, edge: Edge) -> None:
    typed: datetime | None = st.session_state[f"choose-{edge}"]
    view, _ = current_view(story)
    if typed is None:
        return
    try:
        moment = Clock(view.clock).instant(typed)
    except ValueError as skipped:
        tell_next_run(str(skipped))
        return
    start, end = (moment, view.end) if edge == "from" else (view.start, moment)
    if start >= end:
        tell_next_run("That range would end before it starts, so the range stays as it was; move its other end first.")
        return
    if end - start > LONGEST:
        tell_next_run("That range would be longer than 50 years, so the range stays as it was.")
        return
    change(story, lambda now: now.with_window(Window(start, end)))


def adopt_selection(event: Mapping[str, Any], clock: Clock, window: Window) -> Window | None:
    """The range of a box drawn on a chart whose axis shows `window` on `clock`; None where there is no usable box."""
    boxes = event.get("selection", {}).get("box") or []
    places = boxes[0].get("x", ()) if boxes else ()
    if len(places) != 2:
        return None
    try:
        start, end = sorted(_minute(clock.moment(str(place), window)) for place in places)
        return Window(max(start, EARLIEST), min(end, LATEST))
    except ValueError:
        return None


def take_selection(chart: str, story: Story, clock: Clock, window: Window) -> Callable[[], None]:
    """An on_select callback for the Plotly chart with key `chart`, drawn on `clock` over `window`.

    A box becomes the page's range at the moment it is drawn, and only then: a box that a chart still remembers can
    never overrule a chip that was pressed later.
    """

    def take() -> None:
        if chosen := adopt_selection(st.session_state[chart], clock, window):
            change(story, lambda now: now.with_window(chosen))

    return take


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
