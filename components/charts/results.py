"""Calls as a chart: numbered events across the night, and each party's running total as a range."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from components.charts.clock import Style, token
from components.charts.events import ONE_DAY, call_events, candidate, said_of, within
from components.charts.model import Chart, Item, Lane, Steps, Tone
from components.charts.rows import records, source_ids, surely, when_in
from components.charts.words import span_text
from data.model import Sourced, Window
from data.story import Story
from data.totals import is_complete, leaves_some, no_total, only_surely, totals_at


def results_lane(story: Story, calls: Sourced, window: Window, *, caller: str) -> Lane:
    """Running totals of one caller, one Steps mark for each party; none where its calls are not all known."""
    title = story.about.unit.capitalize()
    if not is_complete(story, caller):
        return Lane("results", title, story.about.unit, (), note=f"{caller}: {no_total(story, caller)}.")
    rows = [row for row in records(calls) if row["earliest"] < window.end]
    marks = tuple(
        Steps(party.short, Tone(party.tone), tuple(total_items(story, rows, party.id, by=story.until)))
        for party in story.about.parties
    )
    reference = (float(story.about.to_win), f"{story.about.to_win} to win") if story.about.to_win else None
    top = max((item.high or 0 for mark in marks for item in mark.items), default=0)
    domain = (0.0, max(story.about.to_win or 0, top) * 1.06)
    verb = story.about.verb
    told = f"Shaded: possibly {verb}, where only bounds are known."
    if only_surely(story, caller):
        told = "A total is what is at least there, as most have no time of their own."
    note = f"As {verb} by {_caller_name(story, caller)}. {told}"
    return Lane("results", title, story.about.unit, marks, domain, note, reference=reference)


def total_items(
    story: Story, rows: list[dict[str, Any]], party: str, *, by: datetime | None = None, summed: bool = True
) -> Iterable[Item]:
    """The calls for one party, each with the running total of its side, as a range, at its latest bound.

    A total without an upper end tells what is at least there. `by` is the instant up to which the rows are told: at a
    later bound the total is not known. Without `summed` none is given, since the rows are not all there are.
    """
    mine = [row for row in rows if row["party"] == party]
    bounded = any(only_surely(story, caller) for caller in {row["caller"] for row in mine})
    for row in mine:
        when = when_in(row)
        at = min(row["latest"], by) if by else row["latest"]
        sure = sum(other["weight"] for other in mine if other["latest"] <= at)
        possible = sum(other["weight"] for other in mine if other["earliest"] <= at)
        least = bounded and leaves_some(story, (other["contest"] for other in rows if other["latest"] <= at))
        yield Item(
            row=f"calls:{row['id']}",
            when=when,
            text=("Possibly " if when.open else "") + _said(story, row),
            sources=source_ids(row),
            value=float(row["weight"]),
            low=float(sure) if summed else None,
            high=float(possible) if summed and not least else None,
        )


def _said(story: Story, row: dict[str, Any]) -> str:
    return f"{row['name']} for {candidate(story, row['party'])}, {_caller_name(story, row['caller'])}"


def _caller_name(story: Story, caller: str) -> str:
    return next((entry.name for entry in story.about.callers if entry.id == caller), caller)


def results_takeaway(story: Story, window: Window, *, caller: str) -> str:
    """What the caller had called by the end of the window, as ranges; or why there is no total."""
    at = min(window.end, story.until) if story.until else window.end
    found = totals_at(story, at, caller=caller)
    name = said_of(story, caller)
    if found.totals is None:
        return f"{name}: {found.note}, so no running total is drawn"
    style: Style = "stamp" if window.length >= ONE_DAY else "time"
    if not any(high or low for low, high in found.totals.values()):
        if only_surely(story, caller):
            return f"Nothing is known to have been {story.about.verb} by {token(at, 'stamp')}"
        return f"{name} had {story.about.verb} nothing by {token(at, 'stamp')}"
    said = " and ".join(
        f"{span_text(*found.totals[party.id])} for {party.short}"
        for party in story.about.parties
        if party.id in found.totals
    )
    to_win = f"; {story.about.to_win} are needed to win" if story.about.to_win else ""
    return f"By {token(at, style)} {name} had {story.about.verb} {said}{to_win}"


def results_title(story: Story) -> str:
    """Electoral votes as called; areas declared, where the unit says so itself."""
    unit, verb = story.about.unit.capitalize(), story.about.verb
    return unit if verb in unit.split() else f"{unit} as {verb}"


def results_chart(story: Story, window: Window, *, calls: Sourced, milestones: Sourced, caller: str) -> Chart:
    """Calls and running totals of one caller. `calls` are all of that caller's, so that totals start right."""
    inside, outside = within(call_events(story, surely(calls), milestones, window, caller=caller), window)
    return Chart(
        slug="results",
        story=story.slug,
        title=results_title(story),
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
