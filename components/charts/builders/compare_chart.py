"""Two nights on one clock that counts from the same kind of event, one's rows shifted onto the other's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from components.charts.as_of_notes import corrected
from components.charts.bare import is_bare
from components.charts.builders.calls_chart import results_lane
from components.charts.builders.drawn_series import drawn_lanes, thinned_notes
from components.charts.builders.outages_chart import first_trouble, or_bare, outages_lane
from components.charts.builders.searches_chart import marks_lanes
from components.charts.elapsed_clock import Elapsed
from components.charts.events import call_events, listed, within
from components.charts.grammar import Chart, Event, Item, Lane, Mark, Steps, Tone, valued
from components.charts.kinds import Question
from components.charts.loaders import Loaders
from components.charts.night_pairs import (
    ComparedNight,
    caller_in,
    night_marks,
    night_names,
    partner_of,
    said,
    starts_of,
)
from components.charts.phrases.numbers import counted
from components.charts.phrases.projected import projection_events
from components.charts.rows import split_by
from components.charts.said import Said
from components.clock import token
from data.core.errors import DataError
from data.core.model import Precision, Source, When, Window
from data.evidence.anchors import Anchor
from data.evidence.outages import main_service
from data.evidence.series import own_series
from data.story.story import LANES, Story, caller_name


@dataclass(frozen=True, slots=True)
class Move:
    """What happens to everything of one story: its times move `by`, and its texts say when it was in truth.

    Rows and sources get the story's slug in front, so that those of two stories are never one. `name` is the night's,
    `mark` the little of it that tells it from the other one beside a number.
    """

    slug: str
    name: str
    mark: str
    by: timedelta

    def lane(self, lane: Lane) -> Lane:
        """The lane with every item moved; its title says whose it is."""
        return replace(
            lane,
            slug=f"{self.slug}-{lane.slug}",
            title=f"{self.name} · {lane.title}",
            marks=tuple(self._mark(mark) for mark in lane.marks),
        )

    def _mark(self, mark: Mark) -> Mark:
        found = replace(mark, items=tuple(self._item(item) for item in mark.items))
        if isinstance(found, Steps) and found.least_until:
            return replace(found, least_until=found.least_until + self.by)
        return found

    def _item(self, item: Item) -> Item:
        return replace(
            item,
            row=f"{self.slug}/{item.row}",
            when=self.when(item.when),
            until=self.when(item.until) if item.until else None,
            text=f"{item.text}, {token(item.when, 'stamp')}",
            sources=self._ids(item.sources),
            shift=self.by,
        )

    def event(self, event: Event, lanes: tuple[Lane, ...]) -> Event:
        """The event moved, through these lanes of its own night only; its sentence keeps its wall time.

        Where its label has no room for the night's mark, its lanes and its sentence still say which night it is of.
        """
        shortest = next(iter(event.shorter), event.short)
        return replace(
            event,
            when=self.when(event.when),
            label=f"{self.name}: {event.label} ({token(event.when, 'stamp')})",
            short=f"{shortest}, {self.mark}",
            shorter=(shortest,),
            rows=tuple(f"{self.slug}/{row}" for row in event.rows),
            sources=self._ids(event.sources),
            lanes=tuple(lane.slug for lane in lanes),
            shift=self.by,
        )

    def source(self, source: Source) -> Source:
        """The source under a name that is its story's own."""
        return replace(source, id=f"{self.slug}/{source.id}")

    def when(self, when: When) -> When:
        """The interval, as wide as it was, moved."""
        return shifted(when, self.by)

    def _ids(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(f"{self.slug}/{name}" for name in names)


def shifted(when: When, by: timedelta) -> When:
    """The same interval that much later: as wide and as sharp as it was."""
    stated = when.stated + by if when.stated else None
    return When(when.earliest + by, when.latest + by, when.precision, stated)


def in_truth(thing: Item | Event) -> When:
    """When an item or event of a chart was, whatever clock it was moved to."""
    return shifted(thing.when, -thing.shift)


_OWN_SCALE = "On a scale of its own."
#: Milestones that are worth a number beside the emphasised calls: decisive calls and concessions.
_WORTH = 15

Pair = tuple[ComparedNight, ComparedNight]
Moves = tuple[Move, Move]


def compare_chart(asked: Question) -> Chart:
    """Both nights from the same event; what the other story had to correct is said of it by name."""
    story, other, caller = asked.story, partner_of(asked.story, asked.other), asked.view.caller
    callers = caller, caller_in(other, caller)
    starts = starts_of((story, caller), (other, callers[1]), asked.view.t0)
    nights = _night(asked.load, story, callers[0], starts[0]), _night(asked.load, other, callers[1], starts[1])
    chart = beside(asked.view.window, nights, lanes=asked.view.lanes)
    name = night_names(story, other)[1]
    return replace(chart, notes=(*chart.notes, *(f"{name}: {corrected(row)}" for row in other.corrections)))


def _night(load: Loaders, story: Story, caller: str, start: Anchor) -> ComparedNight:
    calls, milestones = load.calls(story, caller=caller), load.milestones(story)
    seen, drawn = load.observations(story), load.drawn(story)
    return ComparedNight(story, caller, start, calls, milestones, load.marks(story), seen, drawn)


def beside(window: Window, nights: Pair, *, lanes: Sequence[str] = ()) -> Chart:
    """Lanes of both nights over the event of each, the first night's on top within each kind.

    `window` is the first night's, in UTC; the second is shown over the same stretch before and after its own event.
    Whatever moves the event moves every mark by exactly as much. No scale is shared: heights of two nights say nothing
    about each other. DataError for a story beside itself.
    """
    first, second = nights
    if first.story.slug == second.story.slug:
        raise DataError(f"{first.story.slug} cannot be compared with itself; choose another story beside it.")
    origin = first.anchor.when.latest
    names = night_names(first.story, second.story)
    moves = tuple(
        Move(night.story.slug, name, mark, origin - night.anchor.when.latest)
        for night, name, mark in zip(nights, names, night_marks(names), strict=True)
    )
    held = {kind for night in nights for kind in night.story.lanes(lanes, drawn=len(night.drawn.frame) > 0)}
    chosen = [kind for kind in LANES if kind in held]
    found = [_lanes(night, move, window, chosen) for night, move in zip(nights, moves, strict=True)]
    events = (
        move.event(event, tuple(lane for kind in chosen for lane in own.get(kind, ())))
        for night, move, own in zip(nights, moves, found, strict=True)
        for event in _events(night, _own(window, move))
    )
    inside, outside = within(events, window)
    return Chart(
        slug="compare",
        story=first.story.slug,
        title=f"{names[0]} and {names[1]}, each from its {said(first.anchor.key)}",
        said=_takeaway(nights, (moves[0], moves[1]), window, origin, seen="outages" in chosen),
        window=window,
        lanes=tuple(_told_once(lane for kind in chosen for own in found for lane in own.get(kind, ()))),
        events=inside,
        outside=outside,
        sources=tuple(
            move.source(source) for night, move in zip(nights, moves, strict=True) for source in night.sources
        ),
        notes=(*_notes(nights, (moves[0], moves[1]), window), *_thinned(moves, found)),
        origin=origin,
    )


def _own(window: Window, move: Move) -> Window:
    """The stretch of the night's own time that the window shows."""
    return Window(window.start - move.by, window.end - move.by)


def _lanes(night: ComparedNight, move: Move, window: Window, chosen: Sequence[str]) -> dict[str, tuple[Lane, ...]]:
    own = _own(window, move)
    found: dict[str, tuple[Lane, ...]] = {}
    has = night.story.lanes(chosen, drawn=len(night.drawn.frame) > 0)
    if "interest" in has:
        drawn = drawn_lanes(own_series(night.story, night.drawn), own)[:1]
        near = split_by(own, night.marks)[0]
        marks = marks_lanes(night.story, near, curve=bool(drawn), held=len(night.drawn.frame) > 0)
        found["interest"] = (*drawn, *(or_bare(lane, night.marks) for lane in marks))
    if "outages" in has:
        seen = outages_lane(night.story, split_by(own, night.observations)[0])
        found["outages"] = (or_bare(seen, night.observations),)
    if "results" in has:
        found["results"] = (results_lane(night.story, night.calls, own, caller=night.caller),)
    return {kind: tuple(move.lane(_scaled(lane)) for lane in lanes) for kind, lanes in found.items()}


def _scaled(lane: Lane) -> Lane:
    return replace(lane, note=f"{lane.note} {_OWN_SCALE}".strip()) if valued(lane) else lane


def _told_once(lanes: Iterator[Lane]) -> Iterator[Lane]:
    """The lanes; how to read a kind of lane is said over the first of them."""
    told: set[str] = set()
    for lane in lanes:
        short = _OWN_SCALE if valued(lane) else ""
        yield replace(lane, note=short) if lane.note in told and not is_bare(lane) else lane
        told.add(lane.note)


def _events(night: ComparedNight, own: Window) -> Iterator[Event]:
    """The emphasised calls, decisive moments and that event itself: two nights' whole lists would be one tangle."""
    start, found = night.anchor, False
    # A milestone's sentence is no label; a contest's name is.
    short = start.short or start.label
    called = call_events(night.story, night.calls, night.milestones, own, caller=night.caller)
    for event in (*called, *projection_events(night.story, own, caller=night.caller)):
        is_start = bool(set(event.rows) & set(start.rows)) and not found
        found = found or is_start
        if is_start or event.emphasised or event.priority <= _WORTH:
            named = replace(event, short=short) if event.short == event.label else event
            yield replace(named, emphasised=True, priority=0) if is_start else event
    if not found:
        yield Event(
            start.when, start.label, short, Tone.NEUTRAL, start.rows, start.sources, priority=0, emphasised=True
        )


def _takeaway(nights: Pair, moves: Moves, window: Window, origin: datetime, *, seen: bool) -> Said:
    """From what each night is counted, and how far from it trouble of its main site is first on record."""
    starts = (f"{move.name} ({token(night.anchor.when, 'stamp')})" for night, move in zip(nights, moves, strict=True))
    start = f"Each night from its {said(nights[0].anchor.key)}: {' and '.join(starts)}"
    watched = [pair for pair in zip(nights, moves, strict=True) if "site" in pair[0].story.subjects] if seen else []
    if not watched:
        return Said.of(start)
    if not any(first_trouble(night.observations, host=main_service(night.story)) for night, _ in watched):
        whose = "either night’s main site" if len(watched) > 1 else f"the main site of {watched[0][1].name}"
        return Said((start, f"No trouble at {whose} is on record"), mark=".")
    told = [f"{_first_trouble(night, move, window, origin)} ({move.name})" for night, move in watched]
    return Said((start, f"First trouble at its main site on record: {', '.join(told)}"), mark=".")


def _first_trouble(night: ComparedNight, move: Move, window: Window, origin: datetime) -> str:
    """How far from the event trouble was first on record, as wide as both are known; the whole story counts."""
    first = first_trouble(night.observations, host=main_service(night.story))
    if first is None:
        return "none"
    moved, doubt = move.when(first.when), night.anchor.when.latest - night.anchor.when.earliest
    known = When(moved.earliest, moved.latest + doubt, Precision.WINDOW) if doubt else moved
    beyond = "" if window.overlaps(moved.earliest, moved.latest) else ", outside this range"
    return f"{Elapsed('UTC', origin).when(known)}{beyond}"


def _notes(nights: Pair, moves: Moves, window: Window) -> Iterator[str]:
    yield "Each lane is on a scale of its own: heights of two nights say nothing about each other."
    yield "A line runs only through the lanes of its own night."
    for night, move in zip(nights, moves, strict=True):
        if night.anchor.when.precision not in (Precision.MINUTE, Precision.SECOND):
            known = token(night.anchor.when, "stamp")
            yield f"The {said(night.anchor.key)} of {move.name} is known only as {known}; its latest moment is taken."
    for night, move in zip(nights, moves, strict=True):
        yield f"Calls of {move.name} are those of {caller_name(night.story, night.caller)}.".replace("..", ".")
    for night, move in zip(nights, moves, strict=True):
        yield from _left_out(night, move, window)


def _thinned(moves: Sequence[Move], found: Sequence[dict[str, tuple[Lane, ...]]]) -> Iterator[str]:
    """What the thinned lines of each night say, under its name."""
    for move, own in zip(moves, found, strict=True):
        yield from (f"{move.name}. {said}" for said in thinned_notes(own.get("interest", ())))


def _left_out(night: ComparedNight, move: Move, window: Window) -> Iterator[str]:
    own = _own(window, move)
    far = {
        "search report": len(split_by(own, night.marks)[1].rows),
        "observation": len(split_by(own, night.observations)[1].rows),
    }
    said = [counted(count, name) for name, count in far.items() if count]
    if said:
        yield f"Beyond this range, {move.name} has {listed(said)}: see its own Timeline."
