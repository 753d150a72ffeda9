"""Evenings on which searches rise for no call's sake, sampled as Google samples them, with AP's real call minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import numpy as np
import pandas as pd
from scipy.signal import lfilter

from data.analysis.draws import Floats
from data.analysis.jumps import jumps, look_up, on_grid
from data.results import load_calls
from data.settings import Settings
from data.story import find_story

START, MINUTES = datetime(2016, 11, 8, 22, tzinfo=UTC), 720
TIMES = pd.date_range(START, periods=MINUTES, freq="min")
#: The level wanders by so much (standard deviation of its log), and forgets in so many minutes.
WANDERS, FORGETS = 0.1, 30
#: After its ten minutes, a rise that followed a call fades to a third in so many.
FADES = 5


@cache
def call_minutes() -> tuple[datetime, ...]:
    """The distinct minutes of AP's own calls of 8-9 November 2016 that are known to the minute."""
    calls = load_calls(find_story("us-2016", Settings()), caller="AP").frame
    exact = calls[(calls["role"] == "primary") & (calls["earliest"] == calls["latest"])]
    return tuple(moment.to_pydatetime() for moment in sorted(set(exact["latest"])))


@dataclass(frozen=True, slots=True, eq=False)
class Evening:
    """0-100 by minute as Google would answer (`shown`), and without sampling and rounding: with and without calls."""

    shown: pd.Series[float]
    expected: pd.Series[float]
    without: pd.Series[float]


def make_evening(lam: float, rise: float, calls: Sequence[datetime], rng: np.random.Generator) -> Evening:
    """A night with mean `lam` searches a minute in the sample, in which each call is followed by a rise (0.35: 35 %).

    The level grows 5- to 40-fold in an S over the evening, falls after it, wanders, and jumps for some minutes a few
    times, whatever is called then. The rise lasts ten minutes, then fades.
    """
    t = np.arange(MINUTES, dtype=float)
    middle, width, growth = rng.uniform(180, 420), rng.uniform(30, 120), np.log(rng.uniform(5, 40))
    trend = growth / (1 + np.exp(-(t - middle) / width)) - np.maximum(t - middle - 120, 0) / rng.uniform(150, 400)
    keeps = np.exp(-1 / FORGETS)
    wander = lfilter([WANDERS * np.sqrt(1 - keeps**2)], [1, -keeps], rng.normal(size=MINUTES + 300))[300:]
    bursts = np.zeros(MINUTES)
    for at in rng.uniform(0, MINUTES, rng.poisson(3)):
        bursts += rng.uniform(0.1, 0.7) * np.where(t >= at, np.exp(-np.maximum(t - at, 0) / rng.uniform(5, 30)), 0)
    after = np.zeros(MINUTES)
    for call in calls:
        since = t - (call - START).total_seconds() / 60
        after = np.maximum(after, np.where(since >= 0, np.exp(-np.maximum(since - 10, 0) / FADES), 0))
    without = np.exp(trend + wander + bursts)
    rate = without * np.exp(np.log1p(rise) * after)
    rate, without = rate * (lam / rate.mean()), without * (lam / rate.mean())
    counts = rng.poisson(rate)
    unit = 100 / max(int(counts.max()), 1)
    shown, expected, plain = (pd.Series(part, TIMES) for part in (np.round(counts * unit), rate * unit, without * unit))
    return Evening(shown, expected, plain)


def true_effect(evening: Evening, used: Sequence[datetime]) -> float:
    """J of the rise itself: pooled J of what was expected, less what it would have been without the calls."""

    def mean(values: pd.Series[float]) -> Floats:
        bins = on_grid(values)
        return look_up(jumps(bins.x, bins.window), bins.places(bins.minutes(list(used))))

    return float(np.nanmean(mean(evening.expected) - mean(evening.without)))
