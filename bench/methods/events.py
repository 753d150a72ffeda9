"""How often "searches rose after the calls" would be said on evenings when they did not, and when they did."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from bench.methods.drawn import NAME, as_drawn
from bench.methods.evenings import FAMILIES, STARTS, TEN, Evening, minutes_inside, story_of, used_minutes
from bench.methods.event_rivals import Minutes, Verdict, verdicts
from bench.methods.naive_tests import NAIVE
from bench.methods.oracle import rose
from bench.methods.shares import share
from data.analysis.event_study import FALLS, RISES, Study, agree, hull, judge, on_grid, regress
from data.analysis.local_level import MINUTE
from data.evidence.study import RoseAfter, rose_after

NOMINAL, RISE = 0.05, 0.35
#: Of the definitions: most evenings with nothing that say "rose" and that show such a p, where coverage should lie, and
#: the least power at +35 % for ten minutes.
MOST_ROSE, MOST_SHOWN, COVERS, POWER = 0.05, 0.06, (0.93, 0.97), 0.90
#: Mean searches a minute in Google's sample at which power is promised.
TARGET_LAMBDA = 20.0
#: What the reader sees: the sentence of the study, and the p in it.
ROSE, FELL, NOTHING, OPEN = "says rose", "says fell", "says no detectable change", "says cannot tell"
SEEN = f"shows a p of {NOMINAL} or less"
HOLDS = "95 % interval that it shows holds the true effect"
HOLDS_MEAN = "95 % interval that it shows holds the plain mean rise after calls"
#: Told the noise and the rise of each call: the level too, or the level but for a straight line around each call.
ORACLES = {"an oracle that knows the level: rose": False, "an oracle that knows it but for straight lines: rose": True}
#: Where a target is missed, so much of what the second oracle finds.
OF_ORACLE = 0.9
COARSE = 8
Told = dict[str, bool]


@dataclass(frozen=True, slots=True)
class Cell:
    """Evenings alike: mean searches a minute, the rise after calls and the minutes that it lasts, whose calls."""

    lam: float
    rise: float
    lasts: int = TEN
    slug: str = "us-2016"
    family: str = "first"

    @property
    def longer_bins(self) -> bool:
        """Whether the same evenings are read in longer bins too."""
        return self.slug == "us-2016" and self.family == "first"

    @property
    def rivals(self) -> bool:
        """Whether other tests are tried on the same evenings."""
        usual = self.slug == "us-2016" and self.lam == TARGET_LAMBDA and self.lasts == TEN
        return usual or (self.family == "third" and self.slug != "us-2024") or self == Cell(5.0, 0.0)

    @property
    def said(self) -> str:
        after = f"calls are followed by +{self.rise:.0%} for {self.lasts} minutes"
        nature = after if self.rise else "no call changes anything"
        other = "" if self.family == "first" else "another family, "
        return f"{other}{self.slug}, {self.lam:g} searches a minute in the sample, {nature}"


CELLS = (
    *(Cell(lam, rise) for lam in (5.0, TARGET_LAMBDA, 50.0) for rise in (0.0, RISE)),
    Cell(TARGET_LAMBDA, RISE, lasts=2 * TEN),
    *(Cell(TARGET_LAMBDA, rise, slug=slug) for slug in ("us-2020", "us-2024") for rise in (0.0, RISE)),
    *(Cell(TARGET_LAMBDA, rise, slug=slug, family="second") for slug in STARTS for rise in (0.0, RISE)),
)
#: Evenings on which everything is chosen.
TUNED = (
    *(Cell(TARGET_LAMBDA, rise, slug=slug, family="third") for slug in STARTS for rise in (0.0, RISE)),
    Cell(TARGET_LAMBDA, RISE, lasts=2 * TEN, family="third"),
)


def try_evening(cell: Cell, seed: np.random.SeedSequence) -> Told:
    """One evening put to the app, in bins of a minute and in longer ones, and to every other test."""
    rng = np.random.default_rng(seed)
    evening = FAMILIES[cell.family](cell.slug, cell.lam, cell.rise, cell.lasts, rng)
    ends, told = bool(rng.integers(2)), Told()
    found = _asked(cell, evening)
    if not found.refused:
        told |= _told(found, evening) | _undirected(found.study)
        if cell.rivals:
            told |= _rivals(cell, evening.shown(), found.study, rng)
        if cell.rise:
            calls = np.array([(minute.at - STARTS[cell.slug]) / MINUTE for minute in found.study.used])
            told |= {name: rose(evening, calls, straight=straight) for name, straight in ORACLES.items()}
    if cell.longer_bins and not (coarse := _asked(cell, evening, COARSE, ends)).refused:
        told |= {_coarse(name): held for name, held in _told(coarse, evening, COARSE, ends).items()}
    return told


def _asked(cell: Cell, evening: Evening, bins: int = 1, ends: bool = False) -> RoseAfter:
    """The app's own study. `ends`: the stamps mark the ends of bins, which nobody is told."""
    step = bins * MINUTE
    drawn = as_drawn(evening.shown(bins), step, ends * step)
    return rose_after(story_of(cell.slug), drawn, NAME, story_of(cell.slug).about.caller)


