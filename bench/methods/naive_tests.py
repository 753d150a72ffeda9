"""Tests that people use for "searches rose after the calls": each gives a two-sided p, and whether searches rose."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy

from bench.methods.event_rivals import Verdict, two_sided
from data.analysis.draws import Floats

#: Minutes before and after a call, the replicates of a placebo test, and the reach of a single call's regression.
TEN, DRAWS, HOUR = 10, 999, 60

Test = Callable[[Floats, "np.ndarray", np.random.Generator], Verdict]


def _sides(x: Floats, calls: np.ndarray) -> tuple[Floats, Floats]:
    mean = np.lib.stride_tricks.sliding_window_view(x, TEN).mean(axis=-1)
    return mean[calls - TEN], mean[calls]


def paired_t(x: Floats, calls: np.ndarray, _: np.random.Generator) -> Verdict:
    """Ten minutes before against ten after, call by call."""
    before, after = _sides(x, calls)
    return float(scipy.stats.ttest_rel(after, before).pvalue), bool((after - before).mean() > 0)


def random_minutes(x: Floats, calls: np.ndarray, rng: np.random.Generator) -> Verdict:
    """The mean change across the calls among those across as many random minutes of the night."""
    before, after = _sides(x, rng.integers(TEN, len(x) - TEN + 1, size=(DRAWS, len(calls))))
    own = _sides(x, calls)
    return two_sided(float((own[1] - own[0]).mean()), (after - before).mean(axis=1))


def circular_shift(x: Floats, calls: np.ndarray, rng: np.random.Generator) -> Verdict:
    """The mean change across the calls among those when all calls are moved round the night together."""
    usable = len(x) - 2 * TEN + 1
    moved = (calls - TEN + rng.integers(1, usable, size=(DRAWS, 1))) % usable + TEN
    before, after = _sides(x, moved)
    own = _sides(x, calls)
    return two_sided(float((own[1] - own[0]).mean()), (after - before).mean(axis=1))


def segmented(x: Floats, calls: np.ndarray, _: np.random.Generator) -> Verdict:
    """One call (the middle one) in a regression of the hour around it: level and slope may change; HAC errors."""
    from statsmodels.regression.linear_model import OLS  # takes half a second, which tests that ask for no p save

    call = int(np.sort(calls)[len(calls) // 2])
    t = np.arange(-HOUR // 2, HOUR // 2, dtype=float)
    after = (t >= 0).astype(float)
    design = np.column_stack([np.ones(HOUR), t, after, t * after])
    fit = OLS(x[call - HOUR // 2 : call + HOUR // 2], design).fit(cov_type="HAC", cov_kwds={"maxlags": 3})
    return (float(fit.pvalues[2]), bool(fit.params[2] > 0)) if fit.bse[2] > 0 else (1.0, False)


NAIVE: dict[str, Test] = {
    "before/after, paired t": paired_t,
    "random minutes of the night": random_minutes,
    "circular shift of the calls": circular_shift,
    "one call, segmented regression, HAC": segmented,
}
