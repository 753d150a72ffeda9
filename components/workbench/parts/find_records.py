"""Look for records at the sources of a story's lists: what each can prove and cannot, then the asking."""

from __future__ import annotations

import os
from datetime import timedelta

import streamlit as st

from components.clock import Clock
from components.text import markdown
from components.view.view_state import ViewState
from components.workbench.notices import tell_next_run
from data.core.errors import DataError, SourceUnavailable
from data.core.program import utc_now
from data.core.settings import read_settings
from data.evidence.fetching import Task, asked_hosts, tasks_of
from data.net.client import Desk, open_desk
from data.sources import gdelt_tv, statuspage, wayback, wikimedia
from data.story.story import Story

#: What each source proves, and what it cannot, in its own module's words.
PROVES = {
    "wayback": ("Internet Archive captures", wayback.WHAT, wayback.CANNOT),
    "statuspage": ("Statuspage incidents", statuspage.WHAT, statuspage.CANNOT),
    "wikimedia": ("Wikimedia daily pageviews", wikimedia.WHAT, wikimedia.CANNOT),
    "gdelt-tv": ("GDELT TV airtime", gdelt_tv.WHAT, gdelt_tv.CANNOT),
}


def show_lookup(story: Story, view: ViewState, label: str, *sources: str) -> None:
    """An expander that asks these sources for the page's own range, folded away until somebody wants it."""
    with st.expander(label, key=f"look-{sources[0]}", on_change="rerun") as folder:
        if not folder.open:
            return
        st.caption(f"The range is the page’s own: {Clock(view.clock).span(view.window)}.")
        for source in sources:
            _show_source(story, view, source)


def _show_source(story: Story, view: ViewState, source: str) -> None:
    name, what, cannot = PROVES[source]
    tasks = tasks_of(story, read_settings(os.environ), view.window, source, now=utc_now())
    st.markdown(f"**{name}.** {markdown(what)} *{markdown(cannot)}*")
    if not tasks:
        st.caption("This story’s lists name nothing to ask this source for.")
    elif st.button(f"Ask for {', '.join(task.what for task in tasks)}"[:200], key=f"ask-{source}"):
        _ask(story, tasks, Clock(view.clock))


def _ask(story: Story, tasks: tuple[Task, ...], clock: Clock) -> None:
    bar = st.progress(0.0, text="Beginning")
    told: list[tuple[str, bool]] = []
    try:
        with open_desk(read_settings(os.environ), hosts=asked_hosts(story)) as desk:
            for done, task in enumerate(tasks):
                bar.progress(done / len(tasks), text=markdown(f"Asking for {task.what}"))
                told.append(_one(task, desk, clock))
    except (DataError, ValueError, OSError) as refused:
        told.append((str(refused), False))
    bar.empty()
    for sentence, _ in told:
        tell_next_run(sentence)
    # What came is drawn above, so the page runs again, and says all of it there.
    st.rerun()


def _one(task: Task, desk: Desk, clock: Clock) -> tuple[str, bool]:
    """What came of one asking in a sentence, and whether it came to anything."""
    try:
        records = task.run(desk)
    except SourceUnavailable as trouble:
        wait = timedelta(seconds=trouble.retry_after or 0)
        again = f" It may work after {clock.stamp(utc_now() + wait)}." if wait else ""
        return f"{task.what}: {trouble}{again}", False
    except DataError as refused:
        return f"{task.what}: {refused}", False
    held = f"{len(records.frame):,} row{'' if len(records.frame) == 1 else 's'} held"
    drawn = f" of {clock.stamp(records.drawn_at)}" if records.drawn_at else ""
    old = f" {records.trouble}; the last good answer{drawn} stands in." if records.trouble else ""
    return " ".join([f"{task.what}: {held}.{old}", *records.warnings]), True
