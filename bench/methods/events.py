"""How often "searches rose after the calls" would be said on evenings when they did not, and when they did."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from bench.methods.drawn import NAME, as_drawn
from bench.methods.evenings import STARTS, TEN, Evening, make_evening, minutes_inside, story_of, used_minutes
from bench.methods.naive_tests import NAIVE
from bench.methods.shares import share
from data.analysis.event_study import MINUTE, Study, agree, hull, judge, jumps, look_up, on_grid
from data.evidence.study import RoseAfter, rose_after

NOMINAL, RISE = 0.05, 0.35
#: Of the definitions: most false alarms, where coverage should lie, and the least power at +35 % for ten minutes.
MOST_FALSE, COVERS, POWER = 0.10, (0.92, 0.98), 0.90
#: Mean searches a minute in Google's sample at which power is promised.
TARGET_LAMBDA = 20.0
#: What the reader sees: the sentence of the study, and the p in it.
ROSE, FELL, NOTHING, OPEN = "says rose", "says fell", "says no detectable change", "says cannot tell"
SEEN = f"shows a p of {NOMINAL} or less"
HOLDS = "95 % interval that it shows holds the true effect"
#: Only for comparison: the test for a rise alone, as it is and without its draws brought to one noise.
P_RISE, AS_DRAWN = f"p_rise of {NOMINAL} or less", f"p_rise of {NOMINAL} or less, draws not brought to one noise"
COARSE = 8
Told = dict[str, bool]


@dataclass(frozen=True, slots=True)
class Cell:
    """Evenings alike: mean searches a minute, the rise after calls and the minutes that it lasts, whose calls."""

    lam: float
    rise: float
    lasts: int = TEN
    slug: str = "us-2016"

    @property
    def rivals(self) -> bool:
        """Whether other tests are tried on the same evenings."""
        return self.lam == TARGET_LAMBDA and self.lasts == TEN and self.slug == "us-2016"

    @property
    def said(self) -> str:
        after = f"calls are followed by +{self.rise:.0%} for {self.lasts} minutes"
        nature = after if self.rise else "no call changes anything"
        return f"{self.slug}, {self.lam:g} searches a minute in the sample, {nature}"


CELLS = (
    *(Cell(lam, rise) for lam in (5.0, TARGET_LAMBDA, 50.0) for rise in (0.0, RISE)),
    Cell(TARGET_LAMBDA, RISE, lasts=2 * TEN),
    *(Cell(TARGET_LAMBDA, rise, slug=slug) for slug in ("us-2020", "us-2024") for rise in (0.0, RISE)),
)


def try_evening(cell: Cell, seed: np.random.SeedSequence) -> Told:
    """One evening put to the app, in bins of a minute and in longer ones, and to every other test."""
    rng = np.random.default_rng(seed)
    evening = make_evening(cell.slug, cell.lam, cell.rise, cell.lasts, rng)
    ends, told = bool(rng.integers(2)), Told()
    found, coarse = _asked(cell, evening), _asked(cell, evening, COARSE, ends)
    if not found.refused:
        told |= _told(found, evening) | {P_RISE: found.study.p <= NOMINAL}
        if cell.rivals:
            told |= _rivals(cell, evening.shown(), found.study, rng)
    if not coarse.refused:
        told |= {_coarse(name): held for name, held in _told(coarse, evening, COARSE, ends).items()}
    return told


def _asked(cell: Cell, evening: Evening, bins: int = 1, ends: bool = False) -> RoseAfter:
    """The app's own study. `ends`: the stamps mark the ends of bins, which nobody is told."""
    step = bins * MINUTE
    drawn = as_drawn(evening.shown(bins), step, ends * step)
    return rose_after(story_of(cell.slug), drawn, NAME, story_of(cell.slug).about.caller)


