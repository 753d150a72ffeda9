"""Marks with values as Plotly traces: totals as staircases, series in unbroken runs, bars, points."""

from __future__ import annotations

from collections.abc import Sequence

from components.charts.geometry import Path, has_value, levels, totals
from components.charts.model import Bars, Item, Kind, Lane, Line, Mark, Points, Steps
from components.charts.plotly_pen import UNDIMMED, Part, Pen, band, rgba, scatter
from components.charts.plotly_plan import LABEL, PHONE, LanePlan
from components.charts.plotly_rows import point_traces
from components.charts.runs import is_measured, is_merged, middle_of, runs
from components.charts.svg_series import TITLED_SAMPLES, value_text
from components.charts.text import plain, text_width
from components.charts.theme import SANS, look


def value_traces(pen: Pen, lane: LanePlan) -> list[Part]:
    """Every mark that has values, on the lane's value axis."""
    if lane.values is None:
        return []
    axis, found = lane.values.axis, list[Part]()
    for mark in lane.lane.marks:
        items = [item for item in mark.items if has_value(lane.lane, mark, item)]
        if items:
            found += _traces(pen, lane.lane, mark, items, axis)
    return found


def _traces(pen: Pen, lane: Lane, mark: Mark, items: Sequence[Item], axis: str) -> list[Part]:
    match mark:
        case Steps():
            return _steps(pen, lane, mark, axis)
        case Line():
            return _line(pen, lane, mark, axis)
        case Bars():
            return _bars(pen, lane, mark, items, axis)
        case Points():
            y = [item.value or 0.0 for item in items]
            return point_traces(pen, lane, mark, items, y, axis)
    return []


def _corners(pen: Pen, path: Path) -> list[tuple[str, float]]:
    """The corners of a staircase, as far as it is told."""
    found = [(pen.x(path[0][0]), path[0][1])]
    for moment, value in path[1:]:
        found += [(pen.x(moment), found[-1][1]), (pen.x(moment), value)]
    return [*found, (pen.x(pen.chart.told_to), found[-1][1])]


def _steps(pen: Pen, lane: Lane, mark: Steps, axis: str) -> list[Part]:
    """A band from surely to possibly, the sure total as a line, and a mark for every contest on it."""
    found, colour = totals(mark.items, pen.chart.window), pen.theme.colour(mark.tone)
    low, high = _corners(pen, found.low), _corners(pen, found.high)
    placed = levels(mark.items, pen.chart.window)
    items = [item for item, _ in placed]
    marker = {
        "size": 6,
        "opacity": 1,
        "symbol": look(mark.tone).shape,
        "color": [colour if item.when.exact else pen.theme.paper for item in items],
        "line": {"color": colour, "width": 1.2},
    }
    x, y = [pen.x(min(item.when.latest, pen.chart.told_to)) for item in items], [level for _, level in placed]
    contests = scatter(axis, x, y, mode="markers", marker=marker, name=plain(mark.name))
    line = scatter(axis, *zip(*low, strict=True), mode="lines", line={"color": colour, "width": 2.2})
    return [band(axis, high, low, colour), line, contests | pen.named(lane, mark, items)]


