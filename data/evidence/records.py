"""What was fetched or imported for a story: observations and counts from snapshots, with their own sources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from data.core.model import OPEN_END, Source, Sourced
from data.evidence.evidence_rows import Counts
from data.net.snapshots import read_snapshots
from data.sources import registry
from data.sources.provider import CountProvider, ObservationProvider, Provider, Records
from data.story.as_of import told_sources
from data.story.store import SHIPPED, StoryStore
from data.story.story import Story
from data.story.tables import Observation


@dataclass(frozen=True, slots=True)
class Fetched:
    """What is held of one source: how many answers, the rows read from them (None where they become series), and when
    the newest was drawn. `title`, `proves` and `cannot` are the source's own words.
    """

    title: str
    proves: str
    cannot: str
    answers: int
    rows: int | None
    newest: datetime


def load_fetched(story: Story, stories: StoryStore) -> tuple[Fetched, ...]:
    """The sources of which answers are held for the story, in the order of the registry; none that was never asked."""
    folders = _snapshot_folders(story, stories)
    found = []
    for provider in registry.PROVIDERS:
        drawn = [snapshot.sidecar.drawn_at for folder in folders for snapshot in read_snapshots(folder, provider.slug)]
        if drawn:
            rows = _count_rows(provider, story, folders)
            found.append(Fetched(provider.title, provider.proves, provider.cannot, len(drawn), rows, max(drawn)))
    return tuple(found)


def _count_rows(provider: Provider, story: Story, folders: list[Path]) -> int | None:
    if isinstance(provider, ObservationProvider):
        services = story.about.services
        return sum(len(provider.rows(folder, service).rows) for folder in folders for service in services)
    if isinstance(provider, CountProvider):
        return sum(len(provider.rows(folder).rows) for folder in folders)
    return None


def _snapshot_folders(story: Story, stories: StoryStore) -> list[Path]:
    return [folder for folder in stories.snapshots(story.slug) if (folder / "snapshots").is_dir()]


def read_records(story: Story, stories: StoryStore) -> Records[Observation]:
    """Everything that sources saw of the story's services, as far as it is held."""
    rows: list[Observation] = []
    sources: list[Source] = []
    for folder in _snapshot_folders(story, stories):
        for service in story.about.services:
            for provider in registry.PROVIDERS:
                if isinstance(provider, ObservationProvider):
                    records = provider.rows(folder, service)
                    rows += records.rows
                    sources += records.sources
    return Records(tuple({row.id: row for row in rows}.values()), tuple(dict.fromkeys(sources)))


def load_lenses(story: Story, stories: StoryStore = SHIPPED) -> Counts:
    """What is held, by name and time: `value` in `unit` ("views a day", "views an hour", "percent of airtime").

    Times are UTC, spans half-open. A day or hour without a row has no count, which is not zero.
    """
    counting = [provider for provider in registry.PROVIDERS if isinstance(provider, CountProvider)]
    held = [provider.rows(folder) for folder in _snapshot_folders(story, stories) for provider in counting]
    sources = tuple(dict.fromkeys(source for records in held for source in records.sources))
    told, until = told_sources(sources, story), story.until or OPEN_END
    rows = (row for records in held for row in records.rows if row.end <= until and row.source in told)
    return Sourced(tuple(rows), sources)
