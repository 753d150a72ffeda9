"""The night played on its one clock, then the combined timeline and the calls, told up to where the play stands."""

import streamlit as st

from components.contests import show_contests
from components.controls import choose_story, control_bar
from components.moment import stand_at_moment
from components.notices import explained_failures
from components.prose import show_moment
from components.replaying import show_map_so_far, show_replay
from components.show import show_chart
from components.updating import show_updating

with explained_failures():
    story = choose_story()
    st.title("Timeline", anchor=False)
    view = control_bar(story, lanes=True, moment=True)
    show_replay(story, view)
    with st.container(key="told"):
        story = stand_at_moment(story, view)
        show_updating(
            story,
            view,
            show_map_so_far,
            lambda story, view: show_chart(story, "timeline", view),
            show_moment,
            lambda story, view: show_chart(story, "results", view),
            show_contests,
        )
