"""Windows of Google Trends brought to one scale by one solve, with a bootstrap band from how far two samples differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.analysis.draws import Draw, Ensemble, Floats, gather, name, step_of
from data.analysis.scales import ROUNDING, SHARED_BINS, Coverage, Sample, Solved, check_joined, solve
from data.core.errors import DataError
from data.core.model import Window

#: With fewer shared bins in all, the noise of windows drawn once is not known well enough to promise a band.
BINS_FOR_NOISE = 20
#: Where the search for phi starts, and what noiseless data are held to: units of a window's own 0-100.
FIRST_PHI, LEAST_PHI = 0.3, 1e-6


def measured_phi(layout: Coverage, sample: Sample, phi: Floats) -> tuple[Floats, bool]:
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


#: Coarse bins whose mean squared error is more than this many times what noise explains are of other hours or of
#: another sample. About 1 is expected; a fortnight of days that agree exceeds 3 once in five thousand times.
MOST_MISFIT = 3.0


class Fitted(NamedTuple):
    """The solved windows, the phi of every node, whether noise was measured, and what became of the coarse series."""

    layout: Coverage
    phi: Floats
    measured: bool
    solved: Solved
    notes: tuple[str, ...]


def fit(fine: Ensemble, over: Ensemble | None) -> Fitted:
    """One scale for the fine windows, with the coarse series among the nodes if its bins consist of theirs and agree.

    A coarse series that cannot serve is left out with a note. Raises Unjoined where the windows fall apart.
    """
    alone = _Laid(
        Coverage(
            fine.count, np.zeros((len(fine.times), 0)), np.zeros((len(fine.windows), 0)), np.zeros(0), fine.rounded
        ),
        Sample(fine.value, np.zeros(0)),
        fine.phi,
    )
    if over is None:
        return _solved(fine, alone)
    laid, notes = _laid(fine, over), ("The coarse series shares too few whole bins with the windows: left out.",)
    if fine.recent != over.recent:
        notes = ("The coarse series is of another sample (recent data and archive data never mix): left out.",)
    elif laid is not None:
        found = _solved(fine, laid, "A coarse series of the whole span holds the windows to one measure.")
        if _misfit(laid, found) <= MOST_MISFIT:
            return found
        notes = ("The coarse series does not show the same searches bin for bin: left out.",)
    return _solved(fine, alone, *notes)


class _Laid(NamedTuple):
    layout: Coverage
    sample: Sample
    phi: Floats


def _laid(fine: Ensemble, over: Ensemble) -> _Laid | None:
    """The coarse bins that consist of whole fine ones; None where no window holds enough of them."""
    parts, rest = divmod(step_of(over.times), step_of(fine.times))
    if len(over.windows) > 1 or rest or parts < 2:
        return None
    place = np.maximum(over.times.searchsorted(fine.times, side="right") - 1, 0)
    offset = fine.times - over.times[place]
    inside = np.flatnonzero((offset >= np.timedelta64(0)) & (offset < pd.Timedelta(step_of(over.times))))
    member = np.zeros((len(fine.times), len(over.times)))
    member[inside, place[inside]] = 1.0
    whole = ((fine.count > 0) @ member == parts).astype(float)
    use = np.asarray(whole.any(axis=0) & (over.count[0] > 0))
    whole = whole[:, use]
    if whole.sum(axis=1).max(initial=0.0) < SHARED_BINS:
        return None
    layout = Coverage(fine.count, member[:, use], whole, over.count[0, use], fine.rounded and over.rounded)
    return _Laid(layout, Sample(fine.value, over.value[0, use]), np.append(fine.phi, over.phi))


def _solved(fine: Ensemble, laid: _Laid, *notes: str) -> Fitted:
    check_joined(fine.windows, laid.layout, laid.sample)
    phi, measured = measured_phi(laid.layout, laid.sample, laid.phi)
    return Fitted(laid.layout, phi, measured, solve(laid.layout, laid.sample, phi), notes)


def _misfit(laid: _Laid, found: Fitted) -> float:
    """Mean squared error of the coarse bins against the stitched series, in units of the noise of both."""
    layout, sample, _ = laid
    scale = found.solved.scale[-1]
    expected = scale * (found.solved.x @ layout.member)
    noise = (found.phi[-1] * expected + ROUNDING) / layout.over + scale**2 * (found.solved.variance @ layout.member)
    return float(((sample.coarse - expected) ** 2 / noise).sum() / (len(layout.over) - 1))


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
    """`low` and `high` (T) and `least_peak`, in the units of x.

    `least_peak` bounds the highest level from below: of bins that are nearly alike the highest is the luckiest, so
    that the truth lies beneath it more often than beneath a bin that was chosen beforehand.
    """

    low: Floats
    high: Floats
    least_peak: float


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
    found = _replicates(fitted, worth, level, rng=rng, replicates=replicates)
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
    return Band(low, high, float(min(low[peak], solved.x[peak] ** 2 / luckiest)))


def _replicates(
    fitted: Fitted, worth: Floats, level: NDArray[np.bool_], *, rng: np.random.Generator, replicates: int
) -> Floats:
    """Series (replicates, T) with the data's own mean over `level`."""
    layout, solved, windows = fitted.layout, fitted.solved, len(fitted.layout.draws)
    rate = np.where(layout.draws > 0, worth[:windows, None] * solved.x, 0.0)
    over = worth[windows:, None] * (solved.x @ layout.member)
    steady, series = solved.x[level].mean(), []
    for start in range(0, replicates, AT_ONCE):
        size = min(AT_ONCE, replicates - start)
        fine, unit = replay(rate, layout.draws, rng, replicates=size)
        coarse, unit_over = replay(over, np.broadcast_to(layout.over, over.shape), rng, replicates=size)
        units = np.concatenate([unit, unit_over], axis=-1)
        again = solve(layout, Sample(fine, coarse.sum(axis=1)), units)
        series.append(again.x * (steady / again.x[:, level].mean(axis=1))[:, None])
    return np.concatenate(series)


