"""Where stories are kept: what everybody may ask of a store, and the one that the settings name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from data.core.settings import Settings
from data.story.folder_store import FolderStore
from data.story.story import Story
from data.story.story_checks import Examined


class StoryStore(Protocol):
    """Stories by slug: listed, read, stamped and written whole. What is asked for is looked up, never made a path."""

    def slugs(self) -> tuple[str, ...]:
        """Every story there is, in the order of their slugs."""
        ...

    def unreadable(self) -> tuple[str, ...]:
        """Of each place that may hold a story and cannot be looked into: where it is, and why."""
        ...

    def stamp(self, slug: str) -> str:
        """A text that changes whenever the story does; "" where there is none."""
        ...

    def read(self, slug: str) -> Story:
        """The checked story; UnknownStory, or StoryInvalid with file, row and column of its first fault."""
        ...

    def examine(self, slug: str) -> Examined:
        """Everything that holds in the story, and every fault; that it is not there is one."""
        ...

    def files(self, slug: str) -> Mapping[str, bytes]:
        """Name -> bytes of the files that the story is read from; UnknownStory, or OSError."""
        ...

    def write(self, slug: str, files: Mapping[str, bytes]) -> None:
        """Make these the story's files, all or none. StoryInvalid, with nothing replaced, where they hold a fault."""
        ...

    def remove(self, slug: str) -> None:
        """Take the story away, if it is there."""
        ...

    def snapshots(self, slug: str) -> tuple[Path, ...]:
        """Where answers of sources lie for the story: folders, at least one; the last takes those that are new."""
        ...

    def place(self, slug: str) -> str:
        """Where the story is, or would be, for messages and as a key."""
        ...


#: The bundled stories alone, with what was fetched for them beside them.
SHIPPED: StoryStore = FolderStore()


def story_store(settings: Settings) -> StoryStore:
    """The stories of this server: the newsroom's own folders first, then the bundled ones."""
    return FolderStore(settings.stories, answers=settings.snapshots)


def find_story(slug: str, settings: Settings) -> Story:
    """The story of this slug on this server; UnknownStory or StoryInvalid."""
    return story_store(settings).read(slug)
