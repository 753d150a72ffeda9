"""The night to be played: who has called what so far, above the searches and the site on one clock."""

from __future__ import annotations

from dataclasses import replace

from components.charts.grammar import Chart, Event, Lane
from data.story.story import Story


def replay_chart(story: Story, timeline: Chart, tally: Lane) -> Chart:
    """The tally above the timeline's evidence, in place of running totals.

    Of the events it has those that no tile tells as well: the calls that the story emphasises, and what is no call.
    """
    return replace(
        timeline,
        slug="replay",
        title=timeline.title.replace("on one clock", "as it was called"),
        lanes=(tally, *(lane for lane in timeline.lanes if lane.slug != "results")),
        events=tuple(event for event in timeline.events if event.emphasised or not _is_call(event)),
        sources=(*timeline.sources, *story.sources),
    )


def _is_call(event: Event) -> bool:
    return all(row.startswith("calls:") for row in event.rows)
