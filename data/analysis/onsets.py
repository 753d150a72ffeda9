"""Where a rise begins: an interval as wide as the bins allow, and whether a second method finds it there as well."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.analysis.baselines import HOUR
from data.analysis.draws import Floats

Flags = NDArray[np.bool_]
_TAKING_UP = Lock()

#: A spike begins above the first and is over below the second, both in noise units.
BEGINS, OVER = 6.0, 3.0
#: Bins on either side of a candidate that the second method looks at; beyond, its verdict hardly changes.
AROUND = 240
#: PELT's penalty for a change, in log(bins), on input of standard deviation 1.
PENALTY = 3.0


@dataclass(frozen=True, slots=True)
class Onset:
    """A rise began somewhere in [start, end] (UTC). `confirmed`: PELT sees a change within one bin, so far."""

    start: datetime
    end: datetime
    confirmed: bool


def find_onsets(values: pd.Series[float], z: pd.Series[float], step: timedelta) -> tuple[Onset, ...]:
    """Every onset, by time; values and z (noise units) have the same ascending UTC index.

    The interval reaches from the start of the bin before the first high one (one step, or more where bins are
    missing: nobody looked) to the end of the first. An onset is there as soon as the bins that make it are: its
    interval never changes later, while `confirmed` may.
    """
    times = pd.DatetimeIndex(z.index)
    x = np.log1p(np.asarray(values, dtype=np.float64))
    found = []
    for first in _firsts(np.asarray(z, dtype=np.float64), _adjacent(times, step), alone=step >= HOUR):
        start, previous = times[first].to_pydatetime(), times[max(first - 1, 0)].to_pydatetime()
        confirmed = changes_near(x, first)
        found.append(Onset(min(start - step, previous), start + step, confirmed))
    return tuple(found)


def _adjacent(times: pd.DatetimeIndex, step: timedelta) -> Flags:
    """Whether a bin follows the one before it without a gap."""
    apart = np.diff(times.as_unit("us").asi8) / 1e6
    return np.concatenate([[False], apart <= 1.5 * step.total_seconds()])


def _firsts(z: Floats, adjacent: Flags, *, alone: bool) -> Iterator[int]:
    """The first bin of every spike: high, the next one too unless bins are coarse, and none since z was low."""
    high = z > BEGINS
    begins = high if alone else high & np.concatenate([high[1:] & adjacent[1:], [False]])
    low, free = np.flatnonzero(z < OVER), 0
    for place in np.flatnonzero(begins):
        if place >= free:
            yield int(place)
            later = low[np.searchsorted(low, place) :]
            free = int(later[0]) if len(later) else len(z)


def changes_near(x: Floats, first: int) -> bool:
    """Whether PELT (least squares on standardised x, penalty 3 log n; Killick et al. 2012) changes within one bin."""
    start = max(first - AROUND, 0)
    part = x[start : first + AROUND]
    spread = part.std()
    if len(part) < 4 or spread == 0:
        return False
    standard = ((part - part.mean()) / spread)[:, None]
    # A linear kernel is the squared error about the mean, in C.
    search = _ruptures().KernelCPD(kernel="linear", min_size=1, jump=1).fit(standard)
    changes = search.predict(pen=PENALTY * float(np.log(len(part))))[:-1]
    return any(abs(change - (first - start)) <= 1 for change in changes)


def _ruptures() -> Any:
    """The package, taken up when a series asks for a second opinion: it brings SciPy, 61 of a start's 325 MB.

    One thread at a time: two that import it at once can see it half made.
    """
    with _TAKING_UP:
        import ruptures
    return ruptures
