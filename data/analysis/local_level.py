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
#: The variance that a knot may add to the log of the level, in units of the scatter: from none to see to more than any.
_WANDERS = np.exp(np.arange(-16.0, 1.0, 0.75))
#: How often counts are weighed anew by the level that the last round tells.
_ROUNDS = 3
#: A level is not lower than so much of the mean (log), nor a variance over mean than so much.
_LOWEST, _LEAST_SCATTER = -6.0, 1e-9


@dataclass(frozen=True, eq=False)
class LocalLevel:
    """A regression on whether a bin is one of some (`after`: 1, else 0), beside a line and a random walk around it.

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

    How far the level wanders is told from the series too, by restricted maximum likelihood (Harvey, 1989), in which
    the effect has a part: a rise after each call is no wandering. Counts are weighed as in a Poisson regression
    (McCullagh and Nelder, 1989), and their scatter is estimated, so that neither rounding nor a sample is left out.
    """
    shown, own = values[seen], after[seen]
    walk = _walk(seen, max(round(KNOTS / step), 1))
    line = np.stack([np.ones(len(seen)), seen / len(values) - 0.5, own], axis=1)
    columns = np.concatenate([line, walk], axis=1)
    eta = _first_level(shown, max(round(_AROUND / step), 3))
    lowest = float(np.log(shown.mean())) + _LOWEST
    place = len(_WANDERS) // 2
    for _ in range(_ROUNDS):
        weight = np.exp(eta)
        log = eta + shown / weight - 1
        place, told, scatter = _likeliest(columns, line.shape[1], weight, log, place)
        eta = np.maximum(columns @ told, lowest)
    beside = np.delete(columns, line.shape[1] - 1, axis=1)
    weighed = beside * weight[:, None]
    held = beside.T @ weighed
    held[np.arange(2, len(held)), np.arange(2, len(held))] += 1 / _WANDERS[place]
    return LocalLevel(log, own, weight, np.linalg.solve(np.linalg.cholesky(held), weighed.T).T, scatter)


def _walk(seen: Ints, apart: int) -> Floats:
    """What a step of 1 at each knot adds to the bins that were seen (n, knots): none before it, all after the next.

    Knots between which no bin was seen make one step together.
    """
    place = (seen - seen[0] + 0.5) / apart
    knots = np.unique(np.floor(place))
    unseen = np.diff(knots) - 1
    beyond = place[:, None] >= knots[1:][unseen > 0]
    return np.concatenate([np.clip(place[:, None] - knots, 0.0, 1.0), beyond * np.sqrt(unseen[unseen > 0])], axis=1)


def _first_level(shown: Floats, around: int) -> Floats:
    near = np.ones(around)
    mean = np.convolve(shown, near, "same")[: len(shown)] / np.convolve(np.ones_like(shown), near, "same")[: len(shown)]
    return np.asarray(np.log(mean + _OF_ALL * shown.mean()))


def _likeliest(columns: Floats, fixed: int, weight: Floats, log: Floats, place: int) -> tuple[int, Floats, float]:
    """How far the level wanders by restricted maximum likelihood (a place in _WANDERS), every coefficient, the scatter.

    It is looked for from a place on, uphill: such a likelihood has one top.
    """
    weighed = columns * weight[:, None]
    products, by_log, squares = columns.T @ weighed, weighed.T @ log, float(weight @ log**2)
    free, knots = len(log) - fixed, np.arange(fixed, columns.shape[1])

    @cache
    def tried(place: int) -> tuple[float, Floats, float]:
        held = products.copy()
        held[knots, knots] += 1 / _WANDERS[place]
        root = np.linalg.cholesky(held)
        half = np.linalg.solve(root, by_log)
        scatter = max((squares - float(half @ half)) / free, _LEAST_SCATTER)
        likely = 2 * np.log(np.diag(root)).sum() + len(knots) * np.log(_WANDERS[place]) + free * np.log(scatter)
        return float(-likely), np.linalg.solve(root.T, half), scatter

    while (best := max(_beside(place), key=lambda near: tried(near)[0])) != place:
        place = best
    return place, *tried(place)[1:]


def _beside(place: int) -> range:
    """A place in _WANDERS and those next to it."""
    return range(max(place - 1, 0), min(place + 2, len(_WANDERS)))
