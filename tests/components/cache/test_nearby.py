"""What is kept close by: for the same objects one answer, for others another, and for no longer than a moment."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from components.cache import memo as nearby
from components.cache.memo import Lately, Near


def counted() -> tuple[list[object], Callable[..., int]]:
    """What was asked so far, and a function that answers how often it was asked."""
    asked: list[object] = []

    def ask(*given: object, **named: object) -> int:
        asked.append((given, named))
        return len(asked)

    return asked, ask


def test_the_same_objects_are_asked_about_once() -> None:
    asked, ask = counted()
    near, frame = Near(ask, most=4, marks={list: id}), [1, 2]
    assert [near(frame, zone="UTC"), near(frame, zone="UTC")] == [1, 1]
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(((1,), {}), ((2,), {}), id="another value"),
        pytest.param((([1],), {}), (([1],), {}), id="another object that holds the same"),
        pytest.param(((), {"zone": "UTC"}), ((), {"zone": "CET"}), id="another named value"),
        pytest.param(((), {"zone": "UTC"}), (("UTC",), {}), id="named and not"),
    ],
)
def test_what_differs_is_asked_about_again(
    first: tuple[tuple[object, ...], dict[str, object]], second: tuple[tuple[object, ...], dict[str, object]]
) -> None:
    near = Near(counted()[1], most=4, marks={list: id})
    assert [near(*given, **named) for given, named in (first, second)] == [1, 2]


def test_the_answer_that_was_wanted_longest_ago_makes_room() -> None:
    near = Near(counted()[1], most=2, marks={})
    assert [near(word) for word in ("a", "b", "a", "c", "a", "b")] == [1, 2, 1, 3, 1, 4]


def test_what_is_outdated_is_forgotten_wherever_a_question_names_it() -> None:
    near = Near(counted()[1], most=8, marks={})
    for given, named in ((("old",), {}), ((), {"story": "old"}), (("new",), {})):
        near(*given, **named)
    near.forget(lambda value: value == "old")
    assert [near("new"), near("old"), near(story="old")] == [3, 4, 5]


def test_an_answer_is_trusted_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    lately, ask = Lately(), counted()[1]
    assert [lately.of("story", ask), lately.of("story", ask)] == [1, 1]
    now += nearby.FRESH_SECONDS
    assert lately.of("story", ask) == 2


def test_a_failure_is_not_kept() -> None:
    def fail() -> int:
        raise ValueError("a fault")

    lately = Lately()
    with pytest.raises(ValueError, match="a fault"):
        lately.of("story", fail)
    assert lately.of("story", lambda: 7) == 7
