"""One sentence for one minute: what had been called, what had been seen, what was published of searches."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from components.charts.clock import token
from components.charts.outages import main_service
from components.charts.rows import records, when_in
from data.model import Sourced
from data.story import Story
from data.totals import totals_at


def moment_sentence(
    story: Story, at: datetime, *, caller: str, calls: Sourced, marks: Sourced, observations: Sourced
) -> str:
    """What the story's rows carry about this minute, with times as clock tokens; nothing later than `at` is said."""
    called = _called(story, at, caller, calls)
    return " ".join(text for text in (called, _seen(story, at, observations), _searched(at, marks)) if text)


def _called(story: Story, at: datetime, caller: str, calls: Sourced) -> str:
    rows = [row for row in records(calls) if row["latest"] <= at]
    found = totals_at(story, at, caller=caller)
    if not rows:
        return f"At {token(at)} {caller} had called nothing yet."
    now = [row for row in rows if row["latest"] == at]
    said = _names(now or rows[-1:])
    verb = f"At {token(at)} {caller} called {said}" if now else f"By {token(at)} {caller} had last called {said}"
    if found.totals is None:
        return f"{verb} ({found.note})."
    spans = [f"{party.short} {_span(*found.totals[party.id])}" for party in story.about.parties]
    return f"{verb}: {', '.join(spans)} {story.about.unit}."


def _names(rows: list[dict[str, Any]]) -> str:
    names = [str(row["name"]) for row in sorted(rows, key=lambda row: -row["weight"])]
    if len(names) > 3:
        return f"{names[0]}, {names[1]} and {len(names) - 2} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _span(low: int, high: int) -> str:
    return f"{low}" if low == high else f"{low} to {high}"


def _seen(story: Story, at: datetime, observations: Sourced) -> str:
    rows = [row for row in records(observations) if row["latest"] <= at]
    if not rows:
        return f"No dated observation of {main_service(story)} had been made by then."
    last = max(rows, key=lambda row: row["latest"])
    same = [row for row in rows if row["latest"] == last["latest"] and row["status"] != last["status"]]
    said = f"{last['host']} was last seen {last['status']} {_at(last)} ({last['credit']})"
    return said + (f", and {same[0]['status']} by another observer ({same[0]['credit']})." if same else ".")


def _searched(at: datetime, marks: Sourced) -> str:
    rows = [row for row in records(marks) if row["until"] is None and row["latest"] <= at]
    if not rows:
        return "No search figure for the time before is held."
    last = max(rows, key=lambda row: row["latest"])
    return f"Latest published search mark: {last['what']}, {token(when_in(last))} ({last['credit']})."


def _at(row: dict[str, Any]) -> str:
    said = token(when_in(row))
    return f"at {said}" if row["precision"] in ("minute", "second") else said
