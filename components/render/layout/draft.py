"""A drawing in the making: its scale and sizes, the parts so far, and the lines that labels keep clear of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from components.charts.grammar import Chart, Event, Item, Mark, Tone
from components.clock import Clock
from components.render.layout.boxes import Anchor
from components.render.layout.geometry import TimeScale
from components.render.layout.labels import GAP, Flag
from components.render.layout.scene import At, Paint, Part, Sizes, Teller, Words
from components.text import BOLD, short_forms, text_width, visible

#: How far a label moves from its mark to stand beyond a line, in pixels.
_STEP_ASIDE = 34.0


@lru_cache(maxsize=4096)
def _said(clock: Clock, text: str) -> str:
    """Words of a chart, of which each is tried in drawing after drawing."""
    return visible(clock.say(text))


@dataclass(slots=True)
class Draft:
    """What every part of a composition shares; `lines` are where labelled events run down, in pixels across.

    `falls` are these events with their numbers, and from where each line falls. Of one that is only `measured` nobody
    sees what takes no room of its own.
    """

    chart: Chart
    clock: Clock
    teller: Teller
    sizes: Sizes
    scale: TimeScale
    width: float
    measured: bool = False
    lines: Sequence[float] = ()
    parts: list[Part] = field(default_factory=list)
    keys: list[Part] = field(default_factory=list)
    falls: list[tuple[int, Event, float]] = field(default_factory=list)
    #: What was found for all tries of this drawing: where a mark is, and the words that fit beside it.
    bare: dict[int, Flag] = field(default_factory=dict)
    fits: dict[tuple[int, float], Flag] = field(default_factory=dict)

    @property
    def gutter(self) -> float:
        """Pixels at the left of the plot, for names; only the margin where they stand above their lanes."""
        return 0.0 if self.sizes.narrow else self.scale.left - self.sizes.pad

    @property
    def bounds(self) -> tuple[float, float]:
        """From where to where labels of marks may reach."""
        return (self.sizes.pad if self.sizes.narrow else self.scale.left), self.width - 2

    @property
    def start(self) -> datetime:
        return self.chart.window.start

    @property
    def small(self) -> float:
        """The radius of a call without words: on paper it holds a number."""
        return 5.4 if self.sizes.paper else 2.7

    @property
    def close(self) -> float:
        """The pitch of rows without words."""
        return 11.5 if self.sizes.paper else 5.0

    @property
    def beside(self) -> float:
        """Pixels at the end of a bar without words, for its number."""
        return 12.0 if self.sizes.paper else 0.0

    def x(self, moment: datetime) -> float:
        return self.scale.x(moment)

    def at(self, x: float) -> At:
        """A place that keeps its distance from the left edge of the plot, however wide that is."""
        return At(self.start, x - self.scale.left)

    def add(self, *parts: Part) -> None:
        self.parts.extend(parts)

    def of(self, name: str) -> str:
        """The name of what a part belongs to, where a player must be able to hide it with that."""
        return name if self.chart.played else ""

    def write(
        self,
        at: At,
        y: float,
        said: str,
        *,
        paint: Paint = "ink",
        anchor: Anchor = "start",
        bold: bool = False,
        of: str = "",
        size: float = 0,
        ground: bool = False,
    ) -> None:
        """A line of text whose baseline is at y."""
        self.add(Words(at, y, said, size or self.sizes.label, paint, anchor, bold=bold, of=of, ground=ground))

    def say(self, text: str) -> str:
        return _said(self.clock, text)

    def title_width(self, title: str) -> float:
        return text_width(self.say(title), self.sizes.title, factor=BOLD) + 8

    def title_fits(self, title: str, first: float) -> bool:
        """Whether a title has room in the first row of its lane, of which the first mark begins there."""
        return self.sizes.narrow and self.sizes.pad + self.title_width(title) < first

    def forms(self, labels: Iterable[str], text: str) -> list[str]:
        """What a label may say, the longest first: what was written for it, else whole clauses of the text."""
        return [self.say(label) for label in labels] or list(short_forms(self.say(text)))

    def aside(self, edge: float, width: float, step: int) -> float:
        """How far from the edge of a mark its label keeps off all lines, to the right (1) or to the left (-1)."""
        moved = edge
        while len(self.lines) == 1 or abs(moved - edge) <= _STEP_ASIDE:
            first, last = sorted((moved, moved + step * (GAP + width + 2)))
            crossed = [x for x in self.lines if first <= x <= last and (x - edge) * step >= 0]
            if not crossed:
                return moved
            moved = (max(crossed) if step > 0 else min(crossed)) + step
        return edge


def tone_of(mark: Mark, item: Item) -> Tone:
    return item.tone or mark.tone
