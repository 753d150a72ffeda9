"""A lane's value area in SVG terms: places for moments and values, and room for labels between the ink."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from components.charts.geometry import Path, has_value, spot, totals
from components.charts.model import Bars, Item, Lane, Line, Mark, Steps
from components.charts.room import Box, Room
from components.charts.runs import middle_of
from components.charts.sheet import Anchor, Frame, number, text_box

#: Where a label may stand: x, baseline, and which end of it is at x.
Place = tuple[float, float, Anchor]


@dataclass(frozen=True, slots=True)
class Area:
    """Where a value area lies, what it spans, and what is already taken in it."""

    frame: Frame
    lane: Lane
    top: float
    bottom: float
    low: float
    high: float
    room: Room

    def y(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.bottom - (self.bottom - self.top) * share

    def x(self, moment: datetime) -> float:
        return self.frame.scale.x(moment)

    @property
    def end(self) -> float:
        """The right end of what is told."""
        return self.x(self.frame.chart.told_to)

    def place_of(self, mark: Mark, item: Item) -> tuple[float, float]:
        """Where an item stands: the middle of a sample's bin, the start of a bar, the spot of an observation."""
        if isinstance(mark, Bars):
            return self.x(item.when.earliest), self.y(item.value or 0)
        moment = middle_of(mark, item) if isinstance(mark, Line) else spot(item.when, self.frame.chart.window)
        return self.x(moment), self.y(item.value or 0)

    def label(self, text: str, places: Iterable[Place], *, classes: str = "", bold: bool = False, of: str = "") -> None:
        """Write the text at the first place that is free, or not at all."""
        size = self.frame.sizes.label
        for x, y, side in places:
            box = text_box(x, y, text, size, anchor=side, bold=bold)
            if text and self.room.free(box):
                self.room.take(box)
                style = f"{classes} halo".strip()
                self.frame.sheet.text(x, y, text, size, classes=style, anchor=side, bold=bold, of=of)
                return

    def staircase(self, path: Path) -> str:
        """A total's path data, as far as it is told."""
        first = f"M{number(self.x(path[0][0]))} {number(self.y(path[0][1]))}"
        steps = (f"H{number(self.x(moment))}V{number(self.y(value))}" for moment, value in path[1:])
        return first + "".join(steps) + f"H{number(self.end)}"

    def back_along(self, path: Path) -> str:
        """The corners of a total's path from its right end to its start, to close a band."""
        corners: list[tuple[float, float]] = []
        for moment, value in path:
            x = self.x(moment)
            corners += [(x, corners[-1][1])] if corners else []
            corners.append((x, self.y(value)))
        corners.append((self.end, corners[-1][1]))
        return "".join(f"L{number(x)} {number(y)}" for x, y in reversed(corners))

    def take_ink(self, mark: Mark) -> None:
        """Take the room of a mark's lines and shapes, so that no label lies over them."""
        if isinstance(mark, Steps):
            found = totals(mark.items, self.frame.chart.window)
            for path in (found.low, found.high):
                for box in self._along(path):
                    self.room.take(box)
            return
        for item in mark.items:
            if has_value(self.lane, mark, item) and item.value is not None:
                self.room.take(self._ink(mark, item))

    def _ink(self, mark: Mark, item: Item) -> Box:
        x, y = self.place_of(mark, item)
        if isinstance(mark, Bars):
            return Box(x, y - 1, self.x(item.last), y + 1)
        left, right = self.x(item.when.earliest), self.x(item.when.latest)
        return Box(min(x - 5, left), y - 5, max(x + 5, right), y + 5)

    def _along(self, path: Path) -> Iterator[Box]:
        """Thin boxes along a staircase."""
        ends = [*(self.x(moment) for moment, _ in path[1:]), self.end]
        before = self.y(path[0][1])
        for (moment, value), end in zip(path, ends, strict=True):
            x, y = self.x(moment), self.y(value)
            yield Box(x - 2, y - 2, end + 2, y + 2)
            yield Box(x - 2, min(y, before), x + 2, max(y, before))
            before = y
