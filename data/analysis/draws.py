"""What Google Trends answered: single draws, and the ensemble that several draws of several windows make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.core.errors import DataError
from data.core.model import Window, as_utc

Floats = NDArray[np.float64]

#: Google answers requests that start within the last 7 days from a real-time sample, older ones from an archive.
RECENT = timedelta(days=7)
#: Google repeats an answer for about a day: the same numbers within it are one sample, served twice.
CACHED = timedelta(days=1)


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """One answer: the values of one window as Google gave them on one day, on a scale of this answer's own.

    `values` is indexed by the UTC start of each bin: 0 to 100, NaN where there is no bin, 0 for both "0" and "<1",
    which mean "below what Google shows" and never "none". The loader has dropped the partial bin. Raises ValueError
    for naive, doubled or backwards times, for values beyond 0 to 100 and for times that the window does not hold
    (a bin's edges are uncertain by one step, so one step beyond is allowed).
    """

    window: Window
    drawn_at: datetime
    values: pd.Series[float]

    def __post_init__(self) -> None:
        object.__setattr__(self, "drawn_at", as_utc(self.drawn_at))
        index = self.values.index
        if not isinstance(index, pd.DatetimeIndex) or index.tz is None:
            raise ValueError("a draw needs aware times; Google's hours are UTC")
        values = pd.Series(self.values.to_numpy(dtype=float), index=index.tz_convert("UTC").as_unit("ns"))
        if len(values) < 2 or not (values.index.is_monotonic_increasing and values.index.is_unique):
            raise ValueError("a draw needs at least two bins, each once and in order of time")
        if not values.dropna().between(0, 100).all():
            raise ValueError(f"a draw's values lie between 0 and 100, not {values.min():g} to {values.max():g}")
        object.__setattr__(self, "values", values)
        first, last = values.index[0].to_pydatetime(), values.index[-1].to_pydatetime()
        if first < self.window.start - self.step or last >= self.window.end + self.step:
            raise ValueError(
                f"bins from {first.isoformat()} to {last.isoformat()} are not those of {name(self.window)}"
            )

    @property
    def step(self) -> timedelta:
        """The length of a bin, as the times have it (never as it was asked for)."""
        return step_of(pd.DatetimeIndex(self.values.index))

    @property
    def recent(self) -> bool:
        """Whether the answer came from the real-time sample, which is never joined to the archive."""
        return self.drawn_at - self.window.start <= RECENT

    def repeats(self, other: Draw) -> bool:
        """Whether this is Google's kept answer to the same request rather than a sample of its own."""
        same = self.window == other.window and self.values.equals(other.values)
        return same and abs(self.drawn_at - other.drawn_at) < CACHED


@dataclass(frozen=True, slots=True, eq=False)
class Ensemble:
    """Every draw on one grid of times: W windows, T bins.

    `value` (W, T) is the mean of a window's draws in its own 0-100 units (0 off the window), `count` (W, T) how many
    draws are behind it, `phi` (W) the variance per unit of level between draws, NaN for a window drawn once; `rounded`
    whether every value is a whole number, as Google's are.
    """

    windows: tuple[Window, ...]
    times: pd.DatetimeIndex
    value: Floats
    count: Floats
    phi: Floats
    recent: bool
    rounded: bool
    notes: tuple[str, ...]


def step_of(times: pd.DatetimeIndex) -> timedelta:
    """The shortest distance between neighbouring times: what a bin spans, gaps or not."""
    return timedelta(microseconds=int(np.diff(times.as_unit("us").asi8).min()))


def name(window: Window) -> str:
    """A window as messages name it, in UTC, the zone in which requests are written."""
    start, end = (moment.replace(tzinfo=None).isoformat(timespec="minutes") for moment in (window.start, window.end))
    return f"{start} to {end} UTC"


def gather(draws: Iterable[Draw]) -> Ensemble:
    """The ensemble of these draws, windows in order of time whatever order the draws come in.

    Repeated answers count once; draws without a single value of 1 or more have no scale and are left out, with a
    note. Raises DataError if nothing is left, or where steps or recent and archive data are mixed.
    """
    given = sorted(draws, key=lambda draw: (draw.window, draw.drawn_at))
    own: list[Draw] = []
    for draw in given:
        if not any(draw.repeats(kept) for kept in own):
            own.append(draw)
    usable = [draw for draw in own if (draw.values >= 1).any()]
    if not usable:
        raise DataError(
            "There is nothing to show: every value is below 1, too few searches for Google to give a number."
        )
    _check_alike(usable)
    windows = tuple(dict.fromkeys(draw.window for draw in usable))
    times = pd.DatetimeIndex(pd.concat([draw.values for draw in usable]).index.unique()).sort_values()
    stacks = [_stack([draw for draw in usable if draw.window == window], times) for window in windows]
    value, count = np.array([np.nan_to_num(_mean(stack)) for stack in stacks]), np.array([_held(s) for s in stacks])
    phi = np.array([_phi(stack) for stack in stacks])
    rounded = all(bool((draw.values.dropna() % 1 == 0).all()) for draw in usable)
    return Ensemble(windows, times, value, count, phi, usable[0].recent, rounded, _notes(given, own, usable))


def _check_alike(draws: Sequence[Draw]) -> None:
    steps = {draw.step: draw.window for draw in draws}
    if len(steps) > 1:
        said = ", ".join(f"{step} in {name(window)}" for step, window in sorted(steps.items()))
        raise DataError(f"Windows of different steps are different series and cannot be joined: {said}.")
    kinds = {draw.recent: draw.window for draw in draws}
    if len(kinds) > 1:
        raise DataError(
            f"Recent data ({name(kinds[True])}) and archive data ({name(kinds[False])}) are two samples and never one "
            "line; draw the recent window again when it is a week old."
        )


def _stack(draws: Sequence[Draw], times: pd.DatetimeIndex) -> Floats:
    """Draws of one window (K, T), NaN off it, brought to one total over the bins that all of them hold.

    Each answer's own largest value is 100, and that value is as noisy as any: without this, its noise would pass
    for noise of every bin.
    """
    stack = np.full((len(draws), len(times)), np.nan)
    for row, draw in zip(stack, draws, strict=True):
        row[times.get_indexer(draw.values.index)] = draw.values
    totals = stack[:, ~np.isnan(stack).any(axis=0)].sum(axis=1)
    return np.asarray(stack * (totals.mean() / totals)[:, None]) if totals.all() else stack


def _held(stack: Floats) -> Floats:
    return np.asarray((~np.isnan(stack)).sum(axis=0), dtype=float)


def _mean(stack: Floats) -> Floats:
    held = _held(stack)
    return np.asarray(np.nansum(stack, axis=0) / np.where(held > 0, held, np.nan))


def _phi(stack: Floats) -> float:
    """Variance per unit of level: sum(max(variance across draws - 1/12, 0)) / sum(mean), 1/12 being the rounding's."""
    both = _held(stack) >= 2
    if not both.any():
        return float("nan")
    variance = np.nanvar(stack[:, both], axis=0, ddof=1)
    return float(np.maximum(variance - 1 / 12, 0).sum() / max(np.nanmean(stack[:, both], axis=0).sum(), 1.0))


def _notes(given: Sequence[Draw], own: Sequence[Draw], usable: Sequence[Draw]) -> tuple[str, ...]:
    notes = []
    if repeated := len(given) - len(own):
        notes.append(f"Answers that Google repeated within a day, counted once: {repeated}.")
    kept = {draw.window for draw in usable}
    for window in dict.fromkeys(draw.window for draw in own if (draw.values < 1).all() | draw.values.isna().all()):
        rest = "its other samples are used" if window in kept else "it has no scale and is left out"
        notes.append(f"A sample of {name(window)} is below 1 throughout; {rest}.")
    return tuple(notes)
