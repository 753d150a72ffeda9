"""Did searches rise after the calls? One pooled mean and its interval, by placebo minutes and both readings of bins."""

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


class Table(NamedTuple):
    """By the bin that holds a minute (2, T + 1), where the minute is at the bin's start [0] and where within it [1].

    `jump`: J = A2 - A1 - (A1 - A0 + A3 - A2) / 2 where A1 and A2 are the log of 1 + the mean value of the windows
    before and after the minute and A0 and A3 of those next to them: a steady rise leaves 0. Only whole bins count: one
    that holds the minute belongs to neither side, and the rise taken off is that much longer. NaN: a bin is missing or
    more than a fifth are 0.

    `root`: the root of the mean value around the minute, by which its J counts in the pooled one; NaN where J is. Where
    fewer search, chance alone moves J further. The root lies between counting all minutes alike, which lets the
    quietest decide, and counting them by their searches, which lets the busiest.
    """

    jump: Floats
    root: Floats


def tabulate(bins: Bins) -> Table:
    """J and what it counts at every bin."""
    four = [_four(bins.values, bins.window, skipped) for skipped in (0, 1)]
    jump = [_contrast(np.log1p(part), bins.window, skipped) for skipped, part in enumerate(four)]
    return Table(np.stack(jump), np.sqrt([part.mean(axis=0) for part in four]))


def look_up(table: Floats, places: Places) -> Floats:
    """Each place's entry of a part of a Table; NaN beyond its ends."""
    inside = (places.bin_of >= 0) & (places.bin_of < table.shape[1])
    return np.where(inside, table[places.within, np.where(inside, places.bin_of, 0)], np.nan)


def _four(values: Floats, k: int, skipped: int) -> Floats:
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


def shares(table: Table, places: Places) -> Floats:
    """How much of the pooled J each minute with J makes up (draws, n): 1 for each row."""
    root = look_up(table.root, places)
    return np.asarray(root / root.sum(axis=-1, keepdims=True))


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
#: Unless a rise of ten minutes after every minute raises the pooled J this much, its echo is not told apart.
LEAST_ECHO = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Minutes (n) and the places they could be moved to (n, 70), with J; NaN where J is not there."""

    table: Table
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
        return Judged(self.table, own, around, self.jump[which], self.jump_around[which])

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
    """Pooled J of placebo draws, and how a rise of 1 after the true minutes echoes in each, in the true ones' noise."""

    jump: Floats
    echo: Floats


def judge(bins: Bins, minutes: Floats) -> Judged:
    """J at minutes since the start of the bins and at their placebos, which lie in another bin than the minute itself.

    A placebo may fall next to another listed minute: if calls change nothing, that is a minute like any other.
    """
    table = tabulate(bins)
    own, around = bins.places(minutes), bins.places(minutes[:, None] + OFFSETS)
    apart = around.bin_of != own.bin_of[:, None]
    jump_around = np.where(apart, look_up(table.jump, around), np.nan)
    return Judged(table, own, around, look_up(table.jump, own), jump_around)


def pool(judged: Judged) -> tuple[float, Floats]:
    """The pooled J of minutes that all have J, and each one's share in it (n)."""
    share = shares(judged.table, judged.own)
    return float(share @ judged.jump), share


def spread(bins: Bins, judged: Judged) -> float:
    """How far the pooled J moves by itself, a standard deviation: from how J hangs together over time near the minutes.

    Minutes close together share bins, and bends of the evening too, which moving each on its own takes apart. J by the
    root of the searches around is taken for as noisy everywhere. What followed them counts, as if it were chance.
    """
    own, within = judged.own.bin_of, round(float(judged.own.within.mean()))
    steady = judged.table.jump[within] * judged.table.root[within]
    far = FARTHEST * MINUTE / bins.step
    steady[(np.abs(np.arange(len(steady))[:, None] - own) > far).all(axis=1)] = np.nan
    alike, known = np.zeros(len(steady)), ~np.isnan(steady)
    for lag in range(min(4 * bins.window + within, len(steady))):
        both = known[lag:] & known[: len(steady) - lag]
        alike[lag] = (steady[lag:] * steady[: len(steady) - lag])[both].sum() / max(both.sum(), 1)
    together = float(alike[np.abs(own[:, None] - own)].sum())
    return float(np.sqrt(max(together, alike[0])) / look_up(judged.table.root, judged.own).sum())


