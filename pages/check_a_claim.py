"""One claim: did something rise or fail before or after an event, by one caller's time, and what that rests on."""

import streamlit as st

from components.clock import Clock
from components.workbench.controls import choose_story, control_bar
from components.workbench.notices import explained_failures
from components.workbench.parts.check_claim import choose_question, show_quotable, show_reasons, show_verdict
from components.workbench.show_chart import show_chart

with explained_failures():
    story = choose_story()
    st.title("Check a claim", anchor=False)
    view = control_bar(story, ranges=False)
    clock = Clock(view.clock)
    finding, view = choose_question(story, view)
    show_verdict(finding)
    show_chart(story, "claim", view)
    show_reasons(story, finding, clock)
    show_quotable(story, finding, view)
