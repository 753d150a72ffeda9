"""Get searches: say what is wanted, see the plan, draw it, and go on later where Google said to wait."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta

import streamlit as st

from components.clock import Clock
from components.text import markdown
from components.view.view_state import ViewState
from components.workbench.notices import show_problems, tell_done
from components.workbench.write_gate import is_within_limits, may_write, refuse
from data.analysis.ladder import find_spike
from data.core.errors import DataError
from data.core.model import Window
from data.core.program import utc_now
from data.core.settings import Settings, read_settings
from data.desk.values import Action
from data.net.snapshots import snapshot_folder
from data.sources import registry
from data.sources.google_trends.provider import Outcome, Progress, draw, load_draws
from data.sources.google_trends.trends_client import open_client
from data.sources.google_trends.trends_request import (
    RESOLUTIONS,
    Plan,
    Resolution,
    TrendsRequest,
    Wanted,
    plan_requests,
)
from data.story.story import Story


def show_get_searches(story: Story, view: ViewState, clock: Clock) -> None:
    """The form, the plan and the run, folded away until somebody wants them."""
    with st.expander("Get searches from Google Trends", key="get-searches", on_change="rerun") as folder:
        if not folder.open:
            return
        plan = _planned(story, view)
        if plan is None:
            return
        _show_plan(plan, clock)
        with st.container(horizontal=True):
            start = st.button("Draw it", type="primary", key="get-start")
            # A press runs the page anew, which ends the run at its next word; what is drawn is kept.
            st.button("Stop", key="get-stop")
        if start:
            _run(plan, story, clock)


def _planned(story: Story, view: ViewState) -> Plan | None:
    """What is wanted, over the page's own range, as a plan; None until it can be meant."""
    first = story.about.searches[0] if story.about.searches else None
    terms = st.text_area(
        "Terms, one a line (up to 5 share a scale; more need an anchor)", first.term if first else "", key="get-terms"
    )
    left, middle, right = st.columns(3)
    geo = left.text_input("Place (a code such as US, GB or US-FL; empty for the world)", first.geo if first else "")
    names: Sequence[Resolution] = list(RESOLUTIONS)
    resolution: Resolution = middle.selectbox("Bins no longer than", names, index=names.index("8 minutes"))
    anchor = right.text_input("Anchor (optional): a term that each is compared with")
    st.caption(f"The range is the page’s own: {Clock(view.clock).span(view.window)}.")
    try:
        wanted = Wanted(tuple(line for line in terms.splitlines() if line.strip()), geo.strip(), view.window)
        spikes = _spikes(wanted, story)
        if spikes and not st.checkbox(
            "Measure the spike of the last run with extra windows around it", key="get-ladder"
        ):
            spikes = ()
        return plan_requests(wanted, resolution, now=utc_now(), anchor=anchor, spikes=spikes)
    except DataError as refused:
        st.warning(markdown(str(refused)))
        return None


def _spikes(wanted: Wanted, story: Story) -> tuple[Window, ...]:
    """The spikes that earlier draws of these terms show in this range."""
    folder = snapshot_folder(story, read_settings(os.environ))
    held = load_draws(folder, wanted.terms, wanted.geo)
    found = (find_spike(draws[-1], within=wanted.window) for draws in held.values() if draws)
    return tuple(dict.fromkeys(spike for spike in found if spike))


def _show_plan(plan: Plan, clock: Clock) -> None:
    minutes = plan.seconds / 60
    took = f"{minutes:.0f} minutes" if minutes >= 1.5 else f"{plan.seconds:.0f} seconds"
    requests = f"{len(plan.requests)} request{'s' if len(plan.requests) > 1 else ''}"
    st.markdown(
        f"**The plan:** {requests} over {len(plan.windows)} window{'s' if len(plan.windows) > 1 else ''}, "
        f"about {took} at the polite pace; Google is likely to answer in bins of {_said(plan.step)}."
    )
    st.markdown("\n".join(f"- {markdown(note)}" for note in plan.notes))


def _said(step: timedelta) -> str:
    if step < timedelta(hours=1):
        count, unit = step // timedelta(minutes=1), "minute"
    elif step < timedelta(days=1):
        count, unit = step // timedelta(hours=1), "hour"
    else:
        count, unit = step // timedelta(days=1), "day"
    return f"{count} {unit}{'s' if count > 1 else ''}"


def _run(plan: Plan, story: Story, clock: Clock) -> None:
    if not may_write(Action.FETCH):
        refuse()
        return
    if not is_within_limits(story.slug, "fetch"):
        return
    bar = st.progress(0.0, text="Beginning")

    def progress(done: int, count: int, request: TrendsRequest) -> None:
        drawing = f"Drawing {clock.span(request.window)}, {', '.join(request.terms)}"
        bar.progress(done / count, text=markdown(f"{drawing}: {done} of {count} requests"))

    try:
        outcome = _drawn(plan, story, read_settings(os.environ), progress)
    except (DataError, ValueError) as refused:
        st.error(markdown(str(refused)))
        return
    _tell(outcome, clock)


def _drawn(plan: Plan, story: Story, settings: Settings, progress: Progress) -> Outcome:
    with registry.open_session(settings) as desk:
        client = open_client(settings, desk)
        return draw(plan, client, snapshot_folder(story, settings), now=utc_now, progress=progress)


def _tell(outcome: Outcome, clock: Clock) -> None:
    if outcome.state == "done":
        tell_done(outcome.sentence)
        st.rerun()
    again = f" It can go on at {clock.stamp(outcome.retry_at)}." if outcome.retry_at else ""
    show_problems([f"{outcome.sentence}{again} What is drawn is kept; the same plan goes on from there."])
