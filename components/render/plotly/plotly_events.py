"""Events in a Plotly figure: numbered circles in a strip of their own, lines through all lanes, and labels."""

from __future__ import annotations

from functools import partial

from components.charts.events import is_dated
from components.charts.grammar import anchor
from components.render.layout.geometry import has_band
from components.render.layout.labels import Placed
from components.render.layout.theme import SANS, look
from components.render.plotly.plan import CIRCLE, DIGIT, ROW, FigurePlan
from components.render.plotly.plotly_pen import Part, Pen, broken, ground, rgba, scatter, stroke, words
from components.text import visible

#: Plotly's words for the dashes of the theme.
DASHES = {"": "solid"} | {dash: f"{dash.replace(' ', 'px,')}px" for dash in ("5 3", "2 3", "1 2", "7 2", "3 2", "4 2")}
_LIFT = 3.0


def height_of(entry: Placed) -> float:
    """A circle's height over the strip's foot, in pixels."""
    return (entry.row + 0.5) * ROW + _LIFT


def event_traces(pen: Pen, plan: FigurePlan) -> list[Part]:
    """The circles: filled for emphasised events of a sure minute, open for the rest, each with its number."""
    numbered, theme = pen.chart.numbered, pen.theme
    if not numbered:
        return []
    colours = [theme.colour(event.tone) for _, event in numbered]
    solid = [event.emphasised and event.when.exact for _, event in numbered]
    marker = {
        "size": CIRCLE * 2 - 1,
        "opacity": 1,
        "color": [colour if full else theme.paper for colour, full in zip(colours, solid, strict=True)],
        "line": {"color": colours, "width": [1.8 if event.emphasised else 1.1 for _, event in numbered]},
    }
    digits = [theme.paper if full else colour for colour, full in zip(colours, solid, strict=True)]
    circles = scatter(
        plan.strip.axis,
        [pen.x(anchor(event.when)) for _, event in numbered],
        [height_of(entry) for entry in plan.placed],
        mode="markers+text",
        name="Events",
        marker=marker,
        text=[str(n) for n, _ in numbered],
        textposition="middle center",
        textfont={"family": SANS, "size": DIGIT, "weight": 700, "color": digits},
        customdata=[visible(" ".join(event.rows)) for _, event in numbered],
        hovertext=[_hover(pen, n, index) for index, (n, _) in enumerate(numbered)],
        hoverinfo="text",
    )
    return [circles]


def _hover(pen: Pen, n: int, index: int) -> str:
    event = pen.chart.events[index]
    dated = is_dated(event.when, pen.chart.window)
    return broken(f"{n}. {pen.clock.when(event.when, dated=dated)}: {pen.clock.say(event.label)}")


def event_shapes(pen: Pen, plan: FigurePlan) -> list[Part]:
    """A line from each circle through its lanes; a soft band where only bounds are known."""
    found, foot = [], plan.strip.top + plan.strip.height
    for event, entry in zip(pen.chart.events, plan.placed, strict=True):
        colour, when = pen.theme.colour(event.tone), event.when
        own = [lane for lane in plan.lanes if not event.lanes or lane.lane.slug in event.lanes]
        if has_band(when):
            ends = pen.x(when.earliest), pen.x(when.latest)
            fill = rgba(colour, 0.06 if event.emphasised else 0.03)
            bodies = [(plan.share(lane.bottom), plan.share(lane.body)) for lane in own]
            found += [ground(*ends, *body, fill=fill) for body in bodies]
        x, top = pen.x(anchor(when)), plan.share(foot - height_of(entry))
        dash = DASHES[look(event.tone).dash] if when.exact else "1px,3px"
        width, strength = (1.2, 1.0) if event.emphasised else (0.8, 0.35)
        drawn = partial(stroke, x, x, color=rgba(colour, strength), width=width, dash=dash)
        if len(own) == len(plan.lanes):
            found.append(drawn(0.0, top))
            continue
        found.append(drawn(plan.share(foot), top))
        # T+0 has a hairline of the grid, which would hide a line that lies under it.
        layer = {"layer": "above"} if anchor(when) == pen.chart.origin else {}
        found += [drawn(plan.share(lane.bottom), plan.share(lane.body)) | layer for lane in own]
    return found


def event_labels(pen: Pen, plan: FigurePlan) -> list[Part]:
    """The labels beside their circles."""
    found = []
    for event, entry in zip(pen.chart.events, plan.placed, strict=True):
        if entry.side:
            colour = pen.theme.colour(event.tone) if event.emphasised else pen.theme.quiet
            x = pen.x(anchor(event.when))
            found.append(beside(pen, entry, x, height_of(entry), plan.strip.axis, colour=colour, shift=CIRCLE + 2))
    return found


def beside(pen: Pen, entry: Placed, x: str, y: float, axis: str, *, colour: str, shift: float) -> Part:
    """A placed label on its side of its mark, on the paper's colour."""
    right = entry.side == "right"
    return words(
        entry.flag.text,
        colour=colour,
        xref="x",
        yref=axis,
        x=x,
        y=y,
        xanchor="left" if right else "right",
        yanchor="middle",
        xshift=shift if right else -shift,
        bgcolor=rgba(pen.theme.paper, 0.8),
    )
