"""Rose after the calls: the pooled answer for a series that is held, what it rests on, and its files."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from components.cache.cached import load_interest, load_made, load_rise, load_series
from components.charts.phrases.study_words import (
    COLUMNS,
    call_rows,
    compared_said,
    minutes_said,
    no_series,
    single_calls_refused,
)
from components.clock import Clock
from components.text import markdown
from components.view.view_state import ViewState
from components.workbench.downloads import show_download
from components.workbench.source_links import source_link
from data.analysis.event_words import sentence
from data.evidence.study import HeldSeries, RoseAfter, held_of_the_night
from data.evidence.study_record import minutes_csv, record_text
from data.story.story import Story

_QUESTION = (
    "Did searches rise in the ten minutes after a call more than the evening was rising anyway? One answer for all "
    "calls together, judged by comparison minutes 11 to 45 minutes away; a fall is told only where it is four times as "
    "rare. "
    "[How it is found](sources-and-methods)"
)


def show_rises(story: Story, view: ViewState) -> None:
    """The panel; without a series of the night it says why there is no answer."""
    with st.container(key="rises"):
        st.subheader("Rose after the calls", anchor=False)
        st.caption(_QUESTION)
        held = load_made(held_of_the_night, story, load_series(story))
        if not held:
            st.markdown(markdown(no_series(story, load_interest(story))))
            return
        chosen = _choose(held)
        rose = load_rise(story, chosen.name, view.caller)
        _show_answer(story, rose, Clock(view.clock))
        _show_single_calls(story, rose, Clock(view.clock))
        _show_files(story, rose)


def _choose(held: tuple[HeldSeries, ...]) -> HeldSeries:
    if len(held) == 1:
        st.markdown(f"**{markdown(held[0].said)}**")
        return held[0]
    names = {one.name: one for one in held}
    chosen = st.selectbox("Series", names, format_func=lambda name: names[name].said, key="choose-rise")
    return names[chosen]


def _show_answer(story: Story, rose: RoseAfter, clock: Clock) -> None:
    st.markdown(markdown(sentence(*rose.readings)))
    lines = [minutes_said(story, rose, clock), *compared_said(rose)]
    st.markdown("\n".join(f"- {markdown(line)}" for line in lines))


def _show_single_calls(story: Story, rose: RoseAfter, clock: Clock) -> None:
    """Placebo ranks by minute, where bins are short enough; a switch that cannot be used says why."""
    refused = single_calls_refused(rose.study.step)
    rows = call_rows(story, rose, clock)
    asked = st.toggle("Show each minute", key="each-call", disabled=not rows)
    if refused:
        st.caption(markdown(refused))
    elif asked and rows:
        st.table(pd.DataFrame(rows, columns=pd.Index(COLUMNS)).map(markdown), hide_index=True)
        st.caption("A rank, not a test: one in twenty ordinary minutes stands in the top twentieth, too.")


def _show_files(story: Story, rose: RoseAfter) -> None:
    links = dict.fromkeys(map(source_link, (rose.held.source, *rose.sources)))
    st.caption(f"Sources: {'; '.join(links)}; the calls’ own, named in the files")
    name = f"{story.slug}-rose-after-{rose.caller.casefold()}"
    files = (("JSON", partial(_json, story, rose), "application/json"), ("CSV", partial(_csv, rose), "text/csv"))
    with st.container(horizontal=True):
        for form, make, media_type in files:
            file = f"{name}.{form.casefold()}"
            show_download(f"Download the study as {form}", make, file, media_type, key=f"study-{form}")


def _json(story: Story, rose: RoseAfter) -> bytes:
    return record_text(story, rose).encode()


def _csv(rose: RoseAfter) -> bytes:
    return minutes_csv(rose).encode()
