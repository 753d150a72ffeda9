"""Nights that never were: a month of searches of known level, and what Google Trends would answer about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.analysis.draws import Draw, Floats
from data.core.model import Window

HOUR = timedelta(hours=1)
BINS = 4 * 7 * 24
SPAN = Window(datetime(2016, 10, 17, tzinfo=UTC), datetime(2016, 10, 17, tzinfo=UTC) + BINS * HOUR)
DRAWN_AT = datetime(2017, 3, 1, tzinfo=UTC)
TIMES = pd.date_range(SPAN.start, periods=BINS, freq="h")


def _sharp(t: Floats, rng: np.random.Generator) -> Floats:
    return 59 * np.where(t <= 0, np.exp(t / rng.uniform(0.5, 2)), np.exp(-t / rng.uniform(3, 9)))


def _slow(t: Floats, rng: np.random.Generator) -> Floats:
    return 59 * np.where(t <= 0, np.exp(t / rng.uniform(7, 12)), np.exp(-t / rng.uniform(8, 16)))


def _double(t: Floats, rng: np.random.Generator) -> Floats:
    second = t - rng.integers(5, 12)
    return np.asarray(np.maximum(_sharp(t, rng), 0.8 * _sharp(second, rng)))


def _plateau(t: Floats, rng: np.random.Generator) -> Floats:
    after = t - rng.integers(5, 10)
    return 59 * np.where(t < 0, np.exp(t / rng.uniform(0.5, 2)), np.exp(-np.maximum(after, 0) / rng.uniform(2, 6)))


def _tiny(t: Floats, rng: np.random.Generator) -> Floats:
    return _sharp(t, rng) * 2 / 59


#: What a spike adds to the ordinary level of 1, by hours from its peak.
SHAPES: dict[str, Callable[[Floats, np.random.Generator], Floats]] = {
    "x60 sharp": _sharp,
    "x60 slow rise": _slow,
    "x60 double peak": _double,
    "x60 plateau": _plateau,
    "x3 tiny": _tiny,
}


def within(window: Window) -> NDArray[np.bool_]:
    """Which hours of the month a window holds."""
    return np.asarray((pd.Timestamp(window.start) <= TIMES) & (pd.Timestamp(window.end) > TIMES))


@dataclass(frozen=True, eq=False)
class Night:
    """`rate`: expected searches in Google's sample, by hour; `ordinary`: the baseline, which ends 48 h before."""

    rate: Floats
    ordinary: Window

    @property
    def truth(self) -> float:
        """Highest level over mean level of the baseline, as an endless sample would show it."""
        return float(self.rate.max() / self.rate[within(self.ordinary)].mean())


@dataclass(frozen=True, eq=False)
class Answer:
    """A draw, and what nobody is told: how many of its units one search was worth."""

    draw: Draw
    unit: float


def make_night(shape: str, lam: float, rng: np.random.Generator) -> Night:
    """A month with a daily rhythm (x0.6 to x1.4) and a wandering level (some 11 %), mean `lam` searches an hour."""
    peak = int(rng.integers(16 * 24, 25 * 24))
    hours = np.arange(BINS)
    wander = np.zeros(BINS)
    for hour in range(1, BINS):
        wander[hour] = 0.9 * wander[hour - 1] + 0.05 * rng.normal()
    ordinary = (1 + 0.4 * np.cos((hours - rng.uniform(0, 24)) * np.pi / 12)) * np.exp(wander)
    ordinary /= ordinary[: peak - 48].mean()
    rate = lam * (ordinary + SHAPES[shape]((hours - peak).astype(float), rng))
    return Night(rate, Window(SPAN.start, SPAN.start + (peak - 48) * HOUR))


def ask(night: Night, window: Window, rng: np.random.Generator, *, hours: int = 1) -> Answer:
    """A fresh sample in bins of so many hours, its own maximum 100, rounded."""
    first, last = (int((moment - SPAN.start) / HOUR) for moment in (window.start, window.end))
    counts = rng.poisson(night.rate[first:last]).reshape(-1, hours).sum(axis=1)
    unit = 100 / max(int(counts.max()), 1)
    return Answer(Draw(window, DRAWN_AT, pd.Series(np.round(counts * unit), TIMES[first:last:hours])), unit)
