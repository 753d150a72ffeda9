"""The best that could be said of a made-up night by who is told all of it but what is asked."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from bench.methods.bursts import FINE, HOUR, START, Kind, Made, burst_after
from bench.methods.evenings import Evening
from data.analysis.draws import Floats
from data.analysis.event_study import LEVEL, RISES
from data.core.model import Window
from data.evidence.claims import Verdict

#: A burst begins in this part of a series; instants of a bin that are told apart.
BEGINS, PARTS = (0.7, 0.9), 4


def answer(kind: Kind, made: Made, stamped: timedelta, event: Window, most_wrong: float) -> Verdict:
    """Before or after, where the chance of the other order is at most so much; `stamped`: how much later stamps are.

    It knows the level, the shape and height of the burst, the noise and every count before rounding, and takes each
    instant for as likely. Like everybody it does not know whether a stamp marks the start of a bin or its end.
    """
    return _ordered(kind, *_instants(kind, made), stamped, event, most_wrong)


def _ordered(
    kind: Kind, moments: Floats, chance: Floats, stamped: timedelta, event: Window, most_wrong: float
) -> Verdict:
    """The order that holds for all but so much of the chance that each instant (bins from the start) has."""
    low, high = ((edge - START) / kind.step for edge in (event.start, event.end))
    begun = (moments + stamped / kind.step)[:, None] - np.array([0, 1])
    before, after = (float(chance @ sure.mean(axis=1)) for sure in (begun < low, begun >= high))
    if max(before, after) < 1 - most_wrong:
        return Verdict.CANNOT_TELL
    return Verdict.BEFORE if before > after else Verdict.AFTER


def _instants(kind: Kind, made: Made) -> tuple[Floats, Floats]:
    """Every instant that is told apart (bins from the start), and the chance that the burst began at it."""
    moments, first, burst = _hypotheses(kind)
    told = _likely(made.counts[first:], made.plain[first:] * (1 + burst), made.scatter).sum(axis=1)
    chance = np.exp(told - told.max())
    return moments, chance / chance.sum()


def _likely(counts: Floats | float, rate: Floats, scatter: float) -> Floats:
    """The log likelihood of counts with such a mean, up to what no mean changes; `scatter`: variance over mean."""
    if scatter == 1:
        return np.asarray(counts * np.log(rate) - rate)
    # Those of the third family are no negative binomials, and near enough to them.
    size = rate / (scatter - 1)
    return np.asarray(scipy.special.gammaln(counts + size) - scipy.special.gammaln(size) - size * np.log(scatter))


@lru_cache(maxsize=2)
def _hypotheses(kind: Kind) -> tuple[Floats, int, Floats]:
    """Instants (n), the first bin that any changes, and what a burst from each adds to bins from there (n, bins)."""
    first, last = int(BEGINS[0] * kind.bins) - 1, int(BEGINS[1] * kind.bins) + 1
    moments = first + (np.arange((last - first) * PARTS) + 0.5) / PARTS
    fine = first + (np.arange((kind.bins - first) * FINE) + 0.5) / FINE
    burst = [
        burst_after(kind, (fine - moment) * (kind.step / HOUR)).reshape(-1, FINE).mean(axis=1) for moment in moments
    ]
    return moments, first, (kind.factor - 1) * np.array(burst)


def learned(kind: Kind, made: Made, stamped: timedelta, event: Window, most_wrong: float) -> Verdict:
    """`answer` by who is told all but the instant and the level, which it learns from the counts of the night.

    It knows how a level is made: the periods of a rhythm and how large each may be, how it wanders and steps (as if it
    wandered so far). What it holds of the level is a normal distribution of its log, brought up to date bin by bin
    (assumed density filtering: Minka, 2001), for each instant at which the burst may have begun.
    """
    return _ordered(kind, *_learned_instants(kind, made), stamped, event, most_wrong)


#: What the log of a level is made of by family: the variance of each rhythm by its hours, the share that a wandering
#: level keeps in an hour, and what an hour adds to its variance. That of a cosine of random phase is half its square;
#: the log of the first family's rhythm, 1 + 0.4 cos, has two of .417 and .044; steps are taken for wandering.
MADE_OF = {
    "first": ({24: 0.417**2 / 2, 12: 0.044**2 / 2}, float(np.exp(-1 / 10)), 0.11**2 * (1 - float(np.exp(-2 / 10)))),
    "second": ({24: 0.28 / 6, 12: 0.0075 / 2, 168: 0.0325 / 6}, 1.0, 0.02**2 + 0.1**2 / 48),
    "third": (
        {24: 0.1675 / 2, 12: 0.09 * 0.1675 / 2, 168: 0.0015},
        float(np.exp(-1 / 36)),
        0.0108 * (1 - float(np.exp(-2 / 36))) + 0.12**2 / 60,
    ),
}
#: The night's mean level is known to a factor of three or so; a hypothesis so far behind the best (log) is dropped.
MEAN_KNOWN, BEHIND = 1.0, 25.0
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(9)


class _Held(NamedTuple):
    """Of n hypotheses: the instant of each (its place), its log likelihood, mean (n, d) and covariance (n, d, d)."""

    moment: NDArray[np.int_]
    likely: Floats
    mean: Floats
    spread: Floats


def _learned_instants(kind: Kind, made: Made) -> tuple[Floats, Floats]:
    """`_instants`, with the level learned from the same counts."""
    moments, first, burst = _hypotheses(kind)
    waves, keeps, grows = MADE_OF[kind.family]
    hours = kind.step / HOUR
    kept, grown = keeps**hours, grows * hours
    start = np.concatenate([[MEAN_KNOWN**2, grown / max(1 - kept**2, 1e-3)], np.repeat(list(waves.values()), 2)])
    at = 2 * np.pi * (np.arange(kind.bins) + 0.5)[:, None] * hours / np.array(list(waves))
    rhythm = np.stack([np.cos(at), np.sin(at)], axis=2).reshape(kind.bins, -1)
    shape = np.concatenate([np.ones((kind.bins, 2)), rhythm], axis=1)
    mean = np.zeros((1, len(start)))
    mean[0, 0] = np.log(kind.lam)
    # The first stands for every instant that is still to come.
    held = _Held(np.array([-1]), np.zeros(1), mean, np.diag(start)[None])
    for place in range(kind.bins):
        new = np.flatnonzero(np.floor(moments).astype(int) == place)
        held = _Held(*(np.concatenate([part, np.repeat(part[:1], len(new), axis=0)]) for part in held))
        held.moment[len(held.moment) - len(new) :] = new
        add = np.where(held.moment < 0, 0.0, burst[held.moment, place - first]) if place >= first else np.zeros(1)
        held.mean[:, 1] *= kept
        held.spread[:, 1] *= kept
        held.spread[:, :, 1] *= kept
        held.spread[:, 1, 1] += grown
        held = _told(held, shape[place], np.log1p(add), made.counts[place], made.scatter)
        last = held.likely >= held.likely.max() - BEHIND
        last[0] = True
        held = _Held(*(part[last] for part in held))
    chance = np.zeros(len(moments))
    chance[held.moment[1:]] = np.exp(held.likely[1:] - held.likely[1:].max())
    return moments, chance / chance.sum()


def _told(held: _Held, shape: Floats, more: Floats, count: float, scatter: float) -> _Held:
    """Every hypothesis once it was told the count of a bin, in which a burst adds so much to the log of the level."""
    with_shape = held.spread @ shape
    middle, variance = held.mean @ shape, with_shape @ shape
    eta = middle[:, None] + np.sqrt(variance)[:, None] * _NODES
    rate = np.exp(eta + more[:, None])
    weight = _likely(count, rate, scatter) + np.log(_WEIGHTS / _WEIGHTS.sum())
    most = weight.max(axis=1, keepdims=True)
    weight = np.exp(weight - most)
    total = weight.sum(axis=1)
    new = (weight * eta).sum(axis=1) / total
    left = (weight * (eta - new[:, None]) ** 2).sum(axis=1) / total
    gain = with_shape / variance[:, None]
    mean = held.mean + gain * (new - middle)[:, None]
    spread = held.spread + gain[:, :, None] * gain[:, None, :] * (left - variance)[:, None, None]
    return _Held(held.moment, held.likely + most[:, 0] + np.log(total), mean, spread)


#: Minutes on either side of a call in which a level is told.
AROUND = 20
#: Of a hundred evenings with nothing, the app's directed test at 5 % finds a rise on 4.
BEYOND = NormalDist().inv_cdf(1 - RISES * (1 - LEVEL))


def rose(evening: Evening, calls: Floats, *, straight: bool = False) -> bool:
    """Whether searches rose after these minutes of the evening, at 5 %, directed: the regression with the least error.

    It knows the level, the noise, and the shape and the share of every call's rise. With `straight` it knows the level
    around each call but for a height and a slope of its own: what a method is told that must learn the level from the
    forty minutes around, were that level as straight as can be.
    """
    level = evening.without.to_numpy()
    t = np.arange(len(level))
    near = np.abs(t[:, None] - calls + 0.5) < AROUND
    lines = np.concatenate([near, near * (t[:, None] - calls)], axis=1) if straight else np.zeros((len(t), 0))
    columns = np.column_stack([evening.with_calls.to_numpy() / level - 1, lines])[near.any(axis=1)]
    weight = np.sqrt(level / evening.scatter)[near.any(axis=1), None]
    surplus = (evening.drawn.to_numpy() / level - 1)[near.any(axis=1), None]
    inverse = np.linalg.pinv((columns * weight).T @ (columns * weight))
    found = inverse @ (columns * weight).T @ (surplus * weight)
    return bool(found[0, 0] / np.sqrt(inverse[0, 0]) > BEYOND)
