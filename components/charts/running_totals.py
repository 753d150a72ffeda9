"""Running totals as they are drawn: staircases over the window, and what each side comes to at its end.

Sentences about totals read these values too, so that none can say another figure than the drawing beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from components.charts.grammar import Item, Kind, Lane, Mark, Published, Steps, Tiles, Tone
from components.charts.phrases.numbers import span_text
from data.core.model import Window
from data.core.running import steps
from data.story.totals import WITHOUT_TIME

Path = tuple[tuple[datetime, float], ...]


class Sum(NamedTuple):
    """What one side has at the end of the window: surely and possibly."""

    mark: Mark
    low: float
    high: float
    least: bool = False  # some contests are left, of which nobody can say whether they were called

    @property
    def words(self) -> str:
        """Trump 197, Trump 197–213 where only bounds are known, or Leave at least 1."""
        return f"{self.mark.name} {ends_text(self.low, self.high, least=self.least)}"

    @property
    def said(self) -> str:
        """The total in a sentence: 197, 197 to 213, or at least 1."""
        return span_text(self.low, None if self.least else self.high)


def ends_text(low: float, high: float, *, least: bool) -> str:
    """Two ends of a total, short enough for a chart."""
    if least:
        return f"at least {low:,.0f}"
    return f"{low:,.0f}" if low == high else f"{low:,.0f}–{high:,.0f}"


@dataclass(frozen=True, slots=True)
class TotalPaths:
    """A running total as two staircases over time: (moment, value from then on), from the window's start.

    At `leaps` the total rises by contests that have no time of their own: nothing happened at such a moment.
    """

    low: Path
    high: Path
    least: bool = False  # what is surely there is all that is told
    leaps: frozenset[datetime] = frozenset()

    @property
    def last(self) -> tuple[float, float]:
        return self.low[-1][1], self.high[-1][1]

    @property
    def said(self) -> str:
        """Where both end: 197, 197–213, or at least 1."""
        return ends_text(*self.last, least=self.least)


def sums(lane: Lane, window: Window) -> tuple[Sum, ...]:
    """Each side's total at the end of the window, in the order of its marks; none where no total is known.

    It holds what the lane holds: a window is half-open, so that a call of its very end is in no running total of it.
    """
    steps_ = [mark for mark in lane.marks if isinstance(mark, Steps)]
    if steps_:
        return tuple(_sum_of_steps(mark, window) for mark in steps_)
    tiles = [mark for mark in lane.marks if isinstance(mark, Tiles)]
    if lane.domain is None:
        return ()
    left = any(item.kind is Kind.PENDING for mark in tiles for item in mark.items)
    return tuple(_sum_of_tiles(mark, window, left=left) for mark in tiles if is_side(mark))


def is_side(mark: Mark) -> bool:
    """Whether the tiles are one side's, rather than those that nobody has."""
    return mark.tone is not Tone.NEUTRAL


def _sum_of_steps(mark: Steps, window: Window) -> Sum:
    found = paths_of(mark, window)
    return Sum(mark, *found.last, found.least)


def _sum_of_tiles(mark: Tiles, window: Window, *, left: bool) -> Sum:
    sure = sum(item.value or 0.0 for item in mark.items if item.sure_at <= window.end)
    high = sum(item.value or 0.0 for item in mark.items if not item.undoes or item.possible_at <= window.end)
    return Sum(mark, sure, high, mark.least and left)


def paths_of(mark: Steps, window: Window) -> TotalPaths:
    """The staircases of a running total, and what is told of its end."""
    found = totals(mark.items, window, least_until=mark.least_until)
    if not isinstance(mark, Published):
        return found
    starts = min(item.when.latest for item in mark.items), min(item.when.earliest for item in mark.items)
    return replace(found, low=_since(found.low, starts[0]), high=_since(found.high, starts[1]))


def _since(path: Path, start: datetime) -> Path:
    """The path without its part before this instant."""
    return path[1:] if path[0][0] < start else path


def is_untimed(mark: Steps, item: Item) -> bool:
    """Whether an item of a total that tells what is at least there has no time at which it could stand."""
    return mark.least_until is not None and item.when.precision in WITHOUT_TIME


def totals(items: Sequence[Item], window: Window, *, least_until: datetime | None = None) -> TotalPaths:
    """The staircases of a Steps mark.

    An item's `value` is what it adds: surely from its latest bound, possibly from its earliest, and the other way round
    where it takes back what another added. Where an item has
    no `value`, its own `low` and `high` are what is known from these instants.
    """
    if all(item.value is not None for item in items):
        low = tuple(steps((item.sure_at, float(item.value or 0)) for item in items))
        high = tuple(steps((item.possible_at, float(item.value or 0)) for item in items))
    else:
        low = _highest([(item.when.latest, item.low or 0.0) for item in items])
        high = _highest([(item.when.earliest, item.high or item.low or 0.0) for item in items])
    base = _base(items, low)
    if least_until is None:
        return TotalPaths(_within(low, window, base), _within(high, window, base))
    path = _within(low, window, base)
    # Once all is called there is an upper end again: what may have been taken back.
    whole = (
        {max(at, least_until): value for at, value in _within(high, window, base)} if window.end >= least_until else {}
    )
    upper = (*(step for step in path if not whole or step[0] < least_until), *whole.items())
    leaps = frozenset(item.sure_at for item in items if item.when.precision in WITHOUT_TIME)
    return TotalPaths(path, upper, window.end < least_until, leaps)


def _base(items: Sequence[Item], low: Path) -> float:
    """What the total was before the first item: its own `low` less what it adds."""
    first = min((item for item in items if item.low is not None and not item.when.open), key=_latest, default=None)
    if first is None or first.low is None:
        return 0.0
    return first.low - next(value for moment, value in reversed(low) if moment <= first.when.latest)


def _latest(item: Item) -> datetime:
    return item.when.latest


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
