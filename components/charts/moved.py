"""One story's lanes and events on another story's clock: moved by one distance, named by their story, told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from components.charts.clock import Clock, token
from components.charts.geometry import anchor
from components.charts.model import Chart, Event, Item, Lane, Mark
from data.model import Source, When

#: The time that ends an event's short label.
_TIME = re.compile(r"( by)? \{(when-)?[a-z]+:[^{}]*\}$")


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
        return replace(mark, items=tuple(self._item(item) for item in mark.items))

    def _item(self, item: Item) -> Item:
        return replace(
            item,
            row=f"{self.slug}/{item.row}",
            when=self.when(item.when),
            until=self.when(item.until) if item.until else None,
            text=f"{item.text}, {token(item.when, 'stamp')}",
            sources=self._ids(item.sources),
            moved=self.by,
        )

    def event(self, event: Event, lanes: tuple[Lane, ...]) -> Event:
        """The event moved, through these lanes of its own night only; its sentence keeps its wall time.

        Where its label has no room for the night's mark, its lanes and its sentence still say which night it is of.
        """
        shortest = _TIME.sub("", event.short)
        return replace(
            event,
            when=self.when(event.when),
            label=f"{self.name}: {event.label} ({token(event.when, 'stamp')})",
            short=f"{shortest}, {self.mark}",
            shortest=shortest,
            rows=tuple(f"{self.slug}/{row}" for row in event.rows),
            sources=self._ids(event.sources),
            lanes=tuple(lane.slug for lane in lanes),
            moved=self.by,
        )

    def source(self, source: Source) -> Source:
        """The source under a name that is its story's own."""
        return replace(source, id=f"{self.slug}/{source.id}")

    def when(self, when: When) -> When:
        """The interval, as wide as it was, moved."""
        return moved(when, self.by)

    def _ids(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(f"{self.slug}/{name}" for name in names)


def moved(when: When, by: timedelta) -> When:
    """The same interval that much later: as wide and as sharp as it was."""
    stated = when.stated + by if when.stated else None
    return When(when.earliest + by, when.latest + by, when.precision, stated)


def in_truth(thing: Item | Event) -> When:
    """When an item or event of a chart was, whatever clock it was moved to."""
    return moved(thing.when, -thing.moved)


def last_of_each(chart: Chart, clock: Clock, at: datetime) -> str:
    """What a chart of two nights has last on record of each up to this moment of its axis, in words of its clock."""
    told = {lane.slug: lane.title for lane in chart.lanes}
    last: dict[str, tuple[datetime, str]] = {}
    for row, name, thing in _things(chart):
        night, moment = row.partition("/")[0], anchor(thing.when)
        if moment <= at and moment >= last.get(night, (moment, ""))[0]:
            said = thing.label if isinstance(thing, Event) else f"{told[name]}: {thing.text}"
            last[night] = moment, f"{clock.when(thing.when)}, {clock.say(said)}"
    nights = dict.fromkeys(row.partition("/")[0] for row, _, _ in _things(chart))
    return ". ".join(last[night][1] for night in nights if night in last) + "." if last else ""


def _things(chart: Chart) -> Iterator[tuple[str, str, Item | Event]]:
    """Row, lane and thing: every item, then every event."""
    yield from ((item.row, lane.slug, item) for lane in chart.lanes for _, item in lane.items)
    yield from ((event.rows[0], "", event) for event in chart.events if event.rows)
