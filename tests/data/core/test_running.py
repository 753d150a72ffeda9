"""Running totals against the plainest way to add them up, and how much work they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from data.core.running import Stairs, Tally, steps
from data.story.totals import contests_called

NINE = datetime(2016, 11, 9, 2, tzinfo=UTC)
MINUTES = st.integers(0, 60).map(lambda minutes: NINE + timedelta(minutes=minutes))
RISES = st.lists(st.tuples(MINUTES, st.integers(0, 55)), max_size=40)
BOUNDS = st.lists(st.tuples(MINUTES, MINUTES, st.integers(1, 55)).map(lambda row: (min(row[:2]), max(row[:2]), row[2])))


@given(RISES)
def test_each_step_is_the_sum_of_what_has_come_by_its_instant(rises: list[tuple[datetime, int]]) -> None:
    plain = [(at, sum(amount for when, amount in rises if when <= at)) for at in sorted({at for at, _ in rises})]
    assert list(steps(rises)) == plain


@given(RISES, MINUTES)
def test_stairs_tell_the_same_sum_for_any_instant(rises: list[tuple[datetime, int]], at: datetime) -> None:
    assert Stairs.of(rises).at(at) == sum(amount for when, amount in rises if when <= at)


@given(BOUNDS, MINUTES)
def test_a_tally_is_what_is_surely_there_and_what_is_possibly(
    rises: list[tuple[datetime, datetime, int]], at: datetime
) -> None:
    sure = sum(amount for _, latest, amount in rises if latest <= at)
    possible = sum(amount for earliest, _, amount in rises if earliest <= at)
    assert Tally.of(rises).at(at) == (sure, possible)
    assert sure <= possible


@given(st.lists(st.tuples(st.sampled_from(["US-FL", "US-OH", "US-ME"]), MINUTES)), MINUTES)
def test_a_contest_that_is_called_twice_counts_once_from_its_first_call(
    calls: list[tuple[str, datetime]], at: datetime
) -> None:
    assert contests_called(calls).at(at) == len({contest for contest, latest in calls if latest <= at})


def test_every_amount_is_taken_once_however_many_there_are() -> None:
    for count in (10, 1_000):
        taken: list[int] = []

        def rises(count: int = count, taken: list[int] = taken) -> Iterator[tuple[datetime, int]]:
            for place in range(count):
                taken.append(place)
                yield NINE + timedelta(minutes=place), 1

        found = list(steps(rises()))
        assert found[-1] == (NINE + timedelta(minutes=count - 1), count)
        assert len(taken) == count
