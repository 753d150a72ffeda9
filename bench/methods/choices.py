"""What was chosen, and what was left: each on nights of a third family, whose seeds are its own and always the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from functools import partial
from types import ModuleType
from typing import TypeVar
from unittest.mock import patch

import numpy as np

from bench.methods import events
from bench.methods.bursts import HOUR, MINUTE, WEEK, Kind, series
from bench.methods.claims import BINS, FAR, TARGET_LAMBDA, make_night, wrong
from data.analysis import levels, spikes

#: Nobody else's nights: what is judged on others is never chosen on them.
SEED = 3
#: A rise that is found has its first high bin from one bin before it to so many after.
LATE = 4
Told = TypeVar("Told")
Changed = Mapping[tuple[ModuleType, str], float]
#: By what they change: the detector as it is, and others beside it.
VARIANTS: dict[str, Changed] = {
    "ours": {},
    "a level that may lag by a tenth in hourly bins too": {(spikes, "HOURLY_LAGS"): 0.1},
    "the one before: that, and hourly noise of two days": {(spikes, "HOURLY_LAGS"): 0.1, (levels, "NOISE_BINS"): 48},
    "noise of 168 bins": {(levels, "NOISE_BINS"): 168},
    "the same hour of 14 days": {(levels, "DAYS"): 14},
    "2.5 units of each bin, not 3": {(spikes, "EACH"): 2.5},
    "5.5 units together, not 6": {(spikes, "HIGH"): 5.5},
    "intervals to 1.5 units, not 2": {(spikes, "UNSEEN"): 1.5},
}
RISES = tuple(
    Kind(step, BINS[step], TARGET_LAMBDA, 4, family)
    for step, family in ((HOUR, "third"), (HOUR, "first"), (16 * MINUTE, "third"), (MINUTE, "third"))
)
SLOW = (
    Kind(MINUTE, 720, TARGET_LAMBDA, 4, "third", ramp=1),
    Kind(8 * MINUTE, 270, TARGET_LAMBDA, 4, "third", ramp=2),
    Kind(HOUR, 672, TARGET_LAMBDA, 4, "third", ramp=6),
)
QUIET = tuple(
    Kind(step, BINS[step], lam, 1, family)
    for step, lam, family in (
        (HOUR, 20, "third"), (HOUR, 200, "third"), (HOUR, 20, "first"), (HOUR, 200, "first"),
        (16 * MINUTE, 200, "third"),
    )
)  # fmt: skip


@contextmanager
def changed(which: Changed) -> Iterator[None]:
    with ExitStack() as stack:
        for (module, name), value in which.items():
            stack.enter_context(patch.object(module, name, value))
        yield


def try_rise(variant: str, kind: Kind, seed: np.random.SeedSequence) -> tuple[bool, bool, bool, bool]:
    """Whether the event is far enough, the rise was found, a verdict was given, and a wrong one."""
    night = make_night(kind, np.random.default_rng(seed))
    with changed(VARIANTS[variant]):
        said = night.said()
        onsets = spikes.detect(night.made.shown, step=kind.step).onsets
    first = ((onset.first - night.rise) / kind.step for onset in onsets)
    found = any(-2 <= late <= LATE for late in first)
    return abs(night.gap) >= FAR, found, said.decided, wrong(said, night.true)


def try_quiet(variant: str, kind: Kind, seed: np.random.SeedSequence) -> tuple[int, int]:
    """Onsets of a series with nothing, and those that PELT confirms."""
    with changed(VARIANTS[variant]):
        onsets = spikes.detect(series(kind, float("inf"), np.random.default_rng(seed)), step=kind.step).onsets
    return len(onsets), sum(onset.confirmed for onset in onsets)


def table(nights: int, pool: Executor) -> list[str]:
    """Print what each variant finds and raises, then other tests on evenings; nothing falls short of a target."""
    print(
        f"\nChoices, on {nights} nights of each kind, x4 at {TARGET_LAMBDA:g} searches a bin: found / given at {FAR:g}+"
    )
    print("bins; slow rises: wrong; quiet: false onsets / those that PELT confirms, in a hundred weeks")
    names = [*map(_name, RISES), *map(_name, SLOW), *(f"{_name(kind)} {kind.lam:g}" for kind in QUIET)]
    print(f"{'':50}" + "".join(f"{name:>18}" for name in names))
    for variant in VARIANTS:
        cells = [_rises(variant, kind, nights, pool) for kind in RISES]
        cells += [f"{_share(told, 3):.3f}" for told in (_tried(try_rise, variant, kind, nights, pool) for kind in SLOW)]
        cells += [_false(variant, kind, nights // 2, pool) for kind in QUIET]
        print(f"{variant:50}" + "".join(f"{cell:>18}" for cell in cells), flush=True)
    for cell in events.TUNED:
        seeds = np.random.SeedSequence(SEED).spawn(nights)
        events.show(cell, list(pool.map(partial(events.try_evening, cell), seeds, chunksize=10)))
    return []


def _tried(
    attempt: Callable[[str, Kind, np.random.SeedSequence], Told], variant: str, kind: Kind, nights: int, pool: Executor
) -> Sequence[Told]:
    """The same nights for every variant."""
    return list(pool.map(partial(attempt, variant, kind), np.random.SeedSequence(SEED).spawn(nights), chunksize=10))


def _rises(variant: str, kind: Kind, nights: int, pool: Executor) -> str:
    far = [one for one in _tried(try_rise, variant, kind, nights, pool) if one[0]]
    return f"{_share(far, 1):.3f} / {_share(far, 2):.3f}"


def _share(told: Sequence[tuple[bool, ...]], place: int) -> float:
    return float(np.mean([one[place] for one in told]))


def _false(variant: str, kind: Kind, nights: int, pool: Executor) -> str:
    onsets = np.sum(_tried(try_quiet, variant, kind, nights, pool), axis=0)
    each = onsets * (100 / (nights * (kind.bins * kind.step / WEEK)))
    return f"{each[0]:.1f} / {each[1]:.1f}"


def _name(kind: Kind) -> str:
    return f"{kind.family} {kind.step / MINUTE:.0f} min" + (f" {kind.ramp:g} h" if kind.ramp else "")
