"""Minutes at which nothing was called, and how much more a series rose across a minute than around it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.analysis.draws import Floats

#: What "after a call" means: the ten minutes from it, against the ten before.
AFTER = timedelta(minutes=10)
#: With a larger share of bins below 1 around a minute, nothing can be said about it.
MOST_ZEROS = 0.2
#: A year of minutes; more is a series whose times are not those of bins.
MOST_BINS = 530_000


Ints = NDArray[np.int_]


class Places(NamedTuple):
    """Minutes on a grid: the bin that holds each, and 1 where the minute lies within that bin, 0 where at its start."""

    bin_of: Ints
    within: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """A series on its grid: `x` is log(value + 1) of every bin from `start` on, NaN where a bin is missing."""

    start: datetime
    step: timedelta
    x: Floats

    @property
    def window(self) -> int:
        """How many whole bins stand for ten minutes: one at least."""
        return max(round(AFTER / self.step), 1)

    @property
    def span(self) -> timedelta:
        """What the windows before and after a minute really span."""
        return self.window * self.step

    def places(self, minutes: Floats) -> Places:
        """Where minutes since `start` lie."""
        place = minutes * 60 / self.step.total_seconds()
        bin_of = np.floor(place + 1e-9)
        return Places(bin_of.astype(int), (place - bin_of > 1e-9).astype(int))

    def minutes(self, moments: list[datetime]) -> Floats:
        return np.array([(moment - self.start) / timedelta(minutes=1) for moment in moments])


def on_grid(values: pd.Series[float]) -> Bins:
    """A series (aware start of each bin, value >= 0) as Bins; the step is the median distance of its times.

    Raises ValueError for naive times, fewer than two bins, negative values and more bins than a year has minutes.
    """
    times = values.index
    if not isinstance(times, pd.DatetimeIndex) or times.tz is None:
        raise ValueError("an event study wants aware times")
    seen = pd.Series(values.to_numpy(dtype=float), times.tz_convert("UTC").as_unit("us")).dropna()
    seen = seen.groupby(level=0).mean()
    if len(seen) < 2 or not np.isfinite(seen).all() or (seen < 0).any():
        raise ValueError("an event study wants two or more bins with values of 0 or more")
    stamps = pd.DatetimeIndex(seen.index).asi8
    step = int(np.median(np.diff(stamps)))
    place = np.round((stamps - stamps[0]) / step).astype(int)
    if place[-1] > MOST_BINS:
        raise ValueError(f"bins of {step / 6e7:g} minutes, {place[-1]} of them: that is no night")
    x = np.full(int(place[-1]) + 1, np.nan)
    x[place] = np.log1p(seen.to_numpy())
    return Bins(pd.DatetimeIndex(seen.index)[0].to_pydatetime(), timedelta(microseconds=step), x)


def jumps(x: Floats, k: int) -> Floats:
    """J for windows of k bins (2, T + 1), by the bin that holds a minute: at that bin's start [0], and within it [1].

    J = A2 - A1 - (A1 - A0 + A3 - A2) / 2 where A1 and A2 are the mean x of the windows before and after the minute
    and A0 and A3 those next to them: a steady rise leaves 0. Only whole bins count: one that holds the minute belongs
    to neither side, and the rise taken off is that much longer. NaN: a bin is missing or more than a fifth are 0.
    """
    return np.stack([_jumps(x, k, skipped) for skipped in (0, 1)])


def look_up(table: Floats, places: Places) -> Floats:
    """Each place's entry of a table that `jumps` gave; NaN beyond its ends."""
    inside = (places.bin_of >= 0) & (places.bin_of < table.shape[1])
    return np.where(inside, table[places.within, np.where(inside, places.bin_of, 0)], np.nan)


def _jumps(x: Floats, k: int, skipped: int) -> Floats:
    span, out = 4 * k + skipped, np.full(len(x) + 1, np.nan)
    if len(x) < span:
        return out
    mean = np.lib.stride_tricks.sliding_window_view(x, k).mean(axis=-1)
    count = len(x) - span + 1
    a0, a1, a2, a3 = (mean[first : first + count] for first in (0, k, 2 * k + skipped, 3 * k + skipped))
    steady = (a1 - a0 + a3 - a2) / 2 * (k + skipped) / k
    out[2 * k : 2 * k + count] = np.where(_censored(x, span), np.nan, a2 - a1 - steady)
    return out


def _censored(x: Floats, span: int) -> Floats:
    below = np.lib.stride_tricks.sliding_window_view(x < np.log(2), span)
    return np.asarray(below.mean(axis=-1) > MOST_ZEROS)


