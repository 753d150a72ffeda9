"""Coarse bins read both ways, their stamps as starts and as ends: Google does not document which they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pandas as pd

from data.analysis.event_study import EACH_CALL, Study, pooled
from data.analysis.placebos import on_grid

#: How the readings are called in files, in their order.
STARTS, ENDS = "start", "end"
READINGS = (STARTS, ENDS)


def read_both_ways(
    values: pd.Series[float], minutes: Sequence[datetime], *, placebos: int = 999, seed: int = 0
) -> tuple[Study, ...]:
    """The pooled study with stamps as starts of bins and, where bins are longer than a minute, with stamps as ends.

    One reading where bins are of a minute or refused for their length. Raises what `pooled` raises.
    """
    starts = pooled(values, minutes, placebos=placebos, seed=seed)
    if not ambiguous(starts.step) or (starts.refused and not starts.left_out):
        return (starts,)
    return starts, pooled(as_ends(values, starts.step), minutes, placebos=placebos, seed=seed)


def ambiguous(step: timedelta) -> bool:
    """Whether bins are so long that a stamp at the other edge may change the answer."""
    return step > EACH_CALL


def as_ends(values: pd.Series[float], step: timedelta) -> pd.Series[float]:
    """The series by the starts of its bins if its stamps mark their ends: each one step earlier."""
    return values.set_axis(pd.DatetimeIndex(values.index) - step)


def as_ends_if_coarse(values: pd.Series[float]) -> pd.Series[float]:
    """`as_ends`; a series in bins of a minute stays as it is."""
    step = on_grid(values).step
    return as_ends(values, step) if ambiguous(step) else values


def refused(readings: Sequence[Study]) -> str:
    """Why there is no answer; one reading that cannot be had is enough. Empty where there is an answer."""
    return next((study.refused for study in readings if study.refused), "")


def agree(readings: Sequence[Study]) -> bool:
    """Whether every reading finds the same: a rise, a fall or no detectable change."""
    return len({_found(study) for study in readings}) == 1


def hull(readings: Sequence[Study]) -> tuple[float, float]:
    """The bounds that hold every reading's interval (log units)."""
    return min(study.low for study in readings), max(study.high for study in readings)


def _found(study: Study) -> int:
    return (study.low > 0) - (study.high < 0)
