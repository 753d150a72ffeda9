"""The same clock minutes on other nights, and of terms that calls do not concern: a second comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from data.analysis.draws import Floats
from data.analysis.event_study import LEAST_MINUTES, look_up, on_grid, refusal, tabulate
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
    """The pooled J of the calls and of a control over the minutes that both could use (log units)."""

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
    """The pooled J of the calls beside each control's at the same clock minutes; too few in common: left out by name.

    Raises DataError where the series' own bins are too long.
    """
    moments = sorted({as_utc(minute) for minute in minutes})
    if refused := refusal(on_grid(values).step):
        raise DataError(refused)
    own, counts = _jumps_at(values, moments)
    compared, left_out = [], []
    for control in controls:
        other, counted = _jumps_at(control.values, [moment + control.later for moment in moments])
        both = ~np.isnan(own + other)
        if both.sum() < LEAST_MINUTES:
            left_out.append(control.name)
            continue
        effect, beside = np.average(own[both], weights=counts[both]), np.average(other[both], weights=counted[both])
        compared.append(Compared(control.name, float(effect), float(beside), int(both.sum())))
    return Nights(tuple(compared), tuple(left_out))


def _jumps_at(values: pd.Series[float], moments: list[datetime]) -> tuple[Floats, Floats]:
    """J of each moment, and how much it counts in the pooled one."""
    bins = on_grid(values)
    if refusal(bins.step):
        return (np.full(len(moments), np.nan),) * 2
    table, places = tabulate(bins), bins.places(bins.minutes(moments))
    return look_up(table.jump, places), look_up(table.root, places)
