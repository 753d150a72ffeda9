"""A Plotly figure's axes: one time axis for all lanes, a y axis for each part of a lane, and words beside them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from components.charts.elapsed_clock import START
from components.charts.grammar import Gap, Item, Kind, Lane, Mark, Points, Steps, has_value, valued
from components.charts.running_totals import Path, paths_of
from components.clock import Tick
from components.render.layout.geometry import (
    compact,
    round_values,
    spot,
)
from components.render.layout.theme import SANS
from components.render.plotly.plan import LABEL, NOTE, PHONE, FigurePlan, LanePlan, Slot, bare_lines
from components.render.plotly.plotly_pen import Part, Pen, ground, rgba, stroke, words
from components.render.svg.svg_marks import projected_label, value_text
from components.text import plain, text_width

#: Pixels at the left and right of the plot, which labels of the first and last tick may use.
LEFT, RIGHT = 22, 24
#: Pixels between the words of two ticks.
_TICK_GAP = 7


def time_axis(pen: Pen) -> Part:
    """The x axis: naive wall-clock text from end to end, with labelled and small ticks."""
    window, clock, theme = pen.chart.window, pen.clock, pen.theme
    ticks = _ticks(pen)
    minor = [clock.position(tick.moment, window) for tick in clock.ticks(window, 18)]
    small = {"tickmode": "array", "tickvals": minor, "ticks": "outside", "ticklen": 3, "tickcolor": theme.rule}
    spike = {"showspikes": True, "spikemode": "across", "spikesnap": "cursor", "spikedash": "solid"}
    return {
        "type": "date",
        "range": [clock.position(window.start, window), clock.position(window.end, window)],
        "tickmode": "array",
        "tickvals": [clock.position(tick.moment, window) for tick in ticks],
        "ticktext": _tick_texts(pen, ticks),
        "ticklabeloverflow": "allow",
        "tickfont": {"family": SANS, "size": NOTE, "color": theme.ink},
        "tickangle": 0,
        "ticks": "outside",
        "ticklen": 5,
        "tickcolor": theme.quiet,
        "minor": small,
        "showgrid": True,
        "gridcolor": theme.rule,
        "showline": True,
        "linecolor": theme.quiet,
        "zeroline": False,
        "anchor": "free",
        "position": 0,
        "side": "bottom",
        "fixedrange": True,
        **spike,
        "spikethickness": 1,
        "spikecolor": theme.quiet,
    }


def _tick_texts(pen: Pen, ticks: Sequence[Tick]) -> list[str]:
    """Labels in two lines; a day that would run over the edge goes under the next tick."""
    window, found, owed = pen.chart.window, list[str](), ""
    for tick in ticks:
        share = (tick.moment - window.start) / window.length
        room = min(LEFT + share * PHONE, RIGHT + (1 - share) * PHONE)
        sub = tick.sub or owed
        fits = text_width(sub, NOTE) / 2 <= room
        found.append(f"{tick.label}<br>{sub}" if sub and fits else tick.label)
        owed = "" if fits else sub
    return found


def _ticks(pen: Pen) -> Sequence[Tick]:
    """As many ticks as have room for their labels on a phone, every one or every other of a round distance."""
    for most in range(10, 3, -1):
        ticks = pen.clock.ticks(pen.chart.window, most)
        for found in (ticks, _every_other(ticks)):
            dated = [tick for tick in found if tick.sub]
            if _apart(pen, found, [tick.label for tick in found]) and _apart(pen, dated, [tick.sub for tick in dated]):
                return found
    return pen.clock.ticks(pen.chart.window, 3)


def _every_other(ticks: Sequence[Tick]) -> Sequence[Tick]:
    """Every second tick, those of midnight, January and T+0 among them; a day left out goes to the next tick."""
    first = next((n for n in range(len(ticks) - 1, -1, -1) if ticks[n].sub or ticks[n].label == START), 0) % 2
    owed = [tick.sub for tick in ticks[:first]]
    return [tick._replace(sub=tick.sub or "".join(owed)) if n == 0 else tick for n, tick in enumerate(ticks[first::2])]


def _apart(pen: Pen, ticks: Sequence[Tick], texts: Sequence[str]) -> bool:
    """Whether texts centred on these ticks keep apart on a phone."""
    window = pen.chart.window
    places = [(tick.moment - window.start) / window.length * PHONE for tick in ticks]
    halves = [text_width(text, NOTE) / 2 + _TICK_GAP / 2 for text in texts]
    ends = [(x - half, x + half) for x, half in zip(places, halves, strict=True)]
    return all(one[1] <= other[0] for one, other in pairwise(ends))


def value_axes(pen: Pen, plan: FigurePlan) -> Part:
    """An axis for the strip and for every slot of every lane."""
    axes = {"yaxis": _axis(plan, plan.strip, (0.0, plan.strip.height))} if plan.strip.height else {}
    for lane in plan.lanes:
        for slot in (lane.rows, lane.values):
            if slot:
                axes["yaxis" + slot.axis[1:]] = _axis(plan, slot, lane.range_of(slot)) | _scale(pen, lane, slot)
    return axes


def _axis(plan: FigurePlan, slot: Slot, span: tuple[float, float]) -> Part:
    return {
        "domain": [plan.share(slot.top + slot.height), plan.share(slot.top)],
        "range": list(span),
        "anchor": "x",
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "showticklabels": False,
        "ticks": "",
        "showline": False,
    }


def _scale(pen: Pen, lane: LanePlan, slot: Slot) -> Part:
    """Round values inside the plot, above their hairlines; none where the reference or a total begins."""
    if slot is not lane.values or not valued(lane.lane):
        return {}
    low, high = lane.range_of(slot)
    pixel = (high - low) / slot.height
    taken = [line.value for line in lane.lane.references]
    for mark in lane.lane.marks:
        if isinstance(mark, Steps):
            taken += [path[0][1] for path in _paths(mark, pen) if path[0][1] > low]
    values = [v for v in round_values(low, high) if not any(abs(v - line) / pixel < LABEL * 1.5 for line in taken)]
    return {
        "showgrid": True,
        "gridcolor": pen.theme.rule,
        "showticklabels": True,
        "tickmode": "array",
        "tickvals": values,
        "ticktext": [compact(v) if v != low else "" for v in values],
        "ticklabelposition": "inside top",
        "ticklabeloverflow": "allow",
        "tickfont": {"family": SANS, "size": LABEL, "color": pen.theme.quiet},
    }


def _paths(mark: Steps, pen: Pen) -> tuple[Path, Path]:
    found = paths_of(mark, pen.chart.window)
    return found.low, found.high


#: More points than this carry no figures beside them; these are in the hover text and the table.
_FIGURED_POINTS = 2
#: Sides of which the last projection is named in a figure.
_NAMED_PROJECTIONS = 4
#: How much of the lines behind a name its ground hides.
_VEIL = 0.85
#: Pixels: the height of a total's name, and how far it keeps from lines and the marks on them.
_NAME, _CLEAR = 15.0, 5.0


def value_shapes(pen: Pen, plan: FigurePlan, lane: LanePlan) -> list[Part]:
    """The lines of references, or the ground of an empty lane."""
    if lane.values is None:
        return []
    if not list(lane.lane.items):
        return [ground(0, 1, plan.share(lane.values.top), plan.share(lane.bottom), fill=pen.theme.band, xref="paper")]
    line = {"color": pen.theme.ink, "width": 1.2, "dash": "5px,3px"}
    levels = [one.value for one in lane.lane.references]
    return [stroke(0, 1, level, level, xref="paper", yref=lane.values.axis, **line) for level in levels]


def value_words(pen: Pen, plan: FigurePlan, lane: LanePlan) -> list[Part]:
    """The names of references at the left, totals at the right, or that nothing is held."""
    if lane.values is None:
        return []
    found = []
    if not valued(lane.lane) and not any(isinstance(mark, Gap) for mark in lane.lane.marks):
        y = plan.share(lane.values.top + lane.values.height / 2)
        text = "<br>".join(bare_lines(lane.lane, pen.clock))
        place: Part = {"x": 0.5, "y": y, "xanchor": "center", "yanchor": "middle", "align": "center"}
        found.append(words(text, colour=pen.theme.quiet, size=NOTE, bgcolor=rgba(pen.theme.band, 0.9), **place))
    else:
        for value, name, _ in lane.lane.references:
            place = {"yref": lane.values.axis, "x": 0, "y": value, "xanchor": "left", "yanchor": "bottom", "yshift": 2}
            back = rgba(pen.theme.paper, _VEIL)
            found.append(words(plain(pen.clock.say(name), most=50), colour=pen.theme.ink, bgcolor=back, **place))
    return [*found, *_totals(pen, lane), *_figures(pen, lane, lane.values.axis)]


def _totals(pen: Pen, lane: LanePlan) -> list[Part]:
    """Each total over the right end of its line, or under it where the one above leaves no room."""
    if lane.values is None:
        return []
    steps = [mark for mark in lane.lane.marks if isinstance(mark, Steps) and mark.items]
    ends = [(paths_of(mark, pen.chart.window), mark) for mark in steps]
    foot, head = lane.range_of(lane.values)
    pixel = (head - foot) / lane.values.height
    lines = [(one.value - foot) / pixel for one in lane.lane.references]
    found, ceiling = [], float("inf")
    for total, mark in sorted(ends, key=lambda end: -end[0].last[1]):
        low, high = total.last
        height = name_foot((low - foot) / pixel, (min(high, head) - foot) / pixel, lines, ceiling)
        place: Part = {"yref": lane.values.axis, "x": 1, "y": foot, "xanchor": "right", "yanchor": "bottom"}
        text, back = f"<b>{plain(mark.name, most=40)} {total.said}</b>", rgba(pen.theme.paper, _VEIL)
        colour = pen.theme.colour(mark.tone)
        found.append(words(text, colour=colour, size=NOTE, bgcolor=back, yshift=round(height), **place))
        ceiling = min(height, (low - foot) / pixel - _CLEAR)
    return found


def name_foot(low: float, high: float, lines: Sequence[float], ceiling: float) -> float:
    """How high the name of a total stands that ends between `low` and `high`, in pixels, clear of references."""
    foot = high + _CLEAR
    for line in sorted(lines):
        foot = line + 3 if foot - 2 < line < foot + _NAME + 2 else foot
    if foot + _NAME <= ceiling:
        return foot
    foot = min(low - _CLEAR, ceiling) - _NAME
    for line in sorted(lines, reverse=True):
        foot = line - 3 - _NAME if foot - 2 < line < foot + _NAME + 2 else foot
    return foot


def _named_projections(lane: Lane) -> list[tuple[Mark, Item]]:
    """Projections that are named where they stand: the last of each side, none of more sides than can be told apart."""
    marks = [mark for mark in lane.marks if any(item.kind is Kind.PROJECTED for item in mark.items)]
    last = [(mark, max(mark.items, key=lambda item: item.when.latest)) for mark in marks]
    return last if len(last) <= _NAMED_PROJECTIONS else []


def _figures(pen: Pen, lane: LanePlan, axis: str) -> list[Part]:
    """The figures of a few points, under them, and of projections beside them."""
    found = [
        words(
            projected_label(mark, item), colour=pen.theme.colour(mark.tone), xref="x", yref=axis,
            x=pen.x(spot(item.when, pen.chart.window)), y=item.value if item.value is not None else item.high,
            xanchor="left", yanchor="middle", xshift=8, bgcolor=rgba(pen.theme.paper, _VEIL),
        )
        for mark, item in _named_projections(lane.lane)
    ]  # fmt: skip
    points = [
        (mark, item)
        for mark, item in lane.lane.items
        if isinstance(mark, Points)
        and has_value(lane.lane, mark, item)
        and len(mark.items) <= _FIGURED_POINTS
        and item.kind is not Kind.PROJECTED
    ]
    for _, item in points:
        place: Part = {"xref": "x", "yref": axis, "x": pen.x(spot(item.when, pen.chart.window)), "y": item.value}
        place |= {"xanchor": "center", "yanchor": "top", "yshift": -7}
        found.append(words(value_text(item), colour=pen.theme.ink, **place))
    return found
