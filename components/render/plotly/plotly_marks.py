"""Marks as Plotly traces: totals as staircases, series in unbroken runs, observations with their intervals, gaps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from components.charts.grammar import (
    Bars,
    Gap,
    Item,
    Kind,
    Lane,
    Line,
    Mark,
    Points,
    Spans,
    Steps,
    Stretches,
    has_value,
)
from components.charts.running_totals import Path, TotalPaths, is_untimed, paths_of
from components.render.layout.geometry import (
    crowded,
    is_measured,
    is_merged,
    is_stretch,
    levels,
    middle_of,
    runs,
    spot,
)
from components.render.layout.theme import SANS, is_soft, look
from components.render.plotly.plan import CAPTION, LABEL, PHONE, FigurePlan, LanePlan, TrackPlan
from components.render.plotly.plotly_events import beside
from components.render.plotly.plotly_pen import UNDIMMED, Corner, Part, Pen, band, ground, rgba, scatter, words
from components.render.svg.svg_marks import TITLED_SAMPLES, value_text
from components.text import plain, text_width

_SYMBOLS = {"triangle": "triangle-up"}


def row_traces(pen: Pen, lane: LanePlan) -> list[Part]:
    """Every mark of every row, and the lane's gaps."""
    found: list[Part] = []
    for track in lane.tracks:
        for mark in dict.fromkeys(mark for mark, _ in track.entries):
            places = [(item, lane.height_of(track, entry)) for (other, item), entry in track.pairs if other is mark]
            items, y = [item for item, _ in places], [height for _, height in places]
            if isinstance(mark, Spans):
                found += _spans(pen, lane.lane, mark, items, y, lane.rows_axis, thick=not track.close)
            else:
                found += point_traces(pen, lane.lane, mark, items, y, lane.rows_axis)
    return found + [trace for mark in lane.lane.marks if isinstance(mark, Gap) for trace in _gaps(pen, lane, mark)]


def point_traces(pen: Pen, lane: Lane, mark: Mark, items: Sequence[Item], y: Sequence[float], axis: str) -> list[Part]:
    """Single observations: whiskers where the time is an interval, then the marks over them."""
    colours, fills = [pen.colour(mark, item) for item in items], [_fill(mark, item) for item in items]
    marker = {
        "size": 9,
        "opacity": 1,
        "symbol": [_symbol(mark, item) for item in items],
        "color": [pen.theme.paper if fill == "open" else c for c, fill in zip(colours, fills, strict=True)],
        "line": {"color": colours, "width": 1.8},
    }
    x = [pen.x(spot(item.when, pen.chart.window)) for item in items]
    marks = scatter(axis, x, y, mode="markers", marker=marker, name=plain(mark.name)) | pen.named(lane, mark, items)
    stretches = [(item, height) for item, height in zip(items, y, strict=True) if is_stretch(item)]
    inexact = [pair for pair in zip(items, y, strict=True) if not pair[0].when.exact and pair not in stretches]
    begun = [(item, height) for item, height in zip(items, y, strict=True) if item.by]
    return [
        *([_whiskers(pen, mark, inexact, axis)] if inexact else []),
        *([_stretches(pen, mark, stretches, axis)] if stretches else []),
        *([_earlier(pen, mark, begun, axis)] if begun else []),
        marks,
    ]


def _earlier(pen: Pen, mark: Mark, begun: Sequence[tuple[Item, float]], axis: str) -> Part:
    """Every minute before, back to the edge: dashes that end in an arrow."""
    first = pen.x(pen.chart.window.start)
    x = [x for item, _ in begun for x in (first, pen.x(item.when.earliest), None)]
    y = [height for _, height in begun for _ in range(3)]
    colour = pen.theme.colour(mark.tone)
    heads = {"symbol": ["triangle-left", "line-ns", "line-ns"] * len(begun), "size": [8, 0, 0] * len(begun)}
    line = {"color": colour, "width": 1.3, "dash": "3px,2px"}
    return scatter(axis, x, y, mode="lines+markers", line=line, marker=heads | {"color": colour, "opacity": 1})


