"""A night in progress: up to when it is told, and whether more of it is to come."""

from __future__ import annotations

from datetime import timedelta

from data.core.model import Window, as_utc
from data.story.story import Story
from data.story.timing import when_of
from data.story.totals import call_when, withdrawn_when

#: No window is shorter; a night that has only begun is told up to here.
_SHORTEST = timedelta(minutes=1)


def is_in_progress(story: Story) -> bool:
    """Whether the story may say more in a moment: a live one, until its rehearsal is over."""
    rehearsal = story.about.rehearsal
    return story.about.live and not (rehearsal and rehearsal.ended)


def window_so_far(story: Story, window: Window) -> Window:
    """The part of a window that a night in progress tells of; the whole for any other story, or one still to come.

    A live night is told up to its latest record, or to `updated` in story.toml if that is later; a rehearsal up to
    its moment. What comes after that is not known, so no line is drawn there and no sentence speaks for it.
    """
    if not story.about.live:
        return window
    rehearsal, updated = story.about.rehearsal, story.about.updated
    moments = [as_utc(updated)] if updated else []
    if rehearsal:
        moments = [as_utc(rehearsal.moment)]
    else:
        moments += [call_when(call, story).latest for call in story.calls]
        moments += [when.latest for call in story.calls if (when := withdrawn_when(call, story))]
        rows = (*story.milestones, *story.observations)
        moments += [when.latest for row in rows if (when := when_of(row, story))]
    until = max((moment for moment in moments), default=window.start)
    if until < window.start:
        return window
    return Window(window.start, min(window.end, max(until, window.start + _SHORTEST)))
