"""What the marks of a chart come to, in figures that can be counted in its table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from components.charts.builders.outages_chart import gaps
from components.charts.grammar import (
    SEEN,
    Bars,
    Chart,
    Item,
    Kind,
    Lane,
    Line,
    Mark,
    Points,
    Published,
    Spans,
    Stretches,
    Tiles,
    Tone,
)
from components.charts.phrases.numbers import as_known, between_text, counted, in_number, number_text
from components.charts.running_totals import sums
from components.charts.said import MARKS, STATES, TOTALS, Said
from components.clock import Clock
from data.core.model import Window

#: Of all clauses together: two or three lines of a phone.
_CHARACTERS = 140


def findings(chart: Chart, clock: Clock, *, told: str = "") -> str:
    """What the lanes hold, in clauses as far as there is room, without what is `told` already."""
    found = (clause for lane in chart.lanes for what, clause in _lane(lane, clock, chart.window) if what != told)
    return Said.of(*dict.fromkeys(found)).within(_CHARACTERS)


def _lane(lane: Lane, clock: Clock, window: Window) -> Iterator[tuple[str, str]]:
    """What is counted, as `Said` tells it, and the clause that says it.

    Observations by state, marks by number, totals at the end of the range, the highest figure of a measure.
    """
    title = clock.say(lane.title)
    tones = Counter(_tone(mark, item) for mark, item in lane.items)
    if states := Counter({tone.value: tones[tone] for tone in SEEN if tones[tone]}):
        by_state = ", ".join(f"{number:,} {state}" for state, number in states.items())
        yield STATES, f"{counted(states.total(), 'dated observation')}: {by_state}"
    if unwatched := gaps(tones[Tone.UNWATCHED]):
        yield STATES, unwatched
    if sides := [side for side in sums(lane, window) if side.mark.items or isinstance(side.mark, Tiles)]:
        totals = ", ".join(f"{side.mark.name} {side.said}" for side in sides)
        own = any(isinstance(mark, Published) for mark in lane.marks)
        said = f"{totals} {in_number(lane.unit, sides[-1].said)}".strip()
        yield (MARKS, f"{title}: {said}") if own else (TOTALS, said)
    if projected := list(_projected(lane)):
        told = ", ".join(f"{name} {figure}" for name, figure in projected)
        yield TOTALS, f"last projected {told} {in_number(lane.unit, projected[-1][1])}".strip()
    stretches = [item for mark in lane.marks if isinstance(mark, Stretches) for item in mark.items]
    if stretches:
        yield from _mark(Stretches(lane.title, Tone.SEARCH, tuple(stretches)), title, measured=True)
    for mark in lane.marks:
        if isinstance(mark, Stretches) or any(item.kind is Kind.PROJECTED for item in mark.items):
            continue
        if isinstance(mark, (Points, Bars, Spans, Line)) and mark.tone not in (Tone.NEUTRAL, Tone.UNWATCHED, *SEEN):
            yield from _mark(mark, title, measured=isinstance(mark, (Bars, Line)) or mark.name == lane.unit)


def _projected(lane: Lane) -> Iterator[tuple[str, str]]:
    """Who was last projected to have how many."""
    for mark in lane.marks:
        if found := [item for item in mark.items if item.kind is Kind.PROJECTED]:
            last = max(found, key=lambda item: item.when.latest)
            yield mark.name.removesuffix(", projected"), between_text(last.low, last.value, last.high)


def _tone(mark: Mark, item: Item) -> Tone:
    return item.tone or mark.tone


def _mark(mark: Mark, title: str, *, measured: bool) -> Iterator[tuple[str, str]]:
    """The highest figure of what is measured, else how many there are, by what their rows are called."""
    valued = [item for item in mark.items if item.value is not None]
    if measured and valued:
        top = max(valued, key=lambda item: item.value or 0)
        highest = "highest " if len(valued) > 1 else ""
        yield top.row, f"{title}, {highest}{as_known(top.kind, number_text(top.value or 0))}"
    elif mark.items:
        # An account says on its chart what it is of: signatures too rise as searches do.
        name = "search report" if mark.tone is Tone.SEARCH and not mark.items[0].account else mark.name
        rows = Counter(item.group for item in mark.items if item.group)
        by_row = ", ".join(f"{number} {row}" for row, number in rows.items())
        amount = counted(len(mark.items), name)
        yield MARKS, f"{amount}: {by_row}" if by_row else amount
