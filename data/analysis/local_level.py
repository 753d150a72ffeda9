"""By how much a series lies higher in some of its bins, where the level of all of them wanders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache, cached_property

import numpy as np

from data.analysis.draws import Floats
from data.analysis.levels import Ints

MINUTE = timedelta(minutes=1)
#: The level goes straight between two knots so far apart: half of a rise of ten minutes.
KNOTS = 5 * MINUTE
#: The level is first taken to be the mean of so long a time around, and of the whole series a little.
_AROUND, _OF_ALL = 30 * MINUTE, 0.05
#: The variance that a knot may add to the log of the level, and to its slope by the knot, in units of the scatter: from
#: none to see to more than any.
_WALKS, _BENDS = np.exp(np.arange(-16.0, 1.0, 0.75)), np.exp(np.arange(-22.0, -2.0))
#: One of _WALKS and one of _BENDS.
Place = tuple[int, int]
#: How often counts are weighed anew by the level that the last round tells.
_ROUNDS = 3
#: A level is not lower than so much of the mean (log), nor a variance over mean than so much.
_LOWEST, _LEAST_SCATTER = -6.0, 1e-9


@dataclass(frozen=True, eq=False)
class LocalLevel:
    """A regression on whether a bin is one of some (`after`: 1, else 0), beside a line and what walks around it.

    Bins (n) have the `log` of what they show, as `weight` has it: counts scatter in proportion to their level, by
    `scatter`, variance over mean. `taken` (n, m) is the root of what line and walk take of that weight.
    """

    log: Floats
    after: Floats
    weight: Floats
    taken: Floats
    scatter: float

    def _beyond(self, rows: Floats) -> Floats:
        """Rows (m, n) less what line and walk can be of each, by weight."""
        return np.asarray(rows * self.weight - (rows @ self.taken) @ self.taken.T)

    @cached_property
    def _information(self) -> float:
        return float(self._beyond(self.after[None])[0] @ self.after)

    @cached_property
    def influence(self) -> Floats:
        """What each bin's log adds to the effect (n): 1 in all where `after` is."""
        return np.asarray(self._beyond(self.after[None])[0] / self._information)

    @property
    def effect(self) -> float:
        """By how much the log lies higher in these bins."""
        return float(self.influence @ self.log)

    @property
    def error(self) -> float:
        """The standard error of the effect."""
        return float(np.sqrt(self.scatter / self._information))

    def elsewhere(self, rows: Floats) -> tuple[Floats, Floats]:
        """Were the bins others (m, n: 1 for those): the effect of each in units of its own error, and of the echo.

        The echo is what an effect of 1 in the true bins adds. Both are told in the true effect's error.
        """
        beyond = self._beyond(rows)
        size = np.sqrt(np.maximum((beyond * rows).sum(axis=1), 1e-12) * self._information)
        return beyond @ self.log / size, beyond @ self.after / size


def fit_level(values: Floats, after: Floats, seen: Ints, step: timedelta) -> LocalLevel:
    """The regression on bins of one grid (n), of which those that were `seen` (places, ascending) count.

    The level walks at random, and so does its slope: a local linear trend (Harvey, 1989). How far either goes is told
    from the series too, by restricted maximum likelihood, in which the effect has a part: a rise after each call is no
    wandering. Counts are weighed as in a Poisson regression (McCullagh and Nelder, 1989), and their scatter is
    estimated, so that neither rounding nor a sample is left out.
    """
    shown, own = values[seen], after[seen]
    walk, bends = _walk(seen, max(round(KNOTS / step), 1))
    line = np.stack([np.ones(len(seen)), seen / len(values) - 0.5, own], axis=1)
    columns = np.concatenate([line, walk], axis=1)
    eta = _first_level(shown, max(round(_AROUND / step), 3))
    lowest = float(np.log(shown.mean())) + _LOWEST
    place = len(_WALKS) // 2, len(_BENDS) // 2
    for _ in range(_ROUNDS):
        weight = np.exp(eta)
        log = eta + shown / weight - 1
        place, told, scatter = _likeliest(columns, bends, weight, log, place)
        eta = np.maximum(columns @ told, lowest)
    beside = np.delete(columns, line.shape[1] - 1, axis=1)
    weighed = beside * weight[:, None]
    held = beside.T @ weighed
    held[np.arange(2, len(held)), np.arange(2, len(held))] += 1 / _variance(place, bends)
    return LocalLevel(log, own, weight, np.linalg.solve(np.linalg.cholesky(held), weighed.T).T, scatter)