def _told(found: RoseAfter, evening: Evening, bins: int = 1, ends: bool = False) -> Told:
    """What a reader is told; of two values of p, the smaller one counts."""
    right, answers, (low, high) = found.readings[ends], agree(found.readings), hull(found.readings)
    told = {
        ROSE: answers and found.study.low > 0,
        FELL: answers and found.study.high < 0,
        NOTHING: answers and not found.study.detectable,
        OPEN: not answers,
        SEEN: answers and min(study.p_same_way for study in found.readings) <= NOMINAL,
    }
    if answers:
        told[HOLDS] = low <= evening.true_effect([minute.at for minute in right.used], bins) <= high
    return told


def _coarse(name: str) -> str:
    return f"{COARSE}-minute bins: {name}"


def _rivals(cell: Cell, values: pd.Series[float], study: Study, rng: np.random.Generator) -> Told:
    x = np.log1p(values.to_numpy())
    at = np.array([(call - STARTS[cell.slug]) // MINUTE for call in minutes_inside(cell.slug)])
    others = {name: test(x, at, rng) <= NOMINAL for name, test in NAIVE.items()}
    return {AS_DRAWN: _as_drawn(values, study, rng) <= NOMINAL} | others


def _as_drawn(values: pd.Series[float], study: Study, rng: np.random.Generator) -> float:
    """The same placebos, compared as they are."""
    bins = on_grid(values)
    judged = judge(bins, bins.minutes([minute.at for minute in study.used]))
    drawn = look_up(jumps(bins.x, bins.window), judged.moved(study.placebos, rng)).mean(axis=1)
    return float((1 + (drawn >= study.effect).sum()) / (1 + study.placebos))


def table(evenings: int, seed: np.random.SeedSequence, pool: Executor) -> list[str]:
    """Print false alarms, coverage and power; return what falls short of its target."""
    print(f"\nRose after the calls: {evenings} made-up evenings in each block, with the minutes of the app's own study")
    for slug in STARTS:
        used = used_minutes(slug)
        calls = sum(len(minute.calls) for minute in used)
        print(f"{slug}: {calls} calls in {len(used)} minutes, {len(minutes_inside(slug))} of them within the evening")
    short = list[str]()
    for cell in CELLS:
        told = list(pool.map(partial(try_evening, cell), seed.spawn(evenings), chunksize=20))
        _show(cell, told)
        short += _misses(cell, told)
    return short


def _show(cell: Cell, told: Sequence[Told]) -> None:
    print(f"\n{cell.said}: share of evenings (95 % interval)")
    for name in dict.fromkeys(name for one in told for name in one):
        middle, low, high = _share(told, name)
        print(f"{name:60}{middle:6.3f} ({low:.3f}-{high:.3f})", flush=True)
    if silent := sum(ROSE not in one for one in told):
        print(f"{'too much below resolution: says nothing':60}{silent / len(told):6.3f}")


def _share(told: Sequence[Told], name: str) -> tuple[float, float, float]:
    return share(one[name] for one in told if name in one)


def _misses(cell: Cell, told: Sequence[Told]) -> list[str]:
    """Against the targets; no coverage is asked for in longer bins, whose bounds hold two intervals."""
    short = list[str]()
    for bins in ("", _coarse("")):
        false = _share(told, bins + ROSE)[0] + _share(told, bins + FELL)[0]
        if not cell.rise and false > MOST_FALSE:
            short.append(f"{cell.said}: {bins}says that searches rose or fell on {false:.3f}, over {MOST_FALSE}")
    rose, covers = _share(told, ROSE)[0], _share(told, HOLDS)[0]
    if cell.rise and cell.lam == TARGET_LAMBDA and cell.lasts == TEN and rose < POWER:
        short.append(f"{cell.said}: {ROSE} on {rose:.3f}, under {POWER}")
    if not COVERS[0] <= covers <= COVERS[1]:
        short.append(f"{cell.said}: the interval covers {covers:.3f}, not {COVERS[0]}-{COVERS[1]}")
    return short
