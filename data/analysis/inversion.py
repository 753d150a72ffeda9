"""An interval by inverting a test: every size of an effect that the placebos would not reject."""

from __future__ import annotations

import numpy as np

from data.analysis.draws import Floats
from data.analysis.placebos import Draws

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
