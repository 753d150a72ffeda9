"""`nightdesk follow`, `probe` and `record`: what a live night records by itself."""

from __future__ import annotations

import os
import signal
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from components.cli.exits import DONE, LATER, fail, say
from components.cli.lookups import one_of, settings_here, story_named
from data.core.errors import DataError, SourceUnavailable
from data.core.model import iso_text
from data.core.program import utc_now
from data.core.settings import Settings
from data.net.client import Desk, open_desk
from data.net.rate_limit import pace_of
from data.recorders.attempt_imports import READERS, imported_attempts
from data.recorders.follow import Follower, Taken, askings, described, feed_of
from data.recorders.probe import Prober, polite_interval
from data.recorders.searches import SearchRecorder
from data.sources.feeds.registry import FEEDS
from data.sources.registry import open_session
from data.story.store import story_store


def follow(
    slug: str, kind: str, *, url: str, once: bool, every: float | None, name: str, source: str, caller: str
) -> int:
    """Follow a feed until it is stopped, or take one version; DataError or OSError where it cannot be followed."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a stopped service ends as Ctrl-C does
    adapter = FEEDS[one_of("--feed", kind, FEEDS)]
    settings = settings_here()
    story = story_named(slug, settings)
    feed = feed_of(story, adapter, name=name, url=url, source=source, caller=caller, settings=settings)
    pace = adapter.pace if every is None else every
    key = os.environ.get(adapter.key, "").strip() if adapter.key else ""
    folder = settings.records / slug / "feeds" / feed.id
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=0), _desk(settings, feed.url, pace) as desk:
            follower = Follower(slug, story_store(settings), adapter, feed, settings, desk, key=key, every=pace)
            follower.resume()
            return _once(follower) if once else _on(follower, pace)
    except Timeout:
        raise DataError(f"{feed.id} of {slug} is being followed by another process; stop that one first") from None


def _desk(settings: Settings, url: str, pace: float) -> Desk:
    """A session that may ask this one address, wherever it is: whoever types a command is the operator."""
    address = urlsplit(url)
    if address.scheme not in ("http", "https"):
        return open_desk(settings)
    trusted = settings.model_copy(
        update={"mirrors": (*settings.mirrors, ("NIGHTDESK_FEED_URL", f"{address.scheme}://{address.netloc}"))}
    )
    return open_desk(trusted, pace=lambda host: min(pace, pace_of(host)))


def _once(follower: Follower) -> int:
    try:
        taken = follower.ask()
        while taken.unfinished:
            _say(taken)
            taken = follower.ask()
    except SourceUnavailable as trouble:
        later = utc_now() + timedelta(seconds=trouble.retry_after or follower.adapter.pace)
        return fail(f"{trouble}. Try again at {later.isoformat(timespec='seconds')}.", LATER)
    _say(taken)
    waiting, held = len(taken.rows.waiting), len(taken.rows.held)
    say(f"{len(taken.written)} written, {waiting} waiting for an editor, {held} held.")
    return DONE


def _on(follower: Follower, every: float) -> int:
    say(f"Following {follower.feed.id} into {follower.stories.place(follower.slug)} every {every:g} s.")
    for taken in askings(follower, every, time.sleep):
        if isinstance(taken, DataError):
            fail(f"{utc_now().isoformat(timespec='seconds')} {taken}.")
        else:
            _say(taken)
    return DONE


def _say(taken: Taken) -> None:
    for sentence in described(taken):
        say(sentence)


def probe(slug: str, *, place: str, once: bool, every: float, own: bool) -> int:
    """Look at the story's sites until it is stopped, or once; DataError or OSError where nothing can be recorded."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = settings_here()
    every = polite_interval(every, story_named(slug, settings), own=own)
    prober = Prober(slug, story_store(settings), settings, place or settings.place, every=every)
    prober.folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(prober.folder / f".probe-{prober.place}.lock", timeout=0):
            prober.resume()
            due = utc_now()
            while True:
                _say_attempts(prober)
                if once:
                    return DONE
                due = max(due + timedelta(seconds=every), utc_now())
                time.sleep((due - utc_now()).total_seconds())
    except Timeout:
        said = (
            f"{slug} is being probed from {prober.place} by another process; stop that one, or choose another --place"
        )
        raise DataError(said) from None


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


def _say_attempts(prober: Prober) -> None:
    """Make one round, and say what it met; a story that cannot be written to loses no attempt."""
    try:
        for one in prober.step():
            answer = f"HTTP {one.status} after {one.first_byte:.1f} s" if one.status else one.outcome
            say(f"{iso_text(one.started_at)} {one.service} from {one.place}: {answer}")
    except DataError as trouble:
        fail(f"{utc_now().isoformat(timespec='seconds')} {trouble}.")


def record(slug: str, *, once: bool, every: float) -> int:
    """Draw the story's searches until it is stopped, or once; DataError or OSError where nothing can be drawn."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    settings = settings_here()
    story = story_named(slug, settings)
    folder = settings.records / slug
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".searches.lock", timeout=0), open_session(settings, story) as desk:
            recorder = SearchRecorder(slug, story_store(settings), settings, desk, every=every)
            while True:
                pause = _draw(recorder, once=once)
                if once:
                    return LATER if pause > every else DONE
                time.sleep(pause)
    except Timeout:
        said = f"searches of {slug} are being recorded by another process; stop that one first"
        raise DataError(said) from None


def _draw(recorder: SearchRecorder, *, once: bool) -> float:
    """Make one round, say what came, and give the seconds until the next."""
    try:
        for sentence in recorder.step():
            say(sentence)
    except SourceUnavailable as trouble:
        pause = max(recorder.every, trouble.retry_after or 0.0) + once
        later = utc_now() + timedelta(seconds=pause)
        fail(f"{str(trouble).rstrip('.')}. Try again at {later.isoformat(timespec='seconds')}.")
        return pause
    except DataError as trouble:
        if once:
            raise
        fail(f"{utc_now().isoformat(timespec='seconds')} {str(trouble).rstrip('.')}.")
    return recorder.every
