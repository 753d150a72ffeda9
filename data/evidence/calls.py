"""Who called what and when: calls, running totals as ranges, poll closings, milestones and final votes."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from datetime import datetime

from data.core.errors import DataError
from data.core.model import Sourced, Window, as_utc, only_used
from data.core.settings import read_settings
from data.story.store import find_story
from data.story.story import Story
from data.story.tables import Call
from data.story.timing import timed_frame, when_of
from data.story.totals import call_when, caller_named, calls_of, totals_at

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


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m data.evidence.calls", description="What had been called at a minute, as ranges."
    )
    parser.add_argument("story", help="a story's folder name, like us-2016")
    parser.add_argument("--at", required=True, help="a time with its zone, like 2016-11-08T22:43:00-05:00")
    parser.add_argument("--caller", help="whose calls; the story's own default if left out")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Print the totals as one JSON object; 1 and a sentence on standard error for what cannot be answered."""
    wanted = _arguments(argv)
    try:
        story = find_story(wanted.story, read_settings(os.environ))
        at = as_utc(_time(wanted.at))
        caller = caller_named(story, wanted.caller or story.about.caller)
    except (DataError, ValueError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    found = totals_at(story, at, caller=caller.id)
    last = found.last_call
    answer: dict[str, object] = {
        "at": wanted.at,
        "caller": caller.id,
        "totals": {party: list(span) for party, span in found.totals.items()} if found.totals else None,
        "last_call": _said(last, story) if last else None,
    }
    if found.note:
        answer["note"] = found.note
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    return 0


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no time; write it like 2016-11-08T22:43:00-05:00") from None


def _said(call: Call, story: Story) -> dict[str, object]:
    when = call_when(call, story)
    return {
        "contest": call.contest,
        "name": story.contest(call.contest).name,
        "party": call.party,
        "precision": when.precision.value,
        "earliest": when.earliest.isoformat(),
        "latest": when.latest.isoformat(),
        "source": [story.source(name).url for name in call.source.split()],
    }


if __name__ == "__main__":
    raise SystemExit(main())
