"""What one row of a story comes to: the sentence that it makes, and the night around its mark."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from components.charts.catalogue import chart_of
from components.charts.grammar import Chart
from components.charts.loaders import Loaders
from components.clock import Clock
from components.render.facts_csv import rows_of
from components.view.view_state import default_view
from data.core.model import Window
from data.evidence.facts import facts_shown
from data.story.story import Story, when_of
from data.story.tables import Call, Clocked, Correction, Figure

#: What is shown on either side of the row.
_AROUND = timedelta(minutes=75)
#: Tables whose rows stand on a chart of the night, and which one; of others the page has a list.
_CHARTS = {
    "calls": "timeline",
    "withdrawals": "timeline",
    "milestones": "timeline",
    "observations": "timeline",
    "projections": "timeline",
    "figures": "interest",
}
#: A table that is drawn leaves the others out where a row is to be told by itself.
_LEFT_OUT = ("calls", "withdrawals", "milestones", "observations", "projections", "counts", "figures", "corrections")


def row_of(story: Story, table: str, name: str) -> Any:
    """The row with this id; None where the table has none."""
    return next((row for row in getattr(story, table) if getattr(row, "id", "") == name), None)


def sentence_of(story: Story, table: str, name: str, clock: Clock) -> str:
    """What the story's charts and lists say of a row, its time first; "" for a row that they do not tell."""
    row = row_of(story, table, name)
    if isinstance(row, Correction):
        return f"Correction, {row.where}: {row.now} It said: {row.was} Why: {row.why}"
    chart = _chart(_alone(story, table, row), table, row, Loaders()) if row else None
    if chart is None:
        return ""
    told = [fact for fact in rows_of(chart, clock, facts_shown(story, None)) if fact["row"] == f"{table}:{name}"]
    return f"{told[0]['when']}: {told[0]['what']}" if told else ""


def night_around(story: Story, table: str, name: str, load: Loaders) -> Chart | None:
    """The chart on which a row has its mark, over the time around it; None for a row that no chart draws."""
    row = row_of(story, table, name)
    return _chart(story, table, row, load) if row else None


def _alone(story: Story, table: str, row: Any) -> Story:
    """The story with no other row that is drawn; a withdrawal keeps its call."""
    left: dict[str, tuple[object, ...]] = {name: () for name in _LEFT_OUT if name != table}
    if table == "withdrawals":
        left["calls"] = tuple(call for call in story.calls if call.id == row.call)
    return replace(story, **left, **{table: (row,)}, of_the_whole=story.subjects)  # type: ignore[arg-type]


def _chart(story: Story, table: str, row: Any, load: Loaders) -> Chart | None:
    window = _window(story, row)
    if window is None or table not in _CHARTS:
        return None
    caller = _caller(story, row)
    view = replace(default_view(story), start=window.start, end=window.end, caller=caller)
    return chart_of(story, _CHARTS[table], view, load=load)


def _caller(story: Story, row: Any) -> str:
    """Whose calls are drawn beside it: those of its own caller."""
    call = next((call for call in story.calls if call.id == getattr(row, "call", "")), row)
    known = {caller.id for caller in story.about.callers}
    return call.caller if isinstance(call, Call) and call.caller in known else story.about.caller


def _window(story: Story, row: Any) -> Window | None:
    if isinstance(row, Figure):
        return Window(row.window_start - _AROUND, (row.window_end or row.window_start) + _AROUND) \
            if row.window_start else None  # fmt: skip
    when = when_of(row, story) if isinstance(row, Clocked) else None
    return Window(when.earliest - _AROUND, when.latest + _AROUND) if when else None
