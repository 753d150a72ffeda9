"""Outages: the evidence strip, every observation as a card, and the traffic the sites published."""

from dataclasses import replace

import streamlit as st

from components.cache.cached import load_controls, load_observations, load_other, load_traffic, load_untimed
from components.clock import Clock
from components.workbench.address_bar import stand_at_moment
from components.workbench.controls import choose_story, control_bar
from components.workbench.notices import explained_failures
from components.workbench.parts.evidence_cards import choose_region, show_controls, show_figures, show_observations
from components.workbench.parts.find_records import show_lookup
from components.workbench.show_chart import show_chart
from components.workbench.write_gate import may_write
from data.sources.provider import ObservationProvider

with explained_failures():
    story = choose_story()
    st.title("Outage reports", anchor=False)
    view = control_bar(story, moment=True)
    story = stand_at_moment(story, view)
    clock, region = Clock(view.clock), choose_region(load_observations(story), load_untimed(story))
    if "site" in story.subjects:
        show_chart(story, "outages", replace(view, region=region))
        if may_write():
            show_lookup(story, view, "Look for machine records", ObservationProvider)
        st.subheader("Every dated observation in this range", anchor=False)
        show_observations(story, load_observations(story, view.window, region=region), clock)
        st.subheader("Seen that night, no clock time given", anchor=False)
        show_observations(story, load_untimed(story, region=region), clock)
        show_chart(story, "traffic", view)
        st.subheader("Traffic figures, one unit at a time", anchor=False)
        show_figures(story, load_traffic(story), clock)
        st.subheader("Other published figures", anchor=False)
        st.caption(
            "Counts and statements that are neither searches, nor traffic, nor an observation of the site’s state."
        )
        show_figures(story, load_other(story), clock)
    else:
        st.info("This story is about no site.")
    if "site" in story.subjects or load_controls(story).rows:
        st.subheader("Control cases", anchor=False)
        st.markdown(
            "Sites also fail with no vote near, and searches also rise with no failure: these are cases that were "
            "found and not a count, so they show that it happens, not how often.",
        )
        show_controls(story, load_controls(story), clock)
