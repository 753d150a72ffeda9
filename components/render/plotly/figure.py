"""A chart as a Plotly figure: its tiles, and its composition over the clock. The only module that knows Plotly."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import plotly.graph_objects as go

from components.charts.grammar import Chart
from components.clock import Clock
from components.render.layout.composition import compose
from components.render.layout.scene import NARROW, WIDE, Composition, Sizes, Teller
from components.render.layout.theme import LIGHT, SANS, TEST_GROUND, TEST_INK, Theme, worn
from components.render.layout.tile_layout import apart
from components.render.plotly.plan import LABEL, NOTE, PHONE, TITLE, plan_tiles, title_height
from components.render.plotly.plotly_pen import Part, Pen, keys_of, lines_of, scatter, traces_of, words, words_of
from components.render.plotly.plotly_tiles import (
    TilePen,
    share,
    sum_shapes,
    sum_traces,
    sum_words,
    tile_axes,
    tile_shapes,
    tile_traces,
)
from components.text import BOLD, mark_of, plain, wrap

#: The least width in pixels at which a page shows its narrow figure, and its wide one: both only spread from there.
NARROWEST, WIDEST_FROM = 328.0, 848.0
#: How wide a page's column is in most windows that show the wide figure: Streamlit hides a figure of no width until it
#: was drawn twice, first for nobody. In a narrower window it is this wide until then.
COLUMN = 1072
#: A page has margins of its own: names begin where its words do, and on a phone a sign has room at either edge. A page
#: shows its narrow figure up to 868 px wide and its wide one up to 1,072 px, beside names and totals that do not grow.
PHONE_SIZES, DESK_SIZES = replace(NARROW, pad=6, spread=2.8), replace(WIDE, pad=1, spread=1.5)
_PAD, _LEADING = 5, 1.35
#: Pixels between marks of a test, and where they stand across the plot, as shares of its width.
_DOWN, _PLACES = 110.0, (0.2, 0.75)
_TOP = 4


class _Planned(NamedTuple):
    """A figure's parts: tiles, the composition above them, and the height of both in pixels."""

    tiles: list[TilePen]
    found: Composition | None
    height: float


def _planned(pen: Pen, width: float, sizes: Sizes) -> _Planned:
    tiled, timed = apart(pen.chart.lanes)
    y, tiles, found = 0.0, list[TilePen](), None
    if timed or pen.chart.events or not tiled:
        found = compose(pen.chart, pen.clock, width=width, sizes=sizes, top=_TOP, teller=pen.teller)
        y = round(found.bottom + 2)
    for n, lane in enumerate(tiled, start=1):
        tiles.append(TilePen(pen, plan_tiles(lane, pen.chart, pen.clock, y, first_axis=2 * n), n))
        y = tiles[-1].plan.bottom + 10
    return _Planned(tiles, found, y)


def banner_height(pen: Pen) -> int:
    """Pixels that the band needs above the plot; 0 without one."""
    return round(len(_lines(pen)) * LABEL * _LEADING + 2 * _PAD + 4) if pen.chart.banner else 0


def banner_words(pen: Pen, height: float) -> list[Part]:
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
    return [*_marks(pen, height), band]


def _lines(pen: Pen) -> list[str]:
    return wrap(plain(pen.chart.banner), LABEL, PHONE - 2 * _PAD, factor=BOLD)


def _marks(pen: Pen, height: float) -> list[Part]:
    look: dict[str, Any] = {"textangle": -24, "opacity": 0.14, "xanchor": "center", "yanchor": "middle"}
    rows, mark = max(1, round(height / _DOWN)), mark_of(pen.chart.banner)
    return [
        words(f"<b>{mark}</b>", colour=pen.theme.ink, size=40, x=_PLACES[row % 2], y=1 - (row + 0.5) / rows, **look)
        for row in range(rows)
    ]


def _layout(pen: Pen, planned: _Planned, width: float) -> Part:
    """Everything of a figure but its traces."""
    theme, (tiles, found, height) = pen.theme, planned
    top = banner_height(pen)
    hover = {"bgcolor": theme.paper, "bordercolor": theme.quiet, "align": "left"}
    left, right = (found.scale.left, width - found.scale.right) if found else (0.0, 0.0)
    return {
        "template": {"layout": {}},
        "height": round(height + top),
        "margin": {"l": round(left), "r": round(right), "t": top, "b": 0, "pad": 0},
        "paper_bgcolor": theme.paper,
        "plot_bgcolor": theme.paper,
        "font": {"family": SANS, "size": LABEL, "color": theme.ink},
        "showlegend": False,
        "hovermode": "closest",
        "hoverdistance": 24,
        "hoverlabel": hover | {"font": {"family": SANS, "size": NOTE, "color": theme.ink}},
        "dragmode": "select" if found and pen.chart.take_range else False,
        "selectdirection": "h",
        "newselection": {"line": {"color": theme.ink, "width": 1, "dash": "dot"}},
        "uirevision": "nightdesk",
        **({} if width == NARROWEST else {"width": COLUMN}),
        "barmode": "overlay",
        "xaxis": _time_axis(pen) | {"visible": bool(found)},
        "yaxis": _BARE | {"range": [height, 0], "domain": [0, 1], "anchor": "x"},
        **{name: axis for lane in tiles for name, axis in tile_axes(lane, height).items()},
        "shapes": [*_tile_shapes(tiles), *([*lines_of(pen, found), *keys_of(pen, found)] if found else [])],
        "annotations": [
            *_tile_words(pen, tiles, height),
            *(words_of(pen, found) if found else []),
            *banner_words(pen, height),
        ],
    }


