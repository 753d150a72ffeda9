"""Series with a burst at a known instant: how many searched, and what Google Trends would show of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from data.analysis.draws import Floats

START = datetime(2016, 10, 17, tzinfo=UTC)
MINUTE, HOUR, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=7)
#: Parts of a bin, over which what a rise brings within it is averaged.
FINE = 20
#: Hours over which a burst of the first family fades to a third, and one of the second to a half.
FADES, HALVES = 4.0, 4.0


@dataclass(frozen=True, slots=True)
class Kind:
    """Series alike: the length of a bin, how many, the mean searches in one, by how much a burst multiplies.

    `family`: how level, noise and burst are made. `ramp`: hours in which a burst comes to its height.
    """

    step: timedelta
    bins: int
    lam: float
    factor: float
    family: str = "first"
    ramp: float = 0.0


class Made(NamedTuple):
    """One series by bin: what Google shows, the searches behind it, those to expect without the burst, and how far
    they scatter, variance over mean."""

    shown: pd.Series[float]
    counts: Floats
    plain: Floats
    scatter: float


def series(kind: Kind, moment: float, rng: np.random.Generator) -> pd.Series[float]:
    """0-100 of its own highest bin, with a burst from `moment` (in bins) on."""
    return make(kind, moment, rng).shown


def make(kind: Kind, moment: float, rng: np.random.Generator) -> Made:
    """A series with a burst from `moment` (in bins) on.

    The first family: a rhythm of the day, a level that wanders and comes back, Poisson counts, an exponential fading.
    The second, on which nothing is chosen: rhythms of day, half a day and week, a level that goes its way and steps,
    counts that scatter up to 2.5 times as far as a Poisson's, and a fading as 1 / (1 + t), by half in HALVES hours.
    """
    hours = (np.arange(kind.bins * FINE) + 0.5) / FINE * (kind.step / HOUR)
    level, scatter = (_level if kind.family == "first" else _other_level)(kind, hours, rng)
    burst = (kind.factor - 1) * burst_after(kind, hours - moment * (kind.step / HOUR))
    plain, rate = (kind.lam * x.reshape(kind.bins, FINE).mean(axis=1) for x in (level, level * (1 + burst)))
    wide = scatter - 1
    counts = rng.negative_binomial(rate / wide, 1 / scatter) if wide else rng.poisson(rate)
    times = pd.date_range(START, periods=kind.bins, freq=kind.step)
    shown = pd.Series(np.round(100 * counts / max(int(counts.max()), 1)), times, dtype=float)
    return Made(shown, counts.astype(float), plain, scatter)


def burst_after(kind: Kind, since: Floats) -> Floats:
    """The height of a burst of 1, by the hours since it began."""
    later = np.maximum(since - kind.ramp, 0)
    fading = np.exp(-later / FADES) if kind.family == "first" else 1 / (1 + later / HALVES)
    grown = np.clip(since / kind.ramp, 0, 1) if kind.ramp else since >= 0
    return np.asarray(fading * grown)


def _level(kind: Kind, hours: Floats, rng: np.random.Generator) -> tuple[Floats, float]:
    keeps = float(np.exp(-(kind.step / HOUR) / 10))
    wander = np.zeros(kind.bins)
    for place in range(1, kind.bins):
        wander[place] = keeps * wander[place - 1] + 0.11 * np.sqrt(1 - keeps**2) * rng.normal()
    rhythm = 1 + 0.4 * np.cos((hours - rng.uniform(0, 24)) * np.pi / 12)
    return rhythm * np.exp(np.repeat(wander, FINE)), 1.0


def _other_level(kind: Kind, hours: Floats, rng: np.random.Generator) -> tuple[Floats, float]:
    waves = sum(
        rng.uniform(least, most) * np.cos((hours - rng.uniform(0, length)) * 2 * np.pi / length)
        for length, least, most in ((24, 0.2, 0.4), (12, 0.0, 0.15), (168, 0.05, 0.15))
    )
    steps = sum(rng.normal(0, 0.1) * (hours >= at) for at in rng.uniform(0, hours[-1], rng.poisson(hours[-1] / 48)))
    path = np.cumsum(rng.normal(0, 0.02 * np.sqrt(kind.step / HOUR), kind.bins))
    level = np.exp(waves + steps + np.repeat(path - path.mean(), FINE))
    return np.asarray(level / level.mean()), float(rng.uniform(1.1, 2.5))
