"""Who called what and when: calls, running totals as ranges, poll closings, milestones and final votes."""

from __future__ import annotations

from data.core.model import Sourced, only_used
from data.evidence.evidence_rows import (
    CallRow,
    Calls,
    ClosingRow,
    Closings,
    CountRow,
    MilestoneRow,
    Milestones,
    ProjectionRow,
    Projections,
    VoteCounts,
    WithdrawalRow,
)
from data.story.story import Story, when_of
from data.story.tables import Call
from data.story.totals import call_when, calls_of, withdrawal_when


def load_calls(story: Story, *, caller: str | None = None, possible: bool = False) -> Calls:
    """Calls in the order of their latest possible time.

    One row for each call; times are UTC. Without `caller` those of every caller, second logs included. `possible` adds
    calls that may have been made by the moment up to which the story is told.
    """
    rows = []
    for call in story.calls if caller is None else calls_of(story, caller, possible=possible):
        contest, when = story.contest(call.contest), call_when(call, story)
        name, short, weight, back = contest.name, contest.short, contest.weight, _withdrawal_row(call, story)
        known = dict(call)
        rows.append(CallRow.model_construct(**known, name=name, short=short, weight=weight, when=when, withdrawn=back))
    rows.sort(key=lambda row: (row.when.latest, row.when.earliest, row.contest, row.id))
    used = {name for row in rows for name in (*row.sources, *(row.withdrawn.sources if row.withdrawn else ()))}
    return Sourced(tuple(rows), tuple(source for source in story.sources if source.id in used))


def _withdrawal_row(call: Call, story: Story) -> WithdrawalRow | None:
    if row := story.withdrawn.get(call.id):
        return WithdrawalRow.model_construct(**dict(row), when=withdrawal_when(call, row, story))
    return None


def load_projections(story: Story, caller: str) -> Projections:
    """What this caller projected, or where it projected nothing, what the others did; by time."""
    own = [row for row in story.projections if row.caller == caller] or story.projections
    timed = ((row, when_of(row, story)) for row in own)
    rows = [ProjectionRow.model_construct(**dict(row), when=when) for row, when in timed if when]
    return only_used(sorted(rows, key=lambda row: (row.when.latest, row.id)), story.sources)


def load_counts(story: Story) -> VoteCounts:
    """Votes as they were published, by time."""
    timed = ((row, when_of(row, story)) for row in story.counts)
    rows = [
        CountRow.model_construct(**dict(row), name=story.contest(row.contest).name, when=when)
        for row, when in timed
        if when
    ]
    return only_used(sorted(rows, key=lambda row: (row.when.latest, row.contest, row.round)), story.sources)


def load_milestones(story: Story) -> Milestones:
    """Milestones by time; those without any time are left out."""
    timed = ((row, when_of(row, story)) for row in story.milestones)
    rows = [MilestoneRow.model_construct(**dict(row), when=when) for row, when in timed if when]
    return only_used(sorted(rows, key=lambda row: (row.when.latest, row.id)), story.sources)


def load_poll_closings(story: Story) -> Closings:
    """Scheduled last closings by time, with the contest's name."""
    named = ((row, story.contest(row.contest).name) for row in story.poll_closings)
    rows = [ClosingRow.model_construct(**dict(row), name=name) for row, name in named]
    return only_used(sorted(rows, key=lambda row: (row.last_close, row.contest)), story.sources)
