"""The chart grammar, whole: lanes of marks over one clock, what marks hold, and events across. UTC only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, NamedTuple

from components.charts.said import Said
from data.core.model import Precision, Source, When, Window


class Tone(StrEnum):
    """What a mark stands for; the theme gives it a colour, a shape and a dash, so that colour is never alone."""

    NEUTRAL = "neutral"
    SEARCH = "search"  # and what else people were counted doing
    SITE = "site"
    FAILING = "failing"
    UNREACHABLE = "unreachable"
    DEGRADED = "degraded"
    ANSWERING = "answering"
    UNWATCHED = "unwatched"  # a recorder says that it did not look: nothing is known of the site
    FIRST = "first"  # the story's first party
    SECOND = "second"
    THIRD = "third"
    FOURTH = "fourth"
    FIFTH = "fifth"
    SIXTH = "sixth"
    SEVENTH = "seventh"
    EIGHTH = "eighth"
    OTHERS = "others"  # the parties that have no side of their own


#: Tones of what was seen of a site, and of trouble among them.
SEEN = (Tone.FAILING, Tone.UNREACHABLE, Tone.DEGRADED, Tone.ANSWERING)
TROUBLE = SEEN[:3]
#: Tones of sides.
SIDES = (
    *(Tone.FIRST, Tone.SECOND, Tone.THIRD, Tone.FOURTH, Tone.FIFTH, Tone.SIXTH, Tone.SEVENTH, Tone.EIGHTH),
    Tone.OTHERS,
)


class Kind(StrEnum):
    """What the evidence behind a mark is; each is drawn differently and named in words."""

    EXACT = "exact"
    LOWER_BOUND = "lower bound"
    UPPER_BOUND = "upper bound"
    APPROXIMATE = "approximate"
    RANK = "rank"
    TIME_ONLY = "time only"
    CENSORED = "below resolution"
    PENDING = "not yet"
    PROJECTED = "projected"  # a number with its bounds, of which one or the other may be missing


@dataclass(frozen=True, slots=True)
class Item:
    """One drawn thing and the row it came from: when, what it says, how much, and where to check it.

    `when` is an interval as sharp as its evidence; `until` is where a lasting state or a counting window ends.
    `low` and `high` bound `value` where it is known as a range; `row` is "table:id"; `sources` are source ids.
    `by` says that it was there by then and may have begun at any time before: `when` has no first instant of its own.
    `shift` is how far `when` and `until` were moved from their true instants, to stand on another night's clock.
    `labels` are what stands beside it where there is room, the longest first; without them it is cut from `text`.
    `track` is the row it stands in; of a track that says who tells it beside what it is counted as, `group` is the
    second and `account` the first. `subject` is the site it is an observation of. `undoes` is the row that it takes
    back: of a total it takes away what that one added.
    """

    row: str
    when: When
    text: str
    sources: tuple[str, ...]
    until: When | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    kind: Kind = Kind.EXACT
    tone: Tone | None = None
    track: str = ""
    group: str = ""
    account: str = ""
    subject: str = ""
    undoes: str = ""
    by: bool = False
    shift: timedelta = timedelta(0)
    labels: tuple[str, ...] = ()

    @property
    def sure_at(self) -> datetime:
        """From when on it surely counts in a total; what it takes away is surely there no longer than its earliest."""
        return self.when.earliest if self.undoes else self.when.latest

    @property
    def possible_at(self) -> datetime:
        """From when on it possibly counts in a total, or what it takes away is possibly there no more."""
        return self.when.latest if self.undoes else self.when.earliest

    @property
    def last(self) -> datetime:
        """The latest instant this item may reach."""
        return max(self.when.latest, self.until.latest) if self.until else self.when.latest


@dataclass(frozen=True, slots=True)
class Mark:
    """Items of one name and tone, drawn in one way; the subclass says which."""

    name: str
    tone: Tone
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Steps(Mark):
    """A running total that each item raises by its `value`, somewhere in its `when`.

    Surely so far at t: the sum of values with when.latest <= t. Possibly so far: the sum with when.earliest <= t. An
    item that `undoes` another has a negative value, and counts the other way round: what it takes away surely stands
    until its when.earliest, and possibly until its when.latest. `low` and `high` of an item are these two sums at its
    `when.latest`. Items before the window start the curve.
    Where only what is surely there is told, `least_until` is the instant by which nothing is left that could be more.
    """

    least_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Published(Steps):
    """Votes as they were published: nothing stands before the first count, and a later one may be lower.

    `value` of an item is by how much it differs from the count before it, `low` and `high` are the count itself.
    """


@dataclass(frozen=True, slots=True)
class Line(Mark):
    """A measured series with one value for each bin of `step`, and [low, high] where an item has a band."""

    step: timedelta = timedelta(0)
    thinned: str = ""  # which bins of a long series are drawn, in a sentence; empty where all are
    parts: tuple[int, ...] = ()  # of a thinned one: the unbroken run of bins that each item is of


@dataclass(frozen=True, slots=True)
class Bars(Mark):
    """Quantities counted from `when` to `until`."""


@dataclass(frozen=True, slots=True)
class Stretches(Bars):
    """Means over stretches of uneven length, each level from `when` to `until`. `loose` ones are long beside others."""

    loose: bool = False


@dataclass(frozen=True, slots=True)
class Points(Mark):
    """Single observations; `kind` says what each is, `track` the row of the lane it stands on."""


@dataclass(frozen=True, slots=True)
class Spans(Mark):
    """States that lasted: start (`when`) and end (`until`), each an interval."""


class Cell(NamedTuple):
    """The place of a tile, counted from 0 at the top left, and the short code that stands on it, like "OH"."""

    column: int
    row: int
    code: str


@dataclass(frozen=True, slots=True)
class Tiles(Mark):
    """Contests as they stand at the end of the chart's window, each a tile; not over the clock.

    `value` is a contest's weight, `when` its call, `low` and `high` the running total of its side, as in Steps. A call
    whose latest bound has not passed is possible; a contest without one is of Kind.PENDING, or has no time stated.
    `cells` has a place for every item; without places the items are counted, one unit each. Of a side of which only
    what is surely there is told, as `least` says, no call is possible. Items that undo others stand last, have no place
    and draw nothing: the tile that they undo is not there any more.
    """

    cells: tuple[Cell, ...] = ()
    least: bool = False


@dataclass(frozen=True, slots=True)
class Gap(Mark):
    """A stretch for which nothing is held; `text` of its items is the reason."""


class Reference(NamedTuple):
    """A value worth a line of its own, with its name, like (270, "270 to win"); of one side, or of all."""

    value: float
    name: str
    side: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """One band of the chart: marks that share a unit. `domain` bounds its axis; `tracks` are its rows, top first.

    A lane of Tiles is not over the clock; it has bars of its totals where it has a domain. `tiles` is their shape, and
    `regions` name parts of their map, each with the row that it begins with. Of a `graded` one the tracks are grades of
    evidence, best first: its rows are its states, and a grade is how strongly a mark is filled.
    """

    slug: str
    title: str
    unit: str
    marks: tuple[Mark, ...]
    domain: tuple[float, float] | None = None
    note: str = ""
    tracks: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    tiles: Literal["square", "hex"] = "square"
    regions: tuple[tuple[int, str], ...] = ()
    graded: bool = False

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
    the first of `shorter` that does. `subject` is as in an Item.
    `lanes` are the slugs of those it runs through, all if none is named; `shift` is as in an Item.
    """

    when: When
    label: str
    short: str
    tone: Tone
    rows: tuple[str, ...]
    sources: tuple[str, ...]
    priority: int = 9
    emphasised: bool = False
    shorter: tuple[str, ...] = ()
    subject: str = ""
    lanes: tuple[str, ...] = ()
    shift: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Placebo:
    """What other nights and control terms of a story say, a line for each statement; empty where none is held."""

    text: str
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """Lanes over one clock. Prose holds times as `clock.token(...)`, so that every rendering says them in its zone.

    `outside` are events and observations that lie beyond the window: named at the edges, never dropped. With an
    `origin` the chart's times count from it, as "1 h 5 min after", and are no wall times. `until` is the moment up to
    which its story is told, None for the whole; `banner` says that it is a test. `colours` are those that sides have of
    their own, on a light ground and on a dark one. `placebo` is what its caution says
    of other nights: one for each of its stories, none where none of them holds any. Of one that is `played`, whatever
    is drawn says what it belongs to, for a player. `called` is what the rail of its calls is named, like "AP calls".
    One that does not `take_range` chooses its window by itself: a stretch drawn across it means nothing.
    Of the `sources` offered it keeps those that its marks and events name, the most named first; ValueError if one
    of them is not there.
    """

    slug: str
    story: str
    title: str
    said: Said
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
    colours: tuple[tuple[Tone, str, str], ...] = ()
    played: bool = False
    called: str = ""
    take_range: bool = True

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
    def listed(self) -> Iterator[tuple[Lane, Mark, Item]]:
        """Every item with its lane and mark, as tables tell it: one that is a tile and stands in a total once."""
        totals = {item.row for lane in self.lanes for mark, item in lane.items if isinstance(mark, Steps)}
        for lane in self.lanes:
            for mark, item in lane.items:
                if not (isinstance(mark, Tiles) and item.row in totals):
                    yield lane, mark, item

    @property
    def takeaway(self) -> str:
        """What it says in a sentence, without a full stop."""
        return self.said.text

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


def anchor(when: When) -> datetime:
    """Where a mark of this time stands: the stated time, else the latest bound, which is when it was surely so.

    A day states no time: it stands at its own end. Events are numbered by their latest bound, from left to right.
    """
    return when.latest if when.precision is Precision.DAY else when.stated or when.latest


def first_known(when: When) -> tuple[datetime, datetime]:
    """What sorts times by when each was surely so: the first of several that is on record comes first."""
    return when.latest, anchor(when)


def has_value(lane: Lane, mark: Mark, item: Item) -> bool:
    """Whether an item stands on the lane's value axis; else it stands in a row."""
    if isinstance(mark, (Steps, Line)):
        return True
    if item.kind is Kind.PROJECTED:
        return True
    if lane.tracks or item.value is None or item.kind in (Kind.RANK, Kind.TIME_ONLY):
        return False
    return isinstance(mark, Bars | Points)


def valued(lane: Lane) -> bool:
    return any(has_value(lane, mark, item) for mark, item in lane.items)
