"""What is said in a Plotly value area: its reference, its totals by name, a few figures, or that nothing is held."""

from __future__ import annotations

from components.charts.geometry import has_value, spot, totals, valued
from components.charts.model import Gap, Points, Steps
from components.charts.plotly_pen import Part, Pen, ground, rgba, stroke, words
from components.charts.plotly_plan import NOTE, LanePlan, Plan, bare_lines
from components.charts.svg_series import value_text
from components.charts.text import plain

#: More points than this carry no figures beside them; these are in the hover text and the table.
_FIGURED_POINTS = 2
#: How much of the lines behind a name its ground hides.
_VEIL = 0.85
#: Pixels: the height of a total's name, and how far it keeps from lines and the marks on them.
_NAME, _CLEAR = 15.0, 5.0


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
        text = "<br>".join(bare_lines(lane.lane, pen.clock))
        place: Part = {"x": 0.5, "y": y, "xanchor": "center", "yanchor": "middle", "align": "center"}
        found.append(words(text, colour=pen.theme.quiet, size=NOTE, bgcolor=rgba(pen.theme.band, 0.9), **place))
    elif lane.lane.reference:
        value, name = lane.lane.reference
        place = {"yref": lane.values.axis, "x": 0, "y": value, "xanchor": "left", "yanchor": "bottom", "yshift": 2}
        back = rgba(pen.theme.paper, _VEIL)
        found.append(words(plain(pen.clock.say(name), most=50), colour=pen.theme.ink, bgcolor=back, **place))
    return [*found, *_totals(pen, lane), *_figures(pen, lane, lane.values.axis)]


def _totals(pen: Pen, lane: LanePlan) -> list[Part]:
    """Each total over the right end of its line, or under it where the one above leaves no room."""
    if lane.values is None:
        return []
    steps = [mark for mark in lane.lane.marks if isinstance(mark, Steps) and mark.items]
    ends = [(totals(mark.items, pen.chart.window), mark) for mark in steps]
    foot, head = lane.range_of(lane.values)
    pixel = (head - foot) / lane.values.height
    line = (lane.lane.reference[0] - foot) / pixel if lane.lane.reference else None
    found, ceiling = [], float("inf")
    for total, mark in sorted(ends, key=lambda end: -end[0].last[1]):
        low, high = total.last
        height = name_foot((low - foot) / pixel, (min(high, head) - foot) / pixel, line, ceiling)
        place: Part = {"yref": lane.values.axis, "x": 1, "y": foot, "xanchor": "right", "yanchor": "bottom"}
        text, back = f"<b>{plain(mark.name, most=40)} {total.said}</b>", rgba(pen.theme.paper, _VEIL)
        colour = pen.theme.colour(mark.tone)
        found.append(words(text, colour=colour, size=NOTE, bgcolor=back, yshift=round(height), **place))
        ceiling = min(height, (low - foot) / pixel - _CLEAR)
    return found


def name_foot(low: float, high: float, line: float | None, ceiling: float) -> float:
    """How high the name of a total stands that ends between `low` and `high`, in pixels, clear of the reference."""
    foot = high + _CLEAR
    if line is not None and foot - 2 < line < foot + _NAME + 2:
        foot = line + 3
    if foot + _NAME <= ceiling:
        return foot
    foot = min(low - _CLEAR, ceiling) - _NAME
    return line - 3 - _NAME if line is not None and foot - 2 < line < foot + _NAME + 2 else foot


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
