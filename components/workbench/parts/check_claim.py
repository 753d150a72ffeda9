"""The page Check a claim: the question, the verdict, the reasons account by account, and what can be taken away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from components.cache.cached import load_finding, load_made, load_observations, load_series, load_subjects
from components.charts.claim_record import record_text
from components.charts.phrases.claim_words import (
    account_said,
    quotable,
    reasons,
    verdict_clauses,
    verdict_said,
    why_open,
)
from components.charts.phrases.lag import reported_first
from components.clock import Clock
from components.text import capital, markdown
from components.view.view_state import ViewState
from components.workbench.address_bar import change
from components.workbench.downloads import ARROW, show_download
from components.workbench.menus import show_menu
from components.workbench.notices import show_problems
from components.workbench.source_links import source_links
from data.core.errors import NotInStory
from data.core.model import Source
from data.evidence.accounts import GRADE_SAYS
from data.evidence.anchors import BATCH, FAILURE, FIRST_CALL, NIGHTLY, Anchor, anchors_of
from data.evidence.claims import Account, Subject
from data.evidence.findings import Finding
from data.story.story import Story, caller_name

_KINDS = {"measured": "Series", "mark": "Searches", "sighting": "Report"}
_ASKED_FIRST = ("searches", "site", "measured")
#: Characters of an entry of a menu; the whole of it is in the chart's list.
_LONGEST = 90


def choose_question(story: Story, view: ViewState) -> tuple[Finding, ViewState]:
    """The claim as a sentence to fill, what the accounts carry on it, and the view that asks it.

    A key of nothing here is said.
    """
    finding, view = _found(story, view)
    subjects = {subject.key: subject for subject in load_subjects(story)}
    events = {anchor.key: anchor for anchor in load_made(anchors_of, story, view.caller)}
    keys = list(dict.fromkeys((*events, finding.event)))
    _choose_first(story, finding, subjects)
    with st.container(key="choose-question", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("Did", width="content")
        _choose(
            "series", "What rose or failed", list(subjects), finding.subject.key, story, lambda key: _of(subjects[key])
        )
        st.markdown("come before or after", width="content")
        _choose("event", "Before or after what", keys, finding.event, story, partial(_event, events, finding, view))
    return finding, view


def _choose_first(story: Story, finding: Finding, subjects: dict[str, Subject]) -> None:
    """What a story is mostly asked about, each one press away: its searches, its sites, its series."""
    first = [key for key, subject in subjects.items() if subject.kind in _ASKED_FIRST and subject.accounts]
    if len(first) < 2:
        return

    def take() -> None:
        if key := st.session_state["choose-first"]:
            change(story, lambda now: replace(now, series=key))

    st.session_state["choose-first"] = finding.subject.key if finding.subject.key in first else None
    st.segmented_control(
        "Asked about first",
        first,
        format_func=lambda key: markdown(_of(subjects[key])),
        key="choose-first",
        on_change=take,
        label_visibility="collapsed",
    )


def _found(story: Story, view: ViewState) -> tuple[Finding, ViewState]:
    """A key that this story does not hold gives way to the story's own question, which is said."""
    for _ in range(2):
        try:
            return load_finding(story, view), view
        except NotInStory as unknown:
            show_problems([f"In the address, {unknown.message}; showing this story’s own question."])
            view = replace(view, series="") if unknown.parameter == "series" else replace(view, event="")
    return load_finding(story, view), view


def _choose(field: str, label: str, keys: list[str], chosen: str, story: Story, named: Callable[[str], str]) -> None:
    def take(key: str) -> None:
        change(story, lambda now: replace(now, series=key) if field == "series" else replace(now, event=key))

    show_menu(field, label, keys, chosen, take, named=named, width=380, labelled=False, search="fuzzy")


def _of(subject: Subject) -> str:
    """Whole questions in words; one report, mark or series behind the name of its kind."""
    lacks = "" if subject.accounts else " (no records)"
    named = {"site": subject.label, "searches": "Rising searches"}
    return _short(capital(named.get(subject.kind) or f"{_KINDS[subject.kind]} · {subject.menu}")) + lacks


