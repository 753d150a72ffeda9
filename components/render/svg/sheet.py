"""The paper that SVG drawings are written on: elements in layers, and a record of every box of text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from html import escape
from typing import Literal, NamedTuple

from components.charts.grammar import Chart, Item, Lane, Mark, anchor
from components.clock import Clock
from components.render.layout.boxes import Box
from components.render.layout.geometry import TimeScale
from components.render.words import amount, period
from components.text import BOLD, REGULAR, text_width, xml

#: From the ground up.
LAYERS = ("ground", "events", "marks", "text")
Layer = Literal["ground", "events", "marks", "text"]
Anchor = Literal["start", "middle", "end"]
#: How far text reaches above and below its baseline, as a share of its size.
_ASCENT, _DESCENT = 0.78, 0.22


class Label(NamedTuple):
    """A line of text on the drawing and the box it needs."""

    text: str
    box: Box


def text_box(x: float, y: float, text: str, size: float, *, anchor: Anchor = "start", bold: bool = False) -> Box:
    """The box of a line whose baseline is at y."""
    width = text_width(text, size, factor=BOLD if bold else REGULAR)
    left = {"start": x, "middle": x - width / 2, "end": x - width}[anchor]
    return Box(left, y - size * _ASCENT, left + width, y + size * _DESCENT)


def number(value: float) -> str:
    """A coordinate to a tenth of a pixel; a share below one to a hundredth."""
    text = f"{value:.{2 if abs(value) < 1 else 1}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def tag(name: str, content: str = "", /, **attributes: str | float) -> str:
    """One element. `_` in names becomes `-`, a trailing one is dropped; values are escaped, content is markup."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{number(value) if isinstance(value, float | int) else escape(value)}"'
        for key, value in attributes.items()
        if value != ""
    )
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


@dataclass(slots=True)
class Sheet:
    """Elements by layer and labels by order of writing. `prefix` begins every id."""

    prefix: str
    layers: dict[str, list[str]]
    labels: list[Label]
    defs: dict[str, str]

    @classmethod
    def blank(cls, prefix: str) -> Sheet:
        return cls(prefix, {name: [] for name in LAYERS}, [], {})

    def add(self, layer: Layer, element: str) -> None:
        self.layers[layer].append(element)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        classes: str = "",
        anchor: Anchor = "start",
        bold: bool = False,
        of: str = "",
    ) -> None:
        """Write a line whose baseline is at y, and remember its box; `of` names what it belongs to, for a player."""
        element = tag(
            "text",
            xml(text, most=2_000),
            x=x,
            y=y,
            font_size=size,
            class_=f"{classes} b".strip() if bold else classes,
            text_anchor="" if anchor == "start" else anchor,
            data_of=of,
        )
        self.add("text", element)
        box = text_box(x, y, text, size, anchor=anchor, bold=bold)
        self.labels.append(Label(text, box))

    def paint(self, key: str, element: str) -> str:
        """A gradient or pattern, defined once under an id of this sheet; returns what `fill` takes."""
        self.defs[key] = element.replace(" ", f' id="{self.prefix}-{key}" ', 1)
        return f"url(#{self.prefix}-{key})"

    @property
    def body(self) -> str:
        defs = tag("defs", "".join(self.defs.values())) if self.defs else ""
        return defs + "".join(tag("g", "".join(self.layers[name])) for name in LAYERS if self.layers[name])


@dataclass(frozen=True, slots=True)
class Sizes:
    """Type and mark sizes in pixels for one class of width.

    A narrow one has no room for names beside the lanes; a sparse one draws only the events that a story emphasises.
    """

    title: float
    note: float
    label: float
    digit: float
    circle: float
    glyph: float
    pitch: float
    pad: float
    body: float
    narrow: bool = False
    sparse: bool = False


#: A phone, a phone on which a page of words must find room too, everything wider, and a picture of a given height.
NARROW = Sizes(title=14, note=12, label=11, digit=9, circle=7.5, glyph=4.5, pitch=17, pad=12, body=150, narrow=True)
BRIEF = Sizes(title=13, note=12, label=11, digit=8.5, circle=6.6, glyph=4, pitch=13, pad=12, body=112, narrow=True)
WIDE = Sizes(title=15, note=13, label=12, digit=10, circle=8.5, glyph=5, pitch=19, pad=16, body=200)
CARD = Sizes(title=14, note=12, label=12, digit=9.6, circle=8.2, glyph=4.4, pitch=15, pad=4, body=150)


@dataclass(frozen=True, slots=True)
class Frame:
    """What every part of a drawing shares: the chart, its clock, the sheet, the time scale and the sizes.

    `gutter_for_tracks` says whether the names of rows stand at their left; else they stand above them. `own` are the
    rows whose marks are elements of their own, where those of the others are drawn many in one; None where all are.
    """

    chart: Chart
    clock: Clock
    sheet: Sheet
    scale: TimeScale
    sizes: Sizes
    width: float
    brief: bool = False
    gutter_for_tracks: bool = False
    own: frozenset[str] | None = None

    def apart(self, row: str) -> bool:
        """Whether the mark of this row is an element of its own."""
        return self.own is None or row in self.own

    @property
    def narrow(self) -> bool:
        return self.sizes.narrow

    @property
    def dated(self) -> bool:
        return self.chart.window.length > timedelta(hours=36)

    @property
    def lone_line(self) -> float | None:
        """Where the line of the chart's only event runs; of several, no label could keep clear."""
        events = self.chart.events
        return self.scale.x(anchor(events[0].when)) if len(events) == 1 else None

    def of(self, name: str) -> str:
        """The name of what an element belongs to, where a player must be able to hide it with that."""
        return name if self.chart.played else ""

    @property
    def past(self) -> str:
        """What clips a drawing to the part that is told, where a player moves its edge; nothing elsewhere."""
        if not self.of("past"):
            return ""
        edge = tag("rect", x=0.0, y=0.0, width=self.width, height=9_999.0)
        return self.sheet.paint("past", tag("clipPath", edge, clipPathUnits="userSpaceOnUse"))

    def hover(self, lane: Lane, mark: Mark, item: Item) -> str:
        """What a pointer over an item is told: when, what, how much."""
        value = amount(lane, mark, item)
        said = f"{period(item, self.clock, dated=self.dated)}: {self.clock.say(item.text)}"
        return f"{said} ({value})" if value else said