def _told(found: RoseAfter, evening: Evening, bins: int = 1, ends: bool = False) -> Told:
    """What a reader is told, who sees the larger p of two readings."""
    right, answers, (low, high) = found.readings[ends], agree(found.readings), hull(found.readings)
    told = {
        ROSE: answers and found.study.low > 0,
        FELL: answers and found.study.high < 0,
        NOTHING: answers and not found.study.detectable,
        OPEN: not answers,
        SEEN: answers and max(study.p for study in found.readings) <= NOMINAL,
    }
    if answers:
        night = _minutes(evening.shown(bins), right)
        true = evening.true_effects(*regress(night.bins, night.judged.own), bins)
        told |= {name: low <= effect <= high for name, effect in zip((HOLDS, HOLDS_MEAN), true, strict=True)}
    return told


def _undirected(study: Study) -> Told:
    """What ours would say if falls were asked about as rises are, and if rises alone were."""
    rose = study.effect > 0
    as_far = study.p * 2 * (RISES if rose else FALLS)
    return _verdict("ours, two-sided", (as_far, rose)) | _verdict(
        "ours, rises alone", (as_far / 2 if rose else 1, rose)
    )


def _coarse(name: str) -> str:
    return f"{COARSE}-minute bins: {name}"


def _rivals(cell: Cell, values: pd.Series[float], study: Study, rng: np.random.Generator) -> Told:
    night = _minutes(values, study)
    x = np.log1p(values.to_numpy())
    at = np.array([(call - STARTS[cell.slug]) // MINUTE for call in minutes_inside(cell.slug)])
    told = Told()
    for name, verdict in (*verdicts(night, rng), *((name, test(x, at, rng)) for name, test in NAIVE.items())):
        told |= _verdict(name, verdict)
    return told


def _minutes(values: pd.Series[float], study: Study) -> Minutes:
    bins = on_grid(values)
    return Minutes(bins, judge(bins, bins.minutes([minute.at for minute in study.used])))


def _verdict(name: str, verdict: Verdict) -> Told:
    p, rose = verdict
    return {f"{name}: p {NOMINAL} or less": p <= NOMINAL, f"{name}: and rose": p <= NOMINAL and rose}


def table(evenings: int, seed: np.random.SeedSequence, pool: Executor, families: Collection[str]) -> list[str]:
    """Print false alarms, coverage and power; return what falls short of its target."""
    print(f"\nRose after the calls: {evenings} made-up evenings in each block, with the minutes of the app's own study")
    for slug in STARTS:
        used = used_minutes(slug)
        calls = sum(len(minute.calls) for minute in used)
        print(f"{slug}: {calls} calls in {len(used)} minutes, {len(minutes_inside(slug))} of them within the evening")
    short = list[str]()
    for cell in (cell for cell in CELLS if cell.family in families):
        told = list(pool.map(partial(try_evening, cell), seed.spawn(evenings), chunksize=20))
        show(cell, told)
        short += _misses(cell, told)
    return short


def show(cell: Cell, told: Sequence[Told]) -> None:
    """Print the share of evenings on which each thing is told."""
    print(f"\n{cell.said}: share of evenings (95 % interval)")
    for name in dict.fromkeys(name for one in told for name in one):
        middle, low, high = _share(told, name)
        print(f"{name:80}{middle:6.3f} ({low:.3f}-{high:.3f})", flush=True)
    if silent := sum(ROSE not in one for one in told):
        print(f"{'too much below resolution: says nothing':80}{silent / len(told):6.3f}")


def _share(told: Sequence[Told], name: str) -> tuple[float, float, float]:
    return share(one[name] for one in told if name in one)


def _misses(cell: Cell, told: Sequence[Told]) -> list[str]:
    """Against the targets; no coverage is asked for in longer bins, whose bounds hold two intervals."""
    short = list[str]()
    for bins in ("", _coarse("")) if cell.longer_bins else ("",):
        for name, most in ((ROSE, MOST_ROSE), (FELL, MOST_ROSE), (SEEN, MOST_SHOWN)):
            if not cell.rise and (found := _share(told, bins + name)[0]) > most:
                short.append(f"{cell.said}: {bins}{name} on {found:.3f}, over {most}")
    says_rose, covers = _share(told, ROSE)[0], _share(told, HOLDS)[0]
    if cell.rise and cell.lam == TARGET_LAMBDA and cell.lasts == TEN:
        best = _share(told, list(ORACLES)[1])[0]
        if says_rose < min(POWER, OF_ORACLE * best):
            short.append(f"{cell.said}: {ROSE} on {says_rose:.3f}, under {POWER} and {OF_ORACLE:.0%} of {best:.3f}")
    if not COVERS[0] <= covers <= COVERS[1]:
        short.append(f"{cell.said}: the interval covers {covers:.3f}, not {COVERS[0]}-{COVERS[1]}")
    return short
