"""The night as one chart that plays, and its contests, told up to where the play stands."""

import streamlit as st

from components.workbench.address_bar import stand_at_moment
from components.workbench.controls import choose_story, control_bar
from components.workbench.notices import explained_failures
from components.workbench.parts.contests import show_contests, show_counts
from components.workbench.parts.live_updates import show_updating
from components.workbench.parts.replay import show_around, show_replay

with explained_failures():
    story = choose_story()
    st.title("Timeline", anchor=False)
    view = control_bar(story, lanes=True, moment=True, chart="timeline")
    show_replay(story, view)
    with st.container(key="told"):
        story = stand_at_moment(story, view)
        show_updating(story, view, show_around, show_contests, show_counts)
