"""How far two samples of the same searches differ: measured between draws or where windows overlap, and replayed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.analysis.draws import Floats
from data.analysis.scales import ROUNDING, Layout, Sample, solve

#: With fewer shared bins in all, the noise of windows drawn once is not known well enough to promise a band.
BINS_FOR_NOISE = 20
#: Where the search for phi starts, and what noiseless data are held to: units of a window's own 0-100.
FIRST_PHI, LEAST_PHI = 0.3, 1e-6


def measured_phi(layout: Layout, sample: Sample, phi: Floats) -> tuple[Floats, bool]:
    """Every node's phi, and whether it is measured at all; `phi` is NaN for nodes drawn once.

    A node drawn more than once brings its own. Requests sample alike, so that one count has one size theta on the
    common scale and phi = theta s for those drawn once: theta is what the others show, or, without others, how
    windows drawn once differ where they overlap, which is two samples of the same bins. Without draws and without
    overlaps there is nothing to measure: False.
    """
    windows, once = len(layout.draws), np.isnan(phi)
    found = np.where(once, FIRST_PHI, np.maximum(phi, LEAST_PHI))
    if not once.any():
        return found, True
    alone = bool(once[:windows].all())
    if alone and _shared(layout.draws) < BINS_FOR_NOISE:
        return found, False
    for _ in range(3):
        solved = solve(layout, sample, found)
        scale = solved.scale[:windows]
        own = phi[:windows] / scale
        theta = _count_size(sample.fine, layout.draws, scale, solved.x) if alone else float(np.nanmedian(own))
        found = np.where(once, np.maximum(theta * solved.scale, LEAST_PHI), found)
    return found, True


def _shared(draws: Floats) -> int:
    """How many values there are beyond one for each bin: what a variance can be measured from."""
    return int(np.maximum((draws > 0).sum(axis=0) - 1, 0).sum())


def _count_size(value: Floats, draws: Floats, scale: Floats, x: Floats) -> float:
    """The size of one count on the common scale, from the variance across overlapping windows less their rounding.

    Each shared bin estimates it with a spread that grows where rounding outweighs sampling, and counts accordingly.
    """
    held = draws > 0
    windows = held.sum(axis=0)
    use = (windows > 1) & (x > 0)
    held, windows, level = held[:, use], windows[use], x[use]
    on_scale = np.where(held, value[:, use] / scale[:, None], 0.0)
    share = np.divide(1.0, draws[:, use], out=np.zeros(held.shape), where=held)
    apart = np.where(held, on_scale - on_scale.sum(axis=0) / windows, 0.0)
    # As many freedoms as there are scales, less one, went into bringing the windows together.
    freedoms = (windows - 1).sum()
    variance = (apart**2).sum(axis=0) / (windows - 1) * freedoms / max(freedoms - len(scale) + 1, 1)
    rounding = ROUNDING * (share / scale[:, None] ** 2).sum(axis=0) / windows
    per_count = level * share.sum(axis=0) / windows
    theta = max(float(np.maximum(variance - rounding, 0).sum() / per_count.sum()), LEAST_PHI)
    for _ in range(4):
        weight = (windows - 1) / (1 + rounding / (theta * per_count)) ** 2
        theta = max(float((weight * (variance - rounding) / per_count).sum() / weight.sum()), LEAST_PHI)
    return theta


def replay(rate: Floats, count: Floats, rng: np.random.Generator, *, replicates: int) -> tuple[Floats, Floats]:
    """Fresh samples of the same searches, put through what Google does: own maximum to 100, then rounded.

    `rate` (W, T) is the expected count of each draw. Returns values (replicates, W, T), means of draws as the data
    are, and the size of one count in their units (replicates, W).
    """
    drawn = [_answer(rate, count > k, rng, replicates) for k in range(int(count.max(initial=0)))]
    draws = np.maximum(count.max(axis=-1, initial=0), 1)
    mean_total = np.sum([answer.sum(axis=-1) for answer, _ in drawn], axis=0) / draws
    value, unit = np.zeros((replicates, *rate.shape)), np.zeros((replicates, len(rate)))
    for answer, size in drawn:
        own = answer.sum(axis=-1)
        fit = np.divide(mean_total, own, out=np.zeros_like(own), where=own > 0)
        value += answer * fit[..., None]
        unit += size * fit
    return value / np.maximum(count, 1), unit / draws


def _answer(rate: Floats, held: NDArray[np.bool_], rng: np.random.Generator, replicates: int) -> tuple[Floats, Floats]:
    counts = np.zeros((replicates, *rate.shape))
    counts[:, held] = rng.poisson(rate[held], size=(replicates, int(held.sum())))
    unit = 100 / np.maximum(counts.max(axis=-1, initial=0), 1)
    return np.round(counts * unit[..., None]), unit
