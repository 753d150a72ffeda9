"""Live stories as they last were without a fault: an editor’s slip takes nothing from readers at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from data.errors import StoryInvalid
from data.story import Story

#: How long a live story with a fault is shown as it was before; then the fault is said.
FORGIVEN_SECONDS = 60.0


class LastSound:
    """By folder: the story, and since when it has a fault (0: it has none)."""

    def __init__(self) -> None:
        self._held: dict[Path, tuple[Story, float]] = {}

    def of(self, folder: Path, read: Callable[[], Story]) -> Story:
        """What `read` gives, or for FORGIVEN_SECONDS after a fault what it last gave of a live story. StoryInvalid."""
        try:
            story = read()
        except StoryInvalid:
            held, since = self._held.get(folder, (None, 0.0))
            now = time.monotonic()
            if held is None or (since and now - since > FORGIVEN_SECONDS):
                raise
            self._held[folder] = held, since or now
            return held
        if story.about.live:
            self._held[folder] = story, 0.0
        else:
            self._held.pop(folder, None)  # its night is over: what stood before is no longer better than a fault
        return story