def _event(events: dict[str, Anchor], finding: Finding, view: ViewState, key: str) -> str:
    """Its kind, what it is, and when on the reader's clock."""
    if key not in events:
        kind = "Night" if key in NIGHTLY and key != FIRST_CALL else "Call"
        return f"{kind} · {finding.named}: no time by {view.caller}"
    kinds = {BATCH: "Batch", FAILURE: "Failure", "milestone:": "Milestone", "closing:": "Polls close"}
    kind = next((kind for start, kind in kinds.items() if key.startswith(start)), "Call")
    anchor, clock = events[key], Clock(view.clock)
    what = clock.say(anchor.label)
    if key in NIGHTLY:
        kind, what = "Night", NIGHTLY[key]
    elif anchor.places:
        what = anchor.places
    return f"{_short(f'{kind} · {what}')}, {clock.when(anchor.when)}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rsplit(' ', 1)[0].rstrip(' ,;:.')}…"


def show_verdict(finding: Finding, clock: Clock) -> None:
    """What began when, large and with its count, why it cannot be told, and what was reported first."""
    with st.container(key="verdict"):
        st.header(markdown(capital("; ".join(verdict_clauses(finding)))), anchor=False)
        for said in filter(None, (why_open(finding), clock.say(reported_first(finding)))):
            st.markdown(markdown(said))


def show_reasons(story: Story, finding: Finding, clock: Clock) -> None:
    """Every account with its sources, other callers, and what would settle it."""
    st.subheader("Why", anchor=False)
    st.markdown(load_made(_reasons, story, finding, clock))
    _show_settling(story, clock)


def _reasons(story: Story, finding: Finding, clock: Clock) -> str:
    fetched = (*load_observations(story).sources, *load_series(story).sources)
    lines = [
        f"**{_heading(account, finding)}** {markdown(capital(clock.say(account_said(account))))} "
        f"{source_links(story, ' '.join(account.sources), fetched)}"
        for account in finding.accounts
    ]
    lines += [markdown(clock.say(said)) for said in reasons(story, finding)]
    if finding.elsewhere and not finding.differing:
        lines.append("No other caller here changes the verdict.")
    lines += [_anchor_line(story, finding.anchor, clock, fetched)] if finding.anchor else []
    return "\n".join(f"- {line}" for line in lines)


def _heading(account: Account, finding: Finding) -> str:
    """The verdict by this account alone, and whose word it is."""
    said = f"{verdict_said(account.verdict).capitalize()} · " if finding.anchor else ""
    grade = f" ({GRADE_SAYS[account.grade]})" if account.grade in GRADE_SAYS else ""
    return markdown(f"{said}{account.label}{grade}.")


def _anchor_line(story: Story, anchor: Anchor, clock: Clock, fetched: tuple[Source, ...]) -> str:
    said = capital(f"{clock.say(anchor.label)}: {clock.when(anchor.when, dated=True)}.")
    links = source_links(story, " ".join(anchor.sources), fetched)
    return f"**The event.** {markdown(said)} {links}"


def _show_settling(story: Story, clock: Clock) -> None:
    st.subheader("What would settle it", anchor=False)
    st.markdown(load_made(_settling, story, clock) or "This story names nothing that would.")


def _settling(story: Story, clock: Clock) -> str:
    lines = [f"- {markdown(clock.say(point.text))} {source_links(story, point.source)}" for point in story.about.settle]
    return "\n".join(lines)


def show_quotable(story: Story, finding: Finding, view: ViewState) -> None:
    """A sentence to copy, and the claim as data with every row that went into it."""
    clock = Clock(view.clock)
    st.subheader("To quote", anchor=False)
    with st.container(key="copy-quotable"):
        said = quotable(finding, said=caller_name(story, finding.caller))
        st.code(clock.say(said), language=None, wrap_lines=True)
    st.caption("It rests on the times alone, and timing does not show cause.")
    show_download(
        "Download this claim as JSON, every input row in it",
        partial(_record, story, finding, view),
        f"{story.slug}-claim.json",
        "application/json",
        key="get-claim",
        icon=ARROW,
    )


def _record(story: Story, finding: Finding, view: ViewState) -> bytes:
    return record_text(
        story, finding, clock=Clock(view.clock), observations=load_observations(story), drawn=load_series(story)
    ).encode()
