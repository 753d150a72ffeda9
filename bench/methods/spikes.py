"""Spikes whose moment is known because they are made up: how many are found, whether the onset holds the moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from data.analysis.draws import Floats
from data.analysis.spikes import detect

START = datetime(2016, 10, 17, tzinfo=UTC)
MINUTE, HOUR, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=7)
#: Hours over which a burst fades to a third.
FADES = 4.0
#: An onset later than so many bins after the moment is another spike.
LATE = 4


@dataclass(frozen=True, slots=True)
class Kind:
    """Series alike: the length of a bin, how many, the mean searches in one, and by how much a burst multiplies."""

    step: timedelta
    bins: int
    lam: float
    factor: float


KINDS = (
    Kind(HOUR, 4 * 168, 20, 10),
    Kind(HOUR, 4 * 168, 20, 60),
    Kind(HOUR, 4 * 168, 2, 60),
    Kind(HOUR, 168, 20, 60),
    Kind(8 * MINUTE, 270, 20, 10),
    Kind(8 * MINUTE, 270, 20, 60),
    Kind(MINUTE, 240, 20, 10),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What one series told: whether there was an onset at the burst, held its moment, was confirmed; others besides."""

    hit: bool
    holds: bool
    confirmed: bool
    false: int


def series(kind: Kind, moment: float, rng: np.random.Generator) -> pd.Series[float]:
    """0-100 of its own highest bin; a daily rhythm and a wandering level; from `moment` (in bins) on, the burst."""
    fine = 20
    at = (np.arange(kind.bins * fine) + 0.5) / fine
    hours = at * (kind.step / HOUR)
    wander = np.repeat(_wander(kind, rng), fine)
    rhythm = 1 + 0.4 * np.cos((hours - rng.uniform(0, 24)) * np.pi / 12)
    since = (at - moment) * (kind.step / HOUR)
    burst = np.where(since >= 0, (kind.factor - 1) * np.exp(-np.maximum(since, 0) / FADES), 0)
    rate = (rhythm * np.exp(wander) * (1 + burst)).reshape(kind.bins, fine).mean(axis=1)
    counts = rng.poisson(kind.lam * rate)
    times = pd.date_range(START, periods=kind.bins, freq=kind.step)
    return pd.Series(np.round(100 * counts / max(int(counts.max()), 1)), times, dtype=float)


def _wander(kind: Kind, rng: np.random.Generator) -> Floats:
    keeps = float(np.exp(-(kind.step / HOUR) / 10))
    wander = np.zeros(kind.bins)
    for place in range(1, kind.bins):
        wander[place] = keeps * wander[place - 1] + 0.11 * np.sqrt(1 - keeps**2) * rng.normal()
    return wander


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
        minutes, days = kind.step / timedelta(minutes=1), kind.bins * kind.step / timedelta(days=1)
        shown = f"{minutes:4.0f} min{days:8.1f} d{kind.lam:10.0f}{f'x{kind.factor:.0f}':>7}"
        print(f"{shown}{found:8.3f}{holds:9.3f}{agrees:8.3f}{false:16.4f}")
    return []
