"""What lanes hold: items, each with the row it came from, drawn as marks of one name and tone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from data.model import When


class Tone(StrEnum):
    """What a mark stands for; the theme gives it a colour, a shape and a dash, so that colour is never alone."""

    NEUTRAL = "neutral"
    SEARCH = "search"
    SITE = "site"
    FAILING = "failing"
    DEGRADED = "degraded"
    ANSWERING = "answering"
    FIRST = "first"  # the story's first party
    SECOND = "second"
    THIRD = "third"
    FOURTH = "fourth"


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


@dataclass(frozen=True, slots=True)
class Item:
    """One drawn thing and the row it came from: when, what it says, how much, and where to check it.

    `when` is an interval as sharp as its evidence; `until` is where a lasting state or a counting window ends.
    `low` and `high` bound `value` where it is known as a range; `row` is "table:id"; `sources` are source ids.
    `by` says that it was there by then and may have begun at any time before: `when` has no first instant of its own.
    `moved` is how far `when` and `until` were moved from their true instants, to stand on another night's clock.
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
    by: bool = False
    moved: timedelta = timedelta(0)

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

    Surely so far at t: the sum of values with when.latest <= t. Possibly so far: the sum with when.earliest <= t.
    `low` and `high` of an item are these two sums at its `when.latest`. Items before the window start the curve.
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
    what is surely there is told, as `least` says, no call is possible.
    """

    cells: tuple[Cell, ...] = ()
    least: bool = False


@dataclass(frozen=True, slots=True)
class Gap(Mark):
    """A stretch for which nothing is held; `text` of its items is the reason."""
