"""Two questions: whether something came before or after an event, and how two nights stand beside each other."""

import streamlit as st

from components.cache.cached import load_made, load_subjects
from components.charts.phrases.lag import notes_of
from components.clock import Clock
from components.workbench.controls import choose_story, control_bar
from components.workbench.notices import explained_failures
from components.workbench.page_links import COMPARING, place_here
from components.workbench.parts.check_claim import choose_question, show_quotable, show_reasons, show_verdict
from components.workbench.parts.compare import choose_pair, show_comparison, with_pair
from components.workbench.show_chart import show_chart

with explained_failures():
    story = choose_story()
    st.title("Compare & check", anchor=False)
    names = ("Check a claim", "Compare nights")
    asked = names[place_here() == COMPARING]
    checking, comparing = st.tabs(names, default=asked, key="compare-or-check", on_change="rerun")
    if comparing.open:
        with comparing:
            view = control_bar(story, lanes=True, linked=with_pair)
            if pair := choose_pair(story, view):
                show_comparison(story, pair)
    else:
        with checking:
            view = control_bar(story, ranges=False)
            if load_subjects(story):
                finding, view = choose_question(story, view)
                show_verdict(finding, Clock(view.clock))
                show_chart(story, "claim", view, headed=False, said=load_made(notes_of, story, finding))
                show_reasons(story, finding, Clock(view.clock))
                show_quotable(story, finding, view)
            else:
                st.info("Nothing that rose or failed is on record in this story.")
