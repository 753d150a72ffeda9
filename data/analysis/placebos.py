"""Minutes at which nothing was called: each listed minute moved 11 to 45 minutes either way, on its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.analysis.draws import Floats
from data.analysis.jumps import Bins, Places, jumps, look_up, weight

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
        return Judged(own, around, self.jump[which], self.jump_around[which])

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
    """Pooled J of placebo draws, and how a rise of 1 after the true minutes echoes in each, in the true ones' noise.

    A draw is rescaled by its noise: placebos that scatter where the true minutes crowd are noisier, or quieter.
    """

    jump: Floats
    echo: Floats


def judge(bins: Bins, minutes: Floats) -> Judged:
    """J at minutes since the start of the bins and at their placebos, which lie in another bin than the minute itself.

    A placebo may fall next to another listed minute: if calls change nothing, that is a minute like any other.
    """
    table = jumps(bins.x, bins.window)
    own, around = bins.places(minutes), bins.places(minutes[:, None] + OFFSETS)
    apart = around.bin_of != own.bin_of[:, None]
    return Judged(own, around, look_up(table, own), np.where(apart, look_up(table, around), np.nan))


def draw_placebos(bins: Bins, judged: Judged, times: int, rng: np.random.Generator) -> Draws:
    """As many draws of placebos for minutes that all have J and places to go."""
    moved = judged.moved(times, rng)
    noise = weight(bins, Places(*(part[None] for part in judged.own)))[0] / weight(bins, moved)
    jump = look_up(jumps(bins.x, bins.window), moved).mean(axis=1)
    return Draws(jump * noise, _echo(bins, judged.own, moved) * noise)


def _echo(bins: Bins, own: Places, moved: Places) -> Floats:
    after = np.zeros(len(bins.x))
    for first in own.bin_of + own.within:
        after[first : first + bins.window] = 1
    # Shifted up, so that no bin of it counts as below resolution; J does not see a constant.
    table = jumps(after + 1, bins.window)
    here = float(look_up(table, own).mean())
    echo = look_up(table, moved).mean(axis=1)
    return echo / here if here > LEAST_ECHO else np.zeros(len(echo))
