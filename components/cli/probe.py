"""`nightdesk probe`: looks at a story's sites, and what another monitor saw of them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from components.cli.exits import DONE, say
from components.cli.lookups import one_of, settings_here, story_named
from components.cli.rounds import alone, keep_round
from data.core.model import iso_text
from data.core.program import utc_now
from data.net.plain_client import open_client
from data.net.rate_limit import pace_of
from data.recorders.attempt_imports import READERS, imported_attempts
from data.recorders.probe import Prober, polite_interval
from data.sources import globalping
from data.sources.globalping import Globalping
from data.story.store import story_store


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
    client = open_client(settings, homes=[home], pace=lambda host: min(globalping.PACE_SECONDS, pace_of(host)))
    eyes: dict[str, Globalping | None] = {
        globalping.slug_of(one): Globalping(client, settings, one) for one in elsewhere
    }
    eyes = eyes or {place or settings.place: None}
    probers = [Prober(slug, stories, settings, name, every=every, eye=eye) for name, eye in eyes.items()]
    names = ", ".join(eyes)
    busy = f"{slug} is being probed from {names} by another process; stop that one, or choose another --place"
    with client, ExitStack() as held:
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
