"""The events of a night that something can be held against, or a clock started at, each with its interval."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from data.errors import NotInStory
from data.frames import records, when_in
from data.model import Precision, When
from data.results import load_calls, load_milestones, load_poll_closings
from data.story import Story
from data.totals import is_complete

#: Events that any night may have, by the names under which an address and a menu know them.
NIGHTLY = {
    "polls-close": "Polls close",
    "first-call": "First call",
    "decisive-call": "Decisive call",
    "concession": "Concession",
}
FIRST_CALL = "first-call"
#: How the key of a minute with several calls begins.
BATCH = "calls:"
_MILESTONE, _CLOSING = "milestone:", "closing:"
#: What a story's verb makes of one contest.
_NOUNS = {"called": "call", "declared": "declaration"}
_CLOSE = "Last polls close in "


@dataclass(frozen=True, slots=True)
class Anchor:
    """An event with its interval and the rows it rests on ("table:id"); `caller` where it is somebody's call."""

    key: str
    label: str
    when: When
    rows: tuple[str, ...]
    sources: tuple[str, ...]
    caller: str = ""


def anchors_of(story: Story, caller: str) -> tuple[Anchor, ...]:
    """What the night's anchors, this caller's calls, milestones and poll closings offer, in this order.

    A contest has the key of its code, calls of one minute "calls:" with that minute, a milestone "milestone:" with its
    id, closings of one instant "closing:" with that instant. What has no time is left out.
    """
    return (*nightly(story, caller), *_calls(story, caller), *_milestones(story), *_closings(story))


def anchor_of(story: Story, caller: str, key: str) -> Anchor | None:
    """The event of this key; None where this caller has none. NotInStory for a key of no event at all."""
    for anchor in _like(story, caller, key):
        if anchor.key == key:
            return anchor
    if key in NIGHTLY or key.startswith(BATCH) or is_contest(story, key):
        return None
    wants = f"one like {', '.join((*story.about.emphasised[:2], *NIGHTLY))}"
    raise NotInStory(f"{key[:60]!r} is no event of {story.slug}", parameter="event", got=key[:60], wants=wants)


def _like(story: Story, caller: str, key: str) -> Iterator[Anchor]:
    """The events whose keys look like this one: reading every table for each caller takes half a second."""
    if key in NIGHTLY:
        return nightly(story, caller)
    if key.startswith(_MILESTONE):
        return _milestones(story)
    return _closings(story) if key.startswith(_CLOSING) else _calls(story, caller)


def is_contest(story: Story, key: str) -> bool:
    """Whether an event is the call of one contest, which every caller makes at a time of its own."""
    return any(contest.code == key for contest in story.contests)


def event_name(story: Story, key: str) -> str:
    """What an event is called when nobody's time for it is known: a noun phrase like "call of Florida"."""
    named = {contest.code: f"call of {contest.name}" for contest in story.contests} | NIGHTLY
    return named.get(key, "such event")


def caller_name(story: Story, caller: str) -> str:
    """What sentences call a caller: AP, The Guardian’s timeline, an unnamed outlet with who logged it."""
    for entry in story.about.callers:
        if entry.id == caller:
            return entry.said.rstrip(",") or (entry.id if entry.selectable else entry.name)
    return caller


def _call_of(story: Story, caller: str, what: str) -> str:
    """AP’s Florida call; the Florida call of The Guardian’s timeline."""
    said = caller_name(story, caller)
    return f"{caller}’s {what}" if said == caller else f"the {what} of {said}"


def nightly(story: Story, caller: str) -> Iterator[Anchor]:
    """Those of NIGHTLY that this story holds, in the order of NIGHTLY."""
    milestones = records(load_milestones(story))
    yield from _polls_close(story, milestones)
    yield from _first_call(story, caller)
    for key, kind in (("decisive-call", "decisive call"), ("concession", "concession")):
        if rows := [row for row in milestones if row["kind"] == kind]:
            yield _anchor(key, str(rows[0]["label"]), "milestones", rows[:1])


def _polls_close(story: Story, milestones: list[dict[str, Any]]) -> Iterator[Anchor]:
    """The first closing of all: as a milestone where polls close everywhere at once, else of the contests' own."""
    if rows := [row for row in milestones if row["kind"] == "polls close"]:
        yield _anchor("polls-close", rows[0]["label"], "milestones", rows[:1])
    elif first := next(_closings(story), None):
        yield Anchor(
            "polls-close",
            f"First polls close: {first.label.removeprefix(_CLOSE)}",
            first.when,
            first.rows,
            first.sources,
        )


def _first_call(story: Story, caller: str) -> Iterator[Anchor]:
    """The first call of a caller whose calls are all known; of any other nobody can say which was first."""
    rows = records(load_calls(story, caller=caller))
    if not rows or not is_complete(story, caller):
        return
    near = min(row["latest"] for row in rows)
    first = [row for row in rows if row["earliest"] <= near]
    earliest = min(row["earliest"] for row in first)
    alone = all(row["latest"] == near for row in first)
    when = when_in(first[0]) if alone and earliest == first[0]["earliest"] else When(earliest, near, Precision.WINDOW)
    label = _call_of(story, caller, f"first {_NOUNS[story.about.verb]}")
    yield Anchor(FIRST_CALL, label, when, _refs("calls", first), _sources(first), caller)


def _calls(story: Story, caller: str) -> Iterator[Anchor]:
    """One anchor for each contest, the emphasised first, and one for each minute in which several were called."""
    rows = records(load_calls(story, caller=caller))
    rank = {code: place for place, code in enumerate(story.about.emphasised)}
    noun = _NOUNS[story.about.verb]
    minutes: dict[datetime, list[dict[str, Any]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: rank.get(row["contest"], len(rank))):
        label = _call_of(story, caller, f"{row['name']} {noun}")
        yield _anchor(row["contest"], label, "calls", [row], caller=caller)
        if row["earliest"] == row["latest"]:
            minutes[row["latest"]].append(row)
    for minute, batch in sorted(minutes.items()):
        if len(batch) > 1:
            label = _call_of(story, caller, f"batch of {len(batch)} {noun}s")
            yield _anchor(f"{BATCH}{_stamp(minute)}", label, "calls", batch, caller=caller)


def _milestones(story: Story) -> Iterator[Anchor]:
    for row in records(load_milestones(story)):
        yield _anchor(f"{_MILESTONE}{row['id']}", str(row["label"]), "milestones", [row])


def _closings(story: Story) -> Iterator[Anchor]:
    """Closings of one instant are one event."""
    instants: dict[datetime, list[dict[str, Any]]] = defaultdict(list)
    for row in records(load_poll_closings(story)):
        instants[row["last_close"]].append(row)
    for instant, rows in instants.items():
        names = [str(row["name"]) for row in rows]
        said = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        key = f"{_CLOSING}{_stamp(instant)}"
        refs = _refs("poll_closings", rows)
        yield Anchor(key, f"{_CLOSE}{said}", When.at(instant), refs, _sources(rows))


def _anchor(key: str, label: str, table: str, rows: list[dict[str, Any]], *, caller: str = "") -> Anchor:
    return Anchor(key, label, when_in(rows[0]), _refs(table, rows), _sources(rows), caller)


def _refs(table: str, rows: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(f"{table}:{row['id']}" for row in rows)


def _sources(rows: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for row in rows for name in str(row["source"]).split()))


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="minutes") + "Z"
