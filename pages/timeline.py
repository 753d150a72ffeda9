"""The combined timeline, larger, with a choice of lanes and the totals of the chosen caller."""

import streamlit as st

from components.contests import show_contests
from components.controls import choose_story, control_bar
from components.notices import explained_failures
from components.prose import show_moment
from components.show import show_chart
from components.updating import show_updating

with explained_failures():
    story = choose_story()
    st.title("Timeline", anchor=False)
    view = control_bar(story, lanes=True)
    show_updating(
        story,
        view,
        lambda story, view: show_chart(story, "timeline", view),
        show_moment,
        lambda story, view: show_chart(story, "results", view),
        show_contests,
    )
