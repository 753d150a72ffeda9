"""Evenings on which searches rise for no call's sake, sampled as Google samples them, with the app's call minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
import pandas as pd
import scipy

from data.analysis.draws import Floats
from data.analysis.event_study import Ints
from data.analysis.local_level import LocalLevel
from data.core.settings import Settings
from data.evidence.study import CallMinute, minutes_of
from data.story.store import find_story
from data.story.story import Story

MINUTES = 720
#: The first minute of each story's evening.
STARTS = {
    "us-2016": datetime(2016, 11, 8, 22, tzinfo=UTC),
    "us-2020": datetime(2020, 11, 3, 22, tzinfo=UTC),
    "us-2024": datetime(2024, 11, 5, 22, tzinfo=UTC),
}
#: The level wanders by so much (standard deviation of its log), and forgets in so many minutes.
WANDERS, FORGETS = 0.1, 30
#: A rise that followed a call lasts so many minutes; after them it fades to a third in so many.
TEN, FADES = 10, 5


@cache
def story_of(slug: str) -> Story:
    return find_story(slug, Settings())


def used_minutes(slug: str) -> tuple[CallMinute, ...]:
    """The minutes with their calls that the app's study uses: those of the story's own caller that its file lists."""
    return minutes_of(story_of(slug), story_of(slug).about.caller)


def minutes_inside(slug: str) -> tuple[datetime, ...]:
    """Of these, the minutes that the evening's series holds; to the app the others lie beyond its edge."""
    end = STARTS[slug] + timedelta(minutes=MINUTES)
    return tuple(minute.at for minute in used_minutes(slug) if minute.at < end)


@dataclass(frozen=True, slots=True, eq=False)
class Evening:
    """Searches in Google's sample by minute: those that were drawn, and those to expect with and without calls.

    `scatter`: how far counts scatter, variance over mean.
    """

    drawn: pd.Series[float]
    with_calls: pd.Series[float]
    without: pd.Series[float]
    scatter: float

    def shown(self, bin_minutes: int = 1) -> pd.Series[float]:
        """As Google would answer in bins of so many minutes: 0-100 of the highest, rounded."""
        return self._scaled(self.drawn, bin_minutes).round()

    def true_effects(self, level: LocalLevel, seen: Ints, bin_minutes: int = 1) -> tuple[float, float]:
        """What the regression makes of the rise itself, and the plain mean of its log over the minutes after calls.

        The rise is the log of what was to be expected over what it would have been without calls.
        """
        with_calls, without = (self._scaled(part, bin_minutes) for part in (self.with_calls, self.without))
        rise = np.log(with_calls.to_numpy() / without.to_numpy())[seen]
        return float(level.influence @ rise), float(rise[level.after > 0].mean())

    def _scaled(self, part: pd.Series[float], bin_minutes: int) -> pd.Series[float]:
        highest = self.drawn.resample(f"{bin_minutes}min").sum().max()
        return part.resample(f"{bin_minutes}min").sum() * (100 / max(highest, 1))


def make_evening(slug: str, lam: float, rise: float, lasts: int, rng: np.random.Generator) -> Evening:
    """A night with mean `lam` searches a minute in the sample, in which each call is followed by a rise (0.35: 35 %).

    The level grows 5- to 40-fold in an S over the evening, falls after it, wanders, and jumps for some minutes a few
    times, whatever is called then. The rise `lasts` so many minutes, then fades.
    """
    t = np.arange(MINUTES, dtype=float)
    middle, width, growth = rng.uniform(180, 420), rng.uniform(30, 120), np.log(rng.uniform(5, 40))
    trend = growth / (1 + np.exp(-(t - middle) / width)) - np.maximum(t - middle - 120, 0) / rng.uniform(150, 400)
    keeps = np.exp(-1 / FORGETS)
    wander = scipy.signal.lfilter([WANDERS * np.sqrt(1 - keeps**2)], [1, -keeps], rng.normal(size=MINUTES + 300))[300:]
    bursts = np.zeros(MINUTES)
    for at in rng.uniform(0, MINUTES, rng.poisson(3)):
        bursts += rng.uniform(0.1, 0.7) * np.where(t >= at, np.exp(-np.maximum(t - at, 0) / rng.uniform(5, 30)), 0)
    calls = _since_calls(slug)
    after = np.where(calls >= 0, np.exp(-np.maximum(calls - lasts, 0) / FADES), 0).max(axis=0)
    rate, without = _levels(trend + wander + bursts, np.log1p(rise) * after, lam)
    return _evening(slug, rng.poisson(rate).astype(float), rate, without, 1.0)