#: A baseline that nobody named ends this long before the highest bin, and has at least so many bins.
BASELINE_GAP, BASELINE_BINS = timedelta(hours=24), 24
#: With a larger share of its bins at zero, a baseline is not stable enough to divide by.
MOST_ZEROS = 0.20


@dataclass(frozen=True, slots=True)
class Seam:
    """Where another window takes over as the one that resolves the bins best."""

    at: datetime
    before: Window
    after: Window


@dataclass(frozen=True, slots=True)
class Multiple:
    """How many times its baseline's mean the highest bin reached; no bounds where there is no band.

    `low` lies a little beneath the band's at that bin: it allows for having picked the highest of several.
    """

    value: float
    low: float | None
    high: float | None
    at: datetime
    baseline: Window


@dataclass(frozen=True, slots=True, eq=False)
class Stitched:
    """One series on one scale.

    `series`: by UTC bin start, `value` (100 = highest bin), `draws` behind the bin, `censored` (nothing of 1 or more
    behind it). `band`: `low` and `high` in the same units and bins, against the baseline if there is one, else against
    the mean of the series; None where one sample is all there is. `notes` are sentences for readers; where `multiple`
    is None, one of them says why.
    """

    series: pd.DataFrame
    band: pd.DataFrame | None
    seams: tuple[Seam, ...]
    multiple: Multiple | None
    notes: tuple[str, ...]


def stitch(
    draws: Iterable[Draw],
    *,
    rng: np.random.Generator,
    coarse: Iterable[Draw] = (),
    baseline: Window | None = None,
    spike: Window | None = None,
    replicates: int = 400,
) -> Stitched:
    """One series from all draws of all windows, in any order; the same `rng` gives the same band.

    `coarse` are draws of one window in longer bins, a common measure for the finer ones if it fits. `baseline` holds
    the bins to divide by (else all until a day before the highest bin), `spike` the bins in which the highest is
    looked for (else all). Raises DataError where nothing is above Google's floor or steps or samples are mixed, and
    Unjoined where the windows fall apart.
    """
    ensemble, over = gather(draws), tuple(coarse)
    fitted = fit(ensemble, gather(over) if over else None)
    solved = fitted.solved
    looked = _looked(solved.x, ensemble.times, spike)
    peak = int(np.argmax(np.where(looked, solved.x, -np.inf)))
    ordinary, unstable = _ordinary(ensemble, baseline, peak)
    band = None
    if fitted.measured:
        band = bootstrap_band(fitted, level=ordinary, looked=looked, rng=rng, replicates=replicates)
    units = 100 / solved.x[peak]
    return Stitched(
        _series(ensemble, solved.x * units),
        None if band is None else pd.DataFrame({"low": band.low * units, "high": band.high * units}, ensemble.times),
        _seams(ensemble, solved.scale),
        None if unstable else _multiple(ensemble.times, solved.x, band, ordinary, peak),
        (*ensemble.notes, *fitted.notes, *_notes(ensemble, fitted.measured, unstable)),
    )