def draw_placebos(bins: Bins, judged: Judged, times: int, rng: np.random.Generator) -> Draws:
    """As many draws of placebos for minutes that all have J and places to go, as noisy together as the minutes are."""
    moved = judged.moved(times, rng)
    share, own_share = shares(judged.table, moved), shares(judged.table, judged.own)
    jump = (share * look_up(judged.table.jump, moved)).sum(axis=1)
    size = float(np.sqrt((jump**2).mean()))
    after = _after(bins, judged.own)
    here = float(own_share @ look_up(after, judged.own))
    after = after / here if here > LEAST_ECHO else np.zeros_like(after)
    noise = spread(bins, judged) / size if size else 1.0
    return Draws(jump * noise, (share * look_up(after, moved)).sum(axis=1) * noise)


def _after(bins: Bins, own: Places) -> Floats:
    """J of a log that is 1 in the ten minutes after every minute, and else 0."""
    k, after = bins.window, np.zeros(len(bins.values))
    for first in own.bin_of + own.within:
        after[first : first + k] = 1
    # Shifted up, so that no bin of it counts as below resolution; J does not see a constant.
    return np.stack([_contrast(_four(after + 1, k, skipped), k, skipped) for skipped in (0, 1)])


#: Of a hundred such intervals, 95 hold the truth.
LEVEL = 0.95
#: Sizes that are tried, this many half-widths to either side of the effect.
TRIED, REACH = 241, 3.0


def share_as_far(effect: float, draws: Draws) -> float:
    """(1 + draws at least as far from 0, up or down) / (1 + draws): two-sided, never 0."""
    return float((1 + (np.abs(draws.jump) >= abs(effect)).sum()) / (1 + len(draws.jump)))


def interval(effect: float, draws: Draws) -> tuple[float, float]:
    """The sizes that a two-sided test at 5 % leaves standing; it always holds the effect itself.

    For each size, that rise is taken off after the true minutes, which also takes its echo out of the placebos that
    fall near one, and what remains of the effect is compared with what remains of theirs. No size at all is one of
    those tried: zero is held where `share_as_far` is above .05.
    """
    reach = REACH * float(_exceeded(np.abs(draws.jump)[None])[0])
    sizes = np.append(effect + np.linspace(-reach, reach, TRIED), 0.0)
    limits = _exceeded(np.abs(draws.jump - sizes[:, None] * draws.echo))
    held = sizes[np.abs(effect - sizes) <= limits]
    return float(min(held.min(initial=effect), effect)), float(max(held.max(initial=effect), effect))


def _exceeded(away: Floats) -> Floats:
    """What one draw in twenty reaches, the real one counted among them (rows: sizes, columns: draws)."""
    place = int((1 - LEVEL) * (away.shape[1] + 1) + 1e-9) - 1
    return np.asarray(-np.partition(-away, place, axis=1)[:, place])


MINUTE = timedelta(minutes=1)
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
    """One minute that was used: J, its share in the pooled J, and that of its own placebos that rose as much.

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
class Study:
    """The pooled J with its interval (log units; NaN when `refused`, a sentence that says why).

    `p`: the share of placebo draws, the real one included, that moved at least as far, up or down; never 0, and .05 or
    less where the interval leaves zero out. `chance`: the pooled J of placebo draws at QUANTILES. `span`: what the
    windows before and after a minute span. exp(J) - 1 is the rise beyond trend over that window, against the one before
    it.
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
    """The pooled J of the distinct minutes, against as many placebo draws; the same seed, the same study.

    `values`: a series of searches by the aware start of each bin, NaN or absent where missing, never published marks.
    The interval holds every size of effect that the two-sided test would not reject at 5 %. Bins of 1 minute also rank
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
    (effect, share), draws = pool(kept), draw_placebos(bins, kept, placebos, np.random.default_rng(seed))
    rows = _rows([at for at, why in zip(moments, reasons, strict=True) if not why], kept, share, bins)
    found = (effect, *interval(effect, draws), share_as_far(effect, draws))
    chance = tuple(float(place) for place in np.quantile(draws.jump, QUANTILES))
    return Study(*found, rows, left_out, placebos, bins.step, bins.span, chance=chance)


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
