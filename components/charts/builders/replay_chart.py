"""The night to be played: who has called what so far, above the searches and the site on one clock."""

from __future__ import annotations

from dataclasses import replace

from components.charts.builders.calls_chart import tally_lane
from components.charts.builders.timeline_chart import timeline_chart, what_of
from components.charts.grammar import Chart, Event
from components.charts.kinds import Question


def replay_chart(asked: Question) -> Chart:
    """The tally above the timeline's evidence, in place of running totals.

    Of the events it has those that no tile tells as well: the calls that the story emphasises, and what is no call.
    """
    story, window, caller = asked.story, asked.window, asked.view.caller
    by = min(story.until or window.end, window.end)
    tally = tally_lane(story, asked.load.calls(story, caller=caller, possible=True), caller=caller, by=by, played=True)
    # The tally is there in any case, and a clock wants something on it.
    evidence = tuple(lane for lane in asked.view.lanes if lane != "results")
    timeline = timeline_chart(replace(asked, view=replace(asked.view, lanes=evidence)))
    return replace(
        timeline,
        slug="replay",
        title=f"{what_of(window)} as it was called",
        lanes=(
            *((tally,) if story.about.callers else ()),
            *(lane for lane in timeline.lanes if lane.slug != "results"),
        ),
        events=tuple(event for event in timeline.events if event.emphasised or not _is_call(event)),
        sources=(*timeline.sources, *story.sources),
    )


def _is_call(event: Event) -> bool:
    return all(row.startswith("calls:") for row in event.rows)
