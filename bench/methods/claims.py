"""Before or after, on nights whose order is known: how often a verdict is given, and how often it is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from bench.methods.drawn import as_drawn
from bench.methods.shares import share
from bench.methods.spikes import HOUR, MINUTE, START, Kind, series
from data.core.model import When, Window
from data.evidence.claims import Verdict, order, span_of, weigh
from data.evidence.rises import rises

#: Of the definitions: most wrong verdicts, and how many bins are far enough for an answer.
MOST_WRONG, FAR = 0.01, 3.0
#: Gaps between the rise and the event reach so many bins either way.
WIDEST = 8.0
#: A night reaches so far either way of the rise.
NIGHT = 9 * HOUR
#: The share of verdicts asked for by the factor of the rise, at 20 searches a bin; other lines show what is lost.
ASKED, TARGET_LAMBDA = {60.0: 0.95, 10.0: 0.85, 4.0: 0.60}, 20.0
BINS = {MINUTE: 240, 8 * MINUTE: 270, 16 * MINUTE: 270, HOUR: 672}
KINDS = tuple(Kind(step, bins, lam, factor) for step, bins in BINS.items() for lam in (20, 5) for factor in ASKED)


@dataclass(frozen=True, slots=True)
class Answered:
    """One night: the gap in bins (its size), what was said, and what would be true."""

    gap: float
    said: Verdict
    true: Verdict

    @property
    def wrong(self) -> bool:
        return self.said.decided and self.said is not self.true


def try_night(kind: Kind, rng: np.random.Generator) -> Answered:
    """A burst at a known instant, an event in a known minute, and the verdict that the app would give.

    On every other night the stamps mark the end of a bin and not its start, because Google says neither.
    """
    moment = float(rng.uniform(0.7, 0.9) * kind.bins)
    rise = START + moment * kind.step
    gap = float(rng.uniform(-WIDEST, WIDEST))
    minute = pd.Timestamp(rise + gap * kind.step).floor("min").to_pydatetime()
    event = span_of(When.at(minute))
    values = series(kind, moment, rng)
    shift = kind.step * int(rng.integers(2))
    subject = next(rises(as_drawn(values, kind.step, shift), Window(rise - NIGHT, rise + NIGHT)))
    said, _ = weigh(subject, event)
    instant = Window(rise, rise + timedelta(microseconds=1))
    return Answered(abs(gap), said, order(instant, event))


def table(nights: int, seed: np.random.SeedSequence) -> list[str]:
    """Print one line for each kind of series; return what falls short."""
    print(f"\nBefore or after: {nights} nights in each line, the event up to {WIDEST:g} bins before or after the rise")
    print(
        f"{'bins':>8}{'searches':>10}{'burst':>7}{'wrong':>24}{f'given at {FAR:g}+ bins':>26}"
        f"{'given below 1 bin':>20}{'asked for':>12}"
    )
    short = list[str]()
    for kind, own in zip(KINDS, seed.spawn(len(KINDS)), strict=True):
        rng = np.random.default_rng(own)
        told = [try_night(kind, rng) for _ in range(nights)]
        short += _line(kind, told)
    return short


def _line(kind: Kind, told: Sequence[Answered]) -> list[str]:
    wrong = share(one.wrong for one in told)
    given = share(one.said.decided for one in told if one.gap >= FAR)
    near = [one.said.decided for one in told if one.gap < 1]
    name = f"{kind.step / MINUTE:4.0f} min{kind.lam:10.0f}{f'x{kind.factor:.0f}':>7}"
    print(f"{name}{_said(wrong):>24}{_said(given):>26}{f'{sum(near)} of {len(near)}':>20}{_enough(kind, given):>12}")
    short = list[str]()
    if wrong[0] > MOST_WRONG:
        short.append(f"claims, {name.strip()}: wrong {wrong[0]:.3f}, over {MOST_WRONG}")
    if (asked := _asked(kind)) and given[0] < asked:
        short.append(f"claims, {name.strip()}: given {given[0]:.3f}, under {asked}")
    if any(near):
        short.append(f"claims, {name.strip()}: {sum(near)} verdicts where the bin is wider than the gap")
    return short


def _asked(kind: Kind) -> float:
    """The share of verdicts asked for of this kind; 0 where none is."""
    return ASKED[kind.factor] if kind.lam == TARGET_LAMBDA else 0.0


def _enough(kind: Kind, given: tuple[float, float, float]) -> str:
    """Whether enough verdicts are given, as far as the interval of the share decides it."""
    asked, (_, low, high) = _asked(kind), given
    said = "yes" if low >= asked else "no" if high < asked else "open"
    return f"{asked:.2f} {said}" if asked else ""


def _said(told: tuple[float, float, float]) -> str:
    middle, low, high = told
    return f"{middle:.3f} ({low:.3f}-{high:.3f})"