def _whiskers(pen: Pen, mark: Mark, inexact: Sequence[tuple[Item, float]], axis: str) -> Part:
    x = [x for item, _ in inexact for x in (pen.x(item.when.earliest), pen.x(item.when.latest), None)]
    y = [height for _, height in inexact for _ in range(3)]
    return scatter(axis, x, y, mode="lines", line={"color": pen.theme.colour(mark.tone), "width": 1.3})


def _stretches(pen: Pen, mark: Mark, found: Sequence[tuple[Item, float]], axis: str) -> Part:
    """Every minute between two bounds, none of which is likelier than another."""
    return _whiskers(pen, mark, found, axis) | {"line": {"color": rgba(pen.theme.colour(mark.tone), 0.55), "width": 7}}


def _fill(mark: Mark, item: Item) -> str:
    return "open" if is_soft(item) else look(item.tone or mark.tone).fill


def _symbol(mark: Mark, item: Item) -> str:
    shape = look(item.tone or mark.tone).shape
    if is_stretch(item):
        return "line-ew-open"
    if item.kind is Kind.CENSORED:
        return "line-ns-open"
    return f"{shape}-open-dot" if _fill(mark, item) == "half" else _SYMBOLS.get(shape, shape)


def _spans(
    pen: Pen, lane: Lane, mark: Mark, items: Sequence[Item], y: Sequence[float], axis: str, *, thick: bool
) -> list[Part]:
    """States that lasted: thick where they surely held, thin where they possibly began or ended."""
    colour = pen.theme.colour(mark.tone)
    outer, inner = [], []
    for item in items:
        end = item.until or item.when
        outer += [pen.x(item.when.earliest), pen.x(end.latest), None]
        inner += [pen.x(item.when.latest), pen.x(max(end.earliest, item.when.latest)), None]
    levels = [level for level in y for _ in range(3)]
    reach = scatter(axis, outer, levels, mode="lines", line={"color": colour, "width": 1.2, "dash": "2px,2px"})
    held = scatter(axis, inner, levels, mode="lines", line={"color": rgba(colour, 0.55), "width": 6 if thick else 2})
    size, line = 9 if thick else 5, {"width": 1.6}
    marker = {"size": size, "opacity": 1, "symbol": "line-ns-open", "color": colour, "line": line}
    starts = scatter(axis, inner[::3], y, mode="markers", name=plain(mark.name), marker=marker)
    return [*([reach] if outer != inner else []), held, starts | pen.named(lane, mark, items)]


def _gaps(pen: Pen, lane: LanePlan, mark: Gap) -> list[Part]:
    """Hatched stretches over the lane's height."""
    slot = lane.values or lane.rows
    low, high = lane.range_of(slot) if slot else (0.0, 1.0)
    hatch = {"shape": "/", "fgcolor": pen.theme.quiet, "bgcolor": rgba(pen.theme.quiet, 0), "size": 7, "solidity": 0.12}
    found = []
    for item in mark.items if slot else ():
        first, last = pen.x(item.when.earliest), pen.x(item.last)
        x, y = [first, first, last, last, first], [low, high, high, low, low]
        shape = scatter(
            slot.axis if slot else "y", x, y, mode="lines", fill="toself", line={"width": 0}, fillpattern=hatch
        )
        found.append(shape | pen.named(lane.lane, mark, [item] * len(x)))
    return found


def row_shapes(pen: Pen, plan: FigurePlan, lane: LanePlan) -> list[Part]:
    """The ground of named rows: where it is empty, nothing is on record."""
    found = []
    for track in lane.tracks:
        if track.name:
            top = lane.top_of(track) + CAPTION
            ends = plan.share(top), plan.share(top + track.height - CAPTION - 4)
            told = (pen.chart.told_to - pen.chart.window.start) / pen.chart.window.length
            found.append(ground(0, told, *ends, fill=pen.theme.band, xref="paper"))
    return found


