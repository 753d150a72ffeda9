"""Answers that are kept: bounded in number or for a time, each made once for all who ask for it at the same time."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping, MutableMapping
from functools import update_wrapper
from threading import Condition
from typing import Any, Generic, ParamSpec, TypeVar

from cachetools import LRUCache, TTLCache, cached

P = ParamSpec("P")
R = TypeVar("R")

#: By type: how a value of it is told from another. A value of any other type is its own mark.
Marks = Mapping[type, Callable[[Any], Hashable]]
_Key = tuple[Hashable, ...]


class Same:
    """An object as a key, equal to itself alone: to hash a chart takes a millisecond. It lives as long as its key."""

    __slots__ = ("it",)

    def __init__(self, it: object) -> None:
        self.it = it

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.it is self.it


class Memo(Generic[P, R]):
    """A function in front of which its latest used answers are kept, `most` of them, each for `seconds` if given.

    With a `size`, which says how much an answer takes, `most` is what all of them together may take.
    A failure is no answer: who asks again, asks in earnest.
    """

    def __init__(
        self,
        ask: Callable[P, R],
        *,
        most: int,
        marks: Marks | None = None,
        seconds: float | None = None,
        size: Callable[[R], float] | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        update_wrapper(self, ask)
        self._marks = marks or {}
        self._kept: LRUCache[_Key, R] | TTLCache[_Key, R, float]
        self._kept = LRUCache(most, size) if seconds is None else TTLCache(most, seconds, timer)
        self._turn = Condition()
        self._made: TTLCache[_Key, R, float] | None = None if seconds is None else TTLCache(most, 2 * seconds, timer)
        self._ask = cached(self._kept, key=self._key, condition=self._turn)(self._noted(ask))

    def __call__(self, *asked: P.args, **named: P.kwargs) -> R:
        return self._ask(*asked, **named)

    def at_hand(self, *asked: P.args, **named: P.kwargs) -> R | None:
        """The answer that is kept, without waiting for one; None where there is none."""
        with self._turn:
            return self._kept.get(self._key(*asked, **named))

    def lately(self, *asked: P.args, **named: P.kwargs) -> R | None:
        """The answer that was made in the last two times `seconds`; None where there is none.

        For whoever answers by it at once, and asks again meanwhile.
        """
        with self._turn:
            return None if self._made is None else self._made.get(self._key(*asked, **named))

    def forget(self, outdated: Callable[[Hashable], bool]) -> None:
        """Keep no answer to a question of which any part, as it is marked, is outdated."""
        with self._turn:
            kept: MutableMapping[_Key, R]
            for kept in (self._kept, {} if self._made is None else self._made):
                for key in [key for key in kept if any(map(outdated, key))]:
                    del kept[key]

    def _noted(self, ask: Callable[P, R]) -> Callable[P, R]:
        """As `ask`, with when it answered."""
        made = self._made
        if made is None:
            return ask

        def noted(*asked: P.args, **named: P.kwargs) -> R:
            answer = ask(*asked, **named)
            with self._turn:
                made[self._key(*asked, **named)] = answer
            return answer

        return noted

    def _key(self, *asked: object, **named: object) -> _Key:
        return (*map(self._mark, asked), *((name, self._mark(value)) for name, value in named.items()))

    def _mark(self, value: Any) -> Hashable:
        mark = self._marks.get(type(value))
        return mark(value) if mark else value


class Memory:
    """Memos that let go of what is outdated together."""

    def __init__(self, marks: Marks) -> None:
        self._marks, self._memos = marks, list[Memo[..., Any]]()

    def keep(self, *, most: int = 256, marks: Marks | None = None) -> Callable[[Callable[P, R]], Memo[P, R]]:
        """Decorates a function of frozen values whose answer everybody may share, and nobody writes into."""

        def kept(ask: Callable[P, R]) -> Memo[P, R]:
            memo = Memo(ask, most=most, marks=marks or self._marks)
            self._memos.append(memo)
            return memo

        return kept

    def forget(self, outdated: Callable[[Hashable], bool]) -> None:
        """Keep no answer, of any memo, to a question of which any part is outdated."""
        for memo in self._memos:
            memo.forget(outdated)
