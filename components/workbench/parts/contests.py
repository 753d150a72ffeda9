"""Every contest in one table: when its polls closed, when the chosen caller called it, and the final votes."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from components.cache.cached import load_calls
from components.charts.events import candidate, for_whom, said_of
from components.charts.phrases.numbers import number_text
from components.charts.phrases.votes import margin_text
from components.clock import Clock
from components.text import markdown
from components.view.view_state import ViewState
from components.workbench.show_chart import show_chart
from components.workbench.source_links import source_links
from data.core.model import When
from data.evidence.calls import load_counts, load_poll_closings
from data.evidence.evidence_rows import CallRow, ClosingRow
from data.story.results import Final
from data.story.story import NOUNS, Story
from data.story.tables import Contest


def show_results(story: Story, view: ViewState) -> None:
    """The chosen caller's calls and totals, where the timeline above holds more than these."""
    if "calls" in story.subjects and len(story.subjects) > 1:
        show_chart(story, "results", view)


def show_contests(story: Story, view: ViewState) -> None:
    """The table, folded; it is made when it is opened, with the calls of the caller in force."""
    if not story.contests:
        return
    polls, votes = "polls, " if story.poll_closings else "", ", final votes" if story.results else ""
    calls = f"{NOUNS[story.about.verb]}s by {said_of(story, view.caller).rstrip(',')}"
    label = f"All {len(story.contests)} contests: {polls}{calls}{votes}"
    with st.expander(markdown(label), key="contests", on_change="rerun") as folder:
        if not folder.open:
            return
        with st.container(key="contests-table"):
            st.table(contests_table(story, view), hide_index=True)
        st.caption(
            f"In the order of the {NOUNS[story.about.verb]}s."
            + (" A poll closing is the scheduled last one." if polls else "")
            + (" Votes are the final ones; those of a district are part of its state’s." if votes else "")
            + " Empty: not held here."
        )


def show_counts(story: Story, view: ViewState) -> None:
    """Votes as they were published, folded; nothing of a story that holds none."""
    if not story.counts:
        return
    with st.expander(f"{len(story.counts):,} counts as they were published", key="counts", on_change="rerun") as folder:
        if folder.open:
            with st.container(key="counts-table"):
                st.table(counts_table(story, view), hide_index=True)
            st.caption("A later count may be lower. No count is a call, and none is in a total.")


def counts_table(story: Story, view: ViewState) -> pd.DataFrame:
    """One row for each count, as Markdown, by time."""
    clock = Clock(view.clock)
    rows = [
        {
            "Contest": markdown(row.name),
            "Round": str(row.round),
            "Published": markdown(_when(story, row.when, clock)),
            "For": markdown(candidate(story, row.party)),
            "Votes": f"{row.votes:,}",
            "Note": markdown(row.note),
            "Sources": source_links(story, row.source)[1:-1],
        }
        for row in load_counts(story).rows
    ]
    return pd.DataFrame(rows)


def contests_table(story: Story, view: ViewState) -> pd.DataFrame:
    """One row for each contest, as Markdown, by the time of its call; what has no call comes last."""
    clock = Clock(view.clock)
    calls: dict[str, list[CallRow]] = {}
    for row in load_calls(story, caller=view.caller).rows:
        calls.setdefault(row.contest, []).append(row)
    polls = {row.contest: row for row in load_poll_closings(story).rows}
    votes = story.finals
    order = {code: place for place, code in enumerate(calls)}
    contests = sorted(story.contests, key=lambda contest: (order.get(contest.code, len(order)), contest.name))
    rows = [
        _row(story, contest, clock, calls.get(contest.code, []), polls.get(contest.code), votes.get(contest.code))
        for contest in contests
    ]
    named = {
        "votes": story.about.unit.capitalize(),
        "called": f"{story.about.verb.capitalize()} by {said_of(story, view.caller).rstrip(',')}",
    }
    found = pd.DataFrame(rows).rename(columns=named)
    return found.loc[:, (found != "").any()]


def _row(
    story: Story,
    contest: Contest,
    clock: Clock,
    calls: list[CallRow],
    poll: ClosingRow | None,
    votes: Final | None,
) -> dict[str, str]:
    sources = [*(call.source for call in calls), *(call.withdrawn.source for call in calls if call.withdrawn)]
    sources += [poll.source if poll else "", votes.source if votes else ""]
    cells = {
        "Contest": contest.name,
        "votes": str(contest.weight),
        "Polls closed": clock.time(poll.last_close) if poll else "",
        "called": "; ".join(_called(story, call, clock) for call in calls),
        **_votes(story, votes),
        "Margin": margin_text(story, votes) if votes else "",
    }
    links = source_links(story, " ".join(dict.fromkeys(" ".join([contest.source, *sources]).split())))
    return {name: markdown(cell) for name, cell in cells.items()} | {"Sources": links[1:-1]}


def _called(story: Story, call: CallRow, clock: Clock) -> str:
    """When it was called for whom, and when that was taken back, if it was."""
    back = f", withdrawn {_when(story, call.withdrawn.when, clock)}" if call.withdrawn else ""
    return f"{_when(story, call.when, clock)}, {for_whom(story, call)}{back}"


def _when(story: Story, when: When, clock: Clock) -> str:
    return clock.when(when, dated=not story.window.overlaps(when.earliest, when.latest))


def _votes(story: Story, votes: Final | None) -> dict[str, str]:
    """The final votes of each party of which any are held."""
    counted = {party for final in story.finals.values() for party in final.votes}
    own = votes.votes if votes else {}
    found = {party.short: own.get(party.id) for party in story.about.parties if party.id in counted}
    return {name: number_text(count) if count is not None else "" for name, count in found.items()}
