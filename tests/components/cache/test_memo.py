"""Answers that are kept: one for the same objects, others for others, bounded in number and time, made once."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from components.cache.memo import Memo, Memory, Same


def counted() -> tuple[list[object], Callable[..., int]]:
    """What was asked so far, and a function that answers how often it was asked."""
    asked: list[object] = []

    def ask(*given: object, **named: object) -> int:
        asked.append((given, named))
        return len(asked)

    return asked, ask


def test_the_same_objects_are_asked_about_once() -> None:
    asked, ask = counted()
    memo, frame = Memo(ask, most=4, marks={list: Same}), [1, 2]
    assert [memo(frame, zone="UTC"), memo(frame, zone="UTC")] == [1, 1]
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
    memo = Memo(counted()[1], most=4, marks={list: Same})
    assert [memo(*given, **named) for given, named in (first, second)] == [1, 2]


def test_the_answer_that_was_wanted_longest_ago_makes_room() -> None:
    memo = Memo(counted()[1], most=2)
    assert [memo(word) for word in ("a", "b", "a", "c", "a", "b")] == [1, 2, 1, 3, 1, 4]


def test_an_object_made_later_is_never_taken_for_one_that_is_gone() -> None:
    memo = Memo(counted()[1], most=1_000, marks={list: Same})
    assert [memo([number]) for number in range(1_000)] == list(range(1, 1_001))


def test_an_answer_is_lately_made_for_twice_the_time_that_it_is_kept() -> None:
    now = 0.0
    memo = Memo(counted()[1], most=4, seconds=1.0, timer=lambda: now)
    assert memo("a") == 1
    now = 0.5
    assert (memo.at_hand("a"), memo.lately("a")) == (1, 1)
    now = 1.5
    assert (memo.at_hand("a"), memo.lately("a")) == (None, 1)
    now = 2.5
    assert (memo.at_hand("a"), memo.lately("a")) == (None, None)
    assert memo.lately("b") is None


def test_what_is_outdated_was_not_lately_made_either() -> None:
    memo = Memo(counted()[1], most=4, seconds=1.0, timer=lambda: 0.0)
    memo("old"), memo("new")
    memo.forget(lambda part: part == "old")
    assert (memo.lately("old"), memo.lately("new")) == (None, 2)


def test_what_is_outdated_is_forgotten_wherever_a_question_names_it() -> None:
    memory = Memory({})
    memos = [memory.keep(most=8)(counted()[1]) for _ in range(2)]
    for memo in memos:
        for given, named in ((("old",), {}), ((), {"story": "old"}), (("new",), {})):
            memo(*given, **named)
    memory.forget(lambda mark: mark in ("old", ("story", "old")))
    assert [[memo("new"), memo("old"), memo(story="old")] for memo in memos] == [[3, 4, 5]] * 2


def test_an_answer_is_trusted_for_so_long_and_no_longer() -> None:
    now = 100.0
    memo = Memo(counted()[1], most=4, seconds=1.0, timer=lambda: now)
    assert [memo("story"), memo("story"), memo.at_hand("story")] == [1, 1, 1]
    now += 1.0
    assert memo.at_hand("story") is None
    assert memo("story") == 2


def test_a_failure_is_not_kept() -> None:
    faults = [ValueError("a fault")]

    def ask(_: str) -> int:
        if faults:
            raise faults.pop()
        return 7

    memo = Memo(ask, most=4)
    with pytest.raises(ValueError, match="a fault"):
        memo("story")
    assert memo("story") == 7


def test_eight_who_ask_at_once_wait_for_one_answer() -> None:
    asked, all_here = list[str](), Barrier(8)

    def ask(word: str) -> str:
        asked.append(word)
        time.sleep(0.1)
        return word.upper()

    memo = Memo(ask, most=4)

    def answer(word: str) -> str:
        all_here.wait(10)
        return memo(word)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(answer, ["story"] * 8)) == ["STORY"] * 8
    assert asked == ["story"]
