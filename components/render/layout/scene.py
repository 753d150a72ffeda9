"""What a drawing over a clock is made of: signs, bars, strokes, areas and words, placed once for every pen.

A place across is a moment and pixels beside it, so that a page may stretch the clock; a place down is in pixels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Literal, NamedTuple

from components.charts.grammar import Chart, Event, Item, Lane, Mark, Steps, Tone
from components.charts.running_totals import TotalPaths, paths_of
from components.clock import Clock
from components.render.layout.boxes import Anchor, Box, box_of
from components.render.layout.geometry import LaneParts, TimeScale, parts_of
from components.render.words import amount, period
from components.text import BOLD, REGULAR, text_width

#: A tone's colour, or a part of the ground: text, secondary text, hairline, axis.
Paint = Tone | Literal["ink", "quiet", "rule", "axis"]
Layer = Literal["ground", "events", "marks"]


class At(NamedTuple):
    """A place across: a moment of the clock, and pixels to the right of it."""

    moment: datetime
    dx: float = 0.0


@dataclass(frozen=True, slots=True)
class Thing:
    """What a mark stands for: its rows, its moment, and three lines: when, what, who. An event has its number.

    `short` says when and what in a few words, where the story has such.
    """

    rows: tuple[str, ...]
    when: str
    what: str
    who: str
    number: int = 0
    short: str = ""


@dataclass(frozen=True, slots=True)
class Sign:
    """A tone's shape around a point; `strength` is how much of its colour fills it. A bare one is only a place.

    What is `marked` has no words beside it; on paper it carries the number or letter by which a list explains it.
    """

    at: At
    y: float
    r: float
    shape: str
    tone: Tone
    fill: str = "full"
    strength: float = 1.0
    thing: Thing | None = None
    bare: bool = False
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """Every minute between two ends, none likelier than another."""

    start: At
    end: At
    y: float
    thick: float
    tone: Tone
    strength: float = 1.0
    thing: Thing | None = None
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points; `told` ends where the telling does, `of` is what it belongs to, for a player."""

    points: tuple[tuple[At, float], ...]
    paint: Paint
    width: float = 1.0
    dash: str = ""
    strength: float = 1.0
    layer: Layer = "marks"
    of: str = ""
    told: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """A filled outline; hatched where nothing is known, else as strong as it says."""

    points: tuple[tuple[At, float], ...]
    tone: Tone
    strength: float = 0.2
    hatched: bool = False
    thing: Thing | None = None
    marked: bool = False
    told: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text at its baseline; `of` is the row or event it names, for a player.

    With a `ground` it has the paper's colour behind it, over all lines of layer `events` and under every mark.
    """

    at: At
    y: float
    said: str
    size: float
    paint: Paint = "ink"
    anchor: Anchor = "start"
    bold: bool = False
    of: str = ""
    ground: bool = False

    @property
    def width(self) -> float:
        return text_width(self.said, self.size, factor=BOLD if self.bold else REGULAR)

    def box(self, x: float) -> Box:
        """What it takes where it stands at x pixels, and what its ground covers."""
        left, _, right, _ = box_of(x, self.y, self.width, self.size, self.anchor)
        return Box(left - 2, self.y - self.size * 0.85, right + 2, self.y + self.size * 0.27)


def cross(r: float) -> list[tuple[float, float]]:
    """The corners of an X of about this radius around (0, 0)."""
    far, near = r * 1.2, r * 0.36
    quarter = ((near, 0.0), (far, far - near), (far - near, far))
    return [(x * a - y * b, x * b + y * a) for a, b in ((1, 0), (0, 1), (-1, 0), (0, -1)) for x, y in quarter]


Part = Sign | Bar | Stroke | Area | Words


@dataclass(frozen=True, slots=True)
class Sizes:
    """Type and mark sizes in pixels for one class of width; `limit` is how high the lanes may be, where they can.

    A narrow one has no room for names beside the lanes; a sparse one draws only the events that a story emphasises; on
    one of `paper` marks without words are large enough to hold a number. A page may show the plot up to `spread` times
    as wide as it was composed.
    """

    title: float
    note: float
    label: float
    glyph: float
    pitch: float
    pad: float
    body: float
    limit: float
    narrow: bool = False
    sparse: bool = False
    paper: bool = False
    spread: float = 1.0


#: A phone, a phone on which a page of words must find room too, everything wider, and a picture of a given height.
NARROW = Sizes(title=13, note=12, label=12, glyph=4.5, pitch=15.5, pad=8, body=80, limit=630, narrow=True)
BRIEF = Sizes(title=13, note=12, label=12, glyph=4.2, pitch=15.5, pad=12, body=90, limit=640, narrow=True)
WIDE = Sizes(title=13, note=13, label=12, glyph=5, pitch=16, pad=16, body=92, limit=512)
CARD = Sizes(title=13, note=12, label=12, glyph=4.4, pitch=15.5, pad=4, body=110, limit=470)


@dataclass(frozen=True, slots=True)
class LaneBox:
    """Where a lane's body lies, in pixels from the top; `names` are its rows as they are called, top first."""

    slug: str
    title: str
    top: float
    bottom: float
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Composition:
    """All parts of a drawing over the clock, on `scale`, down to `bottom`: lanes from `plot` to `foot`, then the axis.

    `keys` are the signs of its legend.
    """

    chart: Chart
    clock: Clock
    scale: TimeScale
    sizes: Sizes
    width: float
    plot: float
    foot: float
    bottom: float
    lanes: tuple[LaneBox, ...]
    parts: tuple[Part, ...]
    keys: tuple[Part, ...]

    def x(self, at: At) -> float:
        return self.scale.x(at.moment) + at.dx

    @property
    def marks(self) -> dict[int, tuple[str, Thing]]:
        """What has no words, by the id of its thing and by time: an event has its number, all else has letters."""
        first: dict[int, tuple[datetime, Thing]] = {}
        for part in self.parts:
            if isinstance(part, Sign | Bar | Area) and part.marked and part.thing:
                at = part.at if isinstance(part, Sign) else part.start if isinstance(part, Bar) else part.points[0][0]
                first.setdefault(id(part.thing), (at.moment, part.thing))
        found, letters = dict[int, tuple[str, Thing]](), map(letter, count())
        for name, (_, thing) in sorted(first.items(), key=lambda entry: (entry[1][0], entry[1][1].number)):
            found[name] = (str(thing.number) if thing.number else next(letters)), thing
        return found

    @property
    def words(self) -> Iterator[Words]:
        return (part for part in self.parts if isinstance(part, Words))

    @property
    def signs(self) -> Iterator[Sign]:
        return (part for part in self.parts if isinstance(part, Sign))


