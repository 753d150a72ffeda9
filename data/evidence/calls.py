"""Who called what and when: calls, running totals as ranges, poll closings, milestones and final votes."""

from __future__ import annotations

from data.core.model import When, Window, only_used
from data.evidence.evidence_rows import CallRow, Calls, ClosingRow, Closings, MilestoneRow, Milestones
from data.story.story import Story
from data.story.tables import Call
from data.story.timing import when_of
from data.story.totals import call_when, calls_of


def load_calls(
    story: Story, window: Window | None = None, *, caller: str | None = None, possible: bool = False
) -> Calls:
    """Calls whose interval touches the window, in the order of their latest possible time.

    One row for each call; times are UTC. Without `window` all of them, without `caller` those of every caller,
    second logs included. `possible` adds calls that may have been made by the moment up to which the story is told.
    """
    chosen = story.calls if caller is None else calls_of(story, caller, possible=possible)
    rows = [row for row in (_call_row(call, story) for call in chosen) if _touches(row.when, window)]
    rows.sort(key=lambda row: (row.when.latest, row.when.earliest, row.contest, row.id))
    return only_used(rows, story.sources)


def _touches(when: When, window: Window | None) -> bool:
    return window is None or window.overlaps(when.earliest, when.latest)


def _call_row(call: Call, story: Story) -> CallRow:
    contest = story.contest(call.contest)
    return CallRow(
        id=call.id,
        contest=call.contest,
        name=contest.name,
        short=contest.short,
        weight=contest.weight,
        party=call.party,
        caller=call.caller,
        role=call.role,
        basis=call.basis,
        when=call_when(call, story),
        note=call.note,
        source=call.source,
    )


def load_milestones(story: Story, window: Window | None = None) -> Milestones:
    """Milestones whose interval touches the window, by time; those without any time are left out."""
    timed = ((row, when_of(row, story)) for row in story.milestones)
    rows = [
        MilestoneRow(
            id=row.id, label=row.label, kind=row.kind, party=row.party, when=when, note=row.note, source=row.source
        )
        for row, when in timed
        if when and _touches(when, window)
    ]
    return only_used(sorted(rows, key=lambda row: (row.when.latest, row.id)), story.sources)


def load_poll_closings(story: Story, window: Window | None = None) -> Closings:
    """Scheduled last closings inside the window, by time, with the contest's name."""
    rows = [
        ClosingRow(
            id=row.id,
            contest=row.contest,
            name=story.contest(row.contest).name,
            last_close=row.last_close,
            first_close=row.first_close,
            note=row.note,
            source=row.source,
        )
        for row in story.poll_closings
        if window is None or row.last_close in window
    ]
    return only_used(sorted(rows, key=lambda row: (row.last_close, row.contest)), story.sources)
