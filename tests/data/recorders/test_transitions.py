"""What changed between two versions of a feed: a call lies between them, and a mark that vanishes is no withdrawal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from data.recorders.transitions import Change, FeedState, Seen, Transition
from data.sources.feeds.feed import Stage, Standing, Version


def _at(time: str) -> datetime:
    return datetime.fromisoformat(f"2030-11-06T{time}").replace(tzinfo=UTC)


def _seen(time: str, *said: Standing, stamp: str = "", whole: bool = True, lag: timedelta = timedelta(0)) -> Seen:
    """A version asked for at this time, whose answer came a second later."""
    version = Version(said, stamp=_at(stamp) if stamp else None, whole=whole, lag=lag)
    return Seen(_at(time), _at(time) + timedelta(seconds=1), version)


def _ohio(stage: Stage = Stage.CALLED, party: str = "A", **more: object) -> Standing:
    return Standing("OH", "AP", stage, party, **more)  # type: ignore[arg-type]


OPEN, BACK = Standing("OH", "AP", Stage.OPEN), Standing("OH", "AP", Stage.TAKEN_BACK)


def _played(*versions: Seen) -> list[Transition]:
    state = FeedState()
    return [one for seen in versions for one in state.take(seen)]


def _said(*versions: Seen) -> list[tuple[str, str, str]]:
    """What, later than, and not later than, of each transition."""
    return [(one.change.value, f"{one.after:%T}" if one.after else "", f"{one.by:%T}") for one in _played(*versions)]


def test_a_call_lies_between_the_last_version_without_it_and_the_first_with_it() -> None:
    assert _said(_seen("01:00:00", OPEN), _seen("01:00:05", OPEN), _seen("01:00:10", _ohio())) == [
        ("call", "01:00:05", "01:00:11")
    ]


def test_of_a_call_that_the_first_version_has_only_the_upper_bound_is_known() -> None:
    assert _said(_seen("01:00:00", _ohio())) == [("call", "", "01:00:01")]


def test_a_version_that_was_made_earlier_than_it_was_asked_for_says_nothing_of_the_time_between() -> None:
    assert _said(_seen("01:00:00", OPEN, stamp="00:56:30"), _seen("01:00:05", _ohio(), stamp="01:00:04")) == [
        ("call", "00:56:30", "01:00:06")
    ]


def test_a_stamp_of_a_clock_that_runs_ahead_never_moves_the_lower_bound_past_the_asking() -> None:
    assert _said(_seen("01:00:00", OPEN, stamp="01:01:30"), _seen("01:00:05", _ohio(), stamp="01:01:35")) == [
        ("call", "01:00:00", "01:00:06")
    ]


def test_a_copy_that_may_be_five_minutes_old_gives_a_lower_bound_five_minutes_before() -> None:
    lag = timedelta(minutes=5)
    assert _said(_seen("01:00:00", OPEN, lag=lag), _seen("01:01:00", _ohio(), lag=lag)) == [
        ("call", "00:55:00", "01:01:01")
    ]


def test_a_call_taken_back_is_a_withdrawal_with_bounds_and_the_next_call_another() -> None:
    versions = (
        _seen("01:00:00", OPEN), _seen("01:00:05", _ohio()), _seen("01:00:10", BACK),
        _seen("01:00:15", BACK), _seen("01:00:20", _ohio(party="B")),
    )  # fmt: skip
    assert _said(*versions) == [
        ("call", "01:00:00", "01:00:06"), ("withdrawal", "01:00:05", "01:00:11"), ("call", "01:00:15", "01:00:21"),
    ]  # fmt: skip
    assert [one.party for one in _played(*versions)] == ["A", "A", "B"]


@pytest.mark.parametrize("gone", [_seen("01:00:10", OPEN), _seen("01:00:10")], ids=["open again", "not named"])
def test_a_mark_that_vanishes_is_held_once_and_the_call_stands(gone: Seen) -> None:
    back_again = _seen("01:00:20", _ohio())
    found = _played(_seen("01:00:00", OPEN), _seen("01:00:05", _ohio()), gone, gone, back_again)
    assert [one.change for one in found] == [Change.CALL, Change.HELD]
    assert found[1].why == "the feed dropped its mark of OH without taking the call back; the call stands"


def test_what_a_list_of_changes_does_not_name_stands_as_it_was() -> None:
    assert [one.change for one in _played(_seen("01:00:00", _ohio()), _seen("01:00:05", whole=False))] == [Change.CALL]


def test_another_winner_without_a_withdrawal_is_held() -> None:
    found = _played(_seen("01:00:00", _ohio()), _seen("01:00:05", _ohio(party="B")))
    assert (found[1].change, found[1].why) == (
        Change.HELD, "the feed now has B for OH, where it had called it for A and took nothing back",
    )  # fmt: skip


def test_a_time_of_the_feeds_own_is_the_calls_time_unless_it_lies_ahead() -> None:
    state = FeedState()
    stated = state.take(_seen("01:00:00", _ohio(stated=_at("00:59:30"))))
    ahead = FeedState().take(_seen("01:00:00", _ohio(stated=_at("01:01:30"))))
    future = FeedState().take(_seen("01:00:00", _ohio(stated=_at("03:00:00"))))
    assert (stated[0].stated, ahead[0].stated) == (_at("00:59:30"), None)
    assert (future[0].change, future[0].why) == (
        Change.HELD, "the feed dates the call of OH in the future, at 2030-11-06T03:00:00Z",
    )  # fmt: skip


def test_a_standing_that_cannot_be_believed_is_held_with_its_reason() -> None:
    found = _played(_seen("01:00:00", Standing("ZZ", "AP", Stage.OPEN, fault="there is no such state")))
    assert (found[0].change, found[0].why) == (Change.HELD, "there is no such state")


def test_a_contest_that_two_races_of_the_feed_could_be_is_held_and_neither_is_drawn() -> None:
    president, senate = _ohio(Stage.OPEN, race="1"), _ohio(party="B", race="2")
    (held, *others) = _played(
        _seen("01:00:00", president, senate, whole=False), _seen("01:00:05", _ohio(race="1"), whole=False)
    )
    assert (held.change, others) == (Change.HELD, [])
    assert held.why.startswith("the feed has 2 races that could be OH (1, 2): name its office")


def test_a_second_race_of_a_later_version_takes_no_call_back_and_makes_none() -> None:
    versions = (
        _seen("01:00:00", _ohio(race="1"), whole=False),
        _seen("01:00:05", _ohio(party="B", race="2"), whole=False),
    )
    assert [one.change for one in _played(*versions)] == [Change.CALL, Change.HELD]
