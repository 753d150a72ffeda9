"""What a row comes to, beside its form: the sentence that readers will read, and the night around its mark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import streamlit as st

from components.cache.cached import LOADERS
from components.charts.catalogue import chart_of
from components.charts.grammar import Chart
from components.charts.loaders import Loaders
from components.clock import Clock
from components.render.facts_csv import rows_of
from components.render.layout.theme import theme_named
from components.render.svg import svg
from components.text import markdown
from components.view.view_state import default_view
from components.workbench.appearance import theme_in_force
from components.workbench.desk.place import Place
from data.core.model import Window
from data.desk.desk import Preview
from data.evidence.facts import facts_shown
from data.story.faults import Faults
from data.story.story import Story, sound_story, when_of
from data.story.story_checks import Examined
from data.story.table_rows import Clocked
from data.story.tables import Call, Correction, Figure

#: What is shown on either side of the row.
_AROUND = timedelta(minutes=75)
#: Tables whose rows stand on a chart of the night: which one, and on which lane; of others the page has a list.
_CHARTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("calls", "withdrawals", "milestones", "projections"), ("timeline", "results")),
        "observations": ("timeline", "outages"),
        "figures": ("interest", ""),
    }
)
#: A table that is drawn leaves the others out where a row is to be told by itself.
_LEFT_OUT = ("calls", "withdrawals", "milestones", "observations", "projections", "counts", "figures", "corrections")
#: Pixels: as wide as the column beside a form, and as a phone.
_WIDTH = 400


def show_told(preview: Preview, place: Place, name: str, clock: Clock, *, faulty: bool) -> None:
    """The sentence and the mark of the row with this id; why there is none where something is missing still."""
    story = None if faulty else preview.story or as_far_as_it_holds(place.story, preview.examined)
    if story is None or not name:
        st.caption("Its sentence and its mark show here once nothing is missing.")
        return
    sentence = sentence_of(story, place.table, name, clock)
    if not sentence:
        st.caption("It makes no mark on a chart: readers find it in the tables.")
        return
    with st.container(key="told-row"):
        st.markdown(f"**{markdown(sentence)}**")
        if chart := night_around(story, place.table, name, LOADERS):
            theme = theme_named(theme_in_force())
            drawing = svg.draw(chart, clock, width=_WIDTH, theme=theme, brief=True)
            st.image(drawing, alt=f"The night around it: {sentence}", width="stretch")


def as_far_as_it_holds(slug: str, found: Examined) -> Story | None:
    """The story of a draft that lacks only what a whole table can lack, like a contest's call; else None."""
    if found.read.about is None or any(fault.row is not None for fault in found.faults.listed()):
        return None
    return sound_story(slug, replace(found, faults=Faults()), stamp="draft")


def _over(story: Story) -> Story:
    """The story as one whose night is over: of one in progress a chart ends where its last row does."""
    return replace(story, about=story.about.model_copy(update={"live": False}))


def row_of(story: Story, table: str, name: str) -> Any:
    """The row with this id; None where the table has none."""
    return next((row for row in getattr(story, table) if getattr(row, "id", "") == name), None)


def sentence_of(story: Story, table: str, name: str, clock: Clock) -> str:
    """What the story's charts and lists say of a row, its time first; "" for a row that they do not tell."""
    row = row_of(story, table, name)
    if isinstance(row, Correction):
        return clock.say(f"Correction, {row.where}: {row.now} It said: {row.was} Why: {row.why}")
    chart = _chart(_alone(story, table, row), table, row, Loaders(), lane="") if row else None
    if chart is None:
        return ""
    told = [fact for fact in rows_of(chart, clock, facts_shown(story, None)) if fact["row"] == f"{table}:{name}"]
    return f"{told[0]['when']}: {told[0]['what']}" if told else ""


def night_around(story: Story, table: str, name: str, load: Loaders) -> Chart | None:
    """The chart on which a row has its mark, over the time around it; None for a row that no chart draws."""
    row = row_of(story, table, name)
    return _chart(story, table, row, load, lane=_CHARTS[table][1]) if row and table in _CHARTS else None


def _alone(story: Story, table: str, row: Any) -> Story:
    """The story with no other row that is drawn; a withdrawal keeps its call."""
    left: dict[str, tuple[object, ...]] = {name: () for name in _LEFT_OUT if name != table}
    if table == "withdrawals":
        left["calls"] = tuple(call for call in story.calls if call.id == row.call)
    return replace(story, **left, **{table: (row,)}, of_the_whole=story.subjects)  # type: ignore[arg-type]


def _chart(story: Story, table: str, row: Any, load: Loaders, *, lane: str) -> Chart | None:
    window = _window(story, row)
    if window is None or table not in _CHARTS:
        return None
    slug = _CHARTS[table][0]
    view = replace(default_view(story), start=window.start, end=window.end, caller=_caller(story, row))
    return chart_of(_over(story), slug, replace(view, lanes=tuple(filter(None, [lane]))), load=load)


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
