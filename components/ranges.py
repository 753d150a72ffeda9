"""The ranges that a story offers by name, from its own night to everything it holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from components.charts.clock import Clock
from data.model import Window
from data.story import Story

OWN, TWO_DAYS, WEEK, MONTH, ALL = "Story range", "48 hours", "Week", "Month", "All"
_DAY = timedelta(days=1)
#: Whole days before the story's first day at which a range begins, and its length in days.
_DAYS = {TWO_DAYS: (0, 2), WEEK: (3, 7), MONTH: (14, 30)}


def named_ranges(story: Story) -> dict[str, Window]:
    """Each named range as a UTC window. Those of whole days begin at midnight on the story's own clock."""
    clock = Clock(story.about.clock)
    first = clock.naive(story.window.start).date()
    days = {
        name: Window(_midnight(clock, first - before * _DAY), _midnight(clock, first + (length - before) * _DAY))
        for name, (before, length) in _DAYS.items()
    }
    return {OWN: story.window, **days, ALL: everything(story)}


def _midnight(clock: Clock, day: date) -> datetime:
    return clock.instant(datetime.combine(day, time()), skipped="later")


def everything(story: Story) -> Window:
    """The whole days, on the story's own clock, from the first to the last instant of which it holds a row."""
    moments = [story.window.start, story.window.end, *_moments(story)]
    clock = Clock(story.about.clock)
    first, last = (clock.naive(moment).date() for moment in (min(moments), max(moments)))
    return Window(_midnight(clock, first), _midnight(clock, last + _DAY))


def _moments(story: Story) -> Iterator[datetime]:
    for timed in (*story.calls, *story.milestones, *story.observations):
        yield from (moment for moment in (timed.at, timed.earliest, timed.latest) if moment)
        if timed.date:
            yield _start_of(timed.date)
    for week in story.interest:
        yield from (_start_of(week.start), _start_of(week.end))


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
