"""The stories of this process: read again when a file changes, trusted for a moment, forgiven a slip of the editor."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from components.cache.memo import Marks, Memo, Same
from components.charts.grammar import Chart
from components.charts.phrases.caution import Caution
from data.core.errors import StoryInvalid
from data.core.frames import SourcedFrame
from data.core.model import Order, Sourced
from data.core.settings import Settings, read_settings, variables
from data.evidence import findings, series, study
from data.sources.trends_csv.export import Export
from data.story.store import StoryStore, story_store
from data.story.story import Story

if TYPE_CHECKING:
    from data.desk.desk import Desk


class StoryKey(NamedTuple):
    """What a story was read from, the snapshots fetched for it, and the moment up to which it is told."""

    slug: str
    stamp: str
    snapshots: str
    until: datetime | None
    order: Order


def tables_key(story: Story) -> StoryKey:
    """The key of a story's tables alone, whatever was fetched for it."""
    # What the story was read from, not what its store holds by now: they differ while a live night is edited.
    return StoryKey(story.slug, story.stamp or store_here().stamp(story.slug), "", story.until, story.order)


def story_key(story: Story) -> StoryKey:
    """The key of all that a story is drawn from, by the settings of this process; while held, as it was first."""
    held = _HELD.get()
    if held is None:
        return key_in(store_here(), story)
    if story.slug not in held.snapshots:
        held.snapshots[story.slug] = series.snapshots_stamp(story, store_here())
    return tables_key(story)._replace(snapshots=held.snapshots[story.slug])


def key_in(stories: StoryStore, story: Story) -> StoryKey:
    """The key of all that a story of this store is drawn from."""
    return tables_key(story)._replace(snapshots=series.snapshots_stamp(story, stories))


#: The very object is enough of a key for what all share.
MARKS: Marks = {
    Story: story_key,
    **dict.fromkeys((Chart, Sourced, SourcedFrame, Caution, Export, findings.Finding, study.RoseAfter), Same),
}


def is_older(story: Story, mark: Hashable) -> bool:
    """Whether this is, or holds, the key of another version of the story, whole or told up to a moment."""
    if isinstance(mark, StoryKey):
        return mark.slug == story.slug and mark.stamp != story.stamp
    return isinstance(mark, tuple) and any(is_older(story, part) for part in mark)


class _Held(NamedTuple):
    """What is looked at once in the run of a page: the settings, and by slug what was fetched for a story."""

    settings: Settings
    snapshots: dict[str, str]


_HELD: ContextVar[_Held | None] = ContextVar("held", default=None)


def settings_here() -> Settings:
    """The settings of this process, read again when a variable of theirs has changed; while held, those that are."""
    held = _HELD.get()
    return held.settings if held else _settings_by(variables(os.environ))


@contextmanager
def held() -> Iterator[None]:
    """Meanwhile nobody in this thread looks whether a variable has changed, or what was fetched for a story.

    The first takes 0.03 ms, some seventy times in the run of a page. The second, some thirty times, is worse for
    others than for the page: a thread that lets go of the interpreter in every call of the system and takes it up
    again at once, a few tenths of a millisecond apart, keeps the event loop from it for as long as it goes on so.
    """
    token = _HELD.set(_Held(settings_here(), {}))
    try:
        yield
    finally:
        _HELD.reset(token)


def desk_here() -> Desk:
    """The desk of this process; DeskUnavailable, or DataError for another version's database."""
    # Loaded where there is a desk: most servers have none, and start quicker and smaller.
    from data.desk.desk import desk_of

    return desk_of(settings_here())


def store_here() -> StoryStore:
    """The stories of this process."""
    return story_store(settings_here())


# Read anew, 15 to 30 times a rerun: 23.6 ms over the mix of pages instead of 21.5.
@lru_cache(maxsize=8)
def _settings_by(_: tuple[tuple[str, str], ...]) -> Settings:
    return read_settings(os.environ)


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
