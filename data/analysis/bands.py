"""The band of a stitched series, by parametric bootstrap through the very solve that gave it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.analysis.coarse import Fitted
from data.analysis.draws import Floats
from data.analysis.noise import replay
from data.analysis.scales import Sample, solve

#: Of a hundred such bands, 95 hold what an endless sample would show.
COVERAGE = 0.95
#: Standard deviations that hold as much of a normal distribution.
NORMAL = 1.96
#: Replicates solved at once: enough to be quick, few enough to stay in a processor's cache.
AT_ONCE = 10
#: Anscombe (1948): sqrt(count + 3/8) has variance 1/4 at nearly every level, so that errors of few and of many
#: searches can be read off in the same way.
ANSCOMBE = 3 / 8


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """`low` and `high` (T) and `least_peak` in the units of x, and the variances (W) of the log scales to their mean.

    `least_peak` bounds the highest level from below: of bins that are nearly alike the highest is the luckiest, so
    that the truth lies beneath it more often than beneath a bin that was chosen beforehand.
    """

    low: Floats
    high: Floats
    least_peak: float
    scales: Floats


def bootstrap_band(
    fitted: Fitted,
    *,
    level: NDArray[np.bool_],
    looked: NDArray[np.bool_],
    rng: np.random.Generator,
    replicates: int,
) -> Band:
    """How far x could have come out elsewhere, against the mean over the bins `level` (T); highest of `looked` (T).

    Samples are replayed from the solved series, solved again, and each bin's errors turned round (basic bootstrap)
    on the root scale. A bin is never surer than its own sampling and rounding allow: one in which nothing was seen
    has no replicate that differs, and yet could have held a few searches.
    """
    solved, count, windows = fitted.solved, fitted.layout.draws, len(fitted.layout.draws)
    worth = solved.scale / fitted.phi
    one = 1 / np.where((count > 0).any(axis=0), (count * worth[:windows, None]).sum(axis=0), np.nan)
    found, scales = _replicates(fitted, worth, level, rng=rng, replicates=replicates)
    root, roots = np.sqrt(solved.x + ANSCOMBE * one), np.sqrt(found + ANSCOMBE * one)
    tail = (1 - COVERAGE) / 2
    # Of 399 sorted replicates, the 10th: the plotting position that promises the coverage with finitely many.
    least, most = np.quantile(roots, [tail, 1 - tail], axis=0, method="weibull")
    own = NORMAL / 2 * np.sqrt(np.maximum(one, solved.variance / (solved.x + ANSCOMBE * one)))
    low = np.maximum(np.minimum(2 * root - most, root - own), 0)
    high = np.maximum(2 * root - least, root + own)
    low, high = np.maximum(low**2 - ANSCOMBE * one, 0), high**2 - ANSCOMBE * one
    luckiest = np.quantile(np.nanmax(found[:, looked], axis=1), 1 - tail, method="weibull")
    peak = int(np.argmax(np.where(looked, np.nan_to_num(solved.x), -1.0)))
    return Band(low, high, float(min(low[peak], solved.x[peak] ** 2 / luckiest)), scales.var(axis=0))


def _replicates(
    fitted: Fitted, worth: Floats, level: NDArray[np.bool_], *, rng: np.random.Generator, replicates: int
) -> tuple[Floats, Floats]:
    """Series (replicates, T) with the data's own mean over `level`, and centred errors of the log scales."""
    layout, solved, windows = fitted.layout, fitted.solved, len(fitted.layout.draws)
    rate = np.where(layout.draws > 0, worth[:windows, None] * solved.x, 0.0)
    over = worth[windows:, None] * (solved.x @ layout.member)
    steady, series, errors = solved.x[level].mean(), [], []
    for start in range(0, replicates, AT_ONCE):
        size = min(AT_ONCE, replicates - start)
        fine, unit = replay(rate, layout.draws, rng, replicates=size)
        coarse, unit_over = replay(over, np.broadcast_to(layout.over, over.shape), rng, replicates=size)
        units = np.concatenate([unit, unit_over], axis=-1)
        again = solve(layout, Sample(fine, coarse.sum(axis=1)), units)
        series.append(again.x * (steady / again.x[:, level].mean(axis=1))[:, None])
        errors.append((np.log(again.scale / units) - np.log(worth))[:, :windows])
    spread = np.concatenate(errors)
    return np.concatenate(series), spread - spread.mean(axis=1, keepdims=True)
