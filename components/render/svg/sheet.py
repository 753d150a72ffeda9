"""The paper that SVG drawings are written on: elements in layers, and a record of every box of text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from html import escape
from typing import Literal, NamedTuple

from components.charts.grammar import Chart, Item, Lane, Mark
from components.clock import Clock
from components.render.layout.boxes import Anchor, Box, box_of
from components.render.layout.scene import Sizes
from components.render.words import amount, period
from components.text import BOLD, REGULAR, text_width, xml

HOVER_CHARACTERS = 400
#: From the ground up.
LAYERS = ("ground", "events", "marks", "text")
Layer = Literal["ground", "events", "marks", "text"]


class Label(NamedTuple):
    """A line of text on the drawing and the box it needs."""

    text: str
    box: Box


def text_box(x: float, y: float, text: str, size: float, *, anchor: Anchor = "start", bold: bool = False) -> Box:
    """The box of a line whose baseline is at y."""
    width = text_width(text, size, factor=BOLD if bold else REGULAR)
    return box_of(x, y, width, size, anchor)


def number(value: float) -> str:
    """A coordinate to a tenth of a pixel; a share below one to a hundredth."""
    if -1 < value < 1:
        text = f"{value:.2f}".rstrip("0").rstrip(".")
        return "0" if text in ("-0", "") else text
    return f"{value:.1f}".removesuffix(".0")


@cache
def _written(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def tag(name: str, content: str = "", /, **attributes: str | float) -> str:
    """One element. `_` in names becomes `-`, a trailing one is dropped; values are escaped, content is markup."""
    written = ""
    for key, value in attributes.items():
        if value != "":
            written += f' {_written(key)}="{escape(value) if isinstance(value, str) else number(value)}"'
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
class Frame:
    """What every part of a drawing shares: the chart, its clock, the sheet and the sizes.

    `own` are the rows whose marks are elements of their own, where those of the others are drawn many in one; None
    where all are. In one that is `titled` each says what a pointer over it is told; elsewhere the page around it does.
    """

    chart: Chart
    clock: Clock
    sheet: Sheet
    sizes: Sizes
    width: float
    brief: bool = False
    own: frozenset[str] | None = None
    titled: bool = True

    def title(self, said: Callable[[], str]) -> str:
        """What a pointer over a mark is told."""
        return tag("title", xml(said(), most=HOVER_CHARACTERS)) if self.titled else ""

    def apart(self, row: str) -> bool:
        """Whether the mark of this row is an element of its own."""
        return self.own is None or row in self.own

    @property
    def narrow(self) -> bool:
        return self.sizes.narrow

    @property
    def dated(self) -> bool:
        return self.chart.window.length > timedelta(hours=36)

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
