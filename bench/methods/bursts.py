"""Series with a burst at a known instant: how many searched, and what Google Trends would show of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from data.analysis.draws import Floats
from data.analysis.levels import Ints

START = datetime(2016, 10, 17, tzinfo=UTC)
MINUTE, HOUR, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=7)
#: Parts of a bin, over which what a rise brings within it is averaged.
FINE = 20
#: Hours over which a burst of the first family fades to a third, and one of the others to a half.
FADES, HALVES = 4.0, 4.0
#: The power of the time since by which one of the third family fades, first faster and then slower than it halves.
STRETCHED = 0.8


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
    The third, on which everything is chosen: a rhythm with sharp troughs, weekends, steps, a level that wanders and
    comes back, counts with log-normal rates that scatter up to 2.6 times as far, and a stretched exponential fading.
    """
    hours = (np.arange(kind.bins * FINE) + 0.5) / FINE * (kind.step / HOUR)
    level, scatter = LEVELS[kind.family](kind, hours, rng)
    burst = (kind.factor - 1) * burst_after(kind, hours - moment * (kind.step / HOUR))
    plain, rate = (kind.lam * x.reshape(kind.bins, FINE).mean(axis=1) for x in (level, level * (1 + burst)))
    counts = _counts(kind, rate, scatter, rng)
    times = pd.date_range(START, periods=kind.bins, freq=kind.step)
    shown = pd.Series(np.round(100 * counts / max(int(counts.max()), 1)), times, dtype=float)
    return Made(shown, counts.astype(float), plain, scatter)


def _counts(kind: Kind, rate: Floats, scatter: float, rng: np.random.Generator) -> Ints:
    if scatter == 1:
        return rng.poisson(rate)
    if kind.family == "third":
        wide = np.sqrt(np.log1p((scatter - 1) / rate))
        return rng.poisson(rate * np.exp(wide * rng.normal(size=len(rate)) - wide**2 / 2))
    return rng.negative_binomial(rate / (scatter - 1), 1 / scatter)


def burst_after(kind: Kind, since: Floats) -> Floats:
    """The height of a burst of 1, by the hours since it began."""
    later = np.maximum(since - kind.ramp, 0)
    fading = {
        "first": np.exp(-later / FADES),
        "second": 1 / (1 + later / HALVES),
        "third": 0.5 ** ((later / HALVES) ** STRETCHED),
    }[kind.family]
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


def _tuning_level(kind: Kind, hours: Floats, rng: np.random.Generator) -> tuple[Floats, float]:
    phase, high, sharp = rng.uniform(0, 24), rng.uniform(0.25, 0.55), rng.uniform(0.5, 1.5)
    turn = (hours - phase) * 2 * np.pi / 24
    days = np.floor((hours + rng.uniform(0, 168)) / 24)
    waves = high * (np.cos(turn) + 0.3 * np.cos(2 * turn + sharp)) + rng.uniform(0, 0.15) * (days % 7 >= 5)
    steps = sum(rng.normal(0, 0.12) * (hours >= at) for at in rng.uniform(0, hours[-1], rng.poisson(hours[-1] / 60)))
    keeps, far = float(np.exp(-(kind.step / HOUR) / 36)), rng.uniform(0.05, 0.15)
    wander = np.empty(kind.bins)
    wander[0] = far * rng.normal()
    for place in range(1, kind.bins):
        wander[place] = keeps * wander[place - 1] + far * np.sqrt(1 - keeps**2) * rng.normal()
    level = np.exp(waves + steps + np.repeat(wander, FINE))
    return np.asarray(level / level.mean()), float(rng.uniform(1.05, 2.6))


#: How levels are made, and how far counts scatter around them, by the name of their family.
LEVELS = {"first": _level, "second": _other_level, "third": _tuning_level}
