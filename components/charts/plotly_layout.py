"""A Plotly figure's layout: its axes, shapes and words put together, and lane titles."""

from __future__ import annotations

from components.charts.plotly_axes import LEFT, RIGHT, time_axis, value_axes
from components.charts.plotly_banner import banner_height, banner_words
from components.charts.plotly_events import event_labels, event_shapes
from components.charts.plotly_names import value_shapes, value_words
from components.charts.plotly_pen import Part, Pen, words
from components.charts.plotly_plan import LABEL, NOTE, TITLE, LanePlan, Plan, title_height
from components.charts.plotly_rows import row_shapes, row_words
from components.charts.plotly_sums import sum_shapes, sum_words
from components.charts.plotly_tiles import TilePen, tile_axes, tile_shapes
from components.charts.theme import SANS

#: Pixels above and below the plot; tick labels in two lines stand in TICKS. What lies outside is text under the chart.
TOP, TICKS = 10, 44


def layout(pen: Pen, plan: Plan) -> Part:
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


def _tile_words(pen: Pen, plan: Plan, tiles: list[TilePen]) -> list[Part]:
    return [part for lane in tiles for part in (*_head(pen, plan, lane.plan), *sum_words(lane, plan))]


def _lane_shapes(pen: Pen, plan: Plan) -> list[Part]:
    return [shape for lane in plan.lanes for shape in (*row_shapes(pen, plan, lane), *value_shapes(pen, plan, lane))]


def _lane_words(pen: Pen, plan: Plan) -> list[Part]:
    return [
        part
        for lane in plan.lanes
        for part in (*_head(pen, plan, lane), *row_words(pen, plan, lane), *value_words(pen, plan, lane))
    ]


def _head(pen: Pen, plan: Plan, lane: LanePlan) -> list[Part]:
    """A lane's title and note above it, on the paper's colour, so that event lines pass behind."""
    title, *rest = lane.words
    theme, place = pen.theme, {"x": 0, "xanchor": "left", "yanchor": "top", "bgcolor": pen.theme.paper}
    found = [words(f"<b>{title}</b>", colour=theme.ink, size=TITLE, y=plan.share(lane.head), **place)] if title else []
    if rest:
        y = plan.share(lane.head + title_height(lane.words))
        found.append(words("<br>".join(rest), colour=theme.quiet, size=NOTE, y=y, **place))
    return found
