"""Every format of a feed of calls there is: a further one is a line here."""

from __future__ import annotations

from data.sources.feeds.ap import ApFeed
from data.sources.feeds.ddhq import DdhqFeed
from data.sources.feeds.democracy_club import DemocracyClubFeed
from data.sources.feeds.elections_canada import ElectionsCanadaFeed
from data.sources.feeds.feed import CallFeed
from data.sources.feeds.table import TableFeed

FEEDS: dict[str, CallFeed] = {
    feed.slug: feed for feed in (TableFeed(), ApFeed(), DdhqFeed(), DemocracyClubFeed(), ElectionsCanadaFeed())
}
