"""`nightdesk follow`, `probe` and `record`: what a live night records by itself."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from components.cli.exits import DONE, say
from components.cli.lookups import one_of, settings_here, story_named
from components.cli.rounds import alone, keep_round
from data.core.model import iso_text
from data.core.program import utc_now
from data.core.settings import Settings
from data.net.client import Desk, open_desk
from data.net.rate_limit import pace_of
from data.recorders import government_sites
from data.recorders.attempt_imports import READERS, imported_attempts
from data.recorders.follow import Follower, described, feed_of
from data.recorders.probe import Prober, polite_interval
from data.recorders.searches import SearchRecorder
from data.sources import globalping
from data.sources.feeds.registry import FEEDS
from data.sources.globalping import Globalping
from data.sources.registry import open_session
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
    with alone(lock, busy), _desk(settings, feed.url, adapter.home(settings), pace) as desk:
        key = adapter.secret(os.environ, settings, desk)
        follower = Follower(slug, story_store(settings), adapter, feed, settings, desk, key=key, every=pace)
        follower.resume()
        if not once:
            say(f"Following {feed.id} into {follower.stories.place(slug)} every {pace:g} s.")
        return keep_round(lambda: _asked(follower, once=once), pace, once=once)


def _desk(settings: Settings, url: str, home: str, pace: float) -> Desk:
    """A session that may ask this one address, wherever it is: whoever types a command is the operator.

    And the home of the feed, where a token is fetched.
    """
    address = urlsplit(url)
    if address.scheme not in ("http", "https"):
        return open_desk(settings)
    trusted = settings.model_copy(
        update={"mirrors": (*settings.mirrors, ("NIGHTDESK_FEED_URL", f"{address.scheme}://{address.netloc}"))}
    )
    return open_desk(trusted, homes=[home] if home else [], pace=lambda host: min(pace, pace_of(host)))


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


def probe(
    slug: str, *, place: str, once: bool, every: float, own: bool, elsewhere: Sequence[str] = ()
) -> int:  # fmt: skip
    """Look at the story's sites until it is stopped, or once; DataError or OSError where nothing can be recorded.

    From this machine, or from places `elsewhere`, as Globalping knows them.
    """
    settings = settings_here()
    story = story_named(slug, settings)
    every, stories = polite_interval(every, story, own=own), story_store(settings)
    if elsewhere:
        globalping.within_limit(sum(bool(one.url) for one in story.about.services), len(elsewhere), every)
    home = globalping.home_of(settings)
    desk = open_desk(settings, homes=[home], pace=lambda host: min(globalping.PACE_SECONDS, pace_of(host)))
    eyes: dict[str, Globalping | None] = {globalping.slug_of(one): Globalping(desk, settings, one) for one in elsewhere}
    eyes = eyes or {place or settings.place: None}
    probers = [Prober(slug, stories, settings, name, every=every, eye=eye) for name, eye in eyes.items()]
    names = ", ".join(eyes)
    busy = f"{slug} is being probed from {names} by another process; stop that one, or choose another --place"
    with desk, ExitStack() as held:
        for prober in probers:
            held.enter_context(alone(prober.folder / f".probe-{prober.place}.lock", busy))
            prober.resume()
        return keep_round(lambda: _looked(probers), every, once=once)


def _looked(probers: Sequence[Prober]) -> float:
    """Look from every place at the same time; the trouble of one is told after what all met."""
    due = utc_now() + timedelta(seconds=probers[0].every)
    with ThreadPoolExecutor(max_workers=len(probers)) as pool:
        rounds = [pool.submit(prober.step) for prober in probers]
    for looked in rounds:
        for one in looked.result() if not looked.exception() else ():
            answer = f"HTTP {one.status}" if one.status else one.outcome
            took = "" if one.first_byte is None else f" after {one.first_byte:.1f} s"
            say(f"{iso_text(one.started_at)} {one.service} from {one.place}: {answer}{took}")
    for looked in rounds:
        looked.result()
    return max((due - utc_now()).total_seconds(), 0.1)


def bring(slug: str, file: Path, kind: str, *, place: str, monitor: str, service: str) -> int:
    """Bring the attempts of another monitor's file; DataError or OSError where they cannot be used."""
    one_of("--as", kind, READERS)
    settings = settings_here()
    services = {one.id: one for one in story_named(slug, settings).about.services if one.url}
    chosen = services[one_of("--service", service or next(iter(services), ""), services)]
    prober = Prober(slug, story_store(settings), settings, place or kind)
    attempts = imported_attempts(
        file.read_bytes(), kind, monitor=monitor, service=chosen.id, address=chosen.url, place=prober.place
    )
    say(f"{prober.bring(attempts):,} of {len(attempts):,} attempts were new.")
    return DONE


def record(slug: str, *, once: bool, every: float, government: bool = False) -> int:
    """Draw the story's searches until it is stopped, or once; DataError or OSError where nothing can be drawn."""
    settings = settings_here()
    story = story_named(slug, settings)
    homes = [government_sites.HOME.at(settings)]
    busy = f"searches of {slug} are being recorded by another process; stop that one first"
    with (
        alone(settings.records / slug / ".searches.lock", busy),
        open_session(settings, story, homes) as desk,
    ):
        recorder = SearchRecorder(slug, story_store(settings), settings, desk, every=every, government=government)
        return keep_round(lambda: _drawn(recorder), every, once=once)


def _drawn(recorder: SearchRecorder) -> float:
    for sentence in recorder.step():
        say(sentence)
    return recorder.every