def weight(bins: Bins, places: Places) -> Floats:
    """How strongly noise of single bins moves the pooled J of each row of places (draws, n): a root sum of squares.

    Minutes close together share bins, which cancel or add up; a draw that scatters them has another noise.
    """
    k, low = bins.window, int(places.bin_of.min()) - 2 * bins.window
    length = int(places.bin_of.max()) + 2 * k + 2 - low
    at_once = max(2_000_000 // length, 1)
    rows = range(0, len(places.bin_of), at_once)
    parts = (Places(*(part[row : row + at_once] for part in places)) for row in rows)
    return np.concatenate([_weight(part, low, length, k) for part in parts])


def _weight(places: Places, low: int, length: int, k: int) -> Floats:
    """Windows are steps of a weight: what is added at each edge is summed up along the bins."""
    first, skipped = places.bin_of - low, places.within
    rise = (k + skipped) / k
    edges = (-2 * k, -k, 0, skipped, skipped + k, skipped + 2 * k)
    steps = (rise / 2, -(1 + rise), 1 + rise / 2, 1 + rise / 2, -(1 + rise), rise / 2)
    rows = np.arange(len(first))[:, None] * (length + 1)
    flat = np.concatenate([(rows + first + edge).ravel() for edge in edges])
    added = np.bincount(flat, np.concatenate([step.ravel() for step in steps]), len(first) * (length + 1))
    weights = added.reshape(len(first), -1).cumsum(axis=1) / (k * first.shape[1])
    return np.asarray(np.sqrt((weights**2).sum(axis=1)))


def missing_because(bins: Bins, minute: float) -> str:
    """Why J is not there for a minute since the start: `edge`, `gap` or `censored`."""
    bin_of, within = (int(part[0]) for part in bins.places(np.array([minute])))
    first, end = bin_of - 2 * bins.window, bin_of + within + 2 * bins.window
    if first < 0 or end > len(bins.x):
        return "edge"
    return "gap" if np.isnan(bins.x[first:end]).any() else "censored"


#: Minutes by which a placebo is moved: beyond the ten after the call, and within the same part of the evening.
NEAREST, FARTHEST = 11, 45
OFFSETS = np.concatenate([np.arange(-FARTHEST, -NEAREST + 1), np.arange(NEAREST, FARTHEST + 1)])
#: With fewer placebo minutes than this around it, a minute cannot be judged.
LEAST_PLACES = 20
#: Unless a rise of ten minutes after every minute raises the pooled J this much, its echo is not told apart.
LEAST_ECHO = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Minutes (n) and the places they could be moved to (n, 70), with J; NaN where J is not there."""

    own: Places
    around: Places
    jump: Floats
    jump_around: Floats

    @property
    def places(self) -> NDArray[np.int_]:
        """How many placebo minutes there are for each minute."""
        return np.asarray((~np.isnan(self.jump_around)).sum(axis=1))

    def kept(self, which: NDArray[np.bool_]) -> Judged:
        own, around = (Places(*(part[which] for part in places)) for places in (self.own, self.around))
        return Judged(own, around, self.jump[which], self.jump_around[which])

    def ranks(self) -> Floats:
        """Of each minute's placebos, itself included, the share that rose at least as much: never 0."""
        as_much = (self.jump_around >= self.jump[:, None]).sum(axis=1)
        return np.asarray((1 + as_much) / (1 + self.places))

    def moved(self, times: int, rng: np.random.Generator) -> Places:
        """Every minute moved anew and independently to one of its places (times, n)."""
        order = np.argsort(np.isnan(self.jump_around), axis=1, kind="stable")
        chosen = np.take_along_axis(order, rng.integers(0, self.places[:, None], size=(len(self.jump), times)), 1)
        return Places(*(np.take_along_axis(part, chosen, 1).T for part in self.around))


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Pooled J of placebo draws, and how a rise of 1 after the true minutes echoes in each, in the true ones' noise.

    A draw is rescaled by its noise: placebos that scatter where the true minutes crowd are noisier, or quieter.
    """

    jump: Floats
    echo: Floats


def judge(bins: Bins, minutes: Floats) -> Judged:
    """J at minutes since the start of the bins and at their placebos, which lie in another bin than the minute itself.

    A placebo may fall next to another listed minute: if calls change nothing, that is a minute like any other.
    """
    table = jumps(bins.x, bins.window)
    own, around = bins.places(minutes), bins.places(minutes[:, None] + OFFSETS)
    apart = around.bin_of != own.bin_of[:, None]
    return Judged(own, around, look_up(table, own), np.where(apart, look_up(table, around), np.nan))


def draw_placebos(bins: Bins, judged: Judged, times: int, rng: np.random.Generator) -> Draws:
    """As many draws of placebos for minutes that all have J and places to go."""
    moved = judged.moved(times, rng)
    noise = weight(bins, Places(*(part[None] for part in judged.own)))[0] / weight(bins, moved)
    jump = look_up(jumps(bins.x, bins.window), moved).mean(axis=1)
    return Draws(jump * noise, _echo(bins, judged.own, moved) * noise)


def _echo(bins: Bins, own: Places, moved: Places) -> Floats:
    after = np.zeros(len(bins.x))
    for first in own.bin_of + own.within:
        after[first : first + bins.window] = 1
    # Shifted up, so that no bin of it counts as below resolution; J does not see a constant.
    table = jumps(after + 1, bins.window)
    here = float(look_up(table, own).mean())
    echo = look_up(table, moved).mean(axis=1)
    return echo / here if here > LEAST_ECHO else np.zeros(len(echo))
