"""What is said in a Plotly value area: its reference, its totals by name, a few figures, or that nothing is held."""

from __future__ import annotations

from components.charts.geometry import has_value, spot, totals, valued
from components.charts.model import Gap, Points, Steps
from components.charts.plotly_pen import Part, Pen, ground, stroke, words
from components.charts.plotly_plan import LABEL, NOTE, LanePlan, Plan
from components.charts.svg_lanes import NOTHING
from components.charts.svg_series import value_text
from components.charts.text import plain

#: More points than this carry no figures beside them; these are in the hover text and the table.
_FIGURED_POINTS = 2


def value_shapes(pen: Pen, plan: Plan, lane: LanePlan) -> list[Part]:
    """The reference line, or the ground of an empty lane."""
    if lane.values is None:
        return []
    if not list(lane.lane.items):
        return [ground(0, 1, plan.share(lane.values.top), plan.share(lane.bottom), fill=pen.theme.band, xref="paper")]
    if lane.lane.reference is None:
        return []
    value = lane.lane.reference[0]
    line = {"color": pen.theme.ink, "width": 1.2, "dash": "5px,3px"}
    return [stroke(0, 1, value, value, xref="paper", yref=lane.values.axis, **line)]


def value_words(pen: Pen, plan: Plan, lane: LanePlan) -> list[Part]:
    """The reference's name at the left, totals at the right, or that nothing is held."""
    if lane.values is None:
        return []
    found = []
    if not valued(lane.lane) and not any(isinstance(mark, Gap) for mark in lane.lane.marks):
        y = plan.share(lane.values.top + lane.values.height / 2)
        found.append(words(NOTHING, colour=pen.theme.quiet, size=NOTE, x=0.5, y=y, xanchor="center", yanchor="middle"))
    elif lane.lane.reference:
        value, name = lane.lane.reference
        place: Part = {"yref": lane.values.axis, "x": 0, "y": value, "xanchor": "left", "yanchor": "bottom"}
        found.append(words(plain(pen.clock.say(name), most=50), colour=pen.theme.ink, **place))
    return [*found, *_totals(pen, lane), *_figures(pen, lane, lane.values.axis)]


def _totals(pen: Pen, lane: LanePlan) -> list[Part]:
    """Each total above the right end of its line; where two are close, the lower one below its line."""
    if lane.values is None:
        return []
    steps = [mark for mark in lane.lane.marks if isinstance(mark, Steps) and mark.items]
    ends = [(*totals(mark.items, pen.chart.window).last, mark) for mark in steps]
    low_end, high_end = lane.range_of(lane.values)
    found, above = [], float("inf")
    for low, high, mark in sorted(ends, key=lambda end: -end[1]):
        close = (above - high) / (high_end - low_end) * lane.values.height < LABEL * 1.6
        said = f"{low:,.0f}" if low == high else f"{low:,.0f}–{high:,.0f}"
        place: Part = {"yref": lane.values.axis, "x": 1, "y": low if close else high, "xanchor": "right"}
        place |= {"yanchor": "top" if close else "bottom"}
        text = f"<b>{plain(mark.name, most=40)} {said}</b>"
        found.append(words(text, colour=pen.theme.colour(mark.tone), size=NOTE, **place))
        above = high
    return found


def _figures(pen: Pen, lane: LanePlan, axis: str) -> list[Part]:
    """The figures of a few points, under them."""
    points = [
        (mark, item)
        for mark, item in lane.lane.items
        if isinstance(mark, Points) and has_value(lane.lane, mark, item) and len(mark.items) <= _FIGURED_POINTS
    ]
    found = []
    for _, item in points:
        place: Part = {"xref": "x", "yref": axis, "x": pen.x(spot(item.when, pen.chart.window)), "y": item.value}
        place |= {"xanchor": "center", "yanchor": "top", "yshift": -7}
        found.append(words(value_text(item), colour=pen.theme.ink, **place))
    return found
