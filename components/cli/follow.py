"""`nightdesk follow`: calls of a feed, recorded into a story. What draws or computes is no import of it."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from components.cli.exits import say
from components.cli.lookups import one_of, settings_here, story_named
from components.cli.rounds import alone, keep_round
from data.core.settings import Settings
from data.net.plain_client import PlainClient, open_client
from data.net.rate_limit import pace_of
from data.recorders.follow import Follower, described, feed_of
from data.sources.feeds.registry import FEEDS
from data.story.store import story_store


def follow(
    slug: str, kind: str, *, url: str, once: bool, every: float | None, name: str, source: str, caller: str
) -> int:
    """Follow a feed until it is stopped, or take one version; DataError or OSError where it cannot be followed."""
    adapter = FEEDS[one_of("--feed", kind, FEEDS)]
    settings = settings_here()
    story = story_named(slug, settings)
    feed = feed_of(story, adapter, name=name, url=url, source=source, caller=caller, settings=settings)
    pace = adapter.pace if every is None else every
    lock = settings.records / slug / "feeds" / feed.id / ".lock"
    busy = f"{feed.id} of {slug} is being followed by another process; stop that one first"
    with alone(lock, busy), _client(settings, feed.url, adapter.home(settings), pace) as client:
        key = adapter.secret(os.environ, settings, client)
        follower = Follower(slug, story_store(settings), adapter, feed, settings, client, key=key, every=pace)
        follower.resume()
        if not once:
            say(f"Following {feed.id} into {follower.stories.place(slug)} every {pace:g} s.")
        return keep_round(lambda: _asked(follower, once=once), pace, once=once)


def _client(settings: Settings, url: str, home: str, pace: float) -> PlainClient:
    """One that may ask this one address, wherever it is: whoever types a command is the operator.

    And the home of the feed, where a token is fetched.
    """
    address = urlsplit(url)
    if address.scheme not in ("http", "https"):
        return open_client(settings)
    own = f"{address.scheme}://{address.netloc}"
    return open_client(
        settings, trusted=[own], homes=[home] if home else [], pace=lambda host: min(pace, pace_of(host))
    )


def _asked(follower: Follower, *, once: bool) -> float:
    taken = follower.ask()
    for sentence in described(taken):
        say(sentence)
    if taken.unfinished:
        return 0.0
    if once:
        waiting, held = len(taken.rows.waiting), len(taken.rows.held)
        say(f"{len(taken.written)} written, {waiting} waiting for an editor, {held} held.")
    return follower.every
