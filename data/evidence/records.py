"""Machine records that were fetched for a story: read back from snapshots as observations with their own sources."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from data.core.model import Source, Window
from data.sources.snapshot_rows import as_observations
from data.sources.statuspage import read_incidents
from data.sources.wayback import read_captures
from data.story.store import StoryStore
from data.story.story import Story
from data.story.tables import Observation

#: From the first captures there are to the end of the calendar that addresses may name.
EVER = Window(datetime(1996, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC))


class Found(NamedTuple):
    """Observations and the sources they name."""

    rows: tuple[Observation, ...]
    sources: tuple[Source, ...]


def read_records(story: Story, stories: StoryStore) -> Found:
    """Every capture and incident held for the story's services."""
    rows: list[Observation] = []
    sources: list[Source] = []
    for folder in stories.snapshots(story.slug):
        if not (folder / "snapshots").is_dir():
            continue
        for service in story.about.services:
            for records in (
                read_captures(folder, EVER, service=service.id),
                read_incidents(folder, EVER, service=service.id),
            ):
                rows += as_observations(records.frame)
                sources += records.sources
    return Found(tuple({row.id: row for row in rows}.values()), tuple(dict.fromkeys(sources)))
