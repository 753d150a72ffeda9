"""Who called what and when: calls, running totals as ranges, poll closings, milestones and final votes."""

from __future__ import annotations

from data.core.model import Sourced, Window, only_used
from data.story.story import Story
from data.story.tables import Call
from data.story.timing import timed_frame, when_of
from data.story.totals import call_when, calls_of

CALL_COLUMNS = [
    "id", "contest", "name", "short", "weight", "party", "caller", "role", "basis", "precision", "stated",
    "earliest", "latest", "note", "source",
]  # fmt: skip
MILESTONE_COLUMNS = [
    "id", "label", "kind", "party", "precision", "stated", "earliest", "latest", "note", "source",
]  # fmt: skip
CLOSING_COLUMNS = ["id", "contest", "name", "last_close", "first_close", "note", "source"]
_TIMES = ["stated", "earliest", "latest"]


def load_calls(
    story: Story, window: Window | None = None, *, caller: str | None = None, possible: bool = False
) -> Sourced:
    """Calls whose interval touches the window, in the order of their latest possible time.

    One row for each call; times are UTC. Without `window` all of them, without `caller` those of every caller,
    second logs included. `possible` adds calls that may have been made by the moment up to which the story is told.
    """
    chosen = story.calls if caller is None else calls_of(story, caller, possible=possible)
    rows = [_call_row(call, story) for call in chosen]
    frame = timed_frame(rows, CALL_COLUMNS, times=_TIMES)
    if window is not None and len(frame):
        frame = frame[(frame["earliest"] < window.end) & (frame["latest"] >= window.start)]
    frame = frame.sort_values(["latest", "earliest", "contest", "id"], ignore_index=True)
    return only_used(frame, story.sources)


def _call_row(call: Call, story: Story) -> dict[str, object]:
    when, contest = call_when(call, story), story.contest(call.contest)
    return {
        **call.model_dump(include={"id", "contest", "party", "caller", "role", "basis", "note", "source"}),
        "name": contest.name,
        "short": contest.short,
        "weight": contest.weight,
        "precision": when.precision.value,
        "stated": when.stated,
        "earliest": when.earliest,
        "latest": when.latest,
    }


def load_milestones(story: Story, window: Window | None = None) -> Sourced:
    """Milestones whose interval touches the window, by time; those without any time are left out."""
    rows = []
    for row in story.milestones:
        when = when_of(row, story)
        if when and (window is None or window.overlaps(when.earliest, when.latest)):
            fields = row.model_dump(include={"id", "label", "kind", "party", "note", "source"})
            times = {"stated": when.stated, "earliest": when.earliest, "latest": when.latest}
            rows.append({**fields, **times, "precision": when.precision.value})
    frame = timed_frame(rows, MILESTONE_COLUMNS, times=_TIMES).sort_values(["latest", "id"], ignore_index=True)
    return only_used(frame, story.sources)


def load_poll_closings(story: Story, window: Window | None = None) -> Sourced:
    """Scheduled last closings inside the window, by time, with the contest's name."""
    rows: list[dict[str, object]] = [
        {**row.model_dump(), "name": story.contest(row.contest).name}
        for row in story.poll_closings
        if window is None or row.last_close in window
    ]
    frame = timed_frame(rows, CLOSING_COLUMNS, times=["last_close", "first_close"])
    return only_used(frame.sort_values(["last_close", "contest"], ignore_index=True), story.sources)
