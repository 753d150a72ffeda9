"""Did searches rise after the calls? One effect and its interval, by placebo minutes and both readings of bins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.analysis.draws import Floats
from data.analysis.local_level import MINUTE, LocalLevel, fit_level
from data.core.model import as_utc

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
    """A series on its grid: the value of every bin from `start` on, NaN where a bin is missing."""

    start: datetime
    step: timedelta
    values: Floats

    @property
    def window(self) -> int:
        """How many whole bins stand for ten minutes: one at least."""
        return max(round(AFTER / self.step), 1)

    @property
    def span(self) -> timedelta:
        """What the ten minutes before or after a minute really span."""
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
        raise ValueError("an event study needs aware times")
    seen = pd.Series(values.to_numpy(dtype=float), times.tz_convert("UTC").as_unit("us")).dropna()
    seen = seen.groupby(level=0).mean()
    if len(seen) < 2 or not np.isfinite(seen).all() or (seen < 0).any():
        raise ValueError("an event study needs two or more bins with values of 0 or more")
    stamps = pd.DatetimeIndex(seen.index).asi8
    step = int(np.median(np.diff(stamps)))
    place = np.round((stamps - stamps[0]) / step).astype(int)
    if place[-1] > MOST_BINS:
        raise ValueError(f"bins of {step / 6e7:g} minutes, {place[-1]} of them: too many for one night")
    filled = np.full(int(place[-1]) + 1, np.nan)
    filled[place] = seen.to_numpy()
    return Bins(pd.DatetimeIndex(seen.index)[0].to_pydatetime(), timedelta(microseconds=step), filled)


def tabulate(bins: Bins) -> Floats:
    """J by the bin that holds a minute (2, T + 1), where the minute is at the bin's start [0] and where within it [1].

    J = A2 - A1 - (A1 - A0 + A3 - A2) / 2 where A1 and A2 are the log of 1 + the mean value of the windows before and
    after the minute and A0 and A3 of those next to them: a steady rise leaves 0. Only whole bins count: one that holds
    the minute belongs to neither side, and the rise taken off is that much longer. NaN: a bin is missing or more than a
    fifth are 0.
    """
    four = (four_means(bins.values, bins.window, skipped) for skipped in (0, 1))
    return np.stack([_contrast(np.log1p(part), bins.window, skipped) for skipped, part in enumerate(four)])


def look_up(table: Floats, places: Places) -> Floats:
    """Each place's entry of a table like that of J; NaN beyond its ends."""
    inside = (places.bin_of >= 0) & (places.bin_of < table.shape[1])
    return np.where(inside, table[places.within, np.where(inside, places.bin_of, 0)], np.nan)


def four_means(values: Floats, k: int, skipped: int) -> Floats:
    """The means of A0 to A3 (4, T + 1) by the bin that holds a minute; NaN where J is not there."""
    span, out = 4 * k + skipped, np.full((4, len(values) + 1), np.nan)
    if (count := len(values) - span + 1) <= 0:
        return out
    mean = np.lib.stride_tricks.sliding_window_view(values, k).mean(axis=-1)
    four = np.stack([mean[first : first + count] for first in (0, k, 2 * k + skipped, 3 * k + skipped)])
    below = np.lib.stride_tricks.sliding_window_view(values < 1, span).mean(axis=-1)
    out[:, 2 * k : 2 * k + count] = np.where(below > MOST_ZEROS, np.nan, four)
    return out


def _contrast(a: Floats, k: int, skipped: int) -> Floats:
    return np.asarray(a[2] - a[1] - (a[1] - a[0] + a[3] - a[2]) / 2 * (k + skipped) / k)


def missing_because(bins: Bins, minute: float) -> str:
    """Why J is not there for a minute since the start: `edge`, `gap` or `censored`."""
    bin_of, within = (int(part[0]) for part in bins.places(np.array([minute])))
    first, end = bin_of - 2 * bins.window, bin_of + within + 2 * bins.window
    if first < 0 or end > len(bins.values):
        return "edge"
    return "gap" if np.isnan(bins.values[first:end]).any() else "censored"


#: Minutes by which a placebo is moved: beyond the ten after the call, and within the same part of the evening.
NEAREST, FARTHEST = 11, 45
OFFSETS = np.concatenate([np.arange(-FARTHEST, -NEAREST + 1), np.arange(NEAREST, FARTHEST + 1)])
#: With fewer placebo minutes than this around it, a minute cannot be judged.
LEAST_PLACES = 20


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


