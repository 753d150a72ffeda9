"""The Plotly pen: a composition as traces on one clock and one axis of pixels, and its words as annotations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import cos, sin
from typing import Any

from components.charts.grammar import Chart, Item, Lane, Mark, Tone
from components.clock import Clock
from components.render.layout.scene import (
    Area,
    Bar,
    Composition,
    Layer,
    Paint,
    Sign,
    Stroke,
    Teller,
    Thing,
    Words,
    cross,
)
from components.render.layout.scene import Part as LayoutPart
from components.render.layout.theme import Theme
from components.text import plain, visible, wrap

Part = dict[str, Any]
#: Plotly dims what a box selection leaves out, unless it is told what such marks look like.
UNDIMMED = {"marker": {"opacity": 1}}
#: Pixels of a hover card, and characters of what it says.
_CARD, _HOVER_CHARACTERS = 250.0, 200
_SYMBOLS = {"triangle": "triangle-up", "tick": "line-ns-open", "cross": "x-thin", "arrow": "triangle-left"}
#: A shape's size by Plotly's measure, for a radius of ours.
_SPREAD = {"circle": 2.0, "square": 1.8, "diamond": 2.5, "triangle": 2.3, "tick": 2.0, "cross": 2.4, "arrow": 2.0}


@dataclass(frozen=True, slots=True)
class Pen:
    """What a figure is drawn with: the chart, its clock, the theme, and what its marks are told as."""

    chart: Chart
    clock: Clock
    theme: Theme
    teller: Teller

    def x(self, moment: datetime) -> str:
        """A place on the time axis; what lies outside of the window stands at its edge."""
        window = self.chart.window
        return self.clock.position(min(max(moment, window.start), window.end), window)

    def named(self, lane: Lane, mark: Mark, items: Sequence[Item]) -> Part:
        """What makes items findable: their rows, and what a pointer over each is told."""
        things = [self.teller.item(lane, mark, item) for item in items]
        return {
            "customdata": [row_of(one) for one in things],
            "hovertext": [card(one) for one in things],
            "hoverinfo": "text",
        }

    def paint(self, paint: Paint) -> str:
        """The theme's colour."""
        match paint:
            case Tone():
                return self.theme.colour(paint)
            case "ink":
                return self.theme.ink
            case "rule":
                return self.theme.rule
        return self.theme.quiet


def row_of(thing: Thing) -> str:
    """How a mark is found: its row, or the rows of an event, with spaces between."""
    return visible(" ".join(thing.rows))


def card(thing: Thing) -> str:
    """Three lines: when in bold, what, and who in italics, each in as many as a phone needs."""
    lines = [f"<b>{plain(thing.when)}</b>", *wrap(plain(thing.what, most=_HOVER_CHARACTERS), 12, _CARD)]
    who = "<br>".join(wrap(plain(thing.who, most=100), 12, _CARD))
    return "<br>".join([*lines, *([f"<i>{who}</i>"] if who else [])])