def _looked(x: Floats, times: pd.DatetimeIndex, spike: Window | None) -> NDArray[np.bool_]:
    looked = np.isfinite(x) & (_inside(times, spike) if spike else True)
    if not looked.any():
        raise DataError(f"No bin to look for a spike in: there is none in {name(spike) if spike else 'any window'}.")
    return np.asarray(looked)


def _inside(times: pd.DatetimeIndex, window: Window) -> NDArray[np.bool_]:
    return np.asarray((times >= pd.Timestamp(window.start)) & (times < pd.Timestamp(window.end)))


def _ordinary(ensemble: Ensemble, baseline: Window | None, peak: int) -> tuple[NDArray[np.bool_], str]:
    """Which bins stand for an ordinary day, and why they may not be divided by, if they may not."""
    times = ensemble.times
    held = np.asarray((ensemble.count > 0).any(axis=0))
    before = np.asarray(times < times[peak] - BASELINE_GAP)
    bins = held & (_inside(times, baseline) if baseline else before)
    if (size := int(bins.sum())) < BASELINE_BINS:
        return held, f"No stable baseline: {size} ordinary bins where {BASELINE_BINS} are needed; no multiple is given."
    zeros = float(_censored(ensemble)[bins].mean())
    if zeros > MOST_ZEROS:
        return held, f"No stable baseline: {zeros:.0%} of its bins are below what Google shows; no multiple is given."
    return bins, ""


def _censored(ensemble: Ensemble) -> NDArray[np.bool_]:
    return np.asarray((ensemble.value <= 0).all(axis=0))


def _series(ensemble: Ensemble, value: Floats) -> pd.DataFrame:
    columns = {"value": value, "draws": ensemble.count.sum(axis=0).astype(int), "censored": _censored(ensemble)}
    return pd.DataFrame(columns, index=ensemble.times.rename("time"))


def _seams(ensemble: Ensemble, scale: Floats) -> tuple[Seam, ...]:
    """A window of a large scale spends more of its 100 steps on a bin than one that has a higher peak to hold."""
    held = ensemble.count > 0
    lead = np.argmax(np.where(held, scale[: len(held), None], -1.0), axis=0)
    turns = np.flatnonzero(np.diff(lead)) + 1
    moments = [moment.to_pydatetime() for moment in ensemble.times[turns]]
    pairs = zip(moments, lead[turns - 1], lead[turns], strict=True)
    return tuple(Seam(at, ensemble.windows[int(i)], ensemble.windows[int(j)]) for at, i, j in pairs)


def _multiple(
    times: pd.DatetimeIndex, x: Floats, band: Band | None, ordinary: NDArray[np.bool_], peak: int
) -> Multiple:
    level = float(x[ordinary].mean())
    low, high = (None, None) if band is None else (band.least_peak / level, float(band.high[peak]) / level)
    first, last = times[ordinary][0].to_pydatetime(), times[ordinary][-1].to_pydatetime()
    span = Window(first, last + step_of(times))
    return Multiple(float(x[peak]) / level, low, high, times[peak].to_pydatetime(), span)


def _notes(ensemble: Ensemble, measured: bool, unstable: str) -> tuple[str, ...]:
    windows, once = len(ensemble.windows), bool(np.isnan(ensemble.phi).any())
    said = [unstable] if unstable else []
    if not measured and windows == 1:
        said.append("One sample, no interval: Google draws a new sample for every request, and this is a single one.")
    elif not measured:
        said.append("No interval: the windows share too few bins to show how far two samples differ.")
    elif once:
        said.append("The interval rests on how far windows drawn once differ where they overlap.")
    if windows > 1:
        said.append(f"{windows} windows were brought to one scale; levels are relative, never counts.")
    return tuple(said)
