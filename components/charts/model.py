"""The chart grammar, whole: lanes of marks over one clock, with numbered events across them. UTC only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from components.charts.marks import Bars as Bars
from components.charts.marks import Cell as Cell
from components.charts.marks import Gap as Gap
from components.charts.marks import Item as Item
from components.charts.marks import Kind as Kind
from components.charts.marks import Line as Line
from components.charts.marks import Mark as Mark
from components.charts.marks import Points as Points
from components.charts.marks import Spans as Spans
from components.charts.marks import Steps as Steps
from components.charts.marks import Tiles as Tiles
from components.charts.marks import Tone as Tone
from data.model import Source, When, Window


@dataclass(frozen=True, slots=True)
class Lane:
    """One band of the chart: marks that share a unit. `domain` bounds its axis; `tracks` are its rows, top first.

    `reference` is a value worth a line of its own, with its name, like (270, "270 to win"). A lane of Tiles is not
    over the clock; it has bars of its totals where it has a domain.
    """

    slug: str
    title: str
    unit: str
    marks: tuple[Mark, ...]
    domain: tuple[float, float] | None = None
    note: str = ""
    tracks: tuple[str, ...] = ()
    reference: tuple[float, str] | None = None

    @property
    def items(self) -> Iterator[tuple[Mark, Item]]:
        for mark in self.marks:
            for item in mark.items:
                yield mark, item


@dataclass(frozen=True, slots=True)
class Event:
    """A call, a milestone or a poll closing, drawn across all lanes. `rows` are the rows it stands for.

    `short` is what a label says beside the number; `label` is the whole sentence of the list. Priority 0 is
    labelled first; `emphasised` events are the story's own choice and always carry `short` if it fits at all, else
    `shortest` where there is one.
    `lanes` are the slugs of those it runs through, all if none is named; `moved` is as in an Item.
    """

    when: When
    label: str
    short: str
    tone: Tone
    rows: tuple[str, ...]
    sources: tuple[str, ...]
    priority: int = 9
    emphasised: bool = False
    shortest: str = ""
    lanes: tuple[str, ...] = ()
    moved: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Placebo:
    """What other nights and control terms of a story say, a line for each statement; empty where none is held."""

    text: str
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """Lanes over one clock. Prose holds times as `clock.token(...)`, so that every rendering says them in its zone.

    `outside` are events and observations that lie beyond the window: named at the edges, never dropped. With an
    `origin` the chart's times count from it, as T+1:05, and are no wall times. `until` is the moment up to which its
    story is told, None for the whole; `banner` says that it is a test. `placebo` is what its caution says
    of other nights: one for each of its stories, none where none of them holds any.
    Of the `sources` offered it keeps those that its marks and events name, the most named first; ValueError if one
    of them is not there.
    """

    slug: str
    story: str
    title: str
    takeaway: str
    window: Window
    lanes: tuple[Lane, ...]
    events: tuple[Event, ...] = ()
    sources: tuple[Source, ...] = ()
    notes: tuple[str, ...] = ()
    outside: tuple[Event, ...] = ()
    origin: datetime | None = None
    until: datetime | None = None
    banner: str = ""
    placebo: tuple[Placebo, ...] = ()

    def __post_init__(self) -> None:
        order = sorted(self.events, key=lambda event: (event.when.latest, event.when.earliest, event.label))
        object.__setattr__(self, "events", tuple(order))
        named = Counter(name for thing in self._things() for name in thing.sources)
        offered = {source.id: source for source in self.sources}
        if missing := [name for name in named if name not in offered]:
            raise ValueError(f"chart {self.slug} draws rows of sources that it does not carry: {', '.join(missing)}")
        object.__setattr__(self, "sources", tuple(offered[name] for name, _ in named.most_common()))

    def _things(self) -> Iterator[Item | Event]:
        for lane in self.lanes:
            yield from (item for _, item in lane.items)
        yield from self.events
        yield from self.outside

    @property
    def told_to(self) -> datetime:
        """Where in its window the telling ends."""
        return min(self.until, self.window.end) if self.until else self.window.end

    @property
    def told(self) -> Window:
        """The part of its window that is told; the whole where its story is told up to a moment before that."""
        return Window(self.window.start, self.told_to) if self.told_to > self.window.start else self.window

    @property
    def numbered(self) -> tuple[tuple[int, Event], ...]:
        """Every event with its one number, by time, the same in every rendering."""
        return tuple(enumerate(self.events, start=1))
