"""The same clock minutes on other nights, and of terms that calls do not concern: a second comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.analysis.draws import Floats
from data.analysis.event_study import LEAST_MINUTES, Bins, look_up, on_grid, refusal, regress, tabulate
from data.analysis.local_level import MINUTE
from data.core.errors import DataError
from data.core.model import as_utc


@dataclass(frozen=True, slots=True, eq=False)
class ControlSeries:
    """A series to compare with; `later` is how much later than the calls its night is (0: another term that night).

    `later` is the distance of the two nights' clocks, so that 9 p.m. is compared with 9 p.m. across a change of clocks.
    """

    name: str
    values: pd.Series[float]
    later: timedelta


@dataclass(frozen=True, slots=True)
class Compared:
    """The effect of the calls and of a control over the minutes that both could use (log units)."""

    name: str
    effect: float
    control: float
    n: int


@dataclass(frozen=True, slots=True)
class Nights:
    """What was compared, and the names of controls that had too few minutes in common. None of it was drawn by lot."""

    compared: tuple[Compared, ...]
    left_out: tuple[str, ...]


def against_controls(
    values: pd.Series[float], minutes: Sequence[datetime], controls: Sequence[ControlSeries]
) -> Nights:
    """The effect of the calls beside each control's at the same clock minutes; too few in common: left out by name.

    Raises DataError where the series' own bins are too long.
    """
    bins = on_grid(values)
    if refused := refusal(bins.step):
        raise DataError(refused)
    own = bins.minutes(sorted({as_utc(minute) for minute in minutes}))
    usable = _usable(bins, own)
    compared, left_out = [], []
    for control in controls:
        other = on_grid(control.values)
        same = own + (bins.start + control.later - other.start) / MINUTE
        both = usable & _usable(other, same)
        if both.sum() < LEAST_MINUTES:
            left_out.append(control.name)
            continue
        compared.append(Compared(control.name, _effect(bins, own[both]), _effect(other, same[both]), int(both.sum())))
    return Nights(tuple(compared), tuple(left_out))


def _usable(bins: Bins, minutes: Floats) -> NDArray[np.bool_]:
    """Which minutes since the start have J."""
    if refusal(bins.step):
        return np.zeros(len(minutes), dtype=bool)
    return ~np.isnan(look_up(tabulate(bins), bins.places(minutes)))


def _effect(bins: Bins, minutes: Floats) -> float:
    return regress(bins, bins.places(minutes))[0].effect