def row_words(pen: Pen, plan: FigurePlan, lane: LanePlan) -> list[Part]:
    """The names of rows over them, and what loose marks say."""
    found = []
    for track in lane.tracks:
        if track.name:
            y = plan.share(lane.top_of(track) + CAPTION)
            name = plain(track.name, most=60)
            found.append(words(name, colour=pen.theme.quiet, x=0, y=y, xanchor="left", yanchor="bottom"))
        found += _mark_words(pen, lane, track)
    return found


def _mark_words(pen: Pen, lane: LanePlan, track: TrackPlan) -> list[Part]:
    found = []
    for (_, item), entry in track.pairs:
        if entry.side:
            end = item.last if entry.side == "right" else item.when.earliest
            y = lane.height_of(track, entry)
            found.append(beside(pen, entry, pen.x(end), y, lane.rows_axis, colour=pen.theme.ink, shift=9))
    return found


def value_traces(pen: Pen, lane: LanePlan) -> list[Part]:
    """Every mark that has values, on the lane's value axis."""
    if lane.values is None:
        return []
    axis, found = lane.values.axis, list[Part]()
    for mark in lane.lane.marks:
        items = [item for item in mark.items if has_value(lane.lane, mark, item)]
        if items:
            found += _traces(pen, lane.lane, mark, items, axis)
    # The lines of totals whose shapes stand so close that they would hide them.
    crowd = [mark for mark in lane.lane.marks if isinstance(mark, Steps) and mark.items and crowded(lane.lane)]
    return found + [_total_line(pen, mark, paths_of(mark, pen.chart.window), axis) for mark in crowd]


def _traces(pen: Pen, lane: Lane, mark: Mark, items: Sequence[Item], axis: str) -> list[Part]:
    match mark:
        case Steps():
            return _steps(pen, lane, mark, axis)
        case Line():
            return _line(pen, lane, mark, axis)
        case Stretches():
            return _means(pen, lane, mark, axis)
        case Bars():
            return _bars(pen, lane, mark, items, axis)
        case Points():
            projected = [item for item in items if item.kind is Kind.PROJECTED]
            items = [item for item in items if item not in projected]
            y = [item.value or 0.0 for item in items]
            found = point_traces(pen, lane, mark, items, y, axis) if items else []
            return found + (_projections(pen, lane, mark, projected, axis) if projected else [])
    return []


def _projections(pen: Pen, lane: Lane, mark: Mark, items: Sequence[Item], axis: str) -> list[Part]:
    """An upright bar between the bounds of each, with its ends, and a ring at the value."""
    colour, window = pen.theme.colour(mark.tone), pen.chart.window
    found: list[Part] = []
    if bounded := [item for item in items if item.low is not None]:
        x = [x for item in bounded for x in (*[pen.x(spot(item.when, window))] * 2, None)]
        y = [level for item in bounded for level in (item.low, item.high, None)]
        marker = {"symbol": "line-ew-open", "size": 9, "opacity": 1, "color": colour, "line": {"width": 1.8}}
        bars = scatter(axis, x, y, mode="lines+markers", line={"color": colour, "width": 1.8}, marker=marker)
        found.append(bars | pen.named(lane, mark, [item for item in bounded for _ in range(3)]))
    if valued := [item for item in items if item.value is not None]:
        line = {"color": colour, "width": 1.8}
        marker = {"symbol": look(mark.tone).shape, "size": 8, "opacity": 1, "color": pen.theme.paper, "line": line}
        x = [pen.x(spot(item.when, window)) for item in valued]
        rings = scatter(axis, x, [item.value for item in valued], mode="markers", marker=marker, name=plain(mark.name))
        found.append(rings | pen.named(lane, mark, valued))
    return found