def _walk(seen: Ints, apart: int) -> tuple[Floats, Floats]:
    """What independent walks add to the bins that were seen (n, m), and the part of each in bends (m).

    A step at each knot adds none before it and all after the next; knots between which no bin was seen make one step
    together. Where a slope walks, steps go together as slopes in their middles do, so that walks are sums of steps that
    do not: the variance of each is that of a step, and its part times that of a bend.
    """
    place = (seen - seen[0] + 0.5) / apart
    knots = np.unique(np.floor(place))
    unseen = np.diff(knots) - 1
    gaps = unseen > 0
    beyond = place[:, None] >= knots[1:][gaps]
    steps = np.concatenate([np.clip(place[:, None] - knots, 0.0, 1.0), beyond * np.sqrt(unseen[gaps])], axis=1)
    long = np.concatenate([np.ones(len(knots)), unseen[gaps]])
    middle = np.concatenate([knots, knots[:-1][gaps] + 1]) + long / 2
    bends, turned = np.linalg.eigh(np.sqrt(np.outer(long, long)) * np.minimum.outer(middle, middle))
    return steps @ turned, np.maximum(bends, 0.0)


def _first_level(shown: Floats, around: int) -> Floats:
    near = np.ones(around)
    mean = np.convolve(shown, near, "same")[: len(shown)] / np.convolve(np.ones_like(shown), near, "same")[: len(shown)]
    return np.asarray(np.log(mean + _OF_ALL * shown.mean()))


def _variance(place: Place, bends: Floats) -> Floats:
    """That of each walk, in units of the scatter, at places in _WALKS and _BENDS."""
    return np.asarray(_WALKS[place[0]] + _BENDS[place[1]] * bends)


def _likeliest(
    columns: Floats, bends: Floats, weight: Floats, log: Floats, place: Place
) -> tuple[Place, Floats, float]:
    """How far level and slope walk by restricted maximum likelihood, every coefficient, and the scatter.

    It is looked for from a place on, uphill. The walks are the last of the columns.
    """
    weighed = columns * weight[:, None]
    products, by_log, squares = columns.T @ weighed, weighed.T @ log, float(weight @ log**2)
    fixed = columns.shape[1] - len(bends)
    free, walks = len(log) - fixed, np.arange(fixed, columns.shape[1])

    @cache
    def tried(place: Place) -> tuple[float, Floats, float]:
        held, variance = products.copy(), _variance(place, bends)
        held[walks, walks] += 1 / variance
        told = np.asarray(np.linalg.solve(held, by_log))
        scatter = max((squares - float(by_log @ told)) / free, _LEAST_SCATTER)
        known = 2 * np.log(np.diag(np.linalg.cholesky(held))).sum()
        return float(-known - np.log(variance).sum() - free * np.log(scatter)), told, scatter

    while (best := max(_beside(place), key=lambda near: tried(near)[0])) != place:
        place = best
    return place, *tried(place)[1:]


def _beside(place: Place) -> list[Place]:
    """A place, and those next to it in _WALKS or in _BENDS."""
    walk, bend = place
    near = [place, (walk - 1, bend), (walk + 1, bend), (walk, bend - 1), (walk, bend + 1)]
    return [(walk, bend) for walk, bend in near if 0 <= walk < len(_WALKS) and 0 <= bend < len(_BENDS)]