def _line(pen: Pen, lane: Lane, mark: Line, axis: str) -> list[Part]:
    """A series in unbroken runs, its band where it has one, and open ticks where it is below resolution."""
    colour, unbroken = pen.theme.colour(mark.tone), runs(mark)
    found = []
    for run in unbroken:
        if all(item.low is not None and item.high is not None for item in run):
            upper = [(pen.x(middle_of(mark, item)), item.high or 0.0) for item in run]
            lower = [(pen.x(middle_of(mark, item)), item.low or 0.0) for item in run]
            found.append(band(axis, upper, lower, colour))
    known = [item for run in unbroken for item in run]
    words_of = pen.named(lane, mark, known)
    breaks = [sum(map(len, unbroken[: n + 1])) + n for n in range(len(unbroken) - 1)]
    columns = {
        "x": [pen.x(middle_of(mark, item)) for item in known],
        "y": [item.value for item in known],
        "customdata": words_of["customdata"],
        "hovertext": words_of["hovertext"],
    }
    for column in columns.values():
        for place in breaks:
            column.insert(place, None)
    sizes = _dots(unbroken)
    look_of = {"marker": {"size": sizes, "opacity": 1, "color": colour}, "line": {"color": colour, "width": 1.6}}
    mode = "lines+markers" if sizes else "lines"
    found.append(scatter(axis, [], [], mode=mode, name=plain(mark.name), **look_of) | columns | {"hoverinfo": "text"})
    return found + _unmeasured(pen, lane, mark, axis)


def _dots(unbroken: Sequence[Sequence[Item]]) -> int | list[int]:
    """How large the dot of each place on a line is; 0 for a line without dots.

    Of a long series only a bin that no line reaches has one: Plotly draws nothing for a line through a single place.
    """
    if sum(map(len, unbroken)) <= TITLED_SAMPLES:
        return 4
    if all(len(run) > 1 for run in unbroken):
        return 0
    sizes = [size for run in unbroken for size in (*((3,) if len(run) == 1 else [0] * len(run)), 0)]
    return sizes[:-1]


def _unmeasured(pen: Pen, lane: Lane, mark: Line, axis: str) -> list[Part]:
    """Open ticks on the baseline for bins below resolution or without a value, and a bar along those that share one."""
    items = [item for item in mark.items if not is_measured(item)]
    if not items:
        return []
    colour = pen.theme.colour(mark.tone)
    marker = {"symbol": "line-ns-open", "size": 6, "opacity": 1, "color": colour, "line": {"width": 1.2}}
    x = [pen.x(middle_of(mark, item)) for item in items]
    ticks = scatter(axis, x, [0.0] * len(x), mode="markers", marker=marker) | pen.named(lane, mark, items)
    merged = [item for item in items if is_merged(mark, item)]
    ends = [end for item in merged for end in (pen.x(item.when.earliest), pen.x(item.last), None)]
    along = scatter(axis, ends, [0.0] * len(ends), mode="lines", line={"color": colour, "width": 4})
    return [*([along] if merged else []), ticks]


def _bars(pen: Pen, lane: Lane, mark: Bars, items: Sequence[Item], axis: str) -> list[Part]:
    """Quantities over their counting windows, hatched where the figure is no exact one."""
    colour, window = pen.theme.colour(mark.tone), pen.chart.window
    spans = [(max(item.when.earliest, window.start), min(item.last, window.end)) for item in items]
    room = [(last - first) / window.length * PHONE for first, last in spans]
    texts = [value_text(item) for item in items]
    hatch = ["" if item.kind is Kind.EXACT else "/" for item in items]
    pattern = {"shape": hatch, "fgcolor": colour, "fillmode": "overlay", "size": 5, "solidity": 0.2}
    bars = {
        "type": "bar",
        "xaxis": "x",
        "yaxis": axis,
        "showlegend": False,
        "name": plain(mark.name),
        "cliponaxis": False,
        "x": [pen.x(first + (last - first) / 2) for first, last in spans],
        "y": [item.value for item in items],
        "width": [(last - first).total_seconds() * 1_000 for first, last in spans],
        "text": [text if text_width(text, LABEL) < space else "" for text, space in zip(texts, room, strict=True)],
        "textposition": "outside",
        "textangle": 0,
        "textfont": {"family": SANS, "size": LABEL, "color": pen.theme.ink},
        "marker": {
            "opacity": 1,
            "color": rgba(colour, 0.3),
            "line": {"color": colour, "width": 1.4},
            "pattern": pattern,
        },
        "unselected": UNDIMMED,
    }
    return [bars | pen.named(lane, mark, items)]
