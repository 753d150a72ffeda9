"""Recipes that people stitch with, as they use them: base windows in order of time, a series out, no band."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from bench.methods.nights import TIMES
from data.analysis.draws import Draw, Floats

Recipe = Callable[[Sequence[Draw], Draw], Floats]


def _grid(draws: Sequence[Draw]) -> Floats:
    return np.array([draw.values.reindex(TIMES).to_numpy(dtype=float) for draw in draws])


def concatenate(draws: Sequence[Draw], coarse: Draw) -> Floats:
    """One after the other, each on its own scale; an overlap goes to the earlier window."""
    return _first(_grid(draws))


def chain_on_a_point(draws: Sequence[Draw], coarse: Draw) -> Floats:
    """Each window scaled so that it meets the last at one bin: the latest that both show."""

    def ratio(last: Floats, new: Floats) -> float:
        both = np.flatnonzero((last > 0) & (new > 0))
        return float(last[both[-1]] / new[both[-1]]) if len(both) else float("nan")

    return _chain(_grid(draws), ratio)


def chain_by_sums(draws: Sequence[Draw], coarse: Draw) -> Floats:
    """Each window scaled so that its overlap with the last adds up to the same."""

    def ratio(last: Floats, new: Floats) -> float:
        both = ~np.isnan(last) & ~np.isnan(new)
        return float(last[both].sum() / new[both].sum()) if new[both].sum() else float("nan")

    return _chain(_grid(draws), ratio)


def times_the_day(draws: Sequence[Draw], coarse: Draw) -> Floats:
    """Each hour times its day's value in a daily series, over 100: what pytrends' dailydata does with months."""
    return np.asarray(_first(_grid(draws)) * _days(coarse) / 100)


def rescale_to_days(draws: Sequence[Draw], coarse: Draw) -> Floats:
    """Each window scaled so that it adds up to the same days of a daily series."""
    windows, days = _grid(draws), _days(coarse)
    sums = np.array([days[~np.isnan(window)].sum() / max(np.nansum(window), 1) for window in windows])
    return _mean(windows * sums[:, None])


def _days(coarse: Draw) -> Floats:
    return np.asarray(coarse.values.reindex(TIMES, method="ffill"), dtype=float)


def _mean(windows: Floats) -> Floats:
    return pd.DataFrame(windows).mean().to_numpy(dtype=float)


def _first(windows: Floats) -> Floats:
    return np.asarray(pd.DataFrame(windows).bfill().to_numpy()[0])


def _chain(windows: Floats, ratio: Callable[[Floats, Floats], float]) -> Floats:
    scaled = [windows[0]]
    for window in windows[1:]:
        scaled.append(window * ratio(scaled[-1], window))
    return _mean(np.array(scaled))


RECIPES: dict[str, Recipe] = {
    "plain concatenation": concatenate,
    "single-point chaining": chain_on_a_point,
    "ratio of sums": chain_by_sums,
    "coarse: hour x day / 100": times_the_day,
    "coarse: windows to day sums": rescale_to_days,
}
