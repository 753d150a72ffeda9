"""Before or after, on nights whose order is known: how often a verdict is given, and how often it is wrong."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import numpy as np
import pandas as pd

from bench.methods import oracle
from bench.methods.bursts import HOUR, MINUTE, START, Kind, Made, make, series
from bench.methods.detectors import DETECTORS
from bench.methods.drawn import as_drawn
from bench.methods.shares import share
from data.analysis.spikes import Onset
from data.core.model import When, Window
from data.evidence.claims import Verdict, agreed, order, span_of, weigh
from data.evidence.rises import rises, span_of_onset

#: Of the definitions: most wrong verdicts, and how many bins are far enough for an answer.
MOST_WRONG, FAR = 0.01, 3.0
#: Where a target is missed, so much of what the oracle gives that must learn the level.
OF_ORACLE = 0.9
#: Gaps between the rise and the event reach so many bins either way.
WIDEST = 8.0
#: A night reaches so far either way of the rise.
NIGHT = 9 * HOUR
#: The share of verdicts asked for by the factor of the rise, at 20 searches a bin; other lines show what is lost.
ASKED, TARGET_LAMBDA = {60.0: 0.95, 10.0: 0.85, 4.0: 0.60}, 20.0
BINS = {MINUTE: 240, 8 * MINUTE: 270, 16 * MINUTE: 270, HOUR: 672}
KINDS = tuple(Kind(step, bins, lam, factor) for step, bins in BINS.items() for lam in (20, 5) for factor in ASKED)
OTHERS = tuple(replace(kind, family="second") for kind in KINDS if kind.lam == TARGET_LAMBDA)
#: Rises that take their time: nothing is asked for but that they are not called on the wrong side.
SLOW = tuple(Kind(MINUTE, 720, TARGET_LAMBDA, factor, ramp=hours) for hours in (0.5, 1, 2) for factor in (4, 60))
#: Nights with nothing of each length of bins, of which other detectors raise an alarm on one in a hundred; an alarm is
#: over after so many bins without one. They are slow, and asked on one night in so many.
QUIET, ALARMS, OVER, SLOWER = 25, 0.01, 12, 8


@dataclass(frozen=True, slots=True)
class Answered:
    """One night: the gap in bins (its size), what was said, what two oracles and other detectors would say, the truth.

    `learned` is by the one that must learn the level; None where nothing is asked for.
    """

    gap: float
    said: Verdict
    oracle: Verdict
    learned: Verdict | None
    others: tuple[Verdict, ...]
    true: Verdict


@dataclass(frozen=True, slots=True, eq=False)
class Night:
    """A burst at a known instant, an event in a known minute, `gap` bins later, and stamps that are so much later than
    the starts of bins, which nobody is told."""

    kind: Kind
    made: Made
    moment: float
    gap: float
    stamped: timedelta

    @property
    def rise(self) -> datetime:
        return START + self.moment * self.kind.step

    @property
    def event(self) -> Window:
        at = pd.Timestamp(self.rise + self.gap * self.kind.step)
        return span_of(When.at(at.floor("min").to_pydatetime()))

    @property
    def around(self) -> Window:
        return Window(self.rise - NIGHT, self.rise + NIGHT)

    @property
    def true(self) -> Verdict:
        return order(Window(self.rise, self.rise + timedelta(microseconds=1)), self.event)

    def said(self) -> Verdict:
        """The verdict that the app would give."""
        drawn = as_drawn(self.made.shown, self.kind.step, self.stamped)
        return weigh(next(rises(drawn, self.around)), self.event)[0]


def make_night(kind: Kind, rng: np.random.Generator) -> Night:
    """On every other night the stamps mark the end of a bin and not its start, because Google says neither."""
    moment = float(rng.uniform(*oracle.BEGINS) * kind.bins)
    gap = float(rng.uniform(-WIDEST, WIDEST))
    made = make(kind, moment, rng)
    return Night(kind, made, moment, gap, kind.step * int(rng.integers(2)))


def try_night(kind: Kind, alarms: Sequence[float], seed: np.random.SeedSequence) -> Answered:
    """One night put to the app, to two oracles and to other detectors at their levels of `alarms`, if any."""
    night = make_night(kind, np.random.default_rng(seed))
    made, event = night.made, night.event
    known = oracle.answer(kind, made, night.stamped, event, MOST_WRONG)
    learned = oracle.learned(kind, made, night.stamped, event, MOST_WRONG) if _asked(kind) else None
    stamped = made.shown.set_axis(pd.DatetimeIndex(made.shown.index) + night.stamped)
    scores = (score(stamped, kind.step) for score in DETECTORS.values()) if alarms else ()
    others = [
        _verdict(stamped, kind.step, told >= level, night.around, event)
        for told, level in zip(scores, alarms, strict=False)
    ]
    return Answered(abs(night.gap), night.said(), known, learned, tuple(others), night.true)


def _verdict(values: pd.Series[float], step: timedelta, alarm: np.ndarray, night: Window, event: Window) -> Verdict:
    """What alarms would carry, were they onsets: each from the bin before the first one to its end, and widened so."""
    times, places = pd.DatetimeIndex(values.index).to_pydatetime(), np.flatnonzero(alarm)
    first = places[np.diff(places, prepend=-OVER - 1) > OVER]
    onsets = [Onset(times[place], times[place] - step, times[place] + step, True) for place in first]
    inside = (one for one in onsets if one.start < night.end and one.end > night.start)
    return agreed((order(span_of_onset(one, step), event) for one in inside), of_each=True)


def _quiet(kind: Kind, seed: np.random.SeedSequence) -> list[float]:
    """Every other detector's highest score on a night with nothing."""
    values = series(kind, float("inf"), np.random.default_rng(seed))
    return [float(np.max(score(values, kind.step))) for score in DETECTORS.values()]


