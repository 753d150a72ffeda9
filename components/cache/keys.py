"""How caches tell questions apart: by the files that a story was read from, and what all share by the very object."""

from __future__ import annotations

import os
from collections.abc import Hashable
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from components.cache.memo import Marks, Same
from components.charts.grammar import Chart
from components.charts.phrases.caution import Caution
from data.core.model import Order, Sourced, SourcedFrame
from data.core.settings import Settings, read_settings, variables
from data.evidence import findings, series, study
from data.sources.trends_csv.export import Export
from data.story.store import StoryStore, story_store
from data.story.story import Story


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
    """The key of all that a story is drawn from, by the settings of this process."""
    return key_in(store_here(), story)


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


def settings_here() -> Settings:
    """The settings of this process, read again when a variable of theirs has changed."""
    return _settings_by(variables(os.environ))


def store_here() -> StoryStore:
    """The stories of this process."""
    return story_store(settings_here())


# Read anew, 15 to 30 times a rerun: 23.6 ms over the mix of pages instead of 21.5.
@lru_cache(maxsize=8)
def _settings_by(_: tuple[tuple[str, str], ...]) -> Settings:
    return read_settings(os.environ)
