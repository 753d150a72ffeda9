"""Look for records at the sources of a story's lists: what each can prove and cannot, then the asking."""

from __future__ import annotations

import os
from datetime import timedelta

import streamlit as st

from components.clock import Clock
from components.text import markdown
from components.view.view_state import ViewState
from components.workbench.notices import tell_done, tell_next_run
from components.workbench.write_gate import is_within_limits, may_write, refuse
from data.core.errors import DataError, SourceUnavailable
from data.core.program import utc_now
from data.core.settings import read_settings
from data.desk.values import Action
from data.net.snapshots import snapshot_folder
from data.sources import registry
from data.sources.provider import CountProvider, Errand, ObservationProvider, Provider, Task, Visit
from data.story.story import Story


def show_lookup(
    story: Story, view: ViewState, label: str, kind: type[ObservationProvider] | type[CountProvider]
) -> None:
    """An expander that asks the sources of a kind for the page's own range, folded away until somebody wants it."""
    providers = [provider for provider in registry.PROVIDERS if isinstance(provider, kind) and provider.ready]
    with st.expander(label, key=f"look-{providers[0].slug}", on_change="rerun") as folder:
        if not folder.open:
            return
        st.caption(f"The range is the page’s own: {Clock(view.clock).span(view.window)}.")
        for provider in providers:
            _show_source(story, view, provider)


def _show_source(story: Story, view: ViewState, provider: Provider) -> None:
    tasks = tuple(provider.plan(Errand(story, view.window, utc_now())))
    st.markdown(f"**{provider.title}.** {markdown(provider.proves)} *{markdown(provider.cannot)}*")
    if not tasks:
        st.caption("This story lists nothing to ask this source for.")
    elif st.button(markdown(f"Ask for {', '.join(task.what for task in tasks)}"[:200]), key=f"ask-{provider.slug}"):
        _ask(story, tasks, Clock(view.clock))


def _ask(story: Story, tasks: tuple[Task, ...], clock: Clock) -> None:
    if not may_write(Action.FETCH):
        refuse()
        return
    if not is_within_limits(story.slug, "fetch"):
        return
    bar = st.progress(0.0, text="Beginning")
    told: list[tuple[str, bool]] = []
    try:
        settings = read_settings(os.environ)
        with registry.open_session(settings, story) as desk:
            visit = Visit(desk, settings, snapshot_folder(story, settings), utc_now())
            for done, task in enumerate(tasks):
                bar.progress(done / len(tasks), text=markdown(f"Asking for {task.what}"))
                told.append(_one(task, visit, clock))
    except (DataError, ValueError, OSError) as refused:
        told.append((str(refused), False))
    bar.empty()
    for sentence, came in told:
        (tell_done if came else tell_next_run)(sentence)
    # What came is drawn above, so the page runs again, and says all of it there.
    st.rerun()


def _one(task: Task, visit: Visit, clock: Clock) -> tuple[str, bool]:
    """What came of one asking in a sentence, and whether it came to anything."""
    try:
        records = task.ask(visit)
    except SourceUnavailable as trouble:
        wait = timedelta(seconds=trouble.retry_after or 0)
        again = f" It may work after {clock.stamp(utc_now() + wait)}." if wait else ""
        return f"{task.what}: {trouble}{again}", False
    except DataError as refused:
        return f"{task.what}: {refused}", False
    held = f"{len(records.rows):,} row{'' if len(records.rows) == 1 else 's'} kept"
    drawn = f" of {clock.stamp(records.drawn_at)}" if records.drawn_at else ""
    old = f" {records.trouble}; the last good answer{drawn} is used instead." if records.trouble else ""
    return " ".join([f"{task.what}: {held}.{old}", *records.warnings]), True