def judge(bins: Bins, minutes: Floats) -> Judged:
    """J at minutes since the start of the bins and at their placebos, which lie in another bin than the minute itself.

    A placebo may fall next to another listed minute: if calls change nothing, that is a minute like any other.
    """
    table = tabulate(bins)
    own, around = bins.places(minutes), bins.places(minutes[:, None] + OFFSETS)
    apart = around.bin_of != own.bin_of[:, None]
    jump_around = np.where(apart, look_up(table, around), np.nan)
    return Judged(own, around, look_up(table, own), jump_around)


#: Minutes farther than this from every call and placebo have no part in the regression, nor have those so soon after
#: the ten: a rise that fades, or lasts somewhat longer, is not taken for the level.
BESIDE, FADING = 30, 5


def regress(bins: Bins, own: Places) -> tuple[LocalLevel, Ints]:
    """How far searches lay above a wandering level within ten minutes after a minute, and the bins that were seen.

    A bin within which a minute lies belongs to neither side, nor do the five minutes after the ten, if they are not in
    the ten minutes after another.
    """
    after, far = np.zeros(len(bins.values)), (FARTHEST + BESIDE) * MINUTE / bins.step
    inside = _inside(bins, own)
    after[inside[inside < len(after)]] = 1
    near = (np.abs(np.arange(len(after))[:, None] - own.bin_of) <= far).any(axis=1)
    near[own.bin_of[own.within > 0]] = False
    fading = _inside(bins, own, round(FADING * MINUTE / bins.step))
    near[fading[fading < len(near)]] = False
    seen = np.flatnonzero((near | (after > 0)) & ~np.isnan(bins.values))
    return fit_level(bins.values, after, seen, bins.step), seen


def _inside(bins: Bins, places: Places, more: int = 0) -> Ints:
    """The bins of the ten minutes after minutes (..., n), and so many more: (..., n x bins)."""
    first = places.bin_of + places.within
    return np.asarray((first[..., None] + np.arange(bins.window + more)).reshape(*first.shape[:-1], -1))


def shares(level: LocalLevel, seen: Ints, own: Places) -> Floats:
    """How much of the effect each minute's own bins make up (n): 1 in all. A bin is the last minute's before it."""
    inside = level.after > 0
    minute = np.searchsorted(own.bin_of + own.within, seen[inside], side="right") - 1
    return np.asarray(np.bincount(minute, level.influence[inside], len(own.bin_of)), dtype=np.float64)


def draw_placebos(
    bins: Bins, judged: Judged, level: LocalLevel, seen: Ints, times: int, rng: np.random.Generator
) -> Floats:
    """Effects of as many draws of placebos for minutes that all have J and places to go, by chance alone.

    What the effect after the true minutes adds to a draw is taken off it, and what is left is counted in units of its
    own error, told in that of the true minutes. That error is the least that draws scatter: an evening is no calmer
    than its regression says.
    """
    place = np.full(len(bins.values) + bins.window + 1, len(seen))
    place[seen] = np.arange(len(seen))
    after = np.zeros((times, len(seen) + 1))
    np.put_along_axis(after, place[_inside(bins, judged.moved(times, rng))], 1.0, axis=1)
    effect, echo = level.elsewhere(after[:, :-1])
    own_error = np.sqrt(np.maximum(1 - echo**2, 1e-9))  # a draw of the true minutes themselves has none, and no rest
    rest = (effect - level.effect * echo) / own_error
    size = float(np.sqrt((rest**2).mean()))
    return np.asarray(rest * max(level.error / size, 1.0)) if size else rest


#: Of a hundred such intervals, 95 hold the truth.
LEVEL = 0.95
#: Rises are asked about: of five finds by chance four are rises and one is a fall (Rice and Gaines, 1994).
RISES, FALLS = 0.8, 0.2


def share_as_clear(effect: float, draws: Floats) -> float:
    """The share of draws, the real one included, that moved as clearly, up or down: never 0, at most 1.

    Directed: a fall is as clear as a rise that draws reach four times as often.
    """
    as_far = 1 + int((np.abs(draws) >= abs(effect)).sum())
    return min(as_far / ((1 + len(draws)) * 2 * (RISES if effect > 0 else FALLS)), 1.0)


