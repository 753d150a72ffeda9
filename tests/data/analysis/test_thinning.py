"""Which bins of a long series are drawn: nothing that stands out is lost, and nothing is made up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.analysis.thinning import MOST, STRETCHES, Merged, Thinned, thin
from tests.support.cases import examples
from tests.support.long_series import MINUTE, minutes, noise


@dataclass(frozen=True)
class Made:
    """A series with holes of every kind, and what is drawn of it."""

    bins: pd.DataFrame
    found: Thinned

    @property
    def known(self) -> np.ndarray:
        flags: np.ndarray = (self.bins["value"].notna() & ~self.bins["censored"]).to_numpy()
        return flags

    @property
    def stretch(self) -> np.ndarray:
        """The equal stretch of time in which each bin begins."""
        since = (self.bins["start"] - self.bins["start"].iloc[0]) / MINUTE
        whole = (self.bins["end"].iloc[-1] - self.bins["start"].iloc[0]) / MINUTE
        places: np.ndarray = np.floor(since.to_numpy() * STRETCHES / whole).astype(int)
        return places


def spans(bins: int) -> st.SearchStrategy[list[int]]:
    """Places in up to four stretches of a series, of one bin to a twentieth of it."""
    one = st.tuples(st.integers(0, bins - 1), st.integers(1, bins // 20))
    return st.lists(one, max_size=4).map(
        lambda found: sorted({place for start, length in found for place in range(start, min(start + length, bins))})
    )


@st.composite
def made(draw: st.DrawFn) -> Made:
    bins = draw(st.integers(MOST * 4 // 3, 2 * MOST))
    values = noise(bins, seed=draw(st.integers(0, 2**32 - 1)), level=draw(st.sampled_from([0.3, 3.0, 40.0])))
    below = set(np.flatnonzero(values == 0).tolist()) | set(draw(spans(bins)))
    blank, missing = set(draw(spans(bins))) - below, set(draw(spans(bins)))
    frame = minutes(values, below=below, blank=blank, missing=missing, band=draw(st.sampled_from([0.0, 2.0]))).frame
    found = thin(frame, MINUTE)
    assert found is not None
    return Made(frame, found)


@examples(20)
@given(made())
def test_every_stretch_keeps_its_highest_and_its_lowest_bin(series: Made) -> None:
    kept = series.bins.iloc[series.found.kept].groupby(series.stretch[series.found.kept])
    whole = series.bins[series.known].groupby(series.stretch[series.known])
    for column in ("value", "high"):
        pd.testing.assert_series_equal(kept[column].max(), whole[column].max())
    for column in ("value", "low"):
        pd.testing.assert_series_equal(kept[column].min(), whole[column].min())


@examples(20)
@given(made())
def test_only_bins_with_a_level_are_kept_each_once_and_the_first_and_last_always(series: Made) -> None:
    kept, known = series.found.kept, np.flatnonzero(series.known)
    assert series.known[kept].all()
    assert (np.diff(kept) > 0).all()
    assert list(kept[[0, -1]]) == list(known[[0, -1]]) if len(known) else not len(kept)


@examples(20)
@given(made())
def test_every_bin_without_a_level_is_under_exactly_one_mark_of_its_kind(series: Made) -> None:
    censored = series.bins["censored"].to_numpy()
    for marks, flags in ((series.found.below, censored), (series.found.blank, ~series.known & ~censored)):
        places = np.flatnonzero(flags)
        under = [places[(places >= mark.first) & (places <= mark.last)] for mark in marks]
        assert list(np.concatenate([places[:0], *under])) == list(places)
        assert [len(found) for found in under] == [mark.count for mark in marks]
        assert all(flags[mark.first] and flags[mark.last] for mark in marks)


@pytest.mark.slow
@settings(max_examples=8)
@given(made())
def test_bins_of_one_run_have_every_bin_between_them(series: Made) -> None:
    kept, runs = series.found.kept, series.found.runs
    starts = series.bins["start"].to_numpy()
    for this, that, same in zip(kept, kept[1:], np.diff(runs) == 0, strict=False):
        unbroken = series.known[this : that + 1].all() and starts[that] - starts[this] == (that - this) * MINUTE
        assert same == unbroken


@examples(20)
@given(made())
def test_the_same_bins_are_thinned_the_same_way(series: Made) -> None:
    again = thin(series.bins.copy(), MINUTE)
    assert again is not None
    assert list(again.kept) == list(series.found.kept)
    assert (again.below, again.blank) == (series.found.below, series.found.blank)


@examples(20)
@given(bins=st.integers(1, MOST), level=st.sampled_from([0.3, 30.0]))
def test_no_series_of_so_few_bins_is_thinned(bins: int, level: float) -> None:
    values = noise(bins, level=level)
    assert thin(minutes(values, below=np.flatnonzero(values == 0)).frame, MINUTE) is None


def test_a_spike_of_one_minute_in_a_hundred_thousand_is_drawn_wherever_it_stands() -> None:
    spikes = list(range(137, 100_000, 1_999))
    values = noise(100_000)
    values[spikes] = 91.0
    found = thin(minutes(values).frame, MINUTE)
    assert found is not None
    assert set(spikes) <= set(found.kept)
    assert len(found.kept) < MOST


def test_both_ends_of_a_long_gap_are_drawn_so_that_it_is_as_wide_as_it_is() -> None:
    found = thin(minutes(noise(20_000), missing=range(5_003, 9_001)).frame, MINUTE)
    assert found is not None
    assert {5_002, 5_003} <= set(found.kept)


@pytest.mark.parametrize(
    ("below", "marks"),
    [
        pytest.param(range(4_000, 6_000), [(4_000, 5_999, 2_000)], id="a long run is one mark"),
        pytest.param([4_001, 4_005, 4_006], [(4_001, 4_006, 3)], id="short runs of one stretch share one"),
        pytest.param([4_001, 4_055], [(4_001, 4_001, 1), (4_055, 4_055, 1)], id="of two stretches they do not"),
        pytest.param(range(20_000), [(0, 19_999, 20_000)], id="all of it"),
    ],
)
def test_bins_below_resolution_share_marks(below: list[int], marks: list[tuple[int, int, int]]) -> None:
    # 20,000 minutes in 400 stretches are 50 minutes each.
    found = thin(minutes(noise(20_000), below=below).frame, MINUTE)
    assert found is not None
    assert found.below == tuple(Merged(*mark) for mark in marks)
