"""Which windows to ask Google Trends for, so that their answers can be stitched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd

from data.analysis.draws import Draw
from data.core.model import Window

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

#: The step Google answers with, by the longest window that still gets it (as found, not documented; the answer's own
#: times decide). Beyond the last: a month.
STEPS = (
    (4 * HOUR, timedelta(minutes=1)),
    (36 * HOUR, timedelta(minutes=8)),
    (72 * HOUR, timedelta(minutes=16)),
    (8 * DAY, HOUR),
    (269 * DAY, DAY),
    (5 * 365 * DAY, 7 * DAY),
)
MONTH = timedelta(days=30)

#: Where rungs end before a spike and start after it, in bins: every rung leaves out a little more of the spike, so
#: that the largest values of neighbouring windows differ only a few-fold.
ENDS_BEFORE = (6, 4, 3, 2, 1, 0)
STARTS_AFTER = (1, 2, 3, 4, 6, 12, 24, 48)
#: Windows across the spike. Its highest bin is one sample each: eight bring 60 searches to within 5 %.
ACROSS = 8


def expected_step(length: timedelta) -> timedelta:
    """The bins in which Google is likely to answer a request of this length."""
    return next((step for longest, step in STEPS if length <= longest), MONTH)


def plan_windows(
    span: Window,
    *,
    length: timedelta = 168 * HOUR,
    overlap: timedelta = 24 * HOUR,
    spikes: Sequence[Window] = (),
    bridges: bool = True,
    across: int = ACROSS,
) -> tuple[Window, ...]:
    """The windows to draw, each once, in the order in which to draw them, all of one step.

    Without spikes: base windows over the span, each sharing at least `overlap` with the next, and a bridge across the
    middle of each overlap (unless told otherwise), without which a quiet month's scales hang on one day's searches.
    With spikes (the bins find_spike gives): the same, then each one's ladder of rungs before and after it and windows
    across it. All stay within the span; one shorter than `length` is one window. Raises ValueError for an overlap
    that is not shorter than the windows.
    """
    if not timedelta(0) < overlap < length:
        raise ValueError(f"an overlap lies between nothing and the length of a window: {overlap} of {length}")
    if span.length <= length:
        return (span,)
    step = expected_step(length)
    base = list(_base(span, length, length - overlap))
    seams = [b.start + (a.end - b.start) / 2 for a, b in pairwise(base)] if bridges else []
    bridging = (_within(span, seam - length / 2, length, step) for seam in seams)
    ladders = (rung for spike in spikes for rung in _ladder(span, spike, length=length, step=step, across=across))
    return tuple(dict.fromkeys((*base, *bridging, *ladders)))


def _base(span: Window, length: timedelta, stride: timedelta) -> Iterator[Window]:
    start = span.start
    while start + length < span.end:
        yield Window(start, start + length)
        start += stride
    yield Window(span.end - length, span.end)


def _ladder(span: Window, spike: Window, *, length: timedelta, step: timedelta, across: int) -> Iterator[Window]:
    """Rungs keep clear of the spike; where the span cuts one so short that its step would change, there is none."""
    ends = [spike.start - bins * step for bins in ENDS_BEFORE]
    starts = [spike.start + bins * step for bins in STARTS_AFTER]
    rungs = [(max(end - length, span.start), end) for end in ends]
    rungs += [(start, min(start + length, span.end)) for start in starts]
    yield from (Window(*rung) for rung in rungs if rung[1] > rung[0] and expected_step(rung[1] - rung[0]) == step)
    first, last = max(span.start, spike.end - length), min(spike.start, span.end - length)
    for place in range(across):
        yield _within(span, first + (last - first) * (place + 0.5) / across, length, step)


def _within(span: Window, start: datetime, length: timedelta, step: timedelta) -> Window:
    """A window near this start, moved into the span and onto its grid of bins: off the grid, no bin is shared."""
    start = span.start + round((start - span.start) / step) * step
    start = max(span.start, min(start, span.end - length))
    return Window(start, start + length)


def find_spike(draw: Draw, *, within: Window | None = None) -> Window | None:
    """The bin of the largest value of a draw, as a window; None where no value reaches 1.

    A coarse draw of the whole span gives the day, a draw of that day's own window then the hour: `within` is the bin
    the coarse draw gave, read with one of its lengths to spare on either side, because the edges of Google's bins
    are uncertain by one bin.
    """
    values = draw.values.dropna()
    if within is not None:
        reach = (values.index >= within.start - within.length) & (values.index < within.end + within.length)
        values = values[reach]
    if values.empty or values.max() < 1:
        return None
    start = pd.DatetimeIndex(values.index)[int(np.argmax(values.to_numpy()))].to_pydatetime()
    return Window(start, start + draw.step)
