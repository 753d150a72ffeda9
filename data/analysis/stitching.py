"""Windows of Google Trends brought to one scale, with a band that says how far another sample could differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.analysis.bands import Band, bootstrap_band
from data.analysis.coarse import fit
from data.analysis.draws import Draw, Ensemble, Floats, gather, name, step_of
from data.errors import DataError
from data.model import Window

#: A baseline that nobody named ends this long before the highest bin, and has at least so many bins.
BASELINE_GAP, BASELINE_BINS = timedelta(hours=24), 24
#: With a larger share of its bins at zero, a baseline is not stable enough to divide by.
MOST_ZEROS = 0.20


@dataclass(frozen=True, slots=True)
class Scale:
    """How one window sits on the common scale: v = scale * x, the variance of log(scale) against the mean of all
    (NaN without a band), its noise phi (variance per unit of level) and how many draws it rests on."""

    window: Window
    scale: float
    variance: float
    phi: float
    draws: int


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
    scales: tuple[Scale, ...]
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
        _scales(ensemble, solved.scale / units, None if band is None else band.scales, fitted.phi),
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
        return held, f"No stable baseline: {size} ordinary bins where {BASELINE_BINS} are wanted; no multiple is given."
    zeros = float(_censored(ensemble)[bins].mean())
    if zeros > MOST_ZEROS:
        return held, f"No stable baseline: {zeros:.0%} of its bins are below what Google shows; no multiple is given."
    return bins, ""


def _censored(ensemble: Ensemble) -> NDArray[np.bool_]:
    return np.asarray((ensemble.value <= 0).all(axis=0))


def _series(ensemble: Ensemble, value: Floats) -> pd.DataFrame:
    columns = {"value": value, "draws": ensemble.count.sum(axis=0).astype(int), "censored": _censored(ensemble)}
    return pd.DataFrame(columns, index=ensemble.times.rename("time"))


def _scales(ensemble: Ensemble, scale: Floats, variance: Floats | None, phi: Floats) -> tuple[Scale, ...]:
    known = np.full(len(scale), np.nan) if variance is None else variance
    draws = ensemble.count.max(axis=1).astype(int)
    rows = zip(ensemble.windows, scale, known, phi, draws, strict=False)  # the coarse series has no row
    return tuple(Scale(window, float(s), float(v), float(p), int(k)) for window, s, v, p, k in rows)


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
