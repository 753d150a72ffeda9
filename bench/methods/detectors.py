"""Other detectors of rises in a stream, small and as published: each scores every bin from earlier ones alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pandas as pd
import scipy

from data.analysis.draws import Floats
from data.analysis.levels import JUST_BEFORE, LEAST_BINS, usual

Score = Callable[["pd.Series[float]", timedelta], Floats]


def spot(values: pd.Series[float], step: timedelta, *, beyond: float = 0.98) -> Floats:
    """DSPOT (Siffer et al., KDD 2017): how rare a bin is, -log10, by the Pareto tail of what lay above the level.

    The level is the mean of what came just before; the tail begins at the 98 % quantile of the first tenth, and is
    fitted to all later excesses by their mean and variance, where the authors search the likelihood.
    """
    x = np.asarray(values, dtype=np.float64)
    depth = max(JUST_BEFORE // step, LEAST_BINS)
    mean = pd.Series(x).rolling(depth, min_periods=LEAST_BINS // 2).mean().shift(1).to_numpy()
    above = np.nan_to_num(x - mean)
    first = max(len(x) // 10, 2 * LEAST_BINS)
    begins = float(np.quantile(above[:first], beyond))
    excess = [float(one - begins) for one in above[:first] if one > begins] or [1.0]
    score = np.zeros(len(x))
    for place in range(first, len(x)):
        if (over := float(above[place] - begins)) <= 0:
            continue
        middle, spread = float(np.mean(excess)), float(np.var(excess))
        shape = float(np.clip((1 - middle**2 / spread) / 2, 0.01, 0.5)) if spread else 0.01
        tail = (1 + shape * over / (middle * (1 - shape))) ** (-1 / shape)
        score[place] = -np.log10(max(tail * len(excess) / place, 1e-300))
        if score[place] < RARE:
            excess.append(over)
    return score


#: What is as rare as one bin in so many powers of ten is no part of SPOT's tail.
RARE = 4.0


def bocpd(values: pd.Series[float], step: timedelta, *, runs: int = 300, lasts: float = 250) -> Floats:
    """Bayesian online change points (Adams and MacKay, 2007) of counts with a Gamma level: the log odds that it just
    changed, and upwards.

    The level changes once in 250 bins. Values are divided by our own estimate of their noise, so that they scatter as
    counts; without that every series that scatters more changes all the time.
    """
    gammaln, noise = scipy.special.gammaln, usual(values, step).noise
    known = np.nan_to_num(noise, nan=float(np.nanmedian(noise)) if np.isfinite(noise).any() else 1.0)
    x = np.asarray(values, dtype=np.float64) / np.maximum(known, 1e-6)
    start = max(float(np.median(x[:LEAST_BINS])), 0.5)
    alpha, beta = np.full(1, 1.0), np.full(1, 1 / start)
    told, score = np.zeros(1), np.zeros(len(x))
    for place, count in enumerate(x):
        likely = (
            gammaln(alpha + count) - gammaln(alpha) + alpha * np.log(beta / (1 + beta)) - count * np.log1p(beta)
        ) + told
        most = float(likely.max())
        new = most + float(np.log(np.exp(likely - most).sum())) - np.log(lasts)
        told = np.concatenate([[new], likely + np.log1p(-1 / lasts)])
        alpha, beta = (np.concatenate([[one], old]) for one, old in ((1.0, alpha + count), (1 / start, beta + 1)))
        told, alpha, beta = told[:runs] - float(told.max()), alpha[:runs], beta[:runs]
        chance = np.exp(told)
        just = float(chance[1:3].sum() / chance.sum())
        settled = chance[LEAST_BINS:] @ (alpha / beta)[LEAST_BINS:] / max(float(chance[LEAST_BINS:].sum()), 1e-300)
        if place > 2 * LEAST_BINS and count > settled:
            score[place] = np.log(max(just, 1e-12)) - np.log(max(1 - just, 1e-12)) + np.log(1e12)
    return score


#: Rows from which KNN-CAD learns before it judges: 15 %, of 5,000 at most, as NAB has it.
LEARNED, LEARNED_ROWS = 0.15, 750


def _learned(count: int) -> int:
    return min(max(int(LEARNED * count), 2 * LEAST_BINS), LEARNED_ROWS)


def knn_cad(values: pd.Series[float], _: timedelta, *, width: int = 19, nearest: int = 27) -> Floats:
    """Conformal nearest neighbours (Burnaev and Ishimtsev, 2016), as NAB runs it: the share of earlier windows that lay
    nearer to their 27 nearest ones than this does, by Mahalanobis; a half for a while after each that is out of all.
    """
    x = np.asarray(values, dtype=np.float64)
    learned = _learned(len(x))
    width = min(width, learned // 4)
    windows = np.lib.stride_tricks.sliding_window_view(x, width)
    score, first, held = np.zeros(len(x)), 0, 0
    inverse = _inverse(windows[:learned])
    earlier = np.array([_apart(windows[:learned], one, inverse, nearest, own=True) for one in windows[:learned]])
    for place in range(learned, len(windows)):
        if place % width == 0:
            inverse = _inverse(windows[first : first + learned])
        distance = _apart(windows[first : first + learned], windows[place], inverse, nearest)
        stranger = float((earlier < distance).mean())
        earlier = np.append(earlier[1:], distance)
        first += place >= 2 * learned
        score[place + width - 1], held = (0.5, held - 1) if held else (stranger, 0)
        if score[place + width - 1] >= OUT_OF_ALL:
            held = learned // 5
    return score


#: A window so strange mutes KNN-CAD for a fifth of what it learned from.
OUT_OF_ALL = 0.9965


def _inverse(windows: Floats) -> Floats:
    return np.asarray(np.linalg.pinv(np.cov(windows, rowvar=False)))


def _apart(windows: Floats, one: Floats, inverse: Floats, nearest: int, *, own: bool = False) -> float:
    """The sum of squared distances to the nearest windows, of which one is the window's `own`."""
    away = windows - one
    squares = np.einsum("ij,ij->i", away @ inverse, away)
    return float(np.sort(squares)[int(own) : nearest + int(own)].sum())


#: By their names in tables.
DETECTORS: dict[str, Score] = {
    "SPOT (extreme-value tail)": spot,
    "Bayesian online change points, counts": bocpd,
    "KNN-CAD": knn_cad,
}
