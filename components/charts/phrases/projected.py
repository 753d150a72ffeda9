"""What was projected, like an exit poll and its updates, in events and words; it is in no total."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from components.charts.events import candidate, few, is_dated, listed, short_time
from components.charts.grammar import Event, Tone
from components.charts.phrases.numbers import between_text, in_number
from components.text import capital
from data.core.model import Window
from data.evidence.calls import load_projections
from data.evidence.evidence_rows import ProjectionRow, refs, sources_of
from data.story.story import Story, caller_name

#: Numbers that an event lists, and that a sentence does; of more the first two, and how many more.
_NAMED, _FEW = 10, 3


def projection_events(story: Story, window: Window, *, caller: str) -> Iterator[Event]:
    """One event for all that a caller projected at one time."""
    projections = load_projections(story, caller)
    groups: dict[tuple[str, datetime], list[ProjectionRow]] = defaultdict(list)
    for row in projections.rows:
        groups[row.caller, row.when.latest].append(row)
    for rows in groups.values():
        when = rows[0].when
        yield Event(
            when=when,
            label=capital(f"{caller_name(story, rows[0].caller)} projected {projected_text(story, rows, most=_NAMED)}"),
            short=f"Projection {short_time(when, dated=is_dated(when, window))}",
            shorter=("Projection",),
            tone=Tone.NEUTRAL,
            rows=refs("projections", rows),
            sources=sources_of(rows),
            priority=10,
        )


def projected_text(story: Story, rows: Sequence[ProjectionRow], *, most: int = _FEW) -> str:
    """What was projected for whom: "35 seats for PVV, 25 to 26 for GL-PvdA and 2 more parties", the most first."""
    ranked = sorted(rows, key=lambda row: -(row.value or row.high or 0))
    numbers = [between_text(row.low, row.value, row.high) for row in ranked]
    numbers[0] = f"{numbers[0]} {in_number(story.about.unit, numbers[0])}"
    told = [f"{number} for {candidate(story, row.party)}" for number, row in zip(numbers, ranked, strict=True)]
    return listed(told) if len(told) <= most else f"{few(told)} parties"


def standing(projections: Iterable[ProjectionRow], at: datetime) -> tuple[tuple[ProjectionRow, ...], ...]:
    """For each caller what it had last projected for each party by this instant, itself included."""
    found: dict[str, dict[str, ProjectionRow]] = defaultdict(dict)
    for row in projections:
        if row.when.latest <= at:
            found[row.caller][row.party] = row
    return tuple(tuple(rows.values()) for rows in found.values())
