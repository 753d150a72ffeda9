"""The arithmetic of one scale, for any leading shape (..., W, T): a bootstrap is the same solve, many times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.analysis.draws import Floats, name
from data.core.errors import DataError
from data.core.model import Window

#: Fewer shared bins than this do not join two windows.
SHARED_BINS = 6
#: Variance of rounding to whole numbers, in squared units of a window's own 0-100.
ROUNDING = 1 / 12
#: Against the mean weight of a window: far too little to move a scale that anything else speaks for.
LEAST_PULL = 1e-12


class Unjoined(DataError):
    """Windows that share too few bins to be brought to one scale; `groups` are the parts, each joined in itself."""

    def __init__(self, groups: tuple[tuple[Window, ...], ...]) -> None:
        said = " / ".join(", ".join(name(window) for window in group) for group in groups)
        super().__init__(
            f"These windows cannot be joined, because no two across a stroke share six bins with searches: {said}. "
            "Draw a window that reaches over the gap."
        )
        self.groups = groups


class Coverage(NamedTuple):
    """What is where, for W windows over T bins and one coarse series of C bins (C = 0: there is none).

    `draws` (W, T): how many are behind each bin; `member` (T, C): 1 where a fine bin is part of a coarse one;
    `whole` (W, C): 1 where a window holds all of a coarse bin; `over` (C): draws behind each coarse bin. Nodes of the
    graph are the windows and, last, the coarse series if there is one. `rounded`: whether all values are whole.
    """

    draws: Floats
    member: Floats
    whole: Floats
    over: Floats
    rounded: bool


class Sample(NamedTuple):
    """Values on the scales of their own answers: `fine` (..., W, T), 0 off a window, and `coarse` (..., C)."""

    fine: Floats
    coarse: Floats


class Solved(NamedTuple):
    """Scales (..., nodes), one series x (..., T), and the variance (..., T) its bins have were the scales known."""

    scale: Floats
    x: Floats
    variance: Floats


class _Sums(NamedTuple):
    """For nodes i and j (..., nodes, nodes), over what they share: the sum of i, the sum over its draws, the bins
    over the draws (what its rounding weighs), and the number of bins."""

    total: Floats
    shared_out: Floats
    rounded: Floats
    bins: Floats


def solve(layout: Coverage, sample: Sample, phi: Floats) -> Solved:
    """From answers on scales of their own to one series; what the data and every replicate go through alike.

    Rounded answers are solved twice: the first series says what rounding did to each bin on average, and the second
    does without it. At a level of 1.7 of 100 every hour of a quiet week is rounded up; no number of hours mends that.
    """
    solved = _solve_once(layout, sample, phi)
    if not layout.rounded:
        return solved
    windows, scale = len(layout.draws), solved.scale[..., :, None]
    level = np.where(layout.draws > 0, scale[..., :windows, :] * solved.x[..., None, :], 0.0)
    fine = sample.fine - rounding_excess(level, phi[..., :windows, None])
    over = scale[..., windows:, :] * (np.nan_to_num(solved.x) @ layout.member)[..., None, :]
    coarse = sample.coarse - rounding_excess(over, phi[..., windows:, None]).sum(axis=-2)
    again = _solve_once(layout, Sample(fine, coarse), phi)
    return again._replace(x=np.maximum(again.x, 0.0))


def rounding_excess(level: Floats, phi: Floats) -> Floats:
    """The mean of round(v) - v for v around `level` with variance phi * level: the Fourier series of a sawtooth, each
    harmonic damped by the noise. 0 where the noise is half a unit or more, up to 0.5 where there is none."""
    on = level > 0
    v = level[on]
    damping = np.exp(-2 * np.pi**2 * np.broadcast_to(phi, level.shape)[on] * v)
    sine, cosine = np.sin(2 * np.pi * v), np.cos(2 * np.pi * v)
    # Three harmonics, sin(2a) = 2 sin a cos a and sin(3a) = 3 sin a - 4 sin^3 a written out.
    excess = np.zeros(level.shape)
    excess[on] = damping * sine / np.pi * (damping**3 * cosine - 1 - damping**8 * (1 - 4 / 3 * sine**2))
    return excess


def _solve_once(layout: Coverage, sample: Sample, phi: Floats) -> Solved:
    return combine(layout, sample, phi, np.exp(log_scales(layout, sample, phi)))


def _sums(value: Floats, count: Floats, *, parts: Floats | float = 1.0) -> _Sums:
    held = (count > 0).astype(float)
    share = np.divide(1.0, count, out=np.zeros_like(count), where=count > 0)
    return _Sums(value @ held.T, (value * share) @ held.T, (parts * share) @ held.T, held @ held.T)


def _all_sums(layout: Coverage, sample: Sample) -> _Sums:
    """Windows meet each other bin by bin, and the coarse series over the coarse bins that they hold whole."""
    fine = _sums(sample.fine, layout.draws)
    if not layout.over.size:
        return fine
    parts = layout.member.sum(axis=0)
    # The sum of a coarse bin's parts is as sure as their mean number of draws makes it.
    draws = layout.whole * (layout.draws @ layout.member) / parts
    value = np.concatenate([(sample.fine @ layout.member) * layout.whole, sample.coarse[..., None, :]], axis=-2)
    count = np.concatenate([draws, layout.over[None]], axis=0)
    rounded = np.concatenate([np.broadcast_to(parts, draws.shape), np.ones((1, len(parts)))], axis=0)
    both = _sums(value, count, parts=rounded)
    nodes = len(count)
    last = (np.arange(nodes) == nodes - 1) | (np.arange(nodes)[:, None] == nodes - 1)

    def merged(windows: Floats, over: Floats) -> Floats:
        padding = [(0, 0)] * (windows.ndim - 2) + [(0, 1), (0, 1)]
        return np.where(last, over, np.pad(windows, padding))

    return _Sums(*(merged(a, b) for a, b in zip(fine, both, strict=True)))


def _edges(sums: _Sums) -> NDArray[np.bool_]:
    """Which pairs share enough bins, with something in them on both sides."""
    off = ~np.eye(sums.bins.shape[-1], dtype=bool)
    return np.asarray((sums.bins >= SHARED_BINS) & off & (sums.total > 0) & (np.swapaxes(sums.total, -1, -2) > 0))


def check_joined(windows: Sequence[Window], layout: Coverage, sample: Sample) -> None:
    """Raises Unjoined, naming the parts, unless every window can be reached from every other."""
    edges = _edges(_all_sums(layout, sample))
    left, groups = set(range(len(windows))), list[tuple[Window, ...]]()
    while left:
        group, edge = set[int](), {min(left)}
        while edge:
            group |= edge
            edge = {int(j) for i in edge for j in np.flatnonzero(edges[i])} - group
        groups.append(tuple(windows[i] for i in sorted(group & left)))
        left -= group
    if len(groups) > 1:
        raise Unjoined(tuple(groups))


def log_scales(layout: Coverage, sample: Sample, phi: Floats) -> Floats:
    """Log scales (..., nodes), centred: v = s x. Weighted least squares over the graph of nodes, in closed form.

    For nodes i and j, r_ij = log(S_i / S_j) over what they share, with variance (phi_i / S_i + n / 12 / S_i^2) / K_i
    plus the same for j: the ratio of two scaled Poisson sums, rounded.
    """
    sums = _all_sums(layout, sample)
    edge, nodes = _edges(sums), sums.bins.shape[-1]
    total = np.where(edge, sums.total, 1.0)
    noise = (phi[..., :, None] * sums.shared_out + ROUNDING * sums.rounded) / total**2
    weight = np.divide(1.0, noise + np.swapaxes(noise, -1, -2), out=np.zeros_like(noise), where=edge)
    degree = weight.sum(axis=-1)
    size = np.maximum(degree.mean(axis=-1), 1.0)[..., None, None]
    # A Laplacian knows differences only: the constant pins their mean. The sliver keeps a replicate solvable whose
    # graph fell apart because an overlap came out empty.
    pinned = (degree[..., None] + LEAST_PULL * size) * np.eye(nodes) - weight + size / nodes
    ratio = np.log(total)
    pull = (weight * (ratio - np.swapaxes(ratio, -1, -2))).sum(axis=-1)
    return np.asarray(np.linalg.solve(pinned, pull[..., None])[..., 0])


def combine(layout: Coverage, sample: Sample, phi: Floats, scale: Floats) -> Solved:
    """x_t, the inverse-variance mean of v / s over the windows that hold bin t (bins without any draw: NaN).

    Weights take the level from a first pooled mean, not from the value that they weigh: a value that came out low
    would count for more, and pull every bin down.
    """
    count, value, windows = layout.draws, sample.fine, len(layout.draws)
    s, noise = scale[..., :windows, None], phi[..., :windows, None]
    units = (count * s).sum(axis=-2)
    pooled = np.divide((count * value).sum(axis=-2), units, out=np.full(units.shape, np.nan), where=units > 0)
    weight = count * s**2 / (noise * s * np.maximum(pooled, 0.0)[..., None, :] + ROUNDING)
    total = weight.sum(axis=-2)
    return Solved(scale, (weight * value / s).sum(axis=-2) / total, 1 / total)
