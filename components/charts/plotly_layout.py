"""A Plotly figure's layout: its axes, shapes and words put together, lane titles, and what lies outside."""

from __future__ import annotations

from collections.abc import Sequence

from components.charts.plotly_axes import LEFT, RIGHT, time_axis, value_axes
from components.charts.plotly_events import event_labels, event_shapes
from components.charts.plotly_names import value_shapes, value_words
from components.charts.plotly_pen import Part, Pen, words
from components.charts.plotly_plan import LABEL, NOTE, PHONE, TITLE, LanePlan, Plan
from components.charts.plotly_rows import row_shapes, row_words
from components.charts.svg_notes import edge_notes
from components.charts.text import plain, wrap
from components.charts.theme import SANS

#: Pixels above and below the plot; tick labels in two lines stand in TICKS, edge notes below them.
TOP, TICKS = 10, 44
_EDGE_LINES = 5


def layout(pen: Pen, plan: Plan) -> Part:
    """Everything of a figure but its traces."""
    theme, notes = pen.theme, _edge_lines(pen)
    bottom = round(TICKS + len(notes) * NOTE * 1.35 + (6 if notes else 0))
    hover = {"bgcolor": theme.paper, "bordercolor": theme.rule, "align": "left"}
    return {
        "template": {"layout": {}},
        "height": round(plan.height + TOP + bottom),
        "margin": {"l": LEFT, "r": RIGHT, "t": TOP, "b": bottom, "pad": 0},
        "paper_bgcolor": theme.paper,
        "plot_bgcolor": theme.paper,
        "font": {"family": SANS, "size": LABEL, "color": theme.ink},
        "showlegend": False,
        "hovermode": "x unified",
        "hoversubplots": "axis",
        "hoverlabel": hover | {"font": {"family": SANS, "size": NOTE, "color": theme.ink}},
        "dragmode": "select",
        "selectdirection": "h",
        "newselection": {"line": {"color": theme.ink, "width": 1, "dash": "dot"}},
        "uirevision": "nightdesk",
        "barmode": "overlay",
        "xaxis": time_axis(pen),
        **value_axes(pen, plan),
        "shapes": [*_lane_shapes(pen, plan), *event_shapes(pen, plan)],
        "annotations": [*_lane_words(pen, plan), *event_labels(pen, plan), *_edges(pen, notes)],
    }


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
        y = plan.share(lane.head + TITLE * 1.4)
        found.append(words("<br>".join(rest), colour=theme.quiet, size=NOTE, y=y, **place))
    return found


def _edge_lines(pen: Pen) -> list[str]:
    """What lies outside of the window, as much as a few lines of a phone hold; the table names all of it."""
    lines: list[str] = []
    for most in range(len(pen.chart.outside), 0, -1):
        notes = edge_notes(pen.chart, pen.clock, most=most)
        lines = [line for note in notes for line in wrap(plain(note, most=2_000), NOTE, PHONE)]
        if len(lines) <= _EDGE_LINES:
            break
    return lines


def _edges(pen: Pen, lines: Sequence[str]) -> list[Part]:
    """Edge notes under the tick labels."""
    place = {"x": 0, "y": 0, "xanchor": "left", "yanchor": "top", "yshift": -TICKS}
    return [words("<br>".join(lines), colour=pen.theme.quiet, size=NOTE, **place)] if lines else []
