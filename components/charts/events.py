"""Calls and milestones as numbered events: a batch is one event, an emphasised contest always one of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from components.charts.clock import token
from components.charts.model import Event, Tone
from components.charts.rows import records, refs, source_ids, when_in
from data.model import Precision, Sourced, When, Window
from data.story import Story

#: Kinds of milestone that repeat a call; the call itself is the event.
_REPEATED = ("calls",)
#: In a longer range a time of day alone would not say which day.
ONE_DAY = timedelta(days=1)
#: Places along the axis of a window of days that a reader can tell apart.
_PLACES = 60
_MILESTONE_PRIORITY = {"decisive call": 0, "chamber": 20, "concession": 15, "speech": 25}


def call_events(story: Story, calls: Sourced, milestones: Sourced, window: Window, *, caller: str) -> tuple[Event, ...]:
    """One event for each distinct time: a batch of calls in one minute is one event, never one for each state.

    Emphasised contests keep an event of their own. A milestone in the minute of a call joins its sentence. In a
    window of days, calls that could not be told apart on its axis are one event with their common bounds.
    """
    groups: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in records(calls):
        own = row["contest"] if row["contest"] in story.about.emphasised else ""
        groups[own or _bucket(row, window)].append(row)
    moments = defaultdict(list)
    for row in records(milestones):
        if row["kind"] not in _REPEATED:
            moments[(row["earliest"], row["latest"])].append(row)
    events = []
    for rows in groups.values():
        when = _common(rows)
        events.append(_call_event(story, rows, moments.pop((when.earliest, when.latest), []), when, caller))
    events += [_milestone_event(story, row) for rows in moments.values() for row in rows]
    return tuple(events)


def _bucket(row: dict[str, Any], window: Window) -> tuple[object, ...]:
    """Calls with the same bucket are one event: those of one time, or in a window of days those of one place on it."""
    if window.length <= ONE_DAY:
        return row["earliest"], row["latest"]
    places = [int((row[bound] - window.start) / (window.length / _PLACES)) for bound in ("earliest", "latest")]
    return (row["precision"] == "day", *places)


def _common(rows: list[dict[str, Any]]) -> When:
    earliest, latest = min(row["earliest"] for row in rows), max(row["latest"] for row in rows)
    first = when_in(rows[0])
    return first if (earliest, latest) == (first.earliest, first.latest) else When(earliest, latest, Precision.WINDOW)


def _call_event(story: Story, rows: list[dict[str, Any]], also: list[dict[str, Any]], when: When, caller: str) -> Event:
    rows = sorted(rows, key=lambda row: -row["weight"])
    chosen = [row["contest"] for row in rows if row["contest"] in story.about.emphasised]
    rank = story.about.emphasised.index(chosen[0]) if chosen else 30 + max(0, 60 - sum(row["weight"] for row in rows))
    short = rows[0]["name"] if len(rows) == 1 else f"{rows[0]['short']} +{len(rows) - 1}"
    return Event(
        when=when,
        label="; ".join([f"{said_of(story, caller)} called {_sides(story, rows)}", *(row["label"] for row in also)]),
        short=f"{short} {_short_time(when)}",
        tone=_tone(story, [row["party"] for row in rows]),
        rows=refs("calls", rows) + refs("milestones", also),
        sources=tuple(dict.fromkeys(name for row in [*rows, *also] for name in source_ids(row))),
        priority=rank,
        emphasised=bool(chosen),
    )


def _sides(story: Story, rows: Sequence[dict[str, Any]]) -> str:
    """Texas and Kansas for Trump, New York for Clinton."""
    by_party: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_party[row["party"]].append(row["name"])
    return ", ".join(f"{listed(names)} for {candidate(story, party)}" for party, names in by_party.items())


def listed(names: list[str]) -> str:
    """Texas, Kansas and Utah."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _short_time(when: When) -> str:
    if when.precision is Precision.DAY:
        return token(when)
    return ("by " if not when.exact else "") + token(when.latest, "short")


def _milestone_event(story: Story, row: dict[str, Any]) -> Event:
    when = when_in(row)
    return Event(
        when=when,
        label=row["label"],
        short=row["label"],
        tone=_tone(story, [row["party"]]) if row["party"] else Tone.NEUTRAL,
        rows=refs("milestones", [row]),
        sources=source_ids(row),
        priority=_MILESTONE_PRIORITY.get(row["kind"], 80),
    )


def within(events: Iterable[Event], window: Window) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """The events that touch the window, and those that lie outside of it, both by time."""
    ordered = sorted(events, key=lambda event: (event.when.latest, event.when.earliest, event.label))
    inside = [event for event in ordered if window.overlaps(event.when.earliest, event.when.latest)]
    return tuple(inside), tuple(event for event in ordered if event not in inside)


def _tone(story: Story, parties: Iterable[str]) -> Tone:
    found = set(parties)
    tones = [party.tone for party in story.about.parties if party.id in found]
    return Tone(tones[0]) if len(found) == 1 and tones else Tone.NEUTRAL


def said_of(story: Story, caller: str) -> str:
    """What sentences call a caller: AP, CNN, The Guardian’s timeline."""
    return next((entry.said for entry in story.about.callers if entry.id == caller and entry.said), caller)


def candidate(story: Story, party: str) -> str:
    """The short name of a party's candidate."""
    return next((entry.short for entry in story.about.parties if entry.id == party), party)
