"""The stretches of a Plotly figure and what stands on each, in pixels from the top of the plot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from components.charts.geometry import TimeScale, domain
from components.charts.labels import Placed
from components.charts.model import Item, Lane, Mark

#: Width in pixels of the plot on a 320 px phone, margins and page padding off; wider plots only spread it.
PHONE = 232.0
#: Width in pixels that notes may take there: they begin with the plot and may run into its right margin.
COLUMN = PHONE + 18
TITLE, NOTE, LABEL, DIGIT = 14, 12, 11, 10
ROW, CIRCLE, CAPTION = 17.0, 8.0, 16.0
#: Plotly's break of a line.
BREAK = "<br>"
#: The pitch of rows of marks without words.
CLOSE = 8.0

Entry = tuple[Mark, Item]


def title_height(words: tuple[str, ...]) -> float:
    """Pixels of the title that begins a lane's words, in as many lines as it has."""
    return TITLE * 1.4 * (words[0].count(BREAK) + 1)


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of the figure with a y axis of its own, in pixels from the top of the plot."""

    axis: str
    top: float
    height: float


@dataclass(frozen=True, slots=True)
class TrackPlan:
    """A row of a lane: its name, its items with their places, and its stretch in pixels from the lane's row slot."""

    name: str
    entries: tuple[Entry, ...]
    placed: tuple[Placed, ...]
    top: float
    height: float
    pitch: float

    @property
    def close(self) -> bool:
        return self.pitch == CLOSE

    @property
    def pairs(self) -> Iterator[tuple[Entry, Placed]]:
        return zip(self.entries, self.placed, strict=True)


@dataclass(frozen=True, slots=True)
class LanePlan:
    """A lane's words, and the slots of its rows and of its values where it has them."""

    lane: Lane
    words: tuple[str, ...]
    head: float
    rows: Slot | None
    tracks: tuple[TrackPlan, ...]
    values: Slot | None
    bottom: float

    @property
    def body(self) -> float:
        """Where its marks begin, in pixels from the top of the plot."""
        return min((slot.top for slot in (self.rows, self.values) if slot), default=self.bottom)

    @property
    def rows_axis(self) -> str:
        return self.rows.axis if self.rows else "y"

    def top_of(self, track: TrackPlan) -> float:
        """Where a row begins, in pixels from the top of the plot."""
        return track.top + (self.rows.top if self.rows else 0)

    def height_of(self, track: TrackPlan, entry: Placed) -> float:
        """How high a mark stands on the axis of the rows, in pixels."""
        foot = (self.rows.height if self.rows else 0) - track.top - track.height
        return foot + 2 + (entry.row + 0.5) * track.pitch

    def range_of(self, slot: Slot) -> tuple[float, float]:
        """What a slot's axis spans: pixels for rows, the lane's domain for values."""
        return (0.0, slot.height) if slot is self.rows else domain(self.lane)


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole figure: lanes of tiles, strip of events, lanes over the clock, and the plot's height in pixels.

    Of a lane of tiles `values` is where its bars are, and `rows` where its map is.
    """

    scale: TimeScale
    strip: Slot
    placed: tuple[Placed, ...]
    lanes: tuple[LanePlan, ...]
    height: float
    tiles: tuple[LanePlan, ...] = ()

    def share(self, top: float) -> float:
        """A distance in pixels from the top of the plot as Plotly's share from its bottom."""
        return min(1.0, max(0.0, 1 - top / self.height))
