"""A night that is being recorded: what each recorder did last and does next, and what waits for an editor."""

import streamlit as st

from components.clock import Clock
from components.workbench.controls import choose_story
from components.workbench.desk.waiting_part import show_typed
from components.workbench.notices import explained_failures, show_done
from components.workbench.parts.tonight import show_tonight
from components.workbench.visitor_address import current_view

with explained_failures():
    story = choose_story()
    st.title("Tonight", anchor=False)
    st.caption("Recorders run beside this app; what they saw is kept before anything is made of it.")
    show_done()
    show_typed(story.slug)
    show_tonight(story, Clock(current_view(story)[0].clock))
