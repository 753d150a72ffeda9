"""Searches: the night's published reports, the long series with its honest end, and every published figure."""

import streamlit as st

from components.cache.cached import load_figures, load_lenses, load_made, load_search_figures, load_series
from components.clock import Clock
from components.workbench.address_bar import stand_at_moment
from components.workbench.controls import choose_story, control_bar, everything
from components.workbench.notices import explained_failures
from components.workbench.parts.evidence_tables import of_metric, show_figures
from components.workbench.parts.find_records import show_lookup
from components.workbench.parts.get_searches import show_get_searches
from components.workbench.parts.import_file import show_import, show_imported_lists
from components.workbench.parts.kept_files import show_kept_files
from components.workbench.parts.rose_after import show_rises
from components.workbench.show_chart import show_chart
from components.workbench.write_gate import may_write
from data.desk.values import Action
from data.sources.provider import CountProvider

with explained_failures():
    story = choose_story()
    st.title("Search trends", anchor=False)
    view = control_bar(story, moment=True, chart="interest")
    story = stand_at_moment(story, view)
    if {"searches", "series"} & story.subjects or len(load_series(story).frame):
        show_chart(story, "interest", view)
        whole = load_made(everything, story)
        if view.window != whole:
            show_chart(story, "interest", view.with_window(whole), part="whole")
        show_rises(story, view)
    else:
        st.info("This story is not about searches.")
    clock = Clock(view.clock)
    if may_write(Action.FETCH):
        show_get_searches(story, view, clock)
        show_import(story, clock)
        show_kept_files(story, clock)
        show_lookup(story, view, "More lenses: article views and TV airtime", CountProvider)
    show_imported_lists(story)
    if load_lenses(story).rows:
        show_chart(story, "lenses", view)
    if "searches" in story.subjects:
        show_figures(story, load_search_figures(story), clock, "Figures published about searches on the night")
        others = of_metric(load_figures(story, scope="context"), "google_")
        show_figures(story, others, clock, "Other nights, for comparison only", "They are never drawn on this one.")
