"""One solve of all windows, measured against a coarse series of the whole span where there is one that fits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from data.analysis.draws import Ensemble, Floats, step_of
from data.analysis.noise import measured_phi
from data.analysis.scales import ROUNDING, SHARED_BINS, Layout, Sample, Solved, check_joined, solve

#: Coarse bins whose mean squared error is more than this many times what noise explains are of other hours or of
#: another sample. About 1 is expected; a fortnight of days that agree exceeds 3 once in five thousand times.
MOST_MISFIT = 3.0


class Fitted(NamedTuple):
    """The solved windows, the phi of every node, whether noise was measured, and what became of the coarse series."""

    layout: Layout
    phi: Floats
    measured: bool
    solved: Solved
    notes: tuple[str, ...]


def fit(fine: Ensemble, over: Ensemble | None) -> Fitted:
    """One scale for the fine windows, with the coarse series among the nodes if its bins consist of theirs and agree.

    A coarse series that cannot serve is left out with a note. Raises Unjoined where the windows fall apart.
    """
    alone = _Laid(
        Layout(fine.count, np.zeros((len(fine.times), 0)), np.zeros((len(fine.windows), 0)), np.zeros(0), fine.rounded),
        Sample(fine.value, np.zeros(0)),
        fine.phi,
    )
    if over is None:
        return _solved(fine, alone)
    laid, notes = _laid(fine, over), ("The coarse series shares too few whole bins with the windows: left out.",)
    if fine.recent != over.recent:
        notes = ("The coarse series is of another sample (recent data and archive data never mix): left out.",)
    elif laid is not None:
        found = _solved(fine, laid, "A coarse series of the whole span holds the windows to one measure.")
        if _misfit(laid, found) <= MOST_MISFIT:
            return found
        notes = ("The coarse series does not show the same searches bin for bin: left out.",)
    return _solved(fine, alone, *notes)


class _Laid(NamedTuple):
    layout: Layout
    sample: Sample
    phi: Floats


def _laid(fine: Ensemble, over: Ensemble) -> _Laid | None:
    """The coarse bins that consist of whole fine ones; None where no window holds enough of them."""
    parts, rest = divmod(step_of(over.times), step_of(fine.times))
    if len(over.windows) > 1 or rest or parts < 2:
        return None
    place = np.maximum(over.times.searchsorted(fine.times, side="right") - 1, 0)
    offset = fine.times - over.times[place]
    inside = np.flatnonzero((offset >= np.timedelta64(0)) & (offset < pd.Timedelta(step_of(over.times))))
    member = np.zeros((len(fine.times), len(over.times)))
    member[inside, place[inside]] = 1.0
    whole = ((fine.count > 0) @ member == parts).astype(float)
    use = np.asarray(whole.any(axis=0) & (over.count[0] > 0))
    whole = whole[:, use]
    if whole.sum(axis=1).max(initial=0.0) < SHARED_BINS:
        return None
    layout = Layout(fine.count, member[:, use], whole, over.count[0, use], fine.rounded and over.rounded)
    return _Laid(layout, Sample(fine.value, over.value[0, use]), np.append(fine.phi, over.phi))


def _solved(fine: Ensemble, laid: _Laid, *notes: str) -> Fitted:
    check_joined(fine.windows, laid.layout, laid.sample)
    phi, measured = measured_phi(laid.layout, laid.sample, laid.phi)
    return Fitted(laid.layout, phi, measured, solve(laid.layout, laid.sample, phi), notes)


def _misfit(laid: _Laid, found: Fitted) -> float:
    """Mean squared error of the coarse bins against the stitched series, in units of the noise of both."""
    layout, sample, _ = laid
    scale = found.solved.scale[-1]
    expected = scale * (found.solved.x @ layout.member)
    noise = (found.phi[-1] * expected + ROUNDING) / layout.over + scale**2 * (found.solved.variance @ layout.member)
    return float(((sample.coarse - expected) ** 2 / noise).sum() / (len(layout.over) - 1))
