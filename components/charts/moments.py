"""One sentence for one minute: what had been called, what had been seen, what was published of searches."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from components.charts.clock import Style, token
from components.charts.events import listed, said_of
from components.charts.outages import main_service
from components.charts.rows import records, when_in
from components.charts.words import span_text
from data.model import Sourced
from data.story import Story
from data.totals import totals_at


def moment_sentence(
    story: Story,
    at: datetime,
    *,
    caller: str,
    calls: Sourced,
    marks: Sourced,
    observations: Sourced,
    style: Style = "time",
) -> str:
    """What the story's rows carry about this minute, with times as clock tokens; nothing later than `at` is said.

    A call has a minute only where its caller published one; a bound stays "by", an about stays "about".
    """
    parts = (
        _called(story, at, caller, calls, style),
        _seen(story, at, observations, style),
        _searched(at, marks, style),
    )
    return " ".join(text for text in parts if text)


def _called(story: Story, at: datetime, caller: str, calls: Sourced, style: Style) -> str:
    rows = [row for row in records(calls) if row["latest"] <= at]
    said = said_of(story, caller)
    if not rows:
        return f"At {token(at, style)} {said} had called nothing yet."
    verb = _verb(rows, at, said, style)
    found = totals_at(story, at, caller=caller)
    if found.totals is None:
        return f"{verb} ({found.note})."
    spans = [f"{party.short} {span_text(*found.totals[party.id])}" for party in story.about.parties]
    return f"{verb}: {', '.join(spans)} {story.about.unit}."


def _verb(rows: list[dict[str, Any]], at: datetime, said: str, style: Style) -> str:
    """Who called what, and when: at its minute, or as its own row states the time where that is no minute."""
    last = rows[-1]["latest"]
    newest = [row for row in rows if row["latest"] == last]
    exact = [row for row in newest if row["earliest"] == row["latest"]]
    bound = [row for row in newest if row not in exact]
    if exact and last == at:
        also = f", and by then had called {_names(bound)}" if bound else ""
        return f"At {token(at, style)} {said} called {_names(exact)}{also}"
    chosen = exact or bound
    when = when_in(chosen[0]) if len(chosen) == 1 else None
    stated = f" {_at(chosen[0], style)}" if when else f" by {token(last, style)}"
    return (
        f"By {token(at, style)} {said} had last called {_names(chosen)}{stated}"
        if last != at
        else (f"{said} called {_names(bound)}{stated}")
    )


def _names(rows: list[dict[str, Any]]) -> str:
    names = [str(row["name"]) for row in sorted(rows, key=lambda row: -row["weight"])]
    if len(names) > 3:
        return f"{names[0]}, {names[1]} and {len(names) - 2} more"
    return listed(names)


def _seen(story: Story, at: datetime, observations: Sourced, style: Style) -> str:
    rows = [row for row in records(observations) if row["latest"] <= at]
    if not rows:
        return f"No dated observation of {main_service(story)} had been made by then."
    last = max(rows, key=lambda row: row["latest"])
    same = [row for row in rows if row["latest"] == last["latest"] and row["status"] != last["status"]]
    said = f"{last['host']} was last seen {last['status']} {_at(last, style)} ({last['credit']})"
    return said + (f", and {same[0]['status']} by another observer ({same[0]['credit']})." if same else ".")


def _searched(at: datetime, marks: Sourced, style: Style) -> str:
    rows = [row for row in records(marks) if row["until"] is None and row["latest"] <= at]
    if not rows:
        return "No search figure for the time before is held."
    last = max(rows, key=lambda row: row["latest"])
    return f"Latest published search mark: {last['what']}, {token(when_in(last), style)} ({last['credit']})."


def _at(row: dict[str, Any], style: Style) -> str:
    said = token(when_in(row), style)
    return f"at {said}" if row["precision"] in ("minute", "second") else said
