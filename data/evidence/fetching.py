"""What a story's committed lists allow to be asked of each source, and the asking of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from data.core.errors import DataError
from data.core.model import Window
from data.core.settings import Settings
from data.net.client import Desk
from data.net.snapshots import snapshot_folder
from data.sources.gdelt_tv import fetch_airtime
from data.sources.snapshot_rows import Records
from data.sources.statuspage import fetch_incidents
from data.sources.wayback import fetch_captures
from data.sources.wikimedia import fetch_pageviews
from data.story.story import Story

RECORD_SOURCES = ("wayback", "statuspage", "wikimedia", "gdelt-tv")


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to ask for: its source, what it is in words, and the asking."""

    source: str
    what: str
    fetch: Callable[..., Records]

    def run(self, desk: Desk) -> Records:
        """Ask; raises DataError with one sentence."""
        return self.fetch(desk=desk)


def asked_hosts(story: Story) -> tuple[str, ...]:
    """The hosts beyond the settings' own that the story's committed lists allow to be asked: its status pages."""
    pages = (service.statuspage for service in story.about.services)
    return tuple(host for page in pages if page and (host := urlsplit(page).netloc))


def tasks_of(story: Story, settings: Settings, window: Window, source: str, *, now: datetime) -> tuple[Task, ...]:
    """What the story's lists name for this source (one of RECORD_SOURCES) over a window; nothing for an empty list."""
    return tuple(_tasks(story, settings, window, source, now))


def _tasks(story: Story, settings: Settings, window: Window, source: str, now: datetime) -> Iterator[Task]:
    folder, about = snapshot_folder(story, settings), story.about
    common: dict[str, Any] = {"settings": settings, "folder": folder, "now": now}
    if source == "wayback":
        for service in (service for service in about.services if service.url):
            yield Task(
                source,
                f"captures of {service.url}",
                partial(fetch_captures, service.url, window, service=service.id, **common),
            )
    elif source == "statuspage":
        for service in (service for service in about.services if service.statuspage):
            yield Task(
                source,
                f"incidents of {service.statuspage}",
                partial(fetch_incidents, service.statuspage, window, service=service.id, folder=folder),
            )
    elif source == "wikimedia":
        for article in about.articles:
            yield Task(
                source,
                f"views of “{article.title}”",
                partial(fetch_pageviews, article.title, window, project=article.project, **common),
            )
    elif source == "gdelt-tv":
        for phrase in about.phrases:
            yield Task(
                source,
                f"airtime of “{phrase.text}”",
                partial(fetch_airtime, phrase.text, window, **common),
            )
    else:
        raise DataError(f"{source[:40]!r} is no source of records; choose one of: {', '.join(RECORD_SOURCES)}")
