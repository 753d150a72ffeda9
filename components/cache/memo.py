"""Answers kept for the very objects asked with, for a moment, or until a story can be read again without a fault."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from threading import Lock
from typing import Any, ClassVar
from weakref import WeakSet

from data.core.errors import StoryInvalid
from data.story.story import Story

#: Seconds in which a story's folder is not looked at again by a page.
FRESH_SECONDS = 1.0


class Near:
    """A function in front of which its last `most` answers are kept, each for the very objects it was asked with.

    `marks` says for a type how a value of it is told from another; a value of any other type is its own mark. Of a
    frozen value that all share, `id` is mark enough: an entry holds what it was asked with, so that no later object
    can have its id.
    """

    everywhere: ClassVar[WeakSet[Near]] = WeakSet()

    def __init__(self, ask: Callable[..., Any], *, most: int, marks: Mapping[type, Callable[[Any], Hashable]]) -> None:
        self._ask, self._most, self._marks = ask, most, marks
        self._held: OrderedDict[Hashable, tuple[tuple[tuple[Any, ...], dict[str, Any]], Any]] = OrderedDict()
        self._lock = Lock()
        Near.everywhere.add(self)

    def __call__(self, *asked: Any, **named: Any) -> Any:
        key = (*map(self._mark, asked), *((name, self._mark(value)) for name, value in named.items()))
        with self._lock:
            if entry := self._held.get(key):
                self._held.move_to_end(key)
                return entry[1]
        answer = self._ask(*asked, **named)
        with self._lock:
            self._held[key] = (asked, named), answer
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return answer

    def forget(self, outdated: Callable[[Any], bool]) -> None:
        """Keep no answer to a question that names what is outdated."""
        with self._lock:
            for key, ((asked, named), _) in list(self._held.items()):
                if any(map(outdated, (*asked, *named.values()))):
                    del self._held[key]

    def _mark(self, value: Any) -> Hashable:
        mark = self._marks.get(type(value))
        return mark(value) if mark else value


class Lately:
    """Answers that are trusted for FRESH_SECONDS. A failure is none: who asks again, asks in earnest."""

    def __init__(self) -> None:
        self._held: dict[Hashable, tuple[float, Any]] = {}

    def of(self, key: Hashable, ask: Callable[[], Any]) -> Any:
        """What `ask` gave for this key a moment ago, else what it gives now."""
        until, answer = self._held.get(key, (0.0, None))
        if time.monotonic() < until:
            return answer
        answer = ask()
        self._held[key] = time.monotonic() + FRESH_SECONDS, answer
        return answer


#: How long a live story with a fault is shown as it was before; then the fault is said.
FORGIVEN_SECONDS = 60.0


class LastSound:
    """By the place of a story: what it was, and since when it has a fault (0: it has none)."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[Story, float]] = {}

    def of(self, place: str, read: Callable[[], Story]) -> Story:
        """What `read` gives, or for FORGIVEN_SECONDS after a fault what it last gave of a live story. StoryInvalid."""
        try:
            story = read()
        except StoryInvalid:
            held, since = self._held.get(place, (None, 0.0))
            now = time.monotonic()
            if held is None or (since and now - since > FORGIVEN_SECONDS):
                raise
            self._held[place] = held, since or now
            return held
        if story.about.live:
            self._held[place] = story, 0.0
        else:
            self._held.pop(place, None)  # its night is over: what stood before is no longer better than a fault
        return story
