"""Chart values in drawing terms: places on both axes, samples that a line may join, totals as paths, rows of marks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from components.charts.grammar import Gap, Item, Kind, Lane, Line, Mark, Tiles, anchor, has_value
from data.analysis.thinning import JOINED_STEPS
from data.core.model import Precision, When, Window
from data.core.running import steps

_LONGEST_BAND = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class TimeScale:
    """Pixels from `left` to `right` for a window; what lies outside of it stands at the edge."""

    window: Window
    left: float
    right: float

    def x(self, moment: datetime) -> float:
        share = (moment - self.window.start) / self.window.length
        return self.left + (self.right - self.left) * min(1.0, max(0.0, share))


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


Path = tuple[tuple[datetime, float], ...]


@dataclass(frozen=True, slots=True)
class TotalPaths:
    """A running total as two staircases over time: (moment, value from then on), from the window's start."""

    low: Path
    high: Path
    least: bool = False  # what is surely there is all that is told

    @property
    def last(self) -> tuple[float, float]:
        return self.low[-1][1], self.high[-1][1]

    @property
    def said(self) -> str:
        """Where both end: 197, 197–213, or at least 1."""
        return ends_text(*self.last, least=self.least)


def ends_text(low: float, high: float, *, least: bool) -> str:
    """Two ends of a total, short enough for a chart."""
    if least:
        return f"at least {low:,.0f}"
    return f"{low:,.0f}" if low == high else f"{low:,.0f}–{high:,.0f}"


def totals(items: Sequence[Item], window: Window) -> TotalPaths:
    """The staircases of a Steps mark.

    An item's `value` is what it adds: surely from its latest bound, possibly from its earliest. Where an item has
    no `value`, its own `low` and `high` are what is known from these instants.
    """
    if all(item.value is not None for item in items):
        low = tuple(steps((item.when.latest, float(item.value or 0)) for item in items))
        high = tuple(steps((item.when.earliest, float(item.value or 0)) for item in items))
    else:
        low = _highest([(item.when.latest, item.low or 0.0) for item in items])
        high = _highest([(item.when.earliest, item.high or item.low or 0.0) for item in items])
    last = max(items, key=lambda item: item.when.latest, default=None)
    base, least = _base(items, low), last is not None and _is_least(last)
    high = low if any(map(_is_least, items)) else high
    return TotalPaths(_within(low, window, base), _within(high, window, base), least)


def _is_least(item: Item) -> bool:
    """Whether the total that an item leads to has no upper end."""
    return item.low is not None and item.high is None


def _base(items: Sequence[Item], low: Path) -> float:
    """What the total was before the first item: its own `low` less what it adds."""
    first = min((item for item in items if item.low is not None), key=lambda item: item.when.latest, default=None)
    if first is None or first.low is None:
        return 0.0
    return first.low - next(value for moment, value in reversed(low) if moment <= first.when.latest)


def _highest(values: Iterable[tuple[datetime, float]]) -> Path:
    most, found = 0.0, dict[datetime, float]()
    for moment, value in sorted(values):
        most = max(most, value)
        found[moment] = most
    return tuple(found.items())


def _within(path: Path, window: Window, base: float) -> Path:
    start = next((value for moment, value in reversed(path) if moment <= window.start), 0.0)
    inside = [(moment, base + value) for moment, value in path if window.start < moment <= window.end]
    return ((window.start, base + start), *inside)


def levels(items: Sequence[Item], window: Window) -> tuple[tuple[Item, float], ...]:
    """Each item of a running total with the height of its own step, so that a batch of one minute stands apart."""
    level = totals(items, window).low[0][1] if items else 0.0
    found = []
    for item in sorted(items, key=lambda item: (item.when.latest, -(item.value or 0))):
        if item.value is None:
            level = item.low or level
        elif item.when.latest > window.start and not item.when.open:
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


def has_band(when: When) -> bool:
    """Whether the doubt about an event is drawn as a band through the lanes.

    A longer one would wash over half the night; its dashed ring, its words and the range of the totals tell it.
    """
    return timedelta(0) < when.latest - when.earliest <= _LONGEST_BAND


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
