"""A chart of a night in progress, and of a rehearsal: what it says so far, and that it is a test."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from components.charts.bare import NOTHING, NOTHING_AT_ALL, NOTHING_YET, is_bare
from components.charts.model import Chart, Lane
from components.charts.text import TEST
from data.story import Story


def so_far(chart: Chart) -> Chart:
    """The chart in the words of a night that goes on: what it lacks may still come."""
    takeaway = f"{chart.takeaway} so far" if chart.takeaway.startswith("No ") else chart.takeaway
    return replace(chart, takeaway=takeaway, lanes=tuple(map(_lane_so_far, chart.lanes)))


def _lane_so_far(lane: Lane) -> Lane:
    if not is_bare(lane):
        return lane
    own = "" if lane.note in (NOTHING, NOTHING_AT_ALL) else lane.note
    return replace(lane, note=f"{NOTHING_YET}. {own}".strip())


def marked(chart: Chart, stories: Iterable[Story]) -> Chart:
    """The chart as what it is where one of its stories is a rehearsal: its banner, and a title that says TEST.

    Whatever repeats its title or takeaway (a headline, a picture's alternative, an answer to a CMS) then says it too.
    """
    banner = next((story.about.rehearsal.says for story in stories if story.about.rehearsal), "")
    if not banner:
        return chart
    return replace(chart, banner=banner, title=f"{TEST}{chart.title}", takeaway=f"{TEST}{chart.takeaway}")