def make_other_evening(slug: str, lam: float, rise: float, lasts: int, rng: np.random.Generator) -> Evening:
    """A night of another family, on which nothing was chosen: no part of it is made as those of `make_evening` are.

    The level follows a smooth curve through random heights, sways with a programme every half an hour, and steps up or
    down for good a few times. Counts scatter up to three times as far as a Poisson's. A call is followed by a rise of
    its own size, `rise` on average, that grows over two minutes and ends within five of `lasts`.
    """
    t = np.arange(MINUTES, dtype=float)
    knots = np.concatenate([[0.0], np.sort(rng.uniform(30, MINUTES - 30, rng.integers(6, 12))), [float(MINUTES)]])
    level = scipy.interpolate.CubicSpline(knots, np.cumsum(rng.normal(0.25, 0.6, len(knots))), bc_type="natural")(t)
    sway = rng.uniform(0, 0.08) * np.sin(2 * np.pi * (t - rng.uniform(0, 30)) / 30)
    steps = sum(rng.normal(0, 0.15) * (t >= at) for at in rng.uniform(0, MINUTES, rng.poisson(4)))
    calls = _since_calls(slug)
    ends = lasts + rng.uniform(-5, 5, len(calls))[:, None]
    size = np.log1p(rise * rng.uniform(0.4, 1.6, len(calls)))[:, None]
    after = (size * np.clip((calls + 1) / 2, 0, 1) * (calls >= 0) * (calls < ends)).max(axis=0)
    rate, without = _levels(np.clip(level - level.max(), -5, None) + sway + steps, after, lam)
    wide = rng.uniform(0.05, 2)
    drawn = rng.negative_binomial(rate / wide, 1 / (1 + wide))
    return _evening(slug, drawn.astype(float), rate, without, 1 + wide)


def make_tuning_evening(slug: str, lam: float, rise: float, lasts: int, rng: np.random.Generator) -> Evening:
    """A night of the family on which everything is chosen.

    The slope of the level wanders; to it come an S up or down, waves of 20 to 60 minutes and some steps. Counts scatter
    up to three times as far as a Poisson's. A call is followed by a rise of its own size, `rise` on average (gamma),
    that grows over three minutes and ends within four of `lasts`.
    """
    t = np.arange(MINUTES, dtype=float)
    keeps = np.exp(-1 / rng.uniform(25, 60))
    slope = scipy.signal.lfilter([np.sqrt(1 - keeps**2)], [1, -keeps], rng.normal(size=MINUTES + 300))[300:]
    level = np.cumsum(slope) * rng.uniform(0.006, 0.014)
    middle, width, growth = rng.uniform(120, 500), rng.uniform(40, 150), rng.normal(1.2, 1.2)
    level = level + growth / (1 + np.exp(-(t - middle) / width))
    sway = rng.uniform(0, 0.08) * np.sin(2 * np.pi * t / rng.uniform(20, 60) + rng.uniform(0, 2 * np.pi))
    steps = sum(rng.normal(0, 0.15) * (t >= at) for at in rng.uniform(0, MINUTES, rng.poisson(3)))
    calls = _since_calls(slug)
    ends = lasts + rng.uniform(-4, 4, len(calls))[:, None]
    size = np.log1p(rise * rng.gamma(4, 1 / 4, len(calls)))[:, None]
    after = (size * np.clip((calls + 1) / 3, 0, 1) * (calls >= 0) * (calls < ends)).max(axis=0)
    rate, without = _levels(np.clip(level - level.max(), -5, None) + sway + steps, after, lam)
    wide = rng.uniform(0.05, 2)
    drawn = rng.negative_binomial(rate / wide, 1 / (1 + wide))
    return _evening(slug, drawn.astype(float), rate, without, 1 + wide)


def _since_calls(slug: str) -> Floats:
    """Minutes since each call (calls, minutes); negative before it."""
    calls = [(call - STARTS[slug]).total_seconds() / 60 for call in minutes_inside(slug)]
    return np.asarray(np.arange(MINUTES) - np.array(calls)[:, None])


def _levels(plain: Floats, after: Floats, lam: float) -> tuple[Floats, Floats]:
    """Searches to expect with and without calls, `lam` a minute with them, from their logs."""
    without = np.exp(plain)
    rate = without * np.exp(after)
    return rate * (lam / rate.mean()), without * (lam / rate.mean())


def _evening(slug: str, drawn: Floats, rate: Floats, without: Floats, scatter: float) -> Evening:
    times = pd.date_range(STARTS[slug], periods=MINUTES, freq="min")
    drawn_by, with_calls, plain = (pd.Series(part, times, dtype=float) for part in (drawn, rate, without))
    return Evening(drawn_by, with_calls, plain, scatter)


#: How evenings are made, by the name of their family.
FAMILIES = {"first": make_evening, "second": make_other_evening, "third": make_tuning_evening}
