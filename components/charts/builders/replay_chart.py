"""The night to be played: who has called what so far, above the searches and the site on one clock."""

from __future__ import annotations

from dataclasses import replace

from components.charts.builders.calls_chart import later_totals, projected_lane, tally_lane
from components.charts.builders.counts_lanes import count_lanes
from components.charts.builders.timeline_chart import timeline_chart, what_of
from components.charts.grammar import Chart, Event
from components.charts.kinds import Question
from data.story.story import Story

#: Contests and rounds whose counts are played.
_COUNTED = 2


def replay_chart(asked: Question) -> Chart:
    """The tally above the timeline's evidence, in place of running totals.

    Of the events it has those that no tile tells as well: the calls that the story emphasises or that have no winner,
    and what is no call.
    """
    story, window, caller = asked.story, asked.window, asked.view.caller
    by = min(story.until or window.end, window.end)
    calls = asked.load.calls(story, caller=caller, possible=True)
    tally = tally_lane(story, calls, caller=caller, by=by, played=True)
    # The tally is there in any case, and a clock wants something on it.
    evidence = tuple(lane for lane in asked.view.lanes if lane != "results")
    timeline = timeline_chart(replace(asked, view=replace(asked.view, lanes=evidence)))
    return replace(
        timeline,
        slug="replay",
        title=f"{what_of(window)} as it was called",
        lanes=(
            *((tally,) if story.about.callers else ()),
            *projected_lane(story, calls, window, caller=caller),
            *count_lanes(story, calls, window, most=_COUNTED),
            *(lane for lane in timeline.lanes if lane.slug != "results"),
        ),
        events=tuple(event for event in timeline.events if event.emphasised or not _is_won(story, event)),
        sources=(*timeline.sources, *story.sources),
        notes=(*timeline.notes, *later_totals(asked.load.milestones(story))),
    )


def _is_won(story: Story, event: Event) -> bool:
    """Whether an event is of calls alone, each of which has a winner."""
    undecided = {f"calls:{call.id}" for call in story.calls if not call.party}
    return all(row.startswith("calls:") and row not in undecided for row in event.rows)
