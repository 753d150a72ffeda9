"""A share of made-up nights with its 95 % interval: a bench that runs twice gives two figures."""

from __future__ import annotations

from collections.abc import Iterable

import scipy


def share(held: Iterable[bool]) -> tuple[float, float, float]:
    """The share that held, and its 95 % interval (Wilson); NaN of none."""
    listed = list(held)
    if not listed:
        return (float("nan"),) * 3
    bounds = scipy.stats.binomtest(sum(listed), len(listed)).proportion_ci(0.95, method="wilson")
    return sum(listed) / len(listed), float(bounds.low), float(bounds.high)
