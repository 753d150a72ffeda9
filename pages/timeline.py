"""The combined timeline, larger, with a choice of lanes and the totals of the chosen caller."""

import streamlit as st

from components.contests import show_contests
from components.controls import choose_story, control_bar
from components.moment import stand_at_moment
from components.notices import explained_failures
from components.prose import show_moment
from components.show import show_chart

with explained_failures():
    story = choose_story()
    st.title("Timeline", anchor=False)
    view = control_bar(story, lanes=True, moment=True)
    story = stand_at_moment(story, view)
    show_chart(story, "timeline", view)
    show_moment(story, view)
    show_chart(story, "results", view)
    show_contests(story, view)
