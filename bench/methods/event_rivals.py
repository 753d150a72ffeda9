"""Other ways to judge the same minutes: parts of ours taken out, calls moved otherwise, and regressions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from unittest.mock import patch

import numpy as np
import scipy
from numpy.typing import NDArray

from data.analysis import local_level
from data.analysis.draws import Floats
from data.analysis.event_study import FARTHEST, Bins, Judged, Places, four_means, look_up, regress, tabulate
from data.analysis.local_level import MINUTE

TEN, DRAWS = 10, 999
#: All calls move together by up to so many minutes; in blocks, those within so many minutes of the next.
ROUND, BLOCK = 75, 20
#: Minutes between the knots of a regression's trend, and the lags of its errors.
KNOTS, LAGS = 30, 15
Ints = NDArray[np.int_]
#: A p and whether searches rose.
Verdict = tuple[float, bool]


@dataclass(frozen=True, eq=False)
class Minutes:
    """What the app's study used of an evening in bins of a minute."""

    bins: Bins
    judged: Judged

    @property
    def own(self) -> Ints:
        return self.judged.own.bin_of

    @cached_property
    def jump(self) -> Floats:
        """J at every bin, as `tabulate` has it."""
        return tabulate(self.bins)

    @cached_property
    def root(self) -> Floats:
        """The root of the mean value around, by which J counts in the pooled one: where few search, J moves farther."""
        return np.sqrt([four_means(self.bins.values, self.bins.window, skipped).mean(axis=0) for skipped in (0, 1)])


def two_sided(effect: float, draws: Floats) -> Verdict:
    """The share of draws that moved as far, up or down."""
    return float((1 + (np.abs(draws) >= abs(effect)).sum()) / (1 + len(draws))), effect > 0


def shares(night: Minutes, places: Places) -> Floats:
    """How much of a pooled J each minute with J makes up (draws, n): 1 for each row."""
    root = look_up(night.root, places)
    return np.asarray(root / root.sum(axis=-1, keepdims=True))


def mean_of_logs(values: Floats) -> Floats:
    """J with the mean of the logs of single minutes in each window, where ours has the log of the mean."""
    mean = np.lib.stride_tricks.sliding_window_view(np.log1p(values), TEN).mean(axis=-1)
    a0, a1, a2, a3 = (mean[n * TEN : len(mean) - (3 - n) * TEN] for n in range(4))
    edge = np.full(2 * TEN, np.nan)
    return np.tile(np.concatenate([edge, a2 - a1 - (a1 - a0 + a3 - a2) / 2, edge]), (2, 1))


def _among(
    night: Minutes, moved: Ints, table: Floats, *, alike: bool = False, scaled: bool = True
) -> tuple[float, Floats]:
    """The pooled J of the minutes and of draws. `alike`: every minute counts the same."""
    own, draws = (Places(at, np.zeros_like(at)) for at in (night.own[None], moved))
    share, drawn = (np.full(at.bin_of.shape, 1 / len(night.own)) if alike else shares(night, at)
                    for at in (own, draws))  # fmt: skip
    noise = shared(night.bins, own, share)[0] / shared(night.bins, draws, drawn) if scaled else 1.0
    return float((share * look_up(table, own)).sum()), (drawn * look_up(table, draws)).sum(axis=1) * noise