_BARE: Part = {"fixedrange": True, "showgrid": False, "zeroline": False, "showticklabels": False, "ticks": ""}


def _time_axis(pen: Pen) -> Part:
    """The x axis: naive wall-clock text from end to end. Its lines and labels are the composition's own."""
    window, clock = pen.chart.window, pen.clock
    ends = [clock.position(window.start, window), clock.position(window.end, window)]
    return _BARE | {"type": "date", "range": ends, "anchor": "y"}


def _tile_shapes(tiles: list[TilePen]) -> list[Part]:
    return [shape for lane in tiles for shape in (*sum_shapes(lane), *tile_shapes(lane))]


def _tile_words(pen: Pen, tiles: list[TilePen], height: float) -> list[Part]:
    return [part for lane in tiles for part in (*_head(pen, lane, height), *sum_words(lane, height))]


def _head(pen: Pen, lane: TilePen, height: float) -> list[Part]:
    """A title and a note above tiles."""
    title, *rest = lane.plan.words
    place = {"x": 0, "xanchor": "left", "yanchor": "top"}
    y = share(height, lane.plan.head)
    found = [words(f"<b>{title}</b>", colour=pen.theme.ink, size=TITLE, y=y, **place)] if title else []
    if rest:
        y = share(height, lane.plan.head + title_height(lane.plan.words))
        found.append(words("<br>".join(rest), colour=pen.theme.quiet, size=NOTE, y=y, **place))
    return found


#: What st.plotly_chart and write_html are given. Plotly.js 4 otherwise offers to upload the figure to a cloud.
CONFIG: dict[str, Any] = {
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "displaylogo": False,
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
    "displayModeBar": False,
    "typesetMath": False,
}


class Settled(go.Figure):  # type: ignore[misc]
    """A figure that nobody changes any more: its plain form, as it was made, is what whoever asks for it gets.

    st.plotly_chart asks at every rerun, and Plotly copies and walks the whole figure each time: 4 ms of the timeline's.
    To take it up at all, Plotly copies it four times more: half of the time that it takes to draw one.
    """

    def __init__(self, plain: dict[str, Any]) -> None:
        super().__init__(_validate=False)
        self._plain = plain

    def to_dict(self) -> dict[str, Any]:
        """The figure as plain values; not to be changed."""
        return self._plain


def draw_figure(chart: Chart, clock: Clock, *, theme: Theme = LIGHT, narrow: bool = False) -> go.Figure:
    """The chart as `plain_figure` draws it, for whoever looks into it or changes it."""
    plain = plain_figure(chart, clock, theme=theme, narrow=narrow)
    return go.Figure(plain["data"], plain["layout"], _validate=False)


def plain_figure(chart: Chart, clock: Clock, *, theme: Theme = LIGHT, narrow: bool = False) -> dict[str, Any]:
    """The chart as a figure of one time axis and one axis of pixels, `layout.height` pixels tall, wide as its page.

    A `narrow` one has its names above its lanes. Both are composed for the least width they are shown at.
    Tiles and their bars stand on axes of their own. Every other x is a naive wall-clock string of the clock's zone.
    `customdata` holds the row of each item, and the rows of each event separated by spaces. Drag selects a stretch of
    time. Parts are plain dicts in Plotly's own words: its validation is done in the tests.
    """
    pen = Pen(chart, clock, worn(theme, chart), Teller(chart, clock))
    width, sizes = (NARROWEST, PHONE_SIZES) if narrow else (WIDEST_FROM, DESK_SIZES)
    planned = _planned(pen, width, sizes)
    traces = [trace for lane in planned.tiles for trace in (*sum_traces(lane), *tile_traces(lane))]
    traces += traces_of(pen, planned.found) if planned.found else []
    # Without a trace on it Plotly draws no axis at all.
    traces += [] if traces else [scatter("y", [pen.x(chart.window.start)], [None])]
    return {"data": traces, "layout": _layout(pen, planned, width)}
