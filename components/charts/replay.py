"""The night to be played: who has called what so far, above the searches and the site on one clock."""

from __future__ import annotations

from dataclasses import replace

from components.charts.model import Chart, Lane


def replay_chart(timeline: Chart, tally: Lane) -> Chart:
    """The timeline's evidence and numbered calls under the tally, which takes the place of its running totals."""
    evidence = tuple(lane for lane in timeline.lanes if lane.slug != "results")
    title = timeline.title.replace("on one clock", "as it was called")
    return replace(timeline, slug="replay", title=title, lanes=(tally, *evidence))
