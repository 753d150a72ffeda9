"""Chart values in drawing terms: places on both axes, samples that a line may join, totals as paths, rows of marks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from components.charts.grammar import Gap, Item, Kind, Lane, Line, Mark, Tiles, anchor, has_value
from components.charts.running_totals import totals
from data.analysis.thinning import JOINED_STEPS
from data.core.model import OPEN_END, Precision, When, Window

Entry = tuple[Mark, Item]


@dataclass(frozen=True, slots=True)
class TimeScale:
    """Pixels from `left` to `right` for a window; what lies outside of it stands at the edge."""

    window: Window
    left: float
    right: float
    _places: dict[datetime, float] = field(default_factory=dict, init=False, repr=False, compare=False)

    def x(self, moment: datetime) -> float:
        # A drawing asks for each moment some ten times, while it is tried and drawn.
        if (place := self._places.get(moment)) is None:
            share = (moment - self.window.start) / self.window.length
            place = self._places[moment] = self.left + (self.right - self.left) * min(1.0, max(0.0, share))
        return place


def spot(when: When, window: Window) -> datetime:
    """Where a single observation stands: its stated time, a bound, or the middle of the part that is in the window."""
    if (when.stated and when.precision is not Precision.DAY) or when.precision is Precision.BY:
        return anchor(when)
    first, last = max(when.earliest, window.start), min(when.latest, window.end)
    return first + (last - first) / 2 if first <= last else anchor(when)


def domain(lane: Lane) -> tuple[float, float]:
    """The lane's own domain, else from zero (or the least value) to a little above the greatest."""
    if lane.domain and lane.domain[0] < lane.domain[1]:
        return lane.domain
    values = [
        value
        for mark, item in lane.items
        if has_value(lane, mark, item)
        for value in (item.value, item.low, item.high)
        if value is not None and math.isfinite(value)
    ]
    low, high = min(values, default=0.0), max(values, default=1.0)
    return min(0.0, low), high * 1.1 if high > 0 else max(1.0, high)


def round_values(low: float, high: float, *, most: int = 4) -> tuple[float, ...]:
    """At most `most` round values from low to high."""
    size = 10.0 ** math.floor(math.log10((high - low) / most))
    step = next(size * n for n in (1, 2, 2.5, 5, 10, 20) if (high - low) / (size * n) <= most)
    first = math.ceil(low / step - 1e-9)
    return tuple(step * n for n in range(first, math.floor(high / step + 1e-9) + 1))


def compact(value: float) -> str:
    """1,200 or 0.5 or 740K: a value for an axis."""
    if abs(value) >= 10_000:
        return f"{value / 1_000:,.10g}K" if abs(value) < 1_000_000 else f"{value / 1_000_000:,.10g}M"
    return f"{value:,.10g}"


def levels(items: Sequence[Item], window: Window) -> tuple[tuple[Item, float], ...]:
    """Each item of a running total with the height of its own step, so that a batch of one minute stands apart."""
    level = totals(items, window).low[0][1] if items else 0.0
    found = []
    for item in sorted(items, key=lambda item: (item.sure_at, -(item.value or 0))):
        if item.value is None:
            level = item.low or level
        elif window.start < item.sure_at < OPEN_END:
            level += item.value
        found.append((item, level))
    return tuple(found)


def in_row(lane: Lane, mark: Mark, item: Item) -> bool:
    """Whether an item stands in a row of the lane; a gap covers the lane whole, and a tile is not over the clock."""
    return not isinstance(mark, Gap | Tiles) and not has_value(lane, mark, item)


def tracks_of(lane: Lane) -> tuple[str, ...]:
    """The rows of a lane, top first: its own, then those that only items name, last "" for items that name none."""
    named = {item.track for mark, item in lane.items if in_row(lane, mark, item)} - set(lane.tracks)
    return (*lane.tracks, *sorted(named - {""}), *([""] if "" in named else []))


def _rows(lane: Lane, entries: list[Entry]) -> list[tuple[str, list[Entry]]]:
    """The rows of a lane by name, top first: its tracks, or the states of one whose tracks are grades."""
    if lane.graded:
        names = dict.fromkeys(mark.name for mark, _ in entries)
        return [(name, [entry for entry in entries if entry[0].name == name]) for name in names]
    return [(name, [entry for entry in entries if entry[1].track == name]) for name in tracks_of(lane)]


@dataclass(frozen=True, slots=True)
class LaneParts:
    """What a drawing asks of a lane at each try.

    `entries` are what stands in its rows, `rows` the same by name, top first, and `names` those that are not empty;
    `valued` are the marks with values, on an axis over `domain` that says these `values`.
    """

    entries: list[Entry]
    rows: list[tuple[str, list[Entry]]]
    names: list[str]
    domain: tuple[float, float]
    valued: list[Mark]
    values: list[str]


def parts_of(lane: Lane) -> LaneParts:
    """What is drawn of a lane in rows and on its axis."""
    entries = [entry for entry in lane.items if in_row(lane, *entry)]
    rows, ends = _rows(lane, entries), domain(lane)
    valued = [mark for mark in lane.marks if any(has_value(lane, mark, item) for item in mark.items)]
    values = [compact(value) for value in round_values(*ends)] if valued else []
    return LaneParts(entries, rows, [name for name, _ in rows if name], ends, valued, values)


def middle_of(mark: Line, item: Item) -> datetime:
    """Where a sample of a series stands: the middle of its bin."""
    return item.when.earliest + ((item.until.latest - item.when.earliest) if item.until else mark.step) / 2


def is_measured(item: Item) -> bool:
    """Whether a sample has a value to draw: it is not below resolution, and there is one."""
    return item.kind is not Kind.CENSORED and item.value is not None


def is_merged(mark: Line, item: Item) -> bool:
    """Whether one item stands for several bins, as those below resolution in a thinned line may."""
    if is_measured(item) or not mark.parts or item.until is None:
        return False
    return item.until.latest - item.when.earliest > mark.step


def runs(mark: Line) -> list[list[Item]]:
    """The items of a series in unbroken runs: a missing bin, or one below resolution, ends a run."""
    if not mark.parts:
        return _runs_by_step(mark)
    found: dict[int, list[Item]] = {}
    for part, item in zip(mark.parts, mark.items, strict=True):
        if is_measured(item):
            found.setdefault(part, []).append(item)
    return list(found.values())


def _runs_by_step(mark: Line) -> list[list[Item]]:
    found: list[list[Item]] = [[]]
    previous: datetime | None = None
    for item in sorted(mark.items, key=lambda item: item.when.earliest):
        start = item.when.earliest
        far = previous is not None and mark.step > timedelta(0) and start - previous > mark.step * JOINED_STEPS
        if (far or not is_measured(item)) and found[-1]:
            found.append([])
        if is_measured(item):
            found[-1].append(item)
        previous = start
    return [run for run in found if run]
