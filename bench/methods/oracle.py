"""The best that could be said of a made-up night by who is told all of it but what is asked."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

import numpy as np
from scipy.special import gammaln
from scipy.stats import norm

from bench.methods.bursts import FINE, HOUR, START, Kind, Made, burst_after
from bench.methods.evenings import Evening
from data.analysis.draws import Floats
from data.core.model import Window
from data.evidence.claims import Verdict

#: A burst begins in this part of a series; instants of a bin that are told apart.
BEGINS, PARTS = (0.7, 0.9), 4


def answer(kind: Kind, made: Made, stamped: timedelta, event: Window, most_wrong: float) -> Verdict:
    """Before or after, where the chance of the other order is at most so much; `stamped`: how much later stamps are.

    It knows the level, the shape and height of the burst, the noise and every count before rounding, and takes each
    instant for as likely. Like everybody it does not know whether a stamp marks the start of a bin or its end.
    """
    moments, chance = _instants(kind, made)
    low, high = ((edge - START) / kind.step for edge in (event.start, event.end))
    begun = (moments + stamped / kind.step)[:, None] - np.array([0, 1])
    before, after = (float(chance @ sure.mean(axis=1)) for sure in (begun < low, begun >= high))
    if max(before, after) < 1 - most_wrong:
        return Verdict.CANNOT_TELL
    return Verdict.BEFORE if before > after else Verdict.AFTER


def _instants(kind: Kind, made: Made) -> tuple[Floats, Floats]:
    """Every instant that is told apart (bins from the start), and the chance that the burst began at it."""
    moments, first, burst = _hypotheses(kind)
    counts, plain, wide = made.counts[first:], made.plain[first:], made.scatter - 1
    rate = plain * (1 + burst)
    if wide:
        size = rate / wide
        likely = gammaln(counts + size) - gammaln(size) - size * np.log(made.scatter)
    else:
        likely = counts * np.log(rate) - rate
    told = likely.sum(axis=1)
    chance = np.exp(told - told.max())
    return moments, chance / chance.sum()


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


#: Minutes on either side of a call in which a level is told.
AROUND = 20
#: Of a hundred evenings with nothing, a two-sided test at 5 % finds a rise on 2.5.
BEYOND = float(norm.isf(0.025))


def rose(evening: Evening, calls: Floats, *, straight: bool = False) -> bool:
    """Whether searches rose after these minutes of the evening, at 5 % two-sided: the regression with the least error.

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
