"""Did searches rise after the calls? One pooled mean and its interval, judged by placebo minutes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from data.analysis.draws import Floats
from data.analysis.placebos import LEAST_PLACES, Bins, Draws, Judged, draw_placebos, judge, missing_because, on_grid
from data.core.model import as_utc

#: Of a hundred such intervals, 95 hold the truth.
LEVEL = 0.95
#: Sizes that are tried, this many half-widths to either side of the effect.
TRIED, REACH = 241, 3.0


def share_as_high(effect: float, draws: Draws) -> float:
    """(1 + draws at least as high) / (1 + draws): one-sided, never 0."""
    return float((1 + (draws.jump >= effect).sum()) / (1 + len(draws.jump)))


def share_as_low(effect: float, draws: Draws) -> float:
    """(1 + draws at least as low) / (1 + draws): the same test for a fall, never 0."""
    return float((1 + (draws.jump <= effect).sum()) / (1 + len(draws.jump)))


def interval(effect: float, draws: Draws) -> tuple[float, float]:
    """The sizes that a two-sided test at 5 % leaves standing; it always holds the effect itself.

    For each size, that rise is taken off after the true minutes, which also takes its echo out of the placebos that
    fall near one, and what remains of the effect is compared with what remains of theirs.
    """
    reach = REACH * float(_exceeded(np.abs(draws.jump)[None])[0])
    sizes = effect + np.linspace(-reach, reach, TRIED)
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
    """One minute that was used: J, and the share of its own placebos that rose as much (None in coarse bins)."""

    at: datetime
    jump: float
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
    """The pooled mean of J with its interval (log units; NaN when `refused`, a sentence that says why).

    `p` and `p_fall`: the shares of placebo draws, the real one included in each, that rose, or fell, at least as much;
    never 0. `chance`: the pooled J of placebo draws at QUANTILES. `span`: what the windows before and after a minute
    span. exp(J) - 1 is the rise beyond trend over that window, against the one before it.
    """

    effect: float
    low: float
    high: float
    p: float
    p_fall: float
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
    def p_same_way(self) -> float:
        """One-sided in the direction of the effect: the share of placebo draws that moved as far the way it did."""
        return self.p_fall if self.effect < 0 else self.p

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
    """The pooled mean of J over the distinct minutes, against as many placebo draws; the same seed, the same study.

    `values`: a series of searches by the aware start of each bin, NaN or absent where missing, never published marks.
    `p` and `p_fall` are one-sided, the interval holds every size of effect that the two-sided test would not reject at
    5 %. Bins of 1 minute also rank each minute among its own placebos; longer ones pool only, and longer than 16
    minutes are refused. Raises ValueError for values that are no series and for fewer than 199 placebo draws.
    """
    if placebos < LEAST_DRAWS:
        raise ValueError(f"an interval of 95 % takes {LEAST_DRAWS} placebo draws or more, not {placebos}")
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
    effect, draws = float(kept.jump.mean()), draw_placebos(bins, kept, placebos, np.random.default_rng(seed))
    rows = _rows([at for at, why in zip(moments, reasons, strict=True) if not why], kept, bins)
    found = (effect, *interval(effect, draws), share_as_high(effect, draws), share_as_low(effect, draws))
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


def _rows(moments: Sequence[datetime], judged: Judged, bins: Bins) -> tuple[Minute, ...]:
    ranked = bins.step <= EACH_CALL
    each = zip(moments, judged.jump.tolist(), judged.ranks().tolist(), judged.places.tolist(), strict=True)
    return tuple(Minute(at, jump, rank if ranked else None, places) for at, jump, rank, places in each)


def _refused(why: str, bins: Bins, placebos: int, left_out: tuple[LeftOut, ...] = ()) -> Study:
    nothing = float("nan")
    numbers = (nothing, nothing, nothing, nothing, nothing)
    return Study(*numbers, (), left_out, placebos, bins.step, bins.span, refused=why)