def table(nights: int, root: np.random.SeedSequence, pool: Executor, families: Collection[str]) -> list[str]:
    """Print one line for each kind of series; return what falls short."""
    quiet = [one for kind in KINDS[:: len(ASKED)] for one in pool.map(partial(_quiet, kind), root.spawn(QUIET))]
    alarms = [float(level) for level in np.quantile(np.array(quiet), 1 - ALARMS, axis=0)]
    print(f"\nBefore or after: {nights} nights in each line, the event up to {WIDEST:g} bins before or after the rise")
    print(f"given at {FAR:g}+ bins; oracles (the second must learn the level) and others: the same, wrong in brackets")
    names = [name.split(" (")[0] for name in DETECTORS]
    print(
        f"{'':8}{'bins':>8}{'searches':>9}{'burst':>14}{'wrong':>22}{'given':>22}{'below 1 bin':>13}{'asked for':>11}"
        f"{'oracle':>14}{'learning':>14}" + "".join(f"{name[:12]:>14}" for name in names)
    )
    short = list[str]()
    for kind in (kind for kind in (*KINDS, *OTHERS, *SLOW) if kind.family in families):
        few = nights // SLOWER if kind.lam == TARGET_LAMBDA and not kind.ramp else 0
        told = list(pool.map(partial(try_night, kind, alarms), root.spawn(few), chunksize=10))
        told += pool.map(partial(try_night, kind, []), root.spawn(nights - few), chunksize=10)
        short += _line(kind, told)
    return short


def _line(kind: Kind, told: Sequence[Answered]) -> list[str]:
    misled = share(wrong(one.said, one.true) for one in told)
    far = [one for one in told if one.gap >= FAR]
    given = share(one.said.decided for one in far)
    learning = [(one, one.learned) for one in told if one.learned]
    near = [one.said.decided for one in told if one.gap < 1]
    slow = f" in {kind.ramp:g} h" if kind.ramp else ""
    name = f"{kind.family:8}{kind.step / MINUTE:4.0f} min{kind.lam:9.0f}{f'x{kind.factor:.0f}{slow}':>14}"
    beside = [_beside([(one, one.oracle) for one in told]), _beside(learning) if learning else ""]
    few = [one for one in told if one.others]
    beside += [_beside([(one, one.others[place]) for one in few]) for place in range(len(DETECTORS) if few else 0)]
    print(
        f"{name}{_said(misled):>22}{_said(given):>22}{f'{sum(near)} of {len(near)}':>13}{_enough(kind, given):>11}"
        + "".join(f"{one:>14}" for one in beside),
        flush=True,
    )
    short, name = list[str](), " ".join(name.split())
    if misled[0] > MOST_WRONG:
        short.append(f"claims, {name}: wrong {misled[0]:.3f}, over {MOST_WRONG}")
    known = share(said.decided for one, said in learning if one.gap >= FAR)[0]
    if (asked := _asked(kind)) and given[0] < min(asked, OF_ORACLE * known):
        short.append(f"claims, {name}: given {given[0]:.3f}, under {asked} and under {OF_ORACLE:.0%} of {known:.3f}")
    if any(near) and not kind.ramp:
        short.append(f"claims, {name}: {sum(near)} verdicts where the bin is wider than the gap")
    return short


def wrong(said: Verdict, true: Verdict) -> bool:
    """Whether an order is named that is not the true one."""
    return said.decided and said is not true


def _beside(told: Sequence[tuple[Answered, Verdict]]) -> str:
    """Somebody else's verdicts: the share given far from the event, and of all of them that is wrong."""
    given = [said.decided for one, said in told if one.gap >= FAR]
    return f"{np.mean(given):.3f} ({np.mean([wrong(said, one.true) for one, said in told]):.3f})"


def _asked(kind: Kind) -> float:
    """The share of verdicts asked for of this kind; 0 where none is."""
    return ASKED[kind.factor] if kind.lam == TARGET_LAMBDA and not kind.ramp else 0.0


def _enough(kind: Kind, given: tuple[float, float, float]) -> str:
    """Whether enough verdicts are given, as far as the interval of the share decides it."""
    asked, (_, low, high) = _asked(kind), given
    said = "yes" if low >= asked else "no" if high < asked else "open"
    return f"{asked:.2f} {said}" if asked else ""


def _said(told: tuple[float, float, float]) -> str:
    middle, low, high = told
    return f"{middle:.3f} ({low:.3f}-{high:.3f})"
