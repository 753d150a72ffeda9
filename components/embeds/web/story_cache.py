"""The stories of this server for its routes: looked up off the event loop, and trusted for a moment."""

from __future__ import annotations

import re
import time
from collections.abc import Hashable
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool

from components.embeds.request import Asked, unknown_story
from data.core.settings import Settings
from data.evidence.series import snapshots_stamp
from data.story.store import story_store
from data.story.story import Story, UnknownStory
from data.story.tables import SLUG

#: Seconds in which an edited file is not looked for again: looking takes longer than answering from memory.
FRESH_SECONDS = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A story, and a stamp that is another one as soon as anything it is drawn from has changed.

    The same object for as long as nothing has, so that it is a cheap key.
    """

    story: Story
    stamp: tuple[str, str, str]
    #: What was asked of it, by address: read once, and gone with this version of the story.
    asked: dict[Hashable, Asked] = field(default_factory=dict)


class Shelf:
    """Stories by slug."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._stories = settings, story_store(settings)
        self._held: dict[str, tuple[float, Held]] = {}

    async def find(self, slug: str) -> Held:
        """The story of this slug; Refused with 404 where there is none, StoryInvalid where it has a fault.

        What is asked for is looked up among the folders that are there, never made a path.
        """
        until, held = self._held.get(slug, (0.0, None))
        if held and time.monotonic() < until:
            return held
        found = await run_in_threadpool(self._look_up, slug)
        held = held if held and held.stamp == found.stamp else found
        self._held[slug] = (time.monotonic() + FRESH_SECONDS, held)
        return held

    async def slugs(self) -> tuple[str, ...]:
        """Every slug, in their order."""
        return await run_in_threadpool(self._stories.slugs)

    def _look_up(self, slug: str) -> Held:
        # Caches are declared once the workbench's runtime is up, which is later than this module is imported.
        from components.cache.cached import load_story

        try:
            if not re.fullmatch(SLUG, slug):
                raise UnknownStory(slug)
            story = load_story(slug, self._settings)
        except UnknownStory:
            raise unknown_story(slug, self._stories.slugs()) from None
        # The stamp that it was read under: other processes draw by these stamps too.
        return Held(story, (slug, story.stamp, snapshots_stamp(story, self._stories)))
