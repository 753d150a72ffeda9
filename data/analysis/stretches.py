"""Readings at uneven times as stretches between two of them, and where the means of those surge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from math import sqrt

from data.core.model import Window

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
#: Two readings nearer than this say nothing of a rate: they are joined into one stretch.
LEAST = 5 * MINUTE
#: Lengths to which a long range joins its stretches, so that at most so many are drawn.
_LENGTHS = (LEAST, 15 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 24 * HOUR, 7 * 24 * HOUR)
MOST = 400
#: A surge is told from means over at least an hour, of which the highest is so many times the lowest; it has begun
#: when a mean is twice the lowest, and by more than so many noise units.
SURGE_STRETCH, SURGE_TIMES, BEGUN_TIMES, NOISE = HOUR, 4, 2, 6

#: An instant and the total that was read at it.
Reading = tuple[datetime, float]


@dataclass(frozen=True, slots=True)
class Stretch:
    """What was counted from `start` to `end` (UTC), nothing finer known; `readings` is how many lie in it, ends too.

    `counted` is negative where the total fell; `fell` is by how much it fell between readings inside, 0 if it never
    did.
    """

    start: datetime
    end: datetime
    counted: float
    readings: int = 2
    fell: float = 0

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    @property
    def per_minute(self) -> float:
        """The mean over the stretch."""
        return self.counted / (self.length / MINUTE)

    @property
    def told(self) -> float:
        """The mean as it is told: whole from ten on, else with a decimal."""
        mean = self.per_minute
        return float(round(mean)) if abs(mean) >= 10 else round(mean, 1)


@dataclass(frozen=True, slots=True)
class Surge:
    """A rise of the mean from its lowest stretch, over the first that is twice as high, to the first of four times."""

    low: Stretch
    begun: Stretch
    grown: Stretch

    @property
    def span(self) -> Window:
        """Every instant at which it may have begun."""
        return Window(self.low.start, self.begun.end)


def least_length(window: Window) -> timedelta:
    """The shortest stretch that is drawn in a range of this length: five minutes up to 33 hours."""
    return next((length for length in _LENGTHS if window.length / length <= MOST), _LENGTHS[-1])


def stretches_of(readings: Sequence[Reading], least: timedelta = LEAST) -> tuple[Stretch, ...]:
    """The stretches between readings of a total, in the order of time: each of `least` or longer.

    A reading nearer than `least` to the one at which a stretch begins is inside of that stretch. What is left over at
    the end joins the last stretch. Of readings at one instant the last is taken. Nothing for fewer than two instants.
    """
    steps = pairwise(dict(readings).items())
    return joined(
        (Stretch(start, end, after - before, 2, max(before - after, 0)) for (start, before), (end, after) in steps),
        least,
    )


def joined(steps: Iterable[Stretch], least: timedelta) -> tuple[Stretch, ...]:
    """Stretches that follow each other without a gap, joined until each is as long as `least`."""
    found: list[Stretch] = []
    for step in steps:
        last = found[-1] if found else None
        if last and last.end == step.start and last.length < least:
            found[-1] = _both(last, step)
        else:
            found.append(step)
    if len(found) > 1 and found[-1].length < least and found[-2].end == found[-1].start:
        found[-2:] = [_both(*found[-2:])]
    return tuple(found)


def _both(one: Stretch, other: Stretch) -> Stretch:
    counted, fell = one.counted + other.counted, one.fell + other.fell
    return replace(one, end=other.end, counted=counted, fell=fell, readings=one.readings + other.readings - 1)


def surges_of(found: Sequence[Stretch]) -> tuple[Surge, ...]:
    """Every surge among stretches in the order of time: a highest mean four times a lowest one before it.

    The next surge is looked for from where the mean has fallen to a quarter of the highest.
    """
    surges: list[Surge] = []
    low = begun = grown = None
    high = 0.0
    for stretch in found:
        mean = stretch.per_minute
        if low is None or (grown is None and mean <= low.per_minute):
            low, begun = stretch, None
        elif grown is None:
            begun = begun or (stretch if _above(stretch, low, BEGUN_TIMES) else None)
            grown, high = (stretch, mean) if _above(stretch, low, SURGE_TIMES) else (None, 0.0)
            surges += [Surge(low, begun, grown)] if begun and grown else []
        elif mean * SURGE_TIMES <= high:
            low, begun, grown = stretch, None, None
        else:
            high = max(high, mean)
    return tuple(surges)


def _above(stretch: Stretch, low: Stretch, times: int) -> bool:
    """Whether its mean is so many times another's, and by more than the noise of counting."""
    level = max(low.per_minute, 0.0)
    usual = level * (stretch.length / MINUTE)
    return stretch.per_minute >= times * level and stretch.counted - usual > NOISE * sqrt(max(usual, 1.0))
