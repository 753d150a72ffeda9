"""How often "searches rose after the calls" would be said on evenings when they did not, and when they did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import numpy as np
import pandas as pd

from bench.methods.evenings import START, call_minutes, make_evening, true_effect
from bench.methods.naive_tests import NAIVE
from bench.methods.shares import share
from data.analysis.event_study import Study, pooled
from data.analysis.jumps import jumps, look_up, on_grid
from data.analysis.placebos import judge

NOMINAL, RISE = 0.05, 0.35
#: Later calls lie beyond the series, where they are left out.
END = START + timedelta(hours=11)
#: Of the definitions: most false alarms, where coverage should lie, and the least power at +35 %.
MOST_FALSE, COVERS, POWER = 0.10, (0.92, 0.98), 0.90
#: Mean searches a minute in Google's sample; power is promised at the second.
LAMBDAS, TARGET_LAMBDA = (5.0, 20.0, 50.0), 20.0
OURS, INTERVAL, AS_DRAWN = "ours (p)", "ours (interval without zero)", "ours, draws not brought to one noise"
EIGHT = "ours, the same evening in 8-minute bins"


@dataclass(frozen=True, slots=True)
class Cell:
    """Evenings alike: mean searches a minute, the rise after calls, and whether other tests are tried on them."""

    lam: float
    rise: float
    rivals: bool


@dataclass(frozen=True, slots=True)
class Told:
    """Which tests said "rose" (by name), and whether the interval holds the true effect."""

    rose: dict[str, bool] = field(default_factory=dict)
    covers: bool | None = None


def try_evening(cell: Cell, seed: np.random.SeedSequence) -> Told:
    """One evening put to every test."""
    rng = np.random.default_rng(seed)
    calls = call_minutes()
    inside = [call for call in calls if call < END]
    evening = make_evening(cell.lam, cell.rise, inside, rng)
    study = pooled(evening.shown, calls, seed=int(rng.integers(2**31)))
    if study.refused:
        return Told()
    rose = {OURS: study.p <= NOMINAL, INTERVAL: study.detectable}
    truth = true_effect(evening, [minute.at for minute in study.used])
    coarse = pooled(evening.shown.resample("8min").mean(), calls, seed=1)
    if not coarse.refused:
        rose[EIGHT] = coarse.p <= NOMINAL
    if cell.rivals:
        rose[AS_DRAWN] = _as_drawn(evening.shown, study, rng) <= NOMINAL
        x, at = (
            np.log1p(evening.shown.to_numpy()),
            np.array([(call - START) // timedelta(minutes=1) for call in inside]),
        )
        rose |= {name: test(x, at, rng) <= NOMINAL for name, test in NAIVE.items()}
    return Told(rose, study.low <= truth <= study.high)


def _as_drawn(values: pd.Series[float], study: Study, rng: np.random.Generator) -> float:
    """The same placebos, compared as they are."""
    bins = on_grid(values)
    judged = judge(bins, bins.minutes([minute.at for minute in study.used]))
    drawn = look_up(jumps(bins.x, bins.window), judged.moved(study.placebos, rng)).mean(axis=1)
    return float((1 + (drawn >= study.effect).sum()) / (1 + study.placebos))


def table(evenings: int, seed: np.random.SeedSequence, pool: Executor) -> list[str]:
    """Print false alarms, coverage and power; return what falls short of its target."""
    inside = [call for call in call_minutes() if call < END]
    print(f"\nRose after the calls: {evenings} made-up evenings in each line, {len(inside)} minutes of AP's own calls")
    short = list[str]()
    for lam in LAMBDAS:
        for rise in (0.0, RISE):
            cell = Cell(lam, rise, rivals=lam == TARGET_LAMBDA)
            told = list(pool.map(partial(try_evening, cell), seed.spawn(evenings), chunksize=20))
            _show(cell, told)
            short += _misses(cell, told)
    return short


def _show(cell: Cell, told: Sequence[Told]) -> None:
    nature = f"calls are followed by +{cell.rise:.0%}" if cell.rise else "no call changes anything"
    print(
        f'\n{cell.lam:g} searches a minute in the sample, {nature}: says "rose" at a nominal {NOMINAL} (95 % interval)'
    )
    for name in dict.fromkeys(name for one in told for name in one.rose):
        print(f"{name:48}{_said(one.rose[name] for one in told if name in one.rose)}")
    print(f"{'interval holds the true effect':48}{_said(_covered(told))}")
    if silent := sum(not one.rose for one in told):
        print(f"{'too much below resolution: says nothing':48}{silent / len(told):6.3f}")


def _covered(told: Iterable[Told]) -> list[bool]:
    return [one.covers for one in told if one.covers is not None]


def _said(held: Iterable[bool]) -> str:
    middle, low, high = share(held)
    return f"{middle:6.3f} ({low:.3f}-{high:.3f})"


def _misses(cell: Cell, told: Sequence[Told]) -> list[str]:
    at, short = f"events at {cell.lam:g} a minute, +{cell.rise:.0%}", list[str]()
    rose = share(one.rose[OURS] for one in told if one.rose)[0]
    covers = share(_covered(told))[0]
    if not cell.rise and rose > MOST_FALSE:
        short.append(f"{at}: false alarms {rose:.3f}, over {MOST_FALSE}")
    if cell.rise and cell.lam == TARGET_LAMBDA and rose < POWER:
        short.append(f"{at}: power {rose:.3f}, under {POWER}")
    if not COVERS[0] <= covers <= COVERS[1]:
        short.append(f"{at}: the interval covers {covers:.3f}, not {COVERS[0]}-{COVERS[1]}")
    return short
