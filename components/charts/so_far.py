"""A chart of a night in progress, and of a rehearsal: what it says so far, and that it is a test."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from components.charts.bare import NOTHING, NOTHING_AT_ALL, NOTHING_SO_FAR, is_bare
from components.charts.grammar import Chart, Lane
from components.clock import Clock
from components.text import mark_of, shortened
from data.story.story import Story

#: Characters of a sentence that is read aloud while somebody reads something else.
_SPOKEN = 160


def so_far(chart: Chart) -> Chart:
    """The chart in the words of a night that goes on: what it lacks may still come."""
    said = chart.said
    if said.lacks:
        said = replace(said, clauses=(*said.clauses[:-1], f"{said.clauses[-1]} so far"))
    return replace(chart, said=said, lanes=tuple(map(_lane_so_far, chart.lanes)))


def _lane_so_far(lane: Lane) -> Lane:
    if not is_bare(lane):
        return lane
    own = "" if lane.note in (NOTHING, NOTHING_AT_ALL) else lane.note
    return replace(lane, note=f"{NOTHING_SO_FAR}. {own}".strip())


def marked(chart: Chart, stories: Iterable[Story]) -> Chart:
    """The chart as what it is where a story of it is a draft or a rehearsal: its banner, and a title that says so.

    Whatever repeats its title or takeaway (a headline, a picture's alternative, an answer to a CMS) then says it too.
    """
    banner = next((story.banner for story in stories if story.banner), "")
    if not banner:
        return chart
    label = f"{mark_of(banner)}: "
    return replace(chart, banner=banner, title=f"{label}{chart.title}", said=replace(chart.said, label=label))


def told_rows(chart: Chart) -> frozenset[str]:
    """Every row that the chart tells of, as "table:id"."""
    return frozenset(_sentences(chart))


def news(chart: Chart, clock: Clock, known: Collection[str]) -> str:
    """What the chart tells beyond these rows, in one sentence to be read aloud; empty where that is nothing."""
    sentences = _sentences(chart)
    fresh = list(dict.fromkeys(said for row, said in sentences.items() if row not in known))
    if not fresh:
        return ""
    more = f"; and {len(fresh) - 1} more" if len(fresh) > 1 else ""
    return f"New: {shortened(clock.say(fresh[-1]), _SPOKEN).rstrip('.')}{more}."


def _sentences(chart: Chart) -> dict[str, str]:
    """Row -> what it says."""
    items = sorted((item for lane in chart.lanes for _, item in lane.items), key=lambda item: item.when.latest)
    told = {item.row: item.text for item in items}
    # A call is told by its event, which is a whole sentence.
    return told | {row: event.label for event in chart.events for row in event.rows}
