"""Calls as a chart: numbered events across the night, and each party's running total as a range."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from components.charts.clock import Style, token
from components.charts.model import Chart, Event, Item, Lane, Steps, Tone
from components.charts.rows import records, refs, source_ids, when_in
from data.model import Precision, Sourced, When, Window
from data.story import Story
from data.totals import is_complete, no_total, totals_at

#: Kinds of milestone that repeat a call; the call itself is the event.
_REPEATED = ("calls",)
_MILESTONE_PRIORITY = {"decisive call": 0, "chamber": 20, "concession": 15, "speech": 25}


def results_lane(story: Story, calls: Sourced, window: Window, *, caller: str) -> Lane:
    """Running totals of one caller, one Steps mark for each party; none where its calls are not all known."""
    title = story.about.unit.capitalize()
    if not is_complete(story, caller):
        return Lane("results", title, story.about.unit, (), note=f"{caller}: {no_total(story, caller)}.")
    rows = [row for row in records(calls) if row["earliest"] < window.end]
    marks = tuple(
        Steps(
            party.short,
            Tone(party.tone),
            tuple(_items(story, [row for row in rows if row["party"] == party.id], party.id)),
        )
        for party in story.about.parties
    )
    reference = (float(story.about.to_win), f"{story.about.to_win} to win") if story.about.to_win else None
    top = max((item.high or 0 for mark in marks for item in mark.items), default=0)
    domain = (0.0, max(story.about.to_win or 0, top) * 1.06)
    note = f"As called by {_caller_name(story, caller)}. Shaded: possibly called, where only bounds are known."
    return Lane("results", title, story.about.unit, marks, domain, note, reference=reference)


def _items(story: Story, rows: list[dict[str, Any]], party: str) -> Iterable[Item]:
    for row in rows:
        sure = sum(other["weight"] for other in rows if other["latest"] <= row["latest"])
        possible = sum(other["weight"] for other in rows if other["earliest"] <= row["latest"])
        yield Item(
            row=f"calls:{row['id']}",
            when=when_in(row),
            text=f"{row['name']} for {_candidate(story, party)}, {_caller_name(story, row['caller'])}",
            sources=source_ids(row),
            value=float(row["weight"]),
            low=float(sure),
            high=float(possible),
        )


def _candidate(story: Story, party: str) -> str:
    return next((entry.short for entry in story.about.parties if entry.id == party), party)


def _caller_name(story: Story, caller: str) -> str:
    return next((entry.name for entry in story.about.callers if entry.id == caller), caller)


def _tone(story: Story, parties: Iterable[str]) -> Tone:
    found = set(parties)
    tones = [party.tone for party in story.about.parties if party.id in found]
    return Tone(tones[0]) if len(found) == 1 and tones else Tone.NEUTRAL


def call_events(story: Story, calls: Sourced, milestones: Sourced, *, caller: str) -> tuple[Event, ...]:
    """One event for each distinct time: a batch of calls in one minute is one event, never one for each state.

    Emphasised contests keep an event of their own. A milestone in the minute of a call joins its sentence.
    """
    groups: dict[tuple[datetime, datetime, str], list[dict[str, Any]]] = defaultdict(list)
    for row in records(calls):
        own = row["contest"] if row["contest"] in story.about.emphasised else ""
        groups[(row["earliest"], row["latest"], own)].append(row)
    moments = defaultdict(list)
    for row in records(milestones):
        if row["kind"] not in _REPEATED:
            moments[(row["earliest"], row["latest"])].append(row)
    events = []
    for (earliest, latest, _), rows in groups.items():
        events.append(_call_event(story, rows, moments.pop((earliest, latest), []), caller))
    events += [_milestone_event(story, row) for rows in moments.values() for row in rows]
    return tuple(events)


def _call_event(story: Story, rows: list[dict[str, Any]], also: list[dict[str, Any]], caller: str) -> Event:
    when, names = when_in(rows[0]), _sides(story, rows)
    chosen = [row["contest"] for row in rows if row["contest"] in story.about.emphasised]
    weight = sum(row["weight"] for row in rows)
    rank = story.about.emphasised.index(chosen[0]) if chosen else 30 + max(0, 60 - weight)
    label = "; ".join([f"{caller} called {names}", *(row["label"] for row in also)])
    short = rows[0]["name"] if len(rows) == 1 else f"{rows[0]['short']} +{len(rows) - 1}"
    return Event(
        when=when,
        label=label,
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
    for row in sorted(rows, key=lambda entry: -entry["weight"]):
        by_party[row["party"]].append(row["name"])
    return ", ".join(f"{_listed(names)} for {_candidate(story, party)}" for party, names in by_party.items())


def _listed(names: list[str]) -> str:
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


def results_takeaway(story: Story, window: Window, *, caller: str) -> str:
    """What the caller had called by the end of the window, as ranges; or why there is no total."""
    found = totals_at(story, window.end, caller=caller)
    name = _caller_name(story, caller)
    if found.totals is None:
        return f"{name}: {found.note}, so no running total is drawn"
    said = " and ".join(
        f"{_spread(*found.totals[party.id])} for {party.short}"
        for party in story.about.parties
        if party.id in found.totals
    )
    to_win = f"; {story.about.to_win} win" if story.about.to_win else ""
    style: Style = "stamp" if window.length > timedelta(days=2) else "time"
    return f"By {token(window.end, style)} {name} had called {said}{to_win}"


def _spread(low: int, high: int) -> str:
    return f"{low}" if low == high else f"{low} to {high}"


def results_chart(story: Story, window: Window, *, calls: Sourced, milestones: Sourced, caller: str) -> Chart:
    """Calls and running totals of one caller. `calls` are all of that caller's, so that totals start right."""
    inside, outside = within(call_events(story, calls, milestones, caller=caller), window)
    return Chart(
        slug="results",
        story=story.slug,
        title=f"{story.about.unit.capitalize()} as called",
        takeaway=results_takeaway(story, window, caller=caller),
        window=window,
        lanes=(results_lane(story, calls, window, caller=caller),),
        events=inside,
        outside=outside,
        sources=story.sources,
        notes=(
            "A call’s minute belongs to the outlet that published it.",
            "A contest known only within bounds is a soft step.",
        ),
    )
