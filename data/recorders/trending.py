"""Google's list of what is trending now: recorded every few minutes, because nobody can ask for it later."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

import feedparser
from pydantic import BaseModel

from data.core.errors import SourceChanged
from data.core.program import utc_now
from data.core.settings import Settings
from data.net.plain_client import PlainClient
from data.net.snapshots import Instant, Sidecar
from data.recorders.attempts import append
from data.sources.answers import keep
from data.sources.feed_entries import moment_of
from data.sources.google_trends.trends_request import HOME
from data.story.story import Story

CALLED = "Google's list of trending searches"
SOURCE = "google-trending-now"


class Trending(BaseModel):
    """One search on the list of a place: `at_least` is how many searches Google says it had by then, as a bound."""

    asked_at: Instant
    geo: str
    title: str
    at_least: int | None = None
    published_at: Instant | None = None


def read_trending(content: bytes, *, geo: str, asked_at: datetime) -> tuple[Trending, ...]:
    """The list that these bytes are; SourceChanged for what is none. "2000+" is at least 2,000."""
    read = feedparser.parse(BytesIO(content))
    if read.bozo or not str(read.get("version", "")).startswith("rss"):
        raise SourceChanged(f"{CALLED} answered with something that is not a list")
    return tuple(
        Trending(
            asked_at=asked_at, geo=geo, title=str(entry.get("title", ""))[:200], at_least=_bound(entry),
            published_at=moment_of(entry, "published_parsed"),
        )
        for entry in read.entries
    )  # fmt: skip


def _bound(entry: feedparser.FeedParserDict) -> int | None:
    digits = re.sub(r"[^0-9]", "", str(entry.get("ht_approx_traffic", "")))
    return int(digits) if digits else None


@dataclass(frozen=True, slots=True)
class TrendingRecorder:
    """The lists of the places of a story's searches; bytes are kept first, rows second."""

    settings: Settings
    client: PlainClient
    clock: Callable[[], datetime] = utc_now

    def step(self, story: Story) -> Iterator[str]:
        """Ask for each list once, and say in a sentence what of the story's searches is on it; a DataError ends it."""
        folder = self.settings.records / story.slug / "trending"
        for geo in dict.fromkeys(search.geo for search in story.about.searches):
            asked = self.clock()
            address = f"{HOME.at(self.settings)}/trending/rss"
            reply = self.client.fetch(address, params={"geo": geo}, source=CALLED)
            rows = read_trending(reply.content, geo=geo, asked_at=reply.fetched_at)
            sidecar = Sidecar(
                source=SOURCE, kind="list", geo=geo, drawn_at=reply.fetched_at, url=reply.url, status=reply.status,
                licence="Google", suffix="xml",
            )  # fmt: skip
            keep(folder, reply.content, sidecar)
            for row in rows:
                append(folder / geo / f"{asked.date().isoformat()}.csv", row)
            terms = {search.term.casefold() for search in story.about.searches if search.geo == geo}
            named = [row.title for row in rows if any(term in row.title.casefold() for term in terms)]
            yield f"trending {geo}: {len(rows)} searches, of the story's: {', '.join(named) or 'none'}"