def shared(bins: Bins, places: Places, share: Floats) -> Floats:
    """How strongly noise of single bins moves the pooled J of each row of places (draws, n): a root sum of squares.

    Minutes close together share bins, which cancel or add up; a draw that scatters them has another noise.
    """
    k, low = bins.window, int(places.bin_of.min()) - 2 * bins.window
    length = int(places.bin_of.max()) + 2 * k + 2 - low
    at_once = max(2_000_000 // length, 1)
    rows = [slice(row, row + at_once) for row in range(0, len(share), at_once)]
    return np.concatenate(
        [_spread(Places(*(part[row] for part in places)), share[row], low, length, k) for row in rows]
    )


def _spread(places: Places, share: Floats, low: int, length: int, k: int) -> Floats:
    """Windows are steps of a weight: what is added at each edge is summed up along the bins."""
    first, skipped = places.bin_of - low, places.within
    rise = (k + skipped) / k
    edges = (-2 * k, -k, 0, skipped, skipped + k, skipped + 2 * k)
    steps = (rise / 2, -(1 + rise), 1 + rise / 2, 1 + rise / 2, -(1 + rise), rise / 2)
    rows = np.arange(len(first))[:, None] * (length + 1)
    flat = np.concatenate([(rows + first + edge).ravel() for edge in edges])
    added = np.bincount(flat, np.concatenate([(step * share).ravel() for step in steps]), len(first) * (length + 1))
    weights = added.reshape(len(first), -1).cumsum(axis=1) / k
    return np.asarray(np.sqrt((weights**2).sum(axis=1)))


def _apart(night: Minutes, rng: np.random.Generator) -> Ints:
    return night.judged.moved(DRAWS, rng).bin_of


def _ours(night: Minutes) -> Floats:
    return night.jump


def as_it_was(night: Minutes, rng: np.random.Generator) -> Verdict:
    """Every minute alike, mean of logs, and p in the direction that the night took."""
    effect, draws = _among(night, _apart(night, rng), mean_of_logs(night.bins.values), alike=True)
    return float((1 + (draws * np.sign(effect) >= abs(effect)).sum()) / (1 + len(draws))), effect > 0


def as_it_was_both_ways(night: Minutes, rng: np.random.Generator) -> Verdict:
    return two_sided(*_among(night, _apart(night, rng), mean_of_logs(night.bins.values), alike=True))


def shared_bins(night: Minutes, rng: np.random.Generator) -> Verdict:
    """Each draw multiplied by the noise of the true minutes over its own, from the bins that its windows share."""
    return two_sided(*_among(night, _apart(night, rng), _ours(night)))


def jumps(night: Minutes, rng: np.random.Generator) -> Verdict:
    """The pooled J, by the root of searches, in draws as noisy together as the evening makes its own minutes."""
    moved = night.judged.moved(DRAWS, rng)
    draws = (shares(night, moved) * look_up(night.jump, moved)).sum(axis=1)
    size = float(np.sqrt((draws**2).mean()))
    noise = spread(night) / size if size else 1.0
    return two_sided(float(shares(night, night.judged.own) @ night.judged.jump), draws * noise)


def spread(night: Minutes) -> float:
    """How far the pooled J moves by itself, a standard deviation: from how J hangs together over time near the minutes.

    Minutes close together share bins, and bends of the evening too, which moving each on its own takes apart. J by the
    root of the searches around is taken for as noisy everywhere. What followed them counts, as if it were chance.
    """
    own, steady = night.own, night.jump[0] * night.root[0]
    far = FARTHEST * MINUTE / night.bins.step
    steady[(np.abs(np.arange(len(steady))[:, None] - own) > far).all(axis=1)] = np.nan
    alike, known = np.zeros(len(steady)), ~np.isnan(steady)
    for lag in range(min(4 * night.bins.window, len(steady))):
        both = known[lag:] & known[: len(steady) - lag]
        alike[lag] = (steady[lag:] * steady[: len(steady) - lag])[both].sum() / max(both.sum(), 1)
    together = float(alike[np.abs(own[:, None] - own)].sum())
    return float(np.sqrt(max(together, alike[0])) / look_up(night.root, night.judged.own).sum())


def normal_tail(night: Minutes, _: np.random.Generator) -> Verdict:
    """The effect over its own error."""
    level, _seen = regress(night.bins, night.judged.own)
    return 2 * float(scipy.stats.norm.sf(abs(level.effect) / level.error)), level.effect > 0


def alike(night: Minutes, rng: np.random.Generator) -> Verdict:
    return two_sided(*_among(night, _apart(night, rng), _ours(night), alike=True))


def logs(night: Minutes, rng: np.random.Generator) -> Verdict:
    return two_sided(*_among(night, _apart(night, rng), mean_of_logs(night.bins.values)))


def unscaled(night: Minutes, rng: np.random.Generator) -> Verdict:
    return two_sided(*_among(night, _apart(night, rng), _ours(night), scaled=False))


def together(night: Minutes, rng: np.random.Generator) -> Verdict:
    """Every call moved by the same minutes, so that their spacing stays."""
    return _moved_in(night, np.zeros(len(night.own), dtype=int), ROUND, rng)


def blocks(night: Minutes, rng: np.random.Generator) -> Verdict:
    """Calls that stand close together moved by the same minutes."""
    return _moved_in(night, np.concatenate([[0], np.cumsum(np.diff(night.own) > BLOCK)]), 45, rng)


def _moved_in(night: Minutes, block: Ints, far: int, rng: np.random.Generator) -> Verdict:
    table, moved = _ours(night), np.zeros((DRAWS, len(block)), dtype=int)
    offsets = np.concatenate([np.arange(-far, -TEN), np.arange(TEN + 1, far + 1)])
    for one in np.unique(block):
        own = night.own[block == one]
        around = own[:, None] + offsets
        usable = offsets[~np.isnan(look_up(table, Places(around, np.zeros_like(around)))).any(axis=0)]
        if not len(usable):
            return 1.0, False
        moved[:, block == one] = own + rng.choice(usable, DRAWS)[:, None]
    return two_sided(*_among(night, moved, table))


@dataclass(frozen=True, slots=True, eq=False)
class Trend:
    """A Poisson regression on a smooth trend alone: what it expects, its basis, and the inverse of its information."""

    expected: Floats
    basis: Floats
    inverse: Floats


def _trend(values: Floats) -> Trend:
    count = len(values)
    inner = np.linspace(0, count, round(count / KNOTS) + 1)
    knots = np.concatenate([np.zeros(3), inner, np.full(3, count)])
    basis = np.asarray(scipy.interpolate.BSpline.design_matrix(np.arange(count) + 0.5, knots, 3).toarray())
    ridge, level = 1e-3 * values.mean() * np.eye(basis.shape[1]), np.log(values.mean())
    eta = np.log(np.convolve(values, np.full(KNOTS, 1 / KNOTS), "same") + 0.1 * values.mean())
    for _ in range(6):
        expected = np.exp(eta)
        information = (basis * expected[:, None]).T @ basis + ridge
        eta = basis @ np.linalg.solve(information, basis.T @ (expected * eta + values - expected))
        eta = np.clip(eta, level - 6, level + 6)
    expected = np.exp(eta)
    return Trend(expected, basis, np.linalg.inv((basis * expected[:, None]).T @ basis + ridge))


def _after(calls: Ints, count: int) -> Floats:
    """1 in the ten minutes after each row's calls (draws, bins)."""
    after = np.zeros((len(calls), count + TEN))
    for minute in range(TEN):
        after[np.arange(len(calls))[:, None], calls + minute] = 1
    return after[:, :count]


def _scores(trend: Trend, values: Floats, after: Floats) -> Floats:
    """Each row's coefficient of "after a call" over its error if counts were Poisson."""
    weighted = after * trend.expected
    crossed = weighted @ trend.basis
    surplus = values - trend.expected
    top = after @ surplus - crossed @ (trend.inverse @ (trend.basis.T @ surplus))
    left = (after * weighted).sum(axis=1) - np.einsum("ij,jk,ik->i", crossed, trend.inverse, crossed)
    return np.asarray(top / np.sqrt(np.maximum(left, 1e-9)))


def regression_among_draws(night: Minutes, rng: np.random.Generator) -> Verdict:
    """Poisson regression with a smooth trend; its coefficient among those of moved calls."""
    values = night.bins.values
    rows = np.concatenate([night.own[None], _apart(night, rng)])
    scores = _scores(_trend(values), values, _after(rows, len(values)))
    return two_sided(float(scores[0]), scores[1:])


def regression(night: Minutes, _: np.random.Generator) -> Verdict:
    """The same with errors of Newey and West and a normal tail, as packages give it."""
    values, after = night.bins.values, _after(night.own[None], len(night.bins.values))[0]
    trend = _trend(values)
    rest = after - trend.basis @ (trend.inverse @ (trend.basis.T @ (trend.expected * after)))
    scores = rest * (values - trend.expected)
    lags = ((1 - lag / (LAGS + 1)) * (scores[lag:] * scores[:-lag]).sum() for lag in range(1, LAGS + 1))
    z = scores.sum() / np.sqrt(max((scores**2).sum() + 2 * sum(lags), 1e-12))
    return 2 * float(scipy.stats.norm.sf(abs(z))), z > 0


def slope_walks(night: Minutes, rng: np.random.Generator) -> Verdict:
    """A level whose slope walks at random, so that it is smooth, as a trend of splines is."""

    def smooth(seen: Ints, apart: int) -> Floats:
        place = (seen - seen[0] + 0.5) / apart
        return np.asarray(np.maximum(place[:, None] - np.arange(int(place[-1]) + 1), 0.0))

    with patch.object(local_level, "_walk", smooth):
        return normal_tail(night, rng)


RIVALS: dict[str, Callable[[Minutes, np.random.Generator], Verdict]] = {
    "as it was: minutes alike, mean of logs, p in the night's direction": as_it_was,
    "the same, two-sided": as_it_was_both_ways,
    "the one before: J, draws as noisy together as the evening": jumps,
    "so, draws brought to the noise of the bins they share": shared_bins,
    "so, every minute alike": alike,
    "so, mean of logs": logs,
    "so, draws not brought to one noise": unscaled,
    "so, all calls moved together": together,
    "so, calls within 20 minutes moved together": blocks,
    "ours, two-sided, a normal tail and no draws": normal_tail,
    "so, a level whose slope walks": slope_walks,
    "Poisson regression on a trend, among moved calls": regression_among_draws,
    "Poisson regression on a trend, HAC errors": regression,
}


def verdicts(night: Minutes, rng: np.random.Generator) -> Iterator[tuple[str, Verdict]]:
    """What every rival says of one evening."""
    for name, rival in RIVALS.items():
        yield name, rival(night, rng)
