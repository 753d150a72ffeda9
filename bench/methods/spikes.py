"""Spikes whose moment is known because they are made up: how many are found, whether the onset holds the moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from bench.methods.bursts import HOUR, MINUTE, START, WEEK, Kind, series
from data.analysis.spikes import detect

#: An onset later than so many bins after the moment is another spike.
LATE = 4


KINDS = (
    Kind(HOUR, 4 * 168, 20, 10),
    Kind(HOUR, 4 * 168, 20, 60),
    Kind(HOUR, 4 * 168, 2, 60),
    Kind(HOUR, 168, 20, 60),
    Kind(8 * MINUTE, 270, 20, 10),
    Kind(8 * MINUTE, 270, 20, 60),
    Kind(MINUTE, 240, 20, 10),
    Kind(16 * MINUTE, 270, 2000, 10),
    Kind(MINUTE, 240, 2000, 10),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What one series told: whether there was an onset at the burst, held its moment, was confirmed; others besides."""

    hit: bool
    holds: bool
    confirmed: bool
    false: int


def try_series(kind: Kind, rng: np.random.Generator) -> Iterator[Found]:
    """A burst in the last third of a series, then a series without one."""
    moment = float(rng.uniform(0.7, 0.9) * kind.bins)
    true = START + moment * kind.step
    onsets = detect(series(kind, moment, rng)).onsets
    near = [o for o in onsets if o.end >= true - kind.step and o.start <= true + LATE * kind.step]
    holds = bool(near) and near[0].start <= true <= near[0].end
    yield Found(bool(near), holds, bool(near) and near[0].confirmed, len(onsets) - len(near))
    quiet = detect(series(kind, float("inf"), rng)).onsets
    yield Found(False, False, False, len(quiet))


def table(nights: int, seed: np.random.SeedSequence) -> list[str]:
    """Print one line for each kind of series; nothing falls short, because no target was set."""
    print(f"\nSpikes of known moment, {nights} series of each kind with one and {nights} without")
    print(
        f"{'bins':>8}{'series':>10}{'searches':>10}{'burst':>7}{'found':>8}{'onset':>8}{'PELT':>9}{'false onsets':>14}"
    )
    print(f"{'':>8}{'length':>10}{'in a bin':>10}{'':>7}{'':>8}{'holds it':>9}{'agrees':>8}{'in a quiet week':>16}")
    for kind, own in zip(KINDS, seed.spawn(len(KINDS)), strict=True):
        rng = np.random.default_rng(own)
        pairs = [tuple(try_series(kind, rng)) for _ in range(nights)]
        hits = [burst for burst, _ in pairs if burst.hit]
        found, holds = len(hits) / nights, float(np.mean([hit.holds for hit in hits]) if hits else 0)
        agrees = float(np.mean([hit.confirmed for hit in hits]) if hits else 0)
        false = sum(quiet.false for _, quiet in pairs) / (nights * (kind.bins * kind.step / WEEK))
        days = kind.bins * kind.step / timedelta(days=1)
        shown = f"{kind.step / MINUTE:4.0f} min{days:8.1f} d{kind.lam:10.0f}{f'x{kind.factor:.0f}':>7}"
        print(f"{shown}{found:8.3f}{holds:9.3f}{agrees:8.3f}{false:16.4f}")
    return []
