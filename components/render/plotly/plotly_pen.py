"""The strokes a Plotly figure is made of, as plain dicts: traces on one x axis, shapes under them, words over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from components.charts.grammar import Chart, Item, Lane, Mark
from components.clock import Clock
from components.render.layout.theme import SANS, Theme
from components.render.plotly.plan import LABEL, NOTE, PHONE
from components.render.words import amount, period
from components.text import plain, visible, wrap

Part = dict[str, Any]
#: Plotly dims what a box selection leaves out, unless it is told what such marks look like.
UNDIMMED = {"marker": {"opacity": 1}}
_HOVER_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Pen:
    """What a figure is drawn with: the chart, its clock and the theme."""

    chart: Chart
    clock: Clock
    theme: Theme

    def x(self, moment: datetime) -> str:
        """A place on the time axis; what lies outside of the window stands at its edge."""
        window = self.chart.window
        return self.clock.position(min(max(moment, window.start), window.end), window)

    def colour(self, mark: Mark, item: Item) -> str:
        return self.theme.colour(item.tone or mark.tone)

    def named(self, lane: Lane, mark: Mark, items: Sequence[Item]) -> Part:
        """What makes items findable: their rows, and what a pointer over each is told."""
        return {
            "customdata": [visible(item.row) for item in items],
            "hovertext": [self._hover(lane, mark, item) for item in items],
            "hoverinfo": "text",
        }

    def _hover(self, lane: Lane, mark: Mark, item: Item) -> str:
        dated = self.chart.window.length.days >= 1
        value = amount(lane, mark, item)
        said = f"{period(item, self.clock, dated=dated)}: {self.clock.say(item.text)}"
        return broken(f"{said} ({value})" if value else said)


def broken(text: str) -> str:
    """Hover text in lines that a phone holds."""
    return "<br>".join(wrap(plain(text, most=_HOVER_CHARACTERS), NOTE, PHONE - 12))


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


#: A place on a path: on the time axis and on that of values; of a break neither.
Corner = tuple[str | None, float | None]


def band(axis: str, upper: Sequence[Corner], lower: Sequence[Corner], colour: str) -> Part:
    """The area between two paths."""
    corners = [*upper, *reversed(lower)]
    x, y = [x for x, _ in corners], [y for _, y in corners]
    return scatter(axis, x, y, mode="none", fill="toself", fillcolor=rgba(colour, 0.2))


def stroke(x0: Any, x1: Any, y0: float, y1: float, *, xref: str = "x", yref: str = "paper", **line: Any) -> Part:
    """A straight line under the traces."""
    ends = {"x0": x0, "x1": x1, "y0": y0, "y1": y1}
    return {"type": "line", "xref": xref, "yref": yref, **ends, "layer": "below", "line": line}


def ground(x0: Any, x1: Any, y0: float, y1: float, *, fill: str, xref: str = "x") -> Part:
    """A filled rectangle under the traces; y in shares of the plot."""
    ends = {"x0": x0, "x1": x1, "y0": y0, "y1": y1}
    return {
        "type": "rect", "xref": xref, "yref": "paper", **ends, "layer": "below", "line": {"width": 0}, "fillcolor": fill
    }  # fmt: skip


def words(text: str, *, colour: str, size: float = LABEL, **place: Any) -> Part:
    """A line or several of text, without an arrow; in shares of the plot unless told otherwise."""
    return {
        "text": text,
        "showarrow": False,
        "align": "left",
        "borderpad": 0,
        "font": {"family": SANS, "size": size, "color": colour},
        "xref": "paper",
        "yref": "paper",
        **place,
    }
