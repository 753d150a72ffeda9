"""A chart as a Plotly figure: the only module that knows Plotly."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from components.charts.clock import Clock
from components.charts.model import Chart
from components.charts.plotly_events import event_traces
from components.charts.plotly_layout import layout
from components.charts.plotly_pen import Pen, scatter
from components.charts.plotly_plan import plan
from components.charts.plotly_rows import row_traces
from components.charts.plotly_sums import sum_traces
from components.charts.plotly_tiles import TilePen, tile_traces
from components.charts.plotly_values import value_traces
from components.charts.theme import LIGHT, Theme

#: What st.plotly_chart and write_html are given. Plotly.js 4 otherwise offers to upload the figure to a cloud.
CONFIG: dict[str, Any] = {
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "displaylogo": False,
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
    "modeBarButtons": [["toImage"]],
}


class Settled(go.Figure):  # type: ignore[misc]
    """A figure that nobody changes any more: its plain form is made once, and whoever asks for it gets the same one.

    st.plotly_chart asks at every rerun, and Plotly copies and walks the whole figure each time: 4 ms of the timeline's.
    """

    def __init__(self, drawn: go.Figure) -> None:
        plain: dict[str, Any] = drawn.to_dict()
        super().__init__(plain["data"], plain["layout"], _validate=False)
        self._plain = plain

    def to_dict(self) -> dict[str, Any]:
        """The figure as plain values; not to be changed."""
        return self._plain


def figure(chart: Chart, clock: Clock, *, theme: Theme = LIGHT) -> go.Figure:
    """The chart as a figure of one time axis and a y axis for each lane, `layout.height` pixels tall, wide as its page.

    Tiles and their bars stand on axes of their own. Every other x is a naive wall-clock string of the clock's zone.
    `customdata` holds the row of each item, and the rows of each event separated by spaces. Drag selects a stretch of
    time. Parts are built as plain dicts in Plotly's own words, so its validation is skipped here and done in the tests.
    """
    pen, pixels = Pen(chart, clock, theme), plan(chart, clock)
    tiles = [TilePen(pen, lane, n) for n, lane in enumerate(pixels.tiles, start=1)]
    traces = [trace for lane in tiles for trace in (*sum_traces(lane), *tile_traces(lane))]
    traces += [trace for lane in pixels.lanes for trace in (*row_traces(pen, lane), *value_traces(pen, lane))]
    traces += event_traces(pen, pixels)
    # Without a trace on each axis Plotly draws no axis at all.
    slots = [slot for lane in pixels.lanes for slot in (lane.rows, lane.values) if slot]
    used = {trace["yaxis"] for trace in traces}
    traces += [scatter(slot.axis, [pen.x(chart.window.start)], [None]) for slot in slots if slot.axis not in used]
    return go.Figure(traces, layout(pen, pixels), _validate=False)