def interval(effect: float, draws: Floats) -> tuple[float, float]:
    """The sizes that a directed test at 5 % leaves standing: zero is one where `share_as_clear` is above .05."""
    return effect - _reached(draws, RISES), effect + _reached(draws, FALLS)


def _reached(draws: Floats, part: float) -> float:
    """How far from 0, up or down, twice such a part of 5 % of draws lie, the real one counted among them."""
    place = int(2 * part * (1 - LEVEL) * (len(draws) + 1) + 1e-9) - 1
    return float(-np.partition(-np.abs(draws), place)[place])


#: Bins up to the first speak for a single call, up to the second for all calls together; longer ones for none.
EACH_CALL, ALL_CALLS = MINUTE, 16 * MINUTE
#: Fewer minutes are single calls, of which nothing is claimed.
LEAST_MINUTES = 5
#: An interval of 95 % takes at least as many placebo draws.
LEAST_DRAWS = 199
#: Where the placebo draws are summed up: their middle, and the bounds of 95 % and of all of them.
QUANTILES = (0.0, 0.025, 0.5, 0.975, 1.0)


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute that was used: J, its share in the effect, and that of its own placebos that rose as much.

    `rank` is None in coarse bins.
    """

    at: datetime
    jump: float
    share: float
    rank: float | None
    placebos: int

    @property
    def growth(self) -> float:
        """exp(J) - 1: the rise beyond trend, over the window after it against the one before."""
        return math.expm1(self.jump)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A minute that could not be used: `edge`, `gap`, `censored`, `same bin` (as another) or `no placebos`."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """A bin of the regression: its level, and what the log of the bin adds to the effect.

    The effect is the sum of influence times (log of level + value / level - 1).
    """

    at: datetime
    level: float
    influence: float


@dataclass(frozen=True, slots=True)
class Study:
    """By how much searches lay above a wandering level in the ten minutes after a minute, with its interval (log units;
    NaN when `refused`, a sentence that says why). exp(effect) - 1 is the rise beyond trend.

    `p`: the share of placebo draws, the real one included, that moved as clearly, up or down (`share_as_clear`); .05 or
    less where the interval leaves zero out. `chance`: placebo draws at QUANTILES. `span`: what the ten minutes really
    span in whole bins. `weighed`: the bins of the regression.
    """

    effect: float
    low: float
    high: float
    p: float
    used: tuple[Minute, ...]
    left_out: tuple[LeftOut, ...]
    placebos: int
    step: timedelta
    span: timedelta
    refused: str = ""
    chance: tuple[float, ...] = ()
    weighed: tuple[Weighed, ...] = ()

    @property
    def n(self) -> int:
        return len(self.used)

    @property
    def detectable(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0


def refusal(step: timedelta) -> str:
    """Why bins of this length cannot answer at all; empty where they can."""
    if step <= ALL_CALLS:
        return ""
    minutes = round(step / MINUTE)
    return f"Bins of {minutes} minutes cannot show the ten minutes after a call; it takes bins of 16 minutes or less."


def pooled(values: pd.Series[float], minutes: Sequence[datetime], *, placebos: int = 999, seed: int = 0) -> Study:
    """The effect at the distinct minutes, against as many placebo draws; the same seed, the same study.

    `values`: a series of searches by the aware start of each bin, NaN or absent where missing, never published marks.
    The interval holds every size of effect that the directed test would not reject at 5 %. Bins of 1 minute also rank
    each minute among its own placebos; longer ones pool only, and longer than 16 minutes are refused. Raises ValueError
    for values that are no series and for fewer than 199 placebo draws.
    """
    if placebos < LEAST_DRAWS:
        raise ValueError(f"an interval of 95% takes {LEAST_DRAWS} placebo draws or more, not {placebos}")
    bins = on_grid(values)
    moments = sorted({as_utc(minute) for minute in minutes})
    if refused := refusal(bins.step):
        return _refused(refused, bins, placebos)
    since = bins.minutes(moments)
    judged = judge(bins, since)
    reasons = [_reason(bins, judged, place, float(minute)) for place, minute in enumerate(since)]
    left_out = tuple(LeftOut(at, why) for at, why in zip(moments, reasons, strict=True) if why)
    keep = np.array([not why for why in reasons], dtype=bool)
    if keep.sum() < LEAST_MINUTES:
        few = f"Only {keep.sum()} minutes with calls can be used; a pooled answer takes {LEAST_MINUTES}."
        return _refused(few, bins, placebos, left_out)
    kept = judged.kept(keep)
    level, seen = regress(bins, kept.own)
    draws = draw_placebos(bins, kept, level, seen, placebos, np.random.default_rng(seed))
    listed = [at for at, why in zip(moments, reasons, strict=True) if not why]
    rows = _rows(listed, kept, shares(level, seen, kept.own), bins)
    found = (level.effect, *interval(level.effect, draws), share_as_clear(level.effect, draws))
    chance = tuple(float(place) for place in np.quantile(draws, QUANTILES))
    numbers = zip(seen.tolist(), level.weight.tolist(), level.influence.tolist(), strict=True)
    weighed = tuple(Weighed(bins.start + at * bins.step, middle, adds) for at, middle, adds in numbers)
    return Study(*found, rows, left_out, placebos, bins.step, bins.span, chance=chance, weighed=weighed)


def _reason(bins: Bins, judged: Judged, place: int, minute: float) -> str:
    """Why a minute is left out; empty where it is used. In coarse bins, the first minute of a bin speaks for it."""
    if np.isnan(judged.jump[place]):
        return missing_because(bins, minute)
    if judged.places[place] < LEAST_PLACES:
        return "no placebos"
    earlier = judged.own.bin_of[:place]
    return "same bin" if judged.own.bin_of[place] in earlier[~np.isnan(judged.jump[:place])] else ""


def _rows(moments: Sequence[datetime], judged: Judged, share: Floats, bins: Bins) -> tuple[Minute, ...]:
    ranked = bins.step <= EACH_CALL
    numbers = (judged.jump, share, judged.ranks(), judged.places)
    each = zip(moments, *(column.tolist() for column in numbers), strict=True)
    return tuple(Minute(at, jump, part, rank if ranked else None, places) for at, jump, part, rank, places in each)


def _refused(why: str, bins: Bins, placebos: int, left_out: tuple[LeftOut, ...] = ()) -> Study:
    nothing = (float("nan"),) * 4
    return Study(*nothing, (), left_out, placebos, bins.step, bins.span, refused=why)


#: How the readings are called in files, in their order.
STARTS, ENDS = "start", "end"
READINGS = (STARTS, ENDS)


def read_both_ways(
    values: pd.Series[float], minutes: Sequence[datetime], *, placebos: int = 999, seed: int = 0
) -> tuple[Study, ...]:
    """The pooled study with stamps as starts of bins and, where bins are longer than a minute, with stamps as ends.

    One reading where bins are of a minute or refused for their length. Raises what `pooled` raises.
    """
    starts = pooled(values, minutes, placebos=placebos, seed=seed)
    if not ambiguous(starts.step) or (starts.refused and not starts.left_out):
        return (starts,)
    return starts, pooled(as_ends(values, starts.step), minutes, placebos=placebos, seed=seed)


def ambiguous(step: timedelta) -> bool:
    """Whether bins are so long that a stamp at the other edge may change the answer."""
    return step > EACH_CALL


def as_ends(values: pd.Series[float], step: timedelta) -> pd.Series[float]:
    """The series by the starts of its bins if its stamps mark their ends: each one step earlier."""
    return values.set_axis(pd.DatetimeIndex(values.index) - step)


def as_ends_if_coarse(values: pd.Series[float]) -> pd.Series[float]:
    """`as_ends`; a series in bins of a minute stays as it is."""
    step = on_grid(values).step
    return as_ends(values, step) if ambiguous(step) else values


def refused(readings: Sequence[Study]) -> str:
    """Why there is no answer; one reading that cannot be had is enough. Empty where there is an answer."""
    return next((study.refused for study in readings if study.refused), "")


def agree(readings: Sequence[Study]) -> bool:
    """Whether every reading finds the same: a rise, a fall or no detectable change."""
    return len({_found(study) for study in readings}) == 1


def hull(readings: Sequence[Study]) -> tuple[float, float]:
    """The bounds that hold every reading's interval (log units)."""
    return min(study.low for study in readings), max(study.high for study in readings)


def _found(study: Study) -> int:
    return (study.low > 0) - (study.high < 0)