def _corners(pen: Pen, path: Path, leaps: frozenset[datetime] = frozenset()) -> list[Corner]:
    """The corners of a staircase, as far as it is told; at a leap it goes on higher, with no rise between."""
    level = path[0][1]
    found: list[Corner] = [(pen.x(path[0][0]), level)]
    for moment, value in path[1:]:
        found.append((pen.x(moment), level))
        found += [(None, None)] if moment in leaps else []
        found.append((pen.x(moment), value))
        level = value
    return [*found, (pen.x(pen.chart.told_to), level)]


def _steps(pen: Pen, lane: Lane, mark: Steps, axis: str) -> list[Part]:
    """A band from surely to possibly, the sure total as a line, and a mark for every contest on it."""
    found, colour = paths_of(mark, pen.chart.window), pen.theme.colour(mark.tone)
    placed = [entry for entry in levels(mark.items, pen.chart.window) if not is_untimed(mark, entry[0])]
    items = [item for item, _ in placed]
    marker = {
        "size": 6,
        "opacity": 1,
        "symbol": look(mark.tone).shape,
        "color": [colour if item.when.exact else pen.theme.paper for item in items],
        "line": {"color": colour, "width": 1.2},
    }
    x, y = [pen.x(min(item.sure_at, pen.chart.told_to)) for item in items], [level for _, level in placed]
    contests = scatter(axis, x, y, mode="markers", marker=marker, name=plain(mark.name))
    ends = _corners(pen, found.high), _corners(pen, found.low)
    shaded = [band(axis, *ends, colour)] if mark.least_until is None else []
    line = [] if crowded(lane) else [_total_line(pen, mark, found, axis)]
    return [*shaded, *line, contests | pen.named(lane, mark, items)]


def _total_line(pen: Pen, mark: Steps, found: TotalPaths, axis: str) -> Part:
    line = {"color": pen.theme.colour(mark.tone), "width": 2.2}
    return scatter(axis, *zip(*_corners(pen, found.low, found.leaps), strict=True), mode="lines", line=line)


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


def _means(pen: Pen, lane: Lane, mark: Stretches, axis: str) -> list[Part]:
    """A level for each stretch above its ground, dashed where it is loose; what a pointer is told is on the ground."""
    colour, window = pen.theme.colour(mark.tone), pen.chart.window
    spans = [(max(item.when.earliest, window.start), min(item.last, window.end)) for item in mark.items]
    values = [item.value or 0.0 for item in mark.items]
    top = max(values, default=0.0)
    room = [(last - first) / window.length * PHONE for first, last in spans]
    told = [
        value_text(item) if item.value == top or (mark.loose and text_width(value_text(item), LABEL) < space) else ""
        for item, space in zip(mark.items, room, strict=True)
    ]
    ground = {
        "type": "bar",
        "xaxis": "x",
        "yaxis": axis,
        "showlegend": False,
        "name": plain(mark.name),
        "cliponaxis": False,
        "x": [pen.x(first + (last - first) / 2) for first, last in spans],
        "y": values,
        "width": [(last - first).total_seconds() * 1_000 for first, last in spans],
        "text": told,
        "textposition": "outside",
        "constraintext": "none",
        "textangle": 0,
        "textfont": {"family": SANS, "size": LABEL, "color": pen.theme.ink},
        "marker": {"opacity": 1, "color": rgba(colour, 0.22), "line": {"width": 0}},
        "unselected": UNDIMMED,
    }
    ends = [end for first, last in spans for end in (pen.x(first), pen.x(last), None)]
    levels = [level for value in values for level in (value, value, None)]
    line = {"color": colour, "width": 2, "dash": "4px,3px" if mark.loose else "solid"}
    return [ground | pen.named(lane, mark, mark.items), scatter(axis, ends, levels, mode="lines", line=line)]
