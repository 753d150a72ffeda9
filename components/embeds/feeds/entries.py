"""What happened in a story as entries of a feed, the newest first: each with its bounds, its words and its sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from components.charts.events import call_events
from components.charts.grammar import SEEN
from components.clock import Clock, token
from components.text import TEST
from data.core.model import Source, Sourced, When, Window
from data.evidence.calls import load_calls
from data.evidence.evidence_rows import Milestones
from data.evidence.outages import load_observations
from data.story.store import StoryStore
from data.story.story import Story

#: Entries that a feed holds; older ones are in the story's table.
MOST_ENTRIES = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `key` names it for ever; `at` is when it was known to have happened at the latest.

    `text` says when, as sharply as is known, and by whom it can be checked, in the story's own clock.
    """

    key: str
    kind: str
    at: datetime
    title: str
    text: str
    url: str = ""


def entries_of(story: Story, stories: StoryStore) -> tuple[Entry, ...]:
    """The newest entries of a story; corrections stand at the moment at which they were made."""
    found = [*_calls(story), *_states(story, stories), *_corrections(story)]
    found.sort(key=lambda entry: (entry.at, entry.key), reverse=True)
    return tuple(found[:MOST_ENTRIES])


def _calls(story: Story) -> Iterator[Entry]:
    """Each call, and each withdrawal as an entry of its own."""
    calls = load_calls(story)
    always = Window(datetime.fromisoformat("1900-01-01T00:00Z"), datetime.fromisoformat("2199-12-31T00:00Z"))
    for row in calls.rows:
        if row.role == "corroboration" or row.when.open:
            continue
        events = call_events(story, Sourced((row,), calls.sources), _NONE, always, caller=row.caller)
        for kind, event in zip(("call", "withdrawal"), events, strict=False):
            if not event.when.open:
                yield _entry(story, event.rows[0], kind, event.when, event.label, story.cited(event.sources), row.note)


_NONE: Milestones = Sourced((), ())


def _states(story: Story, stories: StoryStore) -> Iterator[Entry]:
    rows, sources = load_observations(story, stories=stories)
    by_id = {source.id: source for source in sources}
    for row in rows:
        if row.status in SEEN and row.kind == "outage":
            cited = tuple(by_id[name] for name in row.sources if name in by_id)
            said = f"{row.host} seen {row.status}: {row.what}, {row.credit}"
            yield _entry(story, f"observations:{row.id}", "site", row.when, said, cited, "")


def _corrections(story: Story) -> Iterator[Entry]:
    for row in story.corrections:
        said = f"Correction, {row.where}: {row.now}"
        cited = story.cited(row.source.split())
        told = f"It said: {row.was} Why: {row.why}"
        yield _entry(story, f"corrections:{row.id}", "correction", When.at(row.corrected), said, cited, told)


def _entry(
    story: Story, key: str, kind: str, when: When, said: str, cited: tuple[Source, ...], more: str
) -> Entry:  # fmt: skip
    say = Clock(story.about.clock).say
    test = TEST if story.about.rehearsal else ""
    sources = "; ".join(f"{source.org}, {source.title}, {source.url}" for source in cited)
    parts = [f"{say(token(when, 'dated'))}.", *([say(more)] if more else []), f"Source: {sources}." if sources else ""]
    return Entry(
        key=key,
        kind=kind,
        at=when.latest,
        title=test + say(said),
        text=" ".join(part for part in parts if part),
        url=cited[0].url if cited else "",
    )
