"""A level that wanders: what it takes of a rise, how its walk is told, and bins that nobody saw."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from data.analysis.local_level import _WANDERS, _likeliest, _walk, fit_level

MINUTE = timedelta(minutes=1)
BINS = np.arange(300)
#: Ten minutes each, with room between them.
AFTER = ((BINS % 60 >= 20) & (BINS % 60 < 30)).astype(float)


def counts(level: np.ndarray, rise: float = 0.0, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).poisson(level * np.exp(rise * AFTER)).astype(float)


@pytest.mark.parametrize(
    "level",
    [
        pytest.param(np.full(300, 100.0), id="a steady one"),
        pytest.param(50 * np.exp(BINS / 150), id="one that grows"),
        pytest.param(100 * np.exp(0.5 * np.sin(BINS / 40)), id="one that sways"),
        pytest.param(np.where(BINS < 155, 60.0, 180.0), id="one that steps"),
    ],
)
def test_a_rise_is_told_whatever_its_level_does(level: np.ndarray) -> None:
    found = fit_level(counts(level, rise=0.4), AFTER, BINS, MINUTE)
    assert abs(found.effect - 0.4) < 3 * found.error < 0.4


def test_counts_that_scatter_more_are_told_to_and_widen_the_error() -> None:
    level = np.full(300, 100.0)
    calm, wild = (fit_level(times * counts(level / times), AFTER, BINS, MINUTE) for times in (1, 4))
    assert [calm.scatter, wild.scatter] == pytest.approx([1, 4], rel=0.2)
    assert wild.error == pytest.approx(2 * calm.error, rel=0.3)


def test_influence_is_one_in_all_after_calls_and_sees_neither_a_scale_nor_a_steady_slope() -> None:
    influence = fit_level(counts(np.full(300, 100.0)), AFTER, BINS, MINUTE).influence
    assert influence @ AFTER == pytest.approx(1)
    assert influence @ np.ones(300) == pytest.approx(0, abs=1e-9)
    assert influence @ BINS == pytest.approx(0, abs=1e-6)


def test_knots_between_which_nobody_looked_are_one_step_that_walks_as_far() -> None:
    seen = np.concatenate([np.arange(40), np.arange(95, 120)])
    place = (seen + 0.5) / 5
    every = np.clip(place[:, None] - np.arange(24), 0, 1)
    merged = _walk(seen, 5)
    assert merged.shape[1] == 14
    assert merged @ merged.T == pytest.approx(every @ every.T)


def test_a_year_between_two_calls_takes_no_more_knots_than_there_are_bins() -> None:
    seen = np.concatenate([np.arange(150), 500_000 + np.arange(150)])
    assert _walk(seen, 5).shape[1] <= 63


@pytest.mark.parametrize("seed", range(5))
def test_how_far_a_level_wanders_is_told_from_wherever_it_is_looked_for(seed: int) -> None:
    level = 50 * np.exp(np.cumsum(0.02 * np.random.default_rng(seed).normal(size=300)))
    shown = counts(level, seed=seed)
    columns = np.concatenate([np.ones((300, 1)), _walk(BINS, 5)], axis=1)
    places = {_likeliest(columns, 1, shown + 1, np.log(shown + 1), start)[0] for start in range(len(_WANDERS))}
    assert len(places) == 1
