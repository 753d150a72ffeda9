"""Every contest in one table: when its polls closed, when the chosen caller called it, and the final votes."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.cache.cached import load_calls
from components.charts.events import candidate, said_of
from components.charts.phrases.numbers import number_text
from components.clock import Clock
from components.text import markdown
from components.view.view_state import ViewState
from components.workbench.show_chart import show_chart
from components.workbench.source_links import source_links
from data.evidence.calls import load_poll_closings
from data.evidence.evidence_rows import CallRow, ClosingRow
from data.story.story import Story
from data.story.tables import Contest, Result


def show_results(story: Story, view: ViewState) -> None:
    """The chosen caller's calls and totals, where the timeline above holds more than these."""
    if "calls" in story.subjects and len(story.subjects) > 1:
        show_chart(story, "results", view)


def show_contests(story: Story, view: ViewState) -> None:
    """The table, folded; it is made when it is opened, with the calls of the caller in force."""
    if not story.contests:
        return
    label = (
        f"All {len(story.contests)} contests: polls, calls by {said_of(story, view.caller).rstrip(',')}, final votes"
    )
    with st.expander(markdown(label), key="contests", on_change="rerun") as folder:
        if not folder.open:
            return
        with st.container(key="contests-table"):
            st.table(contests_table(story, view), hide_index=True)
        st.caption(
            "In the order of the calls. A poll closing is the scheduled last one. Votes of a district are part of its "
            "state’s and stand on their own row only where a source gives them. Empty: not held here."
        )


def contests_table(story: Story, view: ViewState) -> pd.DataFrame:
    """One row for each contest, as Markdown, by the time of its call; what has no call comes last."""
    clock = Clock(view.clock)
    calls = {row.contest: row for row in load_calls(story, caller=view.caller).rows}
    polls = {row.contest: row for row in load_poll_closings(story).rows}
    votes = {row.contest: row for row in story.results}
    order = {code: place for place, code in enumerate(calls)}
    contests = sorted(story.contests, key=lambda contest: (order.get(contest.code, len(order)), contest.name))
    rows = [
        _row(story, contest, clock, calls.get(contest.code), polls.get(contest.code), votes.get(contest.code))
        for contest in contests
    ]
    named = {"votes": story.about.unit.capitalize(), "called": f"Called by {said_of(story, view.caller).rstrip(',')}"}
    return pd.DataFrame(rows).rename(columns=named)


def _row(
    story: Story,
    contest: Contest,
    clock: Clock,
    call: CallRow | None,
    poll: ClosingRow | None,
    votes: Result | None,
) -> dict[str, str]:
    sources = [call.source if call else "", poll.source if poll else "", votes.source if votes else ""]
    cells = {
        "Contest": contest.name,
        "votes": str(contest.weight),
        "Polls closed": clock.time(poll.last_close) if poll else "",
        "called": _called(story, call, clock) if call else "",
        **_votes(story, votes),
        "Margin": _margin(votes) if votes else "",
    }
    links = source_links(story, " ".join(dict.fromkeys(" ".join([contest.source, *sources]).split())))
    return {name: markdown(cell) for name, cell in cells.items()} | {"Sources": links[1:-1]}


def _called(story: Story, call: CallRow, clock: Clock) -> str:
    when = call.when
    dated = not story.window.overlaps(when.earliest, when.latest)
    return f"{clock.when(when, dated=dated)}, for {candidate(story, call.party)}"


def _votes(story: Story, votes: Result | None) -> dict[str, str]:
    """The final votes of each party that the table of results has a column for."""
    found = {party.short: getattr(votes, f"votes_{party.id.lower()}", None) for party in story.about.parties}
    return {name: number_text(count) if count is not None else "" for name, count in found.items()}


def _margin(votes: Result) -> str:
    """Who won by how much, in points and votes, and whether it is final."""
    parts = [
        f"{votes.margin_points:g} points" if votes.margin_points is not None else "",
        f"{number_text(votes.margin_votes)} votes" if votes.margin_votes is not None else "",
        "unofficial" if votes.status == "unofficial" else "",
    ]
    return f"{votes.party}: {', '.join(part for part in parts if part) or 'not stated'}"
