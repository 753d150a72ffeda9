"""Searches: the night's published marks, the long series with its honest end, and every published figure."""

import streamlit as st

from components.cached import load_figures, load_lenses, load_made, load_search_figures
from components.changes import read_only
from components.charts.clock import Clock
from components.controls import choose_story, control_bar
from components.evidence import of_metric, show_figures
from components.importing import show_import, show_imported_lists
from components.moment import stand_at_moment
from components.notices import explained_failures
from components.ranges import ALL, named_ranges
from components.recording import show_lookup
from components.rises import show_rises
from components.searching import show_get_searches
from components.show import show_chart

with explained_failures():
    story = choose_story()
    st.title("Search trends", anchor=False)
    view = control_bar(story, moment=True)
    story = stand_at_moment(story, view)
    show_chart(story, "interest", view)
    everything = load_made(named_ranges, story)[ALL]
    if view.window != everything:
        show_chart(story, "interest", view, window=everything)
    show_rises(story, view)
    clock = Clock(view.clock)
    if not read_only():
        show_get_searches(story, view, clock)
        show_import(story, clock)
        show_lookup(story, view, "More lenses: article views and TV airtime", "wikimedia", "gdelt-tv")
    show_imported_lists(story)
    if len(load_lenses(story).frame):
        show_chart(story, "lenses", view)
    st.subheader("Figures published about searches on the night", anchor=False)
    show_figures(story, load_search_figures(story), clock)
    st.subheader("Other nights, for comparison only", anchor=False)
    st.caption("These figures belong to other nights and are never drawn on this one.")
    show_figures(story, of_metric(load_figures(story, scope="context"), "google_"), clock)