def letter(place: int) -> str:
    """a, b ... z, aa, ab ..."""
    return (letter(place // 26 - 1) if place >= 26 else "") + chr(ord("a") + place % 26)


@dataclass(slots=True)
class Teller:
    """What all drawings of a chart on one clock have in common, made once for them.

    The three lines of each mark and event, the parts of each lane, and the staircases of each total.
    """

    chart: Chart
    clock: Clock
    _told: dict[tuple[int, int], Thing] = field(default_factory=dict)
    _orgs: dict[str, str] = field(default_factory=dict)
    _lanes: dict[int, LaneParts] = field(default_factory=dict)
    _paths: dict[int, TotalPaths] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._orgs = {source.id: source.org for source in self.chart.sources}

    def lane(self, lane: Lane) -> LaneParts:
        """The rows and the values of a lane of the chart."""
        if id(lane) not in self._lanes:
            self._lanes[id(lane)] = parts_of(lane)
        return self._lanes[id(lane)]

    def paths(self, mark: Steps) -> TotalPaths:
        """The staircases of a total of the chart."""
        if id(mark) not in self._paths:
            self._paths[id(mark)] = paths_of(mark, self.chart.window)
        return self._paths[id(mark)]

    def item(self, lane: Lane, mark: Mark, item: Item) -> Thing:
        """What an item is told as."""
        name = id(mark), id(item)
        if name not in self._told:
            value = amount(lane, mark, item)
            said = self.clock.say(item.text)
            when = period(item, self.clock, dated=self._dated)
            what = f"{said} ({value})" if value else said
            short = self.clock.say(item.labels[0]) if item.labels else ""
            self._told[name] = Thing((item.row,), when, what, self._who(item.sources), short=short)
        return self._told[name]

    def event(self, number: int, event: Event) -> Thing:
        """What an event is told as."""
        name = 0, id(event)
        if name not in self._told:
            dated = self._dated or event.when.latest > self.chart.window.end
            when, what = self.clock.when(event.when, dated=dated), self.clock.say(event.label)
            # Of several calls a few words would name one.
            short = self.clock.say(event.short) if len(event.rows) == 1 and not dated else ""
            self._told[name] = Thing(event.rows, when, what, self._who(event.sources), number, short)
        return self._told[name]

    @property
    def _dated(self) -> bool:
        return self.chart.window.length.days >= 1

    def _who(self, sources: Iterable[str]) -> str:
        orgs = list(dict.fromkeys(self._orgs[name] for name in sources))
        more = f" and {len(orgs) - 2} more" if len(orgs) > 2 else ""
        return f"{', '.join(orgs[:2])}{more}"
