"""Which bins of a long series are drawn: every extreme, the shape between them, and every bin below resolution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tsdownsample import MinMaxLTTBDownsampler

Places = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: Bins of a series that are drawn without thinning.
MOST = 2_000
#: Equal stretches of time that each keep their extremes: one for every three pixels of a wide screen.
STRETCHES = 400
#: Bins that MinMaxLTTB chooses for the shape of the line (Van Der Donckt et al. 2023, arXiv:2305.00332).
SHAPED = 500
#: Two bins further apart than this many steps are not joined by a line.
JOINED_STEPS = 1.5


@dataclass(frozen=True, slots=True)
class Merged:
    """Bins without a level that share one mark: from place `first` to place `last`, `count` in all."""

    first: int
    last: int
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Thinned:
    """What is drawn of a series, as places in its rows.

    `kept`: bins drawn as they are, by time. `runs`: for each of them, the unbroken run of bins it belongs to; between
    two of different runs lies a missing bin or one below resolution. `below` and `blank`: marks that cover every bin
    below resolution, and every one that has no value. `stretch`: how long the stretches are that keep their extremes.
    """

    kept: Places
    runs: Places
    below: tuple[Merged, ...]
    blank: tuple[Merged, ...]
    stretch: timedelta


def thin(bins: pd.DataFrame, step: timedelta) -> Thinned | None:
    """What to draw of these bins (rows of load_series of one series, by time); None where all of them are drawn.

    A series of more than MOST bins keeps the highest and the lowest bin of every stretch, and with a band the highest
    upper and the lowest lower end; the first and the last bin of every unbroken run that reaches from one stretch into
    another; and what MinMaxLTTB chooses, which alone loses extremes (bench.large_series counts them). Bins below
    resolution that follow one another into another stretch share a mark; all others of one stretch do. Nothing is
    averaged or moved.
    """
    if len(bins) <= MOST:
        return None
    starts, ends = (pd.DatetimeIndex(bins[name]).as_unit("us").asi8 for name in ("start", "end"))
    length = int(ends[-1] - starts[0])
    stretch = (starts - starts[0]) * STRETCHES // length
    value, censored = bins["value"].to_numpy(dtype=np.float64), bins["censored"].to_numpy(dtype=bool)
    known = np.isfinite(value) & ~censored
    far = np.diff(starts, prepend=starts[0]) > JOINED_STEPS * step / timedelta(microseconds=1)
    runs = np.cumsum(far | ~known | ~np.concatenate([[True], known[:-1]]))
    chosen = np.zeros(len(bins), dtype=bool)
    chosen[_extremes(bins, known, stretch)] = True
    chosen[_edges(known, runs, stretch)] = True
    chosen[_shape(starts, value, known)] = True
    kept = np.flatnonzero(chosen)
    below, blank = (tuple(_merged(np.flatnonzero(flags), far, stretch)) for flags in (censored, ~known & ~censored))
    return Thinned(kept, runs[kept], below, blank, timedelta(microseconds=length / STRETCHES))


def _extremes(bins: pd.DataFrame, known: Flags, stretch: Places) -> Places:
    """The first highest and the first lowest bin of every stretch, by value and by either end of the band."""
    table = bins.loc[known, ["value", "low", "high"]].astype(float).set_axis(np.flatnonzero(known))
    groups = table.groupby(stretch[known])
    found = [groups["value"].idxmax(), groups["value"].idxmin()]
    banded = table.dropna()
    if len(banded):
        ends = banded.groupby(stretch[banded.index.to_numpy()])
        found += [ends["high"].idxmax(), ends["low"].idxmin()]
    return np.concatenate([places.to_numpy(dtype=np.int64) for places in found])


def _edges(known: Flags, runs: Places, stretch: Places) -> Places:
    """The first and the last bin of runs that reach into another stretch, so that a gap is drawn as wide as it is."""
    places = np.flatnonzero(known)
    turns = np.flatnonzero(np.diff(runs[places]))
    first = places[np.concatenate([[0], turns + 1])] if len(places) else places
    last = places[np.concatenate([turns, [len(places) - 1]])] if len(places) else places
    long = stretch[first] != stretch[last]
    return np.concatenate([first[long], last[long]])


def _shape(starts: Places, value: NDArray[np.float64], known: Flags) -> Places:
    """What MinMaxLTTB chooses of the bins with a value."""
    places = np.flatnonzero(known)
    if len(places) <= SHAPED:
        return places
    shaper = MinMaxLTTBDownsampler()  # type: ignore[no-untyped-call]
    chosen = np.asarray(shaper.downsample(starts[places], value[places], n_out=SHAPED), dtype=np.int64)
    return np.asarray(places[chosen])


def _merged(places: Places, far: Flags, stretch: Places) -> Iterator[Merged]:
    """One mark for each run that reaches into another stretch, and one for all shorter runs of a stretch."""
    if not len(places):
        return
    follows = (np.diff(places) == 1) & ~far[places[1:]]
    run = np.concatenate([[0], np.cumsum(~follows)])
    table = pd.DataFrame({"place": places, "run": run, "stretch": stretch[places]})
    reach = table.groupby("run")["stretch"]
    long = (reach.transform("min") != reach.transform("max")).to_numpy()
    # A long run has a key of its own, which no stretch has.
    table["mark"] = np.where(long, STRETCHES + run, table["stretch"])
    for first, last, count in table.groupby("mark")["place"].agg(["min", "max", "count"]).sort_values("min").to_numpy():
        yield Merged(int(first), int(last), int(count))
