"""Every outside source there is, in the order in which they are asked: a further one is a line here."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from data.core.settings import Settings
from data.net.client import Desk, open_desk
from data.net.rate_limit import pace_of
from data.sources.gdelt_tv import GdeltTv
from data.sources.google_trends.provider import GoogleTrends
from data.sources.provider import Provider
from data.sources.statuspage import Statuspage
from data.sources.trends_api import TrendsApi
from data.sources.wayback import Wayback
from data.sources.wikimedia import Wikimedia
from data.story.story import Story

PROVIDERS: tuple[Provider, ...] = (GoogleTrends(), Wayback(), Statuspage(), Wikimedia(), GdeltTv(), TrendsApi())


def pace(host: str) -> float:
    """Seconds from one request to the next at the polite pace of a host, by the word of the source that is at home."""
    known = {urlsplit(home.url).netloc: home.pace for provider in PROVIDERS if (home := provider.home)}
    return pace_of(host, known)


def open_session(settings: Settings, story: Story | None = None, more: Iterable[str] = ()) -> Desk:
    """A desk that may ask every source at its home, or its mirror, the hosts that the story's lists name, and `more`.

    `more` are addresses.
    """
    homes = [*(provider.home.at(settings) for provider in PROVIDERS if provider.home), *more]
    hosts = [host for provider in PROVIDERS if story for host in provider.hosts(story)]
    return open_desk(settings, homes=homes, hosts=hosts, pace=pace)