def rgba(colour: str, share: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"


def scatter(axis: str, x: Sequence[str | float | None], y: Sequence[float | None], **more: Any) -> Part:
    """A trace on the one x axis that all lanes share, silent unless it is given words."""
    return {
        "type": "scatter",
        "xaxis": "x",
        "yaxis": axis,
        "x": list(x),
        "y": list(y),
        "showlegend": False,
        "hoverinfo": "skip",
        "cliponaxis": False,
        "unselected": UNDIMMED,
        **more,
    }


def words(text: str, *, colour: str, size: float = 12, **place: Any) -> Part:
    """A line or several of text, without an arrow; in shares of the plot unless told otherwise."""
    return {
        "text": text,
        "showarrow": False,
        "align": "left",
        "borderpad": 0,
        "font": {"size": size, "color": colour},
        "xref": "paper",
        "yref": "paper",
        **place,
    }


def traces_of(pen: Pen, found: Composition) -> list[Part]:
    """The composition over its grid and its lines of events: areas, data, bars, signs of items and of events."""
    parts = found.parts
    areas = [part for part in parts if isinstance(part, Area)]
    strokes = [part for part in parts if isinstance(part, Stroke)]
    signs = [part for part in parts if isinstance(part, Sign)]
    return [
        *(_area(pen, area) for area in areas),
        *_strokes(pen, (stroke for stroke in strokes if stroke.layer == "marks")),
        *_bars(pen, (part for part in parts if isinstance(part, Bar))),
        *_signs(pen, [sign for sign in signs if not sign.thing], "Arrows"),
        *_signs(pen, [sign for sign in signs if sign.thing and not sign.thing.number], "Marks"),
        *_signs(pen, [sign for sign in signs if sign.thing and sign.thing.number], "Events"),
    ]


def lines_of(pen: Pen, found: Composition) -> list[Part]:
    """The grid, the lines of events and the grounds at which words interrupt both, as shapes under all that is drawn.

    A ground keeps its size and its place beside its moment, however wide the page.
    """
    looks: dict[Layer, dict[tuple[Paint, float, str], list[Stroke]]] = {"ground": {}, "events": {}}
    for part in found.parts:
        if isinstance(part, Stroke) and part.layer in looks:
            looks[part.layer].setdefault((part.paint, part.width, part.dash), []).append(part)
    grounds = [_ground(pen, words) for words in found.words if words.ground]
    return [
        *(_lines(pen, alike, *look) for layer in looks.values() for look, alike in layer.items()),
        *grounds,
        *([_nothing(pen)] if grounds else []),
    ]


_UNDER: Part = {"xref": "x", "yref": "y", "layer": "below"}


def _lines(pen: Pen, strokes: Sequence[Stroke], paint: Paint, width: float, dash: str) -> Part:
    path = "".join(
        # In a path a T would be a curve.
        f"{'L' if place else 'M'}{pen.x(at.moment).replace('T', '_')},{y:.1f}"
        for stroke in strokes
        for place, (at, y) in enumerate(stroke.points)
    )
    return {
        "type": "path",
        "path": path,
        **_UNDER,
        "line": {"color": pen.paint(paint), "width": width, "dash": _dash(dash)},
    }


def _ground(pen: Pen, part: Words) -> Part:
    left, top, right, bottom = part.box(part.at.dx)
    return {
        "type": "rect",
        **_UNDER,
        "xsizemode": "pixel",
        "xanchor": pen.x(part.at.moment),
        "x0": round(left, 1),
        "x1": round(right, 1),
        "y0": round(top, 1),
        "y1": round(bottom, 1),
        "fillcolor": pen.theme.paper,
        "line": {"width": 0},
    }


def _nothing(pen: Pen) -> Part:
    """A shape that is not seen: Plotly reads a box that is dragged in pixels where its last shape is in pixels."""
    edge = pen.x(pen.chart.window.start)
    return {"type": "line", **_UNDER, "x0": edge, "x1": edge, "y0": 0, "y1": 0, "line": {"width": 0}}


def _dash(dash: str) -> str:
    return f"{dash.replace(' ', 'px,')}px" if dash else "solid"


def _area(pen: Pen, area: Area) -> Part:
    colour = pen.paint(area.tone)
    x, y = [pen.x(at.moment) for at, _ in area.points], [y for _, y in area.points]
    found = scatter("y", x, y, mode="none", fill="toself", fillcolor=rgba(colour, area.strength))
    if area.hatched:
        hatch = {"shape": "/", "fgcolor": colour, "bgcolor": rgba(colour, 0), "size": 7, "solidity": 0.12}
        found |= {"fillpattern": hatch, "fillcolor": rgba(colour, 0)}
    return found | (_told([area.thing] * len(x)) if area.thing else {})


def _told(things: Sequence[Thing | None]) -> Part:
    """The row of each place, and its card: once for a trace of a single mark."""
    rows = [row_of(thing) if thing else "" for thing in things]
    cards = {id(thing): card(thing) for thing in things if thing}
    one = next(iter(cards.values())) if len(cards) == 1 and len(things) > 1 else None
    told = one or [cards[id(thing)] if thing else "" for thing in things]
    return {"customdata": rows, "hovertext": told, "hoverinfo": "text"}


def _strokes(pen: Pen, strokes: Iterable[Stroke]) -> list[Part]:
    """Strokes of one look are one trace, in pieces."""
    looks = defaultdict[tuple[Paint, float, str, float], list[Stroke]](list)
    for stroke in strokes:
        looks[(stroke.paint, stroke.width, stroke.dash, stroke.strength)].append(stroke)
    found = []
    for (paint, width, dash, strength), alike in looks.items():
        corners = [corner for stroke in alike for corner in (*stroke.points, None)][:-1]
        x = [pen.x(corner[0].moment) if corner else None for corner in corners]
        y = [round(corner[1], 1) if corner else None for corner in corners]
        line = {
            "color": rgba(pen.paint(paint), strength) if strength < 1 else pen.paint(paint),
            "width": width,
            "dash": _dash(dash),
        }
        found.append(scatter("y", x, y, mode="lines", line=line))
    return found


def _bars(pen: Pen, bars: Iterable[Bar]) -> list[Part]:
    """Bars of one look are one trace; a pointer finds each at its ends and in its middle."""
    looks = defaultdict[tuple[Tone, float, float], list[Bar]](list)
    for bar in bars:
        looks[(bar.tone, bar.thick, bar.strength)].append(bar)
    found = []
    for (tone, thick, strength), alike in looks.items():
        x: list[str | None] = []
        for bar in alike:
            ends = [max(min(at.moment, pen.chart.window.end), pen.chart.window.start) for at in (bar.start, bar.end)]
            x += [*map(pen.x, (ends[0], ends[0] + (ends[1] - ends[0]) / 2, ends[1])), None]
        y = [level for bar in alike for level in (*[round(bar.y, 1)] * 3, None)]
        things = [thing for bar in alike for thing in (*[bar.thing] * 3, None)]
        line = {"color": rgba(pen.paint(tone), strength), "width": thick}
        found.append(scatter("y", x, y, mode="lines", line=line) | (_told(things) if any(things) else {}))
    return found


def _signs(pen: Pen, signs: Sequence[Sign], name: str) -> list[Part]:
    """All signs as one trace: filled as strongly as their evidence, hollow ones with the paper's colour."""
    if not signs:
        return []
    colours = [pen.paint(sign.tone) for sign in signs]
    open_ = [sign.fill == "open" for sign in signs]
    marker = {
        "size": [round(2 * sign.r if sign.bare else sign.r * _SPREAD[sign.shape], 1) for sign in signs],
        "opacity": [0 if sign.bare else 1 for sign in signs],
        "symbol": [_SYMBOLS.get(sign.shape, sign.shape) for sign in signs],
        "color": [
            pen.theme.paper if hollow else mixed(colour, pen.theme.paper, sign.strength)
            for sign, colour, hollow in zip(signs, colours, open_, strict=True)
        ],
        "line": {
            "color": colours,
            "width": [2.2 if sign.shape == "cross" else 1.4 if sign.r > 2.5 else 0 for sign in signs],
        },
    }
    x = [pen.x(sign.at.moment) for sign in signs]
    trace = scatter("y", x, [round(sign.y, 1) for sign in signs], mode="markers", name=name, marker=marker)
    return [trace | _told([sign.thing for sign in signs])] if signs[0].thing else [trace]


def mixed(colour: str, paper: str, share: float) -> str:
    """So much of a colour on the paper's, as one opaque colour: what lies behind a mark does not show through."""
    if share >= 1:
        return colour
    parts = [round(int(colour[i : i + 2], 16) * share + int(paper[i : i + 2], 16) * (1 - share)) for i in (1, 3, 5)]
    return f"rgb({','.join(map(str, parts))})"


def words_of(pen: Pen, found: Composition) -> list[Part]:
    """Every line of text where the composition has it, with a thin edge of paper."""
    return [_words(pen, part) for part in found.words]


def _words(pen: Pen, part: Words) -> Part:
    text = plain(part.said)
    anchor = {"start": "left", "middle": "center", "end": "right"}[part.anchor]
    paper = pen.theme.paper
    note = words(
        f"<b>{text}</b>" if part.bold else text,
        colour=pen.paint(part.paint),
        size=part.size,
        xref="x",
        yref="y",
        x=pen.x(part.at.moment),
        y=round(part.y - part.size * 0.33, 1),
        xshift=round(part.at.dx, 1),
        xanchor=anchor,
        yanchor="middle",
    )
    note["font"]["shadow"] = ",".join([f"0 0 2px {paper}"] * 3)
    return note


def keys_of(pen: Pen, found: Composition) -> list[Part]:
    """The signs of the legend as shapes in pixels from the left edge of the plot."""
    return [_key_of(pen, part) for part in found.keys]


def _key_of(pen: Pen, part: LayoutPart) -> Part:
    match part:
        case Sign():
            return _key(pen, _outline(part), fill=_fill(pen, part), line=pen.paint(part.tone))
        case Bar():
            left, right, half = part.start.dx, part.end.dx, part.thick / 2
            box = [(left, part.y - half), (right, part.y - half), (right, part.y + half), (left, part.y + half)]
            return _key(pen, box, fill=rgba(pen.paint(part.tone), part.strength))
        case Area(hatched=True):
            (left, top), (right, _), (_, foot), _ = ((at.dx, y) for at, y in part.points)
            step = (right - left) / 3
            lines = [corner for n in range(3) for corner in ((left + n * step, foot), (left + (n + 1) * step, top))]
            return _key(pen, lines, line=pen.paint(part.tone), pairs=True)
        case Area():
            return _key(pen, [(at.dx, y) for at, y in part.points], fill=rgba(pen.paint(part.tone), part.strength))
        case Stroke():
            line = pen.paint(part.paint)
            return _key(pen, [(at.dx, y) for at, y in part.points], line=line, dash=_dash(part.dash))
    raise TypeError(part)


def _fill(pen: Pen, sign: Sign) -> str:
    return pen.theme.paper if sign.fill == "open" else mixed(pen.paint(sign.tone), pen.theme.paper, sign.strength)


def _outline(sign: Sign) -> list[tuple[float, float]]:
    """The corners of a legend's sign around its place; a circle as an octagon of curves is told by its many corners."""
    x, y, r = sign.at.dx, sign.y, sign.r
    match sign.shape:
        case "square":
            return [
                (x - r * 0.9, y - r * 0.9),
                (x + r * 0.9, y - r * 0.9),
                (x + r * 0.9, y + r * 0.9),
                (x - r * 0.9, y + r * 0.9),
            ]
        case "diamond":
            return [(x, y - r * 1.25), (x + r * 1.25, y), (x, y + r * 1.25), (x - r * 1.25, y)]
        case "cross":
            return [(x + dx, y + dy) for dx, dy in cross(r)]
        case "triangle":
            return [(x, y - r * 1.15), (x + r * 1.15, y + r), (x - r * 1.15, y + r)]
    turns = [n * 0.3927 for n in range(16)]
    return [(x + r * cos(turn), y + r * sin(turn)) for turn in turns]


def _key(
    pen: Pen, corners: Sequence[tuple[float, float]], *, fill: str = "", line: str = "", dash: str = "solid",
    pairs: bool = False,
) -> Part:  # fmt: skip
    """A path through corners, closed where it is filled; of `pairs`, a line for each two."""
    words = [f"{'M' if n == 0 or (pairs and n % 2 == 0) else 'L'}{x:.1f},{-y:.1f}" for n, (x, y) in enumerate(corners)]
    path = "".join(words) + ("Z" if fill else "")
    return {
        "type": "path",
        "path": path,
        "xref": "paper",
        "yref": "paper",
        "xsizemode": "pixel",
        "ysizemode": "pixel",
        "xanchor": 0,
        "yanchor": 1,
        "fillcolor": fill or "rgba(0,0,0,0)",
        "line": {"color": line or fill, "width": 1.4 if line else 0, "dash": dash},
    }
