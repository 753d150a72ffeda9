"""The drafts of a desk as a store of stories, so that everything that shows a story shows a draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from data.core.errors import DataError
from data.desk.desk import Desk
from data.story.story import Story, UnknownStory
from data.story.story_checks import Examined


@dataclass(frozen=True, slots=True)
class DeskStore:
    """The second form of a StoryStore: the draft of each story of the desk, and of every other what its folder holds.

    It only reads: a draft is changed by the desk, which asks who does it.
    """

    desk: Desk

    def slugs(self) -> tuple[str, ...]:
        """Every story there is, in the order of their slugs."""
        return tuple(sorted({*self._drafts(), *self.desk.folders.slugs()}))

    def unreadable(self) -> tuple[str, ...]:
        """What folders cannot be looked into."""
        return self.desk.folders.unreadable()

    def stamp(self, slug: str) -> str:
        """A text that changes whenever the draft does."""
        try:
            return f"desk-{self.desk.state(slug).revision}"
        except UnknownStory:
            return self.desk.folders.stamp(slug)

    def read(self, slug: str) -> Story:
        """The checked draft; UnknownStory, or StoryInvalid with its first fault."""
        return self.desk.story(slug) if slug in self._drafts() else self.desk.folders.read(slug)

    def examine(self, slug: str) -> Examined:
        """Everything that holds in the draft, and every fault."""
        return (self.desk if slug in self._drafts() else self.desk.folders).examine(slug)

    def files(self, slug: str) -> Mapping[str, bytes]:
        """Name -> bytes of the draft."""
        return (self.desk if slug in self._drafts() else self.desk.folders).files(slug)

    def write(self, slug: str, files: Mapping[str, bytes]) -> None:
        """Never: DataError."""
        raise DataError(f"the draft of {slug} is changed at the desk, by somebody who may")

    def remove(self, slug: str) -> None:
        """Never: DataError."""
        raise DataError(f"the desk keeps every state of {slug}; its folder can be removed")

    def snapshots(self, slug: str) -> tuple[Path, ...]:
        """Where answers of sources lie: those of the published story."""
        return self.desk.folders.snapshots(slug)

    def place(self, slug: str) -> str:
        """The draft's name, as a key and for messages."""
        return f"the draft of {slug}" if slug in self._drafts() else self.desk.folders.place(slug)

    def _drafts(self) -> frozenset[str]:
        return frozenset(state.slug for state in self.desk.stories())
