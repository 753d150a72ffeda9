"""Where things come from and how they are read: sources, conventions, corrections, credit and glossary."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from components.cache.cached import load_fetched, load_made
from components.charts.as_of_notes import corrected
from components.charts.builders.outages_chart import GRADES
from components.clock import Clock, published_text
from components.text import markdown
from components.view.view_state import ViewState
from components.workbench.evidence_table import Cell, Table, show_table
from components.workbench.source_links import source_links
from data.core.model import REACH, Precision
from data.story.story import Story

_GRADE_MEANS = {
    "A": "A machine’s record with its bytes or a working link, such as an archived HTTP status.",
    "B": "A machine reading passed on, an outlet’s own test, a named official or a quoted document.",
    "C": "A dated post with a picture.",
    "D": "Anything that cites another outlet.",
}

_GLOSSARY = {
    "story": "A night told from a folder of tables: calls, searches, observations, sources.",
    "call": "An outlet’s declaration that a contest is won: who called what, for whom, when. "
    "One outlet’s call is one fact, another outlet’s is another.",
    "caller": "The outlet that made a call. Totals are drawn only for a caller whose calls are all known.",
    "contest": "What is being decided, with its weight in the total.",
    "poll closing": "When the last polling places of a contest were scheduled to close.",
    "milestone": "A moment of the night that is not a call of a contest, such as a concession.",
    "search interest": "Google Trends’ 0-100 index: a share of all searches in a place and a span of time, "
    "relative to the peak of its own request. It counts nobody.",
    "draw": "One random sample that Google takes for one request; another day gives another draw.",
    "window": "A span of time from a start up to, and without, its end.",
    "observation": "Someone or something saw a state at a time. A verdict is separate and later.",
    "evidence grade": "How close the originator of an observation stood to what was seen, A to D.",
    "snapshot": "The bytes of a source as they were received, with their date.",
    "source": "Who published a figure, and where it can be checked.",
    "takeaway": "The one sentence above a chart, made from its data.",
    "clock": "The zone in which times are shown. Times are kept in UTC.",
}


def show_source_list(story: Story, *, folded: bool = False) -> None:
    """Every source of the story as a link, with how many rows rest on it; `folded` shows it when it is asked for."""
    if not folded:
        st.subheader("Sources", anchor=False)
        _show_source_table(story)
        return
    label = f"{len(story.sources)} sources, each with the number of rows that rest on it"
    with st.container(key="folded-sources"):
        st.subheader("Sources", anchor=False)
        with st.expander(label, key="source-list", on_change="rerun") as folder:
            if folder.open:
                _show_source_table(story)


def _show_source_table(story: Story) -> None:
    show_table(load_made(_source_table, story), key="sources", label="Sources of this story")


def _source_table(story: Story) -> Table:
    used, clock = _uses(story), Clock("UTC")
    rows = tuple(
        (
            Cell(links=((source.org, source.url),), sort=source.org.casefold()),
            Cell(source.title),
            Cell(published_text(source.published, clock), sort=source.published or "~"),
            Cell(source.licence),
            Cell(str(used[source.id]), sort=used[source.id]),
        )
        for source in story.sources
    )
    return Table(("Source", "What it is", "Published", "License", "Rows"), rows).without_empty()


def _uses(story: Story) -> Counter[str]:
    tables = (
        story.contests, story.calls, story.withdrawals, story.projections, story.counts, story.poll_closings,
        story.milestones, story.observations, story.figures, story.controls, story.interest, story.series,
        story.results, story.corrections,
    )  # fmt: skip
    return Counter(name for table in tables for row in table for name in row.source.split())


def show_fetched(story: Story, view: ViewState) -> None:
    """Each source that was asked for this story: what its rows show and cannot, and how many are held; or nothing."""
    clock, fetched = Clock(view.clock), load_fetched(story)
    if not fetched:
        return
    names = ("Source", "What it shows", "What it cannot show", "Answers kept", "Rows", "Newest answer")
    rows = tuple(
        (
            Cell(held.title),
            Cell(held.proves),
            Cell(held.cannot),
            Cell(f"{held.answers:,}", sort=held.answers),
            Cell("drawn as series") if held.rows is None else Cell(f"{held.rows:,}"),
            Cell(clock.stamp(held.newest), sort=held.newest.isoformat()),
        )
        for held in fetched
    )
    st.subheader("Asked for this story", anchor=False)
    show_table(Table(names, rows), key="fetched", label="Sources that were asked for this story")


def show_methods() -> None:
    """How everything is read and found, folded: the words that charts say in short."""
    with st.expander("How times, totals, evidence and searches are read", key="conventions"):
        _show_conventions()
    with st.expander("The statistics: how rises are found, and what “Rose after the calls” compares", key="methods"):
        _show_statistics()
    with st.expander("What the words mean", key="glossary"):
        st.markdown("\n".join(f"- **{word}**: {means}" for word, means in _GLOSSARY.items()))


def _show_conventions() -> None:
    """How times, grades, totals and search figures are read: the reading that this app adds to its sources."""
    half = int(REACH[Precision.APPROXIMATE][0].total_seconds() // 60)
    st.subheader("How times are read", anchor=False)
    st.markdown(
        f"A time is as sharp as its source. “About 10:30 p.m.” is read as {half} minutes either side, "
        f"“shortly after” as the {half} minutes that follow: this is our convention, the sources give no width. "
        "A bound (“by 10:39 p.m.”) stays a bound, a day stays a day of the story’s own clock, "
        "and a call without a lower bound reaches back to the poll closing. What has no time is listed, never drawn.",
    )
    st.subheader("How totals are counted", anchor=False)
    st.markdown(
        "A total at a minute is a range: surely called (the latest bound has passed) to possibly called "
        "(the earliest has). It is drawn only for a caller whose known calls make up the whole; "
        "no caller ever borrows another’s call.",
    )
    st.subheader("How observations are graded", anchor=False)
    st.markdown("\n".join(f"- **{GRADES[grade]}**: {means}" for grade, means in _GRADE_MEANS.items()))
    st.subheader("How search interest is read", anchor=False)
    st.markdown(
        "Google Trends gives a share of all searches in a place, scaled so that the request’s own peak is 100. "
        "Zero is below Google’s resolution, not “no searches”. Two places, or two requests, are on two scales. "
        "Where no series of the night is on record, published marks are drawn as marks and never joined.",
    )


def _show_statistics() -> None:
    st.subheader("How rises are found", anchor=False)
    st.markdown(
        "A series rises where it stands by half and by six noise units above its usual level, in two to four bins "
        "running together (in bins of an hour or longer, in one): the highest of what it had just before, at the same "
        "hour of the last seven days and, where three are held, of earlier weeks, less their noise. Noise is what "
        "neighbouring bins differ by. "
        "When it began is an interval, from a bin before the first high one, or where a slow rise might have begun "
        "unseen, to that one’s end, or to the next one’s where the first is so low that it may be chance; only bins "
        "up to a moment are used for it. A second method (PELT) must find a change within one bin, or the rise is "
        "called unconfirmed. Where more than half of the bins are 0, the usual level is below Google’s resolution, and "
        "it says so.",
    )
    st.subheader("How “Rose after the calls” is answered", anchor=False)
    st.markdown(
        "The ten minutes after every minute with calls are held against the level of searches around them, on the log "
        "scale, in a regression in which that level wanders; how far it does, and how far counts scatter, is told from "
        "the evening itself. By how much they lie higher is compared "
        "with 999 draws in which each minute is moved 11 to 45 minutes away. The share of draws that moved as far, up "
        "or down, is .05 or less on one in twenty of evenings on which calls change nothing. If the interval holds "
        "zero, that share is above .05, and no change can be told from the evening’s rise. "
        "Bins of up to 16 minutes answer for all calls together, bins of a minute also rank each call among its "
        "placebos, longer bins and published marks answer nothing. Beside it stand the same minutes of other nights "
        "and of control terms, which calls do not concern, where they are held. What rose after a call need not have "
        "risen for it: many calls fall in the minute in which polls close.",
    )


def show_corrections(story: Story, view: ViewState) -> None:
    """What this story had wrong, newest first; says so when nothing has been corrected."""
    clock = Clock(view.clock)
    st.subheader("Corrections", anchor=False)
    for row in sorted(story.corrections, key=lambda row: row.corrected, reverse=True):
        st.markdown(f"- {markdown(clock.say(corrected(row)))} {source_links(story, row.source)}")
    if not story.corrections:
        st.markdown("Nothing has been corrected in this story so far.")


def show_credit(story: Story) -> None:
    """Whose story this is, and on what terms it may be used."""
    credit = story.about.credit
    st.subheader("Credit", anchor=False)
    st.markdown(f"{markdown(credit.newsroom)}. {markdown(credit.licence)}. {markdown(credit.note)}")
