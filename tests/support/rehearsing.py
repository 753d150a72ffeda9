"""A rehearsal for tests: the U.S. night of 2016 as it stood at a moment, in a folder of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from data.core.model import Order
from data.story.rehearse import name_of, rehearsed
from data.story.store import SHIPPED, FolderStore, files_of
from data.story.story import Story
from data.story.story_toml import Rehearsal

NAME = "rehearsal-us-2016"
BANNER = "TEST: rehearsal of U.S. 2016 at 60 times its speed. Not a live election."
STARTED = datetime(2026, 11, 1, 12, tzinfo=UTC)
#: Florida has been called, and two searches of Google's have been published.
FLORIDA = datetime(2016, 11, 9, 3, 51, tzinfo=UTC)


def rehearsal_at(
    root: Path, moment: datetime = FLORIDA, *, order: Order = Order.HAPPENED, ended: bool = False
) -> Story:
    """The rehearsal in its folder in `root`, which is made or brought to this moment."""
    story, stories = SHIPPED.read("us-2016"), FolderStore((root,))
    rehearsal = Rehearsal(of=name_of(story), speed=60, started=STARTED, moment=moment, ended=ended)
    stories.write(NAME, files_of(rehearsed(story, rehearsal, order=order)))
    return stories.read(NAME)
