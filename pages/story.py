"""Home: the finding, the night on one clock, what is known and what is not, and the other stories."""

import streamlit as st

from components.workbench.controls import choose_story, control_bar
from components.workbench.notices import explained_failures
from components.workbench.parts.evidence_tables import show_by_grade
from components.workbench.parts.live_updates import show_updating
from components.workbench.parts.prose import show_claims, show_dek, show_headline, show_known, show_moment
from components.workbench.parts.source_list import show_source_list
from components.workbench.show_chart import show_chart
from components.workbench.story_cards import show_cards
from components.workbench.visitor_address import current_view

with explained_failures():
    story = choose_story()
    show_headline(story, current_view(story)[0])
    view = control_bar(story, moment=True, chart="timeline")
    show_updating(
        story,
        view,
        lambda story, view: show_chart(story, "timeline", view.whole, headed=bool(story.about.live)),
        show_by_grade,
        show_moment,
        show_dek,
        show_known,
        show_claims,
        lambda story, _: show_source_list(story, folded=True),
    )
    if not story.draft:
        with st.container(key="others"):
            st.subheader("Other stories", anchor=False)
            show_cards(story, key="home")
