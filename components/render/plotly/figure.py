"""A chart as a Plotly figure: axes, shapes and words put together. The only module that knows Plotly."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from components.charts.grammar import Chart
from components.clock import Clock
from components.render.layout.theme import LIGHT, SANS, TEST_GROUND, TEST_INK, Theme, worn
from components.render.plotly.axes import LEFT, RIGHT, time_axis, value_axes, value_shapes, value_words
from components.render.plotly.plan import LABEL, NOTE, PHONE, TITLE, FigurePlan, LanePlan, plan, title_height
from components.render.plotly.plotly_events import event_labels, event_shapes, event_traces
from components.render.plotly.plotly_marks import row_shapes, row_traces, row_words, value_traces
from components.render.plotly.plotly_pen import Part, Pen, scatter, words
from components.render.plotly.plotly_tiles import (
    TilePen,
    sum_shapes,
    sum_traces,
    sum_words,
    tile_axes,
    tile_shapes,
    tile_traces,
)
from components.render.svg.notes import MARK
from components.text import BOLD, plain, wrap

_PAD, _LEADING = 5, 1.35
#: Pixels between marks, and where they stand across the plot, as shares of its width.
_DOWN, _PLACES = 150.0, (0.2, 0.75)


def banner_height(pen: Pen) -> int:
    """Pixels that the band needs above the plot; 0 without one."""
    return round(len(_lines(pen)) * LABEL * _LEADING + 2 * _PAD + 4) if pen.chart.banner else 0


def banner_words(pen: Pen, plan: FigurePlan) -> list[Part]:
    """The band and the marks, as annotations; none for a chart without a banner."""
    if not pen.chart.banner:
        return []
    band = words(
        f"<b>{'<br>'.join(_lines(pen))}</b>",
        colour=TEST_INK,
        size=LABEL,
        y=1,
        x=0.5,
        xanchor="center",
        yanchor="bottom",
        yshift=2,
        bgcolor=TEST_GROUND,
        bordercolor=TEST_INK,
        borderpad=_PAD - 1,
    )
    return [*_marks(pen, plan), band]


def _lines(pen: Pen) -> list[str]:
    return wrap(plain(pen.chart.banner), LABEL, PHONE - 2 * _PAD, factor=BOLD)


def _marks(pen: Pen, plan: FigurePlan) -> list[Part]:
    look: dict[str, Any] = {"textangle": -24, "opacity": 0.14, "xanchor": "center", "yanchor": "middle"}
    rows = max(1, round(plan.height / _DOWN))
    return [
        words(
            f"<b>{MARK}</b>",
            colour=pen.theme.ink,
            size=40,
            x=_PLACES[row % 2],
            y=plan.share((row + 0.5) * plan.height / rows),
            **look,
        )
        for row in range(rows)
    ]


#: Pixels above and below the plot; tick labels in two lines stand in TICKS. What lies outside is text under the chart.
TOP, TICKS = 10, 44


def layout(pen: Pen, plan: FigurePlan) -> Part:
    """Everything of a figure but its traces."""
    theme, top = pen.theme, TOP + banner_height(pen)
    tiles = [TilePen(pen, lane, n) for n, lane in enumerate(plan.tiles, start=1)]
    hover = {"bgcolor": theme.paper, "bordercolor": theme.rule, "align": "left"}
    timed = bool(plan.lanes or plan.placed or not plan.tiles)
    foot = TICKS if timed else TOP
    return {
        "template": {"layout": {}},
        "height": round(plan.height + top + foot),
        "margin": {"l": LEFT, "r": RIGHT, "t": top, "b": foot, "pad": 0},
        "paper_bgcolor": theme.paper,
        "plot_bgcolor": theme.paper,
        "font": {"family": SANS, "size": LABEL, "color": theme.ink},
        "showlegend": False,
        "hovermode": "x unified" if timed else "closest",
        "hoversubplots": "axis",
        "hoverlabel": hover | {"font": {"family": SANS, "size": NOTE, "color": theme.ink}},
        "dragmode": "select" if timed else False,
        "selectdirection": "h",
        "newselection": {"line": {"color": theme.ink, "width": 1, "dash": "dot"}},
        "uirevision": "nightdesk",
        "barmode": "overlay",
        "xaxis": time_axis(pen) | {"visible": timed},
        **value_axes(pen, plan),
        **{name: axis for lane in tiles for name, axis in tile_axes(lane, plan).items()},
        "shapes": [*_tile_shapes(tiles), *_lane_shapes(pen, plan), *event_shapes(pen, plan)],
        "annotations": [
            *_tile_words(pen, plan, tiles),
            *_lane_words(pen, plan),
            *event_labels(pen, plan),
            *banner_words(pen, plan),
        ],
    }


def _tile_shapes(tiles: list[TilePen]) -> list[Part]:
    return [shape for lane in tiles for shape in (*sum_shapes(lane), *tile_shapes(lane))]


def _tile_words(pen: Pen, plan: FigurePlan, tiles: list[TilePen]) -> list[Part]:
    return [part for lane in tiles for part in (*_head(pen, plan, lane.plan), *sum_words(lane, plan))]


def _lane_shapes(pen: Pen, plan: FigurePlan) -> list[Part]:
    return [shape for lane in plan.lanes for shape in (*row_shapes(pen, plan, lane), *value_shapes(pen, plan, lane))]


def _lane_words(pen: Pen, plan: FigurePlan) -> list[Part]:
    return [
        part
        for lane in plan.lanes
        for part in (*_head(pen, plan, lane), *row_words(pen, plan, lane), *value_words(pen, plan, lane))
    ]


def _head(pen: Pen, plan: FigurePlan, lane: LanePlan) -> list[Part]:
    """A lane's title and note above it, on the paper's colour, so that event lines pass behind."""
    title, *rest = lane.words
    theme, place = pen.theme, {"x": 0, "xanchor": "left", "yanchor": "top", "bgcolor": pen.theme.paper}
    found = [words(f"<b>{title}</b>", colour=theme.ink, size=TITLE, y=plan.share(lane.head), **place)] if title else []
    if rest:
        y = plan.share(lane.head + title_height(lane.words))
        found.append(words("<br>".join(rest), colour=theme.quiet, size=NOTE, y=y, **place))
    return found


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


def draw_figure(chart: Chart, clock: Clock, *, theme: Theme = LIGHT) -> go.Figure:
    """The chart as a figure of one time axis and a y axis for each lane, `layout.height` pixels tall, wide as its page.

    Tiles and their bars stand on axes of their own. Every other x is a naive wall-clock string of the clock's zone.
    `customdata` holds the row of each item, and the rows of each event separated by spaces. Drag selects a stretch of
    time. Parts are built as plain dicts in Plotly's own words, so its validation is skipped here and done in the tests.
    """
    pen, pixels = Pen(chart, clock, worn(theme, chart)), plan(chart, clock)
    tiles = [TilePen(pen, lane, n) for n, lane in enumerate(pixels.tiles, start=1)]
    traces = [trace for lane in tiles for trace in (*sum_traces(lane), *tile_traces(lane))]
    traces += [trace for lane in pixels.lanes for trace in (*row_traces(pen, lane), *value_traces(pen, lane))]
    traces += event_traces(pen, pixels)
    # Without a trace on each axis Plotly draws no axis at all.
    slots = [slot for lane in pixels.lanes for slot in (lane.rows, lane.values) if slot]
    used = {trace["yaxis"] for trace in traces}
    traces += [scatter(slot.axis, [pen.x(chart.window.start)], [None]) for slot in slots if slot.axis not in used]
    return go.Figure(traces, layout(pen, pixels), _validate=False)
