"""`nightdesk record`: a story's searches, drawn through the night."""

from __future__ import annotations

from components.cli.exits import say
from components.cli.lookups import settings_here, story_named
from components.cli.rounds import alone, keep_round
from data.recorders import government_sites
from data.recorders.searches import SearchRecorder
from data.sources.registry import open_session
from data.story.store import story_store


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
