"""The night played on its one clock, then the combined timeline and the calls, told up to where the play stands."""

import streamlit as st

from components.workbench.address_bar import stand_at_moment
from components.workbench.controls import choose_story, control_bar
from components.workbench.notices import explained_failures
from components.workbench.parts.contests import show_contests, show_counts, show_results
from components.workbench.parts.live_updates import show_updating
from components.workbench.parts.prose import show_moment
from components.workbench.parts.replay import show_map_so_far, show_replay
from components.workbench.show_chart import show_chart

with explained_failures():
    story = choose_story()
    st.title("Timeline", anchor=False)
    view = control_bar(story, lanes=True, moment=True, chart="timeline")
    show_replay(story, view)
    with st.container(key="told"):
        story = stand_at_moment(story, view)
        show_updating(
            story,
            view,
            show_map_so_far,
            lambda story, view: show_chart(story, "timeline", view),
            show_moment,
            show_results,
            show_contests,
            show_counts,
        )
