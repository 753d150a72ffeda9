"""Rows and gaps of a Plotly lane: observations with their intervals, states that lasted, and hatched stretches."""

from __future__ import annotations

from collections.abc import Sequence

from components.charts.geometry import spot
from components.charts.model import Gap, Item, Kind, Lane, Mark, Spans
from components.charts.plotly_events import beside
from components.charts.plotly_pen import Part, Pen, ground, rgba, scatter, words
from components.charts.plotly_plan import CAPTION, LanePlan, Plan, TrackPlan
from components.charts.text import plain
from components.charts.theme import is_soft, look

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
    inexact = [(item, height) for item, height in zip(items, y, strict=True) if not item.when.exact]
    begun = [(item, height) for item, height in zip(items, y, strict=True) if item.by]
    return [
        *([_whiskers(pen, mark, inexact, axis)] if inexact else []),
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


def _fill(mark: Mark, item: Item) -> str:
    return "open" if is_soft(item) else look(item.tone or mark.tone).fill


def _symbol(mark: Mark, item: Item) -> str:
    shape = look(item.tone or mark.tone).shape
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


def row_shapes(pen: Pen, plan: Plan, lane: LanePlan) -> list[Part]:
    """The ground of named rows: where it is empty, nothing is on record."""
    found = []
    for track in lane.tracks:
        if track.name:
            top = lane.top_of(track) + CAPTION
            ends = plan.share(top), plan.share(top + track.height - CAPTION - 4)
            told = (pen.chart.told_to - pen.chart.window.start) / pen.chart.window.length
            found.append(ground(0, told, *ends, fill=pen.theme.band, xref="paper"))
    return found


def row_words(pen: Pen, plan: Plan, lane: LanePlan) -> list[Part]:
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
