"""Lanes in which nothing is drawn, and what they say instead."""

from __future__ import annotations

from components.charts.grammar import Lane
from components.clock import Clock
from components.text import visible

NOTHING, NOTHING_AT_ALL = "No records in this story for this range", "No records in this story"
#: In place of both while a night is in progress, and where a story is told up to a moment.
NOTHING_SO_FAR, NOTHING_YET = "Nothing on record so far", "Nothing on record up to this moment"


def is_bare(lane: Lane) -> bool:
    """Whether nothing is drawn in a lane: its note, if it has one, then stands on its ground and says why."""
    return not lane.tracks and not any(mark.items for mark in lane.marks)


def why_bare(lane: Lane, clock: Clock) -> str:
    """The lane's own note, else that there are no records."""
    return visible(clock.say(lane.note)) or NOTHING
