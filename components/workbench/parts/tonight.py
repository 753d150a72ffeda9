"""What each recorder of a live night did last and does next, and what waits for an editor."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import streamlit as st

from components.cache.stories import desk_here, settings_here
from components.charts.events import candidate
from components.clock import Clock, token
from components.text import markdown
from components.workbench.notices import show_empty, tell_done
from components.workbench.write_gate import may_write, origin, person, refuse
from data.core.model import Precision, When
from data.core.program import utc_now
from data.desk.values import Action
from data.recorders.follow import decide, decided_by
from data.recorders.status import CallOnHand, RecorderStatus, read_statuses
from data.story.story import Story

EVERY_SECONDS = 5
_NEAR_SECONDS = 120


def show_tonight(story: Story, clock: Clock) -> None:
    """The recorders of a story, drawn again every few seconds; one sentence where none ever ran."""
    st.fragment(lambda: _show(story, clock), run_every=float(EVERY_SECONDS))()


def _show(story: Story, clock: Clock) -> None:
    now = utc_now()
    words = read_statuses(settings_here(), story.slug)
    if not words:
        show_empty("No recorder has run for this story; nightdesk follow and nightdesk probe start one.")
        return
    st.dataframe(
        [_row(word, clock, now) for word in words],
        hide_index=True,
        width="stretch",
        key="recorders",
    )
    for word in words:
        if word.trouble:
            st.warning(markdown(f"{word.name}: {word.trouble}."))
    _show_waiting(story, clock, words)
    _show_held(words)
    _show_accepted(story, clock, words)


def _row(word: RecorderStatus, clock: Clock, now: datetime) -> dict[str, str | int]:
    def at(moment: datetime) -> str:
        """In seconds where it is near, for a pace of seconds."""
        seconds = round((moment - now).total_seconds())
        if abs(seconds) <= _NEAR_SECONDS:
            return f"in {seconds} s" if seconds > 0 else f"{-seconds} s ago" if seconds else "now"
        return clock.time(moment) if clock.date(moment) == clock.date(now) else clock.stamp(moment)

    return {
        "Recorder": word.name,
        "State": ("failing" if word.trouble else "running") if word.runs(now) else "not running",
        "Last success": at(word.answered_at) if word.answered_at else "none yet",
        "Last asked": at(word.asked_at),
        "Next": at(max(word.next_at, now)) if word.runs(now) else f"was due {at(word.next_at)}",
        "Rows written": word.written,
        "Newest call to the story": "" if word.delay is None else f"{word.delay:,.0f} s at most",
        "Waiting": len(word.waiting),
        "Held": len(word.held),
        "May still ask": word.left or "no limit stated",
    }


def _show_waiting(story: Story, clock: Clock, words: Iterable[RecorderStatus]) -> None:
    waiting = [(word, call) for word in words for call in word.waiting]
    if not waiting:
        return
    st.subheader("Waiting for an editor", anchor=False)
    decides = may_write(Action.ACCEPT)
    for word, call in waiting:
        decided = call.key in decided_by(settings_here(), story.slug, word)
        with st.container(horizontal=True, vertical_alignment="center"):
            taken_up = ", decided on: the recorder takes it up when it next asks" if decided else ""
            st.markdown(markdown(f"{_said(story, clock, call)}{taken_up}"), width="stretch")
            if decided or not decides:
                continue
            if st.button("Accept", key=f"accept-{word.name}-{call.key}", type="primary"):
                _decide(story, word, call, stands=True)
            if st.button("Refuse", key=f"refuse-{word.name}-{call.key}"):
                _decide(story, word, call, stands=False)


def _show_held(words: Iterable[RecorderStatus]) -> None:
    held = [f"{word.name}: {why}" for word in words for why in word.held]
    if held:
        st.subheader("Held, and not drawn", anchor=False)
        st.markdown("\n".join(f"- {markdown(why)}" for why in held))


def _show_accepted(story: Story, clock: Clock, words: Iterable[RecorderStatus]) -> None:
    accepted = [(word, call) for word in words for call in reversed(word.accepted)]
    if not accepted:
        return
    with st.expander("Calls that were written, the newest first", key="written-calls"):
        named = {word.of: decided_by(settings_here(), story.slug, word) for word, _ in accepted}
        decides = may_write(Action.ACCEPT)
        for word, call in accepted:
            with st.container(horizontal=True, vertical_alignment="center"):
                who = named[word.of].get(call.key, "")
                by = f", accepted by {who}" if who else ""
                st.markdown(markdown(f"{_said(story, clock, call)}{by}"), width="stretch")
                if decides and st.button("Take out", key=f"out-{word.name}-{call.key}"):
                    _decide(story, word, call, stands=False)


def _said(story: Story, clock: Clock, call: CallOnHand) -> str:
    """AP: Ohio for Ann, between 1:00 and 1:01 a.m. UTC."""
    when = When(call.after or call.by, call.by, Precision.WINDOW if call.after else Precision.BY)
    names = {contest.code: contest.name for contest in story.contests}
    side = f"for {candidate(story, call.party)}" if call.party else call.outcome
    return f"{call.caller}: {names.get(call.contest, call.contest)} {side}, {clock.say(token(when))}"


def _decide(story: Story, word: RecorderStatus, call: CallOnHand, *, stands: bool) -> None:
    if not may_write(Action.ACCEPT):
        refuse()
        return
    who, now = person(), utc_now()
    try:
        decide(settings_here(), story.slug, word, call.key, stands=stands, now=now, who=who.email if who else "")
        if who:
            said = f"{'accept' if stands else 'refuse'} a recorder’s call"
            desk_here().audit.add(who, said, now, origin(), story=story.slug, row=f"{word.of} {call.key}")
    except OSError as error:
        st.error(markdown(f"Nothing was changed: {error.strerror or error}."))
        return
    tell_done(f"{'Accepted' if stands else 'Refused'}: {call.contest}. The recorder takes it up when it next asks.")
    st.rerun()
