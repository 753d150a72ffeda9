"""Every contest in one table: when its polls closed, when the chosen caller called it, and the final votes."""

from __future__ import annotations

import streamlit as st

from components.cache.cached import load_calls, load_made
from components.charts.events import candidate, for_whom
from components.charts.phrases.numbers import number_text
from components.charts.phrases.votes import margin_text
from components.clock import Clock
from components.text import markdown
from components.view.view_state import ViewState
from components.workbench.evidence_table import Cell, Table, show_table, sources_of
from data.core.model import When
from data.evidence.calls import load_counts, load_poll_closings
from data.evidence.evidence_rows import CallRow, ClosingRow
from data.story.results import Final
from data.story.story import NOUNS, Story, caller_name
from data.story.tables import Contest

#: What has no time stands last where a table is ordered by time.
_LAST = "~"


def show_contests(story: Story, view: ViewState) -> None:
    """The table, folded; it is made when it is opened, with the calls of the caller in force."""
    if not story.contests:
        return
    polls, votes = "polls, " if story.poll_closings else "", ", final votes" if story.results else ""
    calls = f"{NOUNS[story.about.verb]}s by {caller_name(story, view.caller)}"
    label = f"All {len(story.contests)} contests: {polls}{calls}{votes}"
    with st.expander(markdown(label), key="contests", on_change="rerun") as folder:
        if not folder.open:
            return
        show_table(load_made(contests_table, story, view), key="contests", label=label)
        st.caption(
            f"In the order of the {NOUNS[story.about.verb]}s."
            + (" A poll closing is the scheduled last one." if polls else "")
            + (" Votes are the final ones; those of a district are part of its state’s." if votes else "")
            + " Empty: not on record here."
        )


def show_counts(story: Story, view: ViewState) -> None:
    """Votes as they were published, folded; nothing of a story that holds none."""
    if not story.counts:
        return
    label = f"{len(story.counts):,} counts as they were published"
    with st.expander(label, key="counts", on_change="rerun") as folder:
        if folder.open:
            show_table(load_made(counts_table, story, view), key="counts", label=label)
            st.caption("A later count may be lower. No count is a call, and none is in a total.")


def counts_table(story: Story, view: ViewState) -> Table:
    """One row for each count by time."""
    clock, known = Clock(view.clock), {source.id: source for source in story.sources}
    rows = tuple(
        (
            Cell(row.name),
            Cell(str(row.round), sort=row.round),
            Cell(_when(story, row.when, clock), sort=row.when.latest.isoformat()),
            Cell(candidate(story, row.party)),
            Cell(f"{row.votes:,}", sort=row.votes),
            Cell(row.note),
            Cell(links=sources_of(known, row.source)),
        )
        for row in load_counts(story).rows
    )
    return Table(("Contest", "Round", "Published", "For", "Votes", "Note", "Sources"), rows)


def contests_table(story: Story, view: ViewState) -> Table:
    """One row for each contest by the time of its call; what has no call comes last."""
    clock = Clock(view.clock)
    calls: dict[str, list[CallRow]] = {}
    for row in load_calls(story, caller=view.caller).rows:
        calls.setdefault(row.contest, []).append(row)
    polls = {row.contest: row for row in load_poll_closings(story).rows}
    votes = story.finals
    order = {code: place for place, code in enumerate(calls)}
    contests = sorted(story.contests, key=lambda contest: (order.get(contest.code, len(order)), contest.name))
    rows = tuple(
        _row(story, contest, clock, calls.get(contest.code, []), polls.get(contest.code), votes.get(contest.code))
        for contest in contests
    )
    caller = caller_name(story, view.caller)
    parties = (party.short for party in story.about.parties)
    called = (f"{story.about.verb.capitalize()} by {caller}", f"{story.about.verb.capitalize()} for")
    names = ("Contest", story.about.unit.capitalize(), "Polls closed", *called, *parties, "Margin", "Sources")
    ids = tuple(f"calls:{calls[contest.code][0].id}" if contest.code in calls else "" for contest in contests)
    return Table(names, rows, ids).without_empty()


def _row(
    story: Story,
    contest: Contest,
    clock: Clock,
    calls: list[CallRow],
    poll: ClosingRow | None,
    votes: Final | None,
) -> tuple[Cell, ...]:
    sources = [contest.source, *(call.source for call in calls)]
    sources += [call.withdrawn.source for call in calls if call.withdrawn]
    sources += [poll.source if poll else "", votes.source if votes else ""]
    named = " ".join(dict.fromkeys(" ".join(sources).split()))
    return (
        Cell(contest.name),
        Cell(str(contest.weight), sort=contest.weight),
        Cell(clock.time(poll.last_close), sort=poll.last_close.isoformat()) if poll else Cell(sort=_LAST),
        Cell(
            "; ".join(_when(story, call.when, clock) for call in calls),
            sort=calls[0].when.latest.isoformat() if calls else _LAST,
        ),
        Cell("; ".join(_for_whom(story, call, clock) for call in calls)),
        *_votes(story, votes),
        Cell(margin_text(story, votes), sort=votes.points or 0.0) if votes else Cell(sort=-1.0),
        Cell(links=sources_of({source.id: source for source in story.sources}, named)),
    )


def _for_whom(story: Story, call: CallRow, clock: Clock) -> str:
    """For whom it was called, and when that was taken back, if it was."""
    back = f", withdrawn {_when(story, call.withdrawn.when, clock)}" if call.withdrawn else ""
    return f"{for_whom(story, call).removeprefix('for ')}{back}"


def _when(story: Story, when: When, clock: Clock) -> str:
    return clock.when(when, dated=not story.window.overlaps(when.earliest, when.latest))


def _votes(story: Story, votes: Final | None) -> tuple[Cell, ...]:
    """The final votes of each party of which any are held."""
    counts = [votes.votes.get(party.id) if votes else None for party in story.about.parties]
    return tuple(Cell(sort=-1) if count is None else Cell(number_text(count), sort=count) for count in counts)
