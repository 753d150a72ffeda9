"""The night to be played: the timeline, and under it who has called what so far."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from components.charts.builders.calls_chart import later_totals, projected_lane, results_lane
from components.charts.builders.counts_lanes import count_lanes
from components.charts.builders.map_chart import tally_lane
from components.charts.builders.timeline_chart import timeline_chart, what_of
from components.charts.grammar import Chart, Lane
from components.charts.kinds import Question
from data.evidence.evidence_rows import Calls

#: Contests and rounds whose counts are played.
_COUNTED = 2


def replay_chart(asked: Question) -> Chart:
    """The timeline as it is, then what was projected and counted, and last the tally of contests at its moment."""
    story, window, caller = asked.story, asked.window, asked.view.caller
    by = min(story.until or window.end, window.end)
    calls = asked.load.calls(story, caller=caller, possible=True)
    tally = tally_lane(story, calls, caller=caller, by=by, played=True)
    timeline = timeline_chart(asked)
    totals = any(lane.slug == "results" for lane in timeline.lanes)
    return replace(
        timeline,
        slug="replay",
        title=f"{what_of(window)} as it was {story.about.verb}",
        lanes=(
            *(_to_the_end(lane, asked, calls) for lane in timeline.lanes),
            *(() if totals else projected_lane(story, calls, window, caller=caller)),
            *count_lanes(story, calls, window, most=_COUNTED),
            *((tally,) if story.about.callers else ()),
        ),
        sources=(*timeline.sources, *story.sources),
        notes=(*timeline.notes, *later_totals(asked.load.milestones(story))),
    )


def _to_the_end(lane: Lane, asked: Question, calls: Calls) -> Lane:
    """Totals with what was called at the very end of the range, as the tally has it."""
    if lane.slug != "results":
        return lane
    window = replace(asked.window, end=asked.window.end + timedelta.resolution)
    return results_lane(asked.story, calls, window, caller=asked.view.caller)
