"""Machine records that were fetched for a story: read back from snapshots as observations with their own sources."""

from __future__ import annotations

from typing import NamedTuple

from data.core.model import Source
from data.sources import registry
from data.sources.provider import Count, CountProvider, ObservationProvider, Records
from data.story.store import StoryStore
from data.story.story import Story
from data.story.tables import Observation


class Found(NamedTuple):
    """Observations and the sources they name."""

    rows: tuple[Observation, ...]
    sources: tuple[Source, ...]


def read_records(story: Story, stories: StoryStore) -> Found:
    """Everything that sources saw of the story's services, as far as it is held."""
    rows: list[Observation] = []
    sources: list[Source] = []
    for folder in stories.snapshots(story.slug):
        if not (folder / "snapshots").is_dir():
            continue
        for service in story.about.services:
            for provider in registry.PROVIDERS:
                if isinstance(provider, ObservationProvider):
                    records = provider.rows(folder, service)
                    rows += records.rows
                    sources += records.sources
    return Found(tuple({row.id: row for row in rows}.values()), tuple(dict.fromkeys(sources)))


def read_counts(story: Story, stories: StoryStore) -> tuple[Records[Count], ...]:
    """What is held of each source that counts, by folder and source."""
    folders = [folder for folder in stories.snapshots(story.slug) if (folder / "snapshots").is_dir()]
    counting = [provider for provider in registry.PROVIDERS if isinstance(provider, CountProvider)]
    return tuple(provider.rows(folder) for folder in folders for provider in counting)
