"""Democracy Club's feed of results (UK): an entry for each winner that somebody recorded, and for each retraction."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import ClassVar

import feedparser

from data.core.errors import SourceChanged
from data.core.settings import Settings
from data.sources.feed_entries import moment_of
from data.sources.feeds.feed import CallFeed, Stage, Standing, Version
from data.sources.feeds.names import FeedNames
from data.story.story import Story
from data.story.story_toml import Feed


class DemocracyClubFeed(CallFeed):
    """`results/all.atom`, of which each entry is a fact for ever: a result, or that one is taken back.

    `office` of the feed's entry in story.toml is the election's slug, as in parl.2019-12-12.
    """

    slug: ClassVar[str] = "democracy-club"
    called: ClassVar[str] = "Democracy Club"
    licence: ClassVar[str] = "CC BY 4.0"
    pace: ClassVar[float] = 60.0
    suffix: ClassVar[str] = "xml"

    def read(self, content: bytes, story: Story, feed: Feed) -> Version:
        """The version that a page of the feed is; SourceChanged for what is no feed."""
        read = _parsed(content)
        names = FeedNames(story, feed)
        mine = [one for one in read.entries if not feed.office or one.get("election_slug") == feed.office]
        # What is not told yet was recorded after the newest entry; pages before it hold only what is older.
        stamp = max(map(_when, read.entries), default=None)
        events = frozenset(map(_event, read.entries))
        return Version(tuple(_standings(sorted(mine, key=_when), names)), stamp=stamp, whole=False, events=events)

    def older(self, content: bytes, known: Collection[str]) -> str:
        """The page before, as RFC 5005 names it, where this one has an entry that is not known."""
        read = _parsed(content)
        if all(_event(entry) in known for entry in read.entries):
            return ""
        return next((str(link.href) for link in read.feed.get("links", ()) if link.get("rel") == "next"), "")

    def home(self, settings: Settings) -> str:
        """The feed of all results."""
        return "https://candidates.democracyclub.org.uk/results/all.atom"


def _parsed(content: bytes) -> feedparser.FeedParserDict:
    read = feedparser.parse(BytesIO(content))  # as bytes it might be taken for an address
    if not read.get("version") or read.bozo:
        raise SourceChanged("Democracy Club answered with something that is not its feed")
    return read


def _event(entry: feedparser.FeedParserDict) -> str:
    return str(entry.get("id") or entry.get("link") or "")


def _when(entry: feedparser.FeedParserDict) -> datetime:
    return moment_of(entry, "published_parsed", "updated_parsed") or datetime(1970, 1, 1, tzinfo=UTC)


def _standings(entries: list[feedparser.FeedParserDict], names: FeedNames) -> Iterator[Standing]:
    caller = names.feed.caller or names.story.about.caller
    for entry in entries:
        said = entry.get("post_name") or entry.get("post_id") or ""
        contest = names.contest(entry.get("post_id") or "") or names.contest(said)
        winner = entry.get("winner_party_name") or ""
        party = names.party(winner)
        back = entry.get("retraction") == "1"
        source = entry.get("information_source") or ""
        fault = ""
        if not contest:
            fault = f"Democracy Club names the contest {said[:60]!r}, which the story does not have"
        elif not party and not back:
            fault = f"Democracy Club has {winner[:60]!r} win {contest}, which is not a side in the story"
        yield Standing(
            contest or said[:60],
            caller,
            Stage.TAKEN_BACK if back else Stage.CALLED,
            party,
            stated=_when(entry),
            cells=(
                ("basis", "another outlet's log"),
                *([("note", f"As recorded from {source[:900]}")] if source else []),
            ),
            fault=fault,
            event=_event(entry),
        )
