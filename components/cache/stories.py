"""The stories of this process: read again when a file changes, trusted for a moment, forgiven a slip of the editor."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from components.cache.keys import StoryKey, key_in
from components.cache.memo import Memo
from data.core.errors import StoryInvalid
from data.core.settings import Settings
from data.story.store import story_store
from data.story.story import Story

#: Seconds in which a story's files are not looked at again: looking takes longer than answering from memory.
FRESH_SECONDS = 1.0
#: How long a live story with a fault is shown as it was before; then the fault is said.
FORGIVEN_SECONDS = 60.0


class FoundStory(NamedTuple):
    """A story, and the key that is another one as soon as anything it is drawn from has changed."""

    story: Story
    key: StoryKey


class StoryCache:
    """Stories by slug. `newer` is told each that was read anew, before anybody gets it."""

    def __init__(
        self,
        newer: Callable[[Story], None] | None = None,
        *,
        fresh_seconds: float = FRESH_SECONDS,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._newer, self._timer = newer, timer
        self._read = Memo(self._read_anew, most=16)
        self._last_valid: dict[str, tuple[Story, float]] = {}
        #: As `find` and every slug, each looked for once in `fresh_seconds` at most.
        self.look_up = Memo(self._find_with_key, most=256, seconds=fresh_seconds, timer=timer)
        self.slugs = Memo(_slugs, most=8, seconds=fresh_seconds, timer=timer)

    def find(self, slug: str, settings: Settings) -> Story:
        """The checked story of this name as its files are now. Raises StoryInvalid or DataError."""
        stories = story_store(settings)
        stamp, place = stories.stamp(slug), stories.place(slug)
        try:
            story = _sound(self._read(slug, settings, stamp)) if stamp else stories.read(slug)
        except StoryInvalid:
            if held := self._forgiven(place):
                return held
            raise
        if story.about.live:
            self._last_valid[place] = story, 0.0
        else:
            self._last_valid.pop(place, None)  # its night is over: what stood before is no longer better than a fault
        return story

    def _forgiven(self, place: str) -> Story | None:
        """What a live story last was without a fault, for FORGIVEN_SECONDS after the first; then None."""
        held, since = self._last_valid.get(place, (None, 0.0))
        now = self._timer()
        if held is None or (since and now - since > FORGIVEN_SECONDS):
            return None
        self._last_valid[place] = held, since or now
        return held

    def _read_anew(self, slug: str, settings: Settings, stamp: str) -> Story | StoryInvalid:
        """The stamp is part of the key: an edited story has another one, and what was asked of the one before can go.

        A night in progress has a version every few seconds, each some 3 MB, which nobody asks for again. A fault is an
        answer too, as long as the files stand: to find it again takes as long as to read the story.
        """
        stories = story_store(settings)
        try:
            story = stories.read(slug)
        except StoryInvalid as fault:
            if stories.stamp(slug) != stamp:
                raise
            return fault
        self._read.forget(lambda part: part == slug)
        if self._newer:
            self._newer(story)
        return story

    def _find_with_key(self, slug: str, settings: Settings) -> FoundStory:
        story = self.find(slug, settings)
        # The stamp that it was read under: other processes draw by these stamps too.
        return FoundStory(story, key_in(story_store(settings), story))


def _sound(found: Story | StoryInvalid) -> Story:
    """The story; StoryInvalid, each time another one, since one that is raised again and again grows."""
    if isinstance(found, StoryInvalid):
        raise StoryInvalid(str(found), file=found.file, row=found.row, column=found.column)
    return found


def _slugs(settings: Settings) -> tuple[str, ...]:
    return story_store(settings).slugs()
