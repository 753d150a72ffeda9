"""A Plotly figure's axes: one time axis for all lanes, and for each part of a lane a y axis by domain."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from components.charts.elapsed import START
from components.charts.geometry import Path, compact, round_values, totals, valued
from components.charts.model import Steps
from components.charts.plotly_pen import Part, Pen
from components.charts.plotly_plan import LABEL, NOTE, PHONE, LanePlan, Plan, Slot
from components.charts.text import text_width
from components.charts.theme import SANS
from components.charts.ticks import Tick

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


def value_axes(pen: Pen, plan: Plan) -> Part:
    """An axis for the strip and for every slot of every lane."""
    axes = {"yaxis": _axis(plan, plan.strip, (0.0, plan.strip.height))} if plan.strip.height else {}
    for lane in plan.lanes:
        for slot in (lane.rows, lane.values):
            if slot:
                axes["yaxis" + slot.axis[1:]] = _axis(plan, slot, lane.range_of(slot)) | _scale(pen, lane, slot)
    return axes


def _axis(plan: Plan, slot: Slot, span: tuple[float, float]) -> Part:
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
    taken = [lane.lane.reference[0]] if lane.lane.reference else []
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
    found = totals(mark.items, pen.chart.window)
    return found.low, found.high
