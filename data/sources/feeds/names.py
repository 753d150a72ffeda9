"""What a feed calls the contests and sides of a story, found again in the story."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from data.story.story import Story
from data.story.story_toml import Feed

#: How feeds shorten the names of parties.
_SHORT = {"gop": "republican", "dem": "democratic", "lib": "libertarian", "grn": "green", "con": "conservative"}


@dataclass(frozen=True)
class FeedNames:
    """The names of a story, in whatever letters a feed writes them; what the story's feed entry says comes first."""

    story: Story
    feed: Feed

    def contest(self, name: str) -> str:
        """The code of the contest of this name; "" for one that the story does not have."""
        return self._contests.get(name.strip().casefold(), "")

    def party(self, name: str) -> str:
        """The id of the side of this name; "" for one that the story does not have."""
        word = name.strip().casefold()
        return self._parties.get(word) or self._parties.get(_SHORT.get(word, ""), "")

    @cached_property
    def _contests(self) -> Mapping[str, str]:
        """Of a contest that the feed entry names, that name alone: its state may have another race."""
        told = {name.casefold(): code for name, code in self.feed.contests.items()}
        others = [one for one in self.story.contests if one.code not in told.values()]
        found = {name.casefold(): one.code for one in others for name in (one.name, one.short)}
        return found | {one.code.casefold(): one.code for one in others} | told

    @cached_property
    def _parties(self) -> Mapping[str, str]:
        sides = self.story.about.parties
        found = {name.casefold(): one.id for one in sides for name in (one.candidate, one.short, one.name)}
        found |= {one.id.casefold(): one.id for one in sides}
        return found | {name.casefold(): party for name, party in self.feed.parties.items()}
