"""Series as a person imports them: a made-up export of Google Trends, kept in a story of its own."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from data.core.settings import Settings
from data.evidence.imports import keep_import
from data.sources.trends_csv.reader import parse_export
from data.story.store import find_story, story_store
from data.story.story import Story

US_2016 = Path(__file__).parents[2] / "data" / "stories" / "us-2016"
NIGHT = datetime(2016, 11, 8, 18, tzinfo=UTC)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def export(
    minutes: int,
    *,
    start: datetime = NIGHT,
    hours: int = 14,
    rise: datetime | None = None,
    calls: Sequence[datetime] = (),
    level: float = 20.0,
    term: str = "move to canada",
) -> bytes:
    """The shape of an export in bins of so many minutes: `level` searches a minute, six times that from `rise` on, and
    four times in the ten minutes after each call; noise as sampling makes it."""
    times = [start + minutes * timedelta(minutes=n) for n in range(hours * 60 // minutes)]
    mean = np.full(len(times), level * minutes)
    for n, time in enumerate(times):
        mean[n] *= 6 if rise and time >= rise else 1
        mean[n] *= 4 if any(call <= time < call + timedelta(minutes=10) for call in calls) else 1
    drawn = np.random.default_rng(5).poisson(mean)
    values = np.round(100 * drawn / drawn.max()).astype(int)
    lines = (f"{time:%Y-%m-%dT%H:%M:%S},{value}\n" for time, value in zip(times, values, strict=True))
    return (f"Category: All categories\n\nTime,{term}: (United States)\n{''.join(lines)}").encode()


def newsroom(folder: Path) -> Settings:
    """A newsroom's own copy of the 2016 story, with snapshots beside it."""
    if not (folder / "stories").exists():
        shutil.copytree(US_2016, folder / "stories" / "us-2016")
    return Settings(stories=(folder / "stories",), snapshots=folder / "snapshots")


def keep(settings: Settings, data: bytes, name: str = "multiTimeline.csv") -> Story:
    """Import a file whose times are UTC, and give the story that holds it."""
    story = find_story("us-2016", settings)
    keep_import(
        story,
        story_store(settings),
        parse_export(data, filename=name),
        data,
        filename=name,
        zone="UTC",
        geo="US",
        now=NOW,
    )
    return story


def name_control_terms(settings: Settings, *terms: str) -> None:
    """Write control terms into the newsroom's story."""
    file = settings.stories[0] / "us-2016" / "story.toml"
    named = ", ".join(f'"{term}"' for term in terms)
    told = file.read_text(encoding="utf-8").replace("\nstudy = [", f"\ncontrol_terms = [{named}]\nstudy = [", 1)
    file.write_text(told, encoding="utf-8")


def keep_weeks(settings: Settings, minutes: int = 1) -> None:
    """The same evening of two weeks before, when New York was an hour nearer to UTC, and of one week after."""
    for weeks, earlier in ((-2, 1), (-1, 1), (1, 0)):
        start = NIGHT + timedelta(days=7 * weeks, hours=-earlier)
        keep(settings, export(minutes, start=start), f"week{weeks:+d}.csv")
