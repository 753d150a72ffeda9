"""A chart of a story that is told up to a moment: what it says of that, and when each of its things came to stand."""

from __future__ import annotations

from dataclasses import replace

from components.charts.bare import NOTHING, NOTHING_AT_ALL, NOTHING_YET, is_bare
from components.charts.events import ONE_DAY
from components.charts.grammar import Chart, Lane, Line
from components.clock import Style, token
from data.core.model import Order
from data.story.story import Story
from data.story.tables import Correction

#: How a sentence names each order.
ORDERS = {Order.HAPPENED: "in the order in which it happened", Order.KNOWN: "in the order in which it was published"}
_PUBLIC = " Calls and milestones happened in public and stand as they happened."
_SCALE = " Levels are on the scale of their whole series, whose 100 may come later."


def told_up_to(story: Story, chart: Chart, *, dated: bool = False) -> Chart:
    """The chart with the moment its story is told up to, in its takeaway and its notes; unchanged for a whole story.

    A `dated` takeaway says the moment already.
    """
    if story.until is None:
        return chart
    style: Style = "stamp" if chart.window.length >= ONE_DAY else "time"
    led = "" if dated else f"{token(story.until, style)}: "
    note = f"Told up to {token(story.until, 'stamp')}, {ORDERS[story.order]}: nothing later is here."
    note += _PUBLIC if story.order is Order.KNOWN else ""
    note += _SCALE if any(isinstance(mark, Line) for lane in chart.lanes for mark in lane.marks) else ""
    lanes = tuple(replace(lane, note=NOTHING_YET) if _bare(lane) else lane for lane in chart.lanes)
    said = replace(chart.said, moment=led)
    return replace(chart, lanes=lanes, until=story.until, said=said, notes=(note, *chart.notes))


def _bare(lane: Lane) -> bool:
    return is_bare(lane) and lane.note in ("", NOTHING, NOTHING_AT_ALL)


def corrected(row: Correction) -> str:
    """A correction in one sentence, its time as a token."""
    return f"Corrected {token(row.corrected, 'stamp')}, {row.where}: was “{row.was}”, is “{row.now}”. {row.why}"
