"""Outages: the reports of the site on one clock and in one table, the traffic it published, and control cases."""

from dataclasses import replace

import streamlit as st

from components.cache.cached import load_controls, load_observations, load_other, load_traffic, load_untimed
from components.clock import Clock
from components.workbench.address_bar import stand_at_moment
from components.workbench.controls import choose_story, control_bar
from components.workbench.notices import explained_failures
from components.workbench.parts.evidence_tables import choose_region, show_controls, show_figures, show_observations
from components.workbench.parts.find_records import show_lookup
from components.workbench.show_chart import show_chart
from components.workbench.write_gate import may_write
from data.core.model import Sourced
from data.desk.values import Action
from data.sources.provider import ObservationProvider

with explained_failures():
    story = choose_story()
    st.title("Outage reports", anchor=False)
    view = control_bar(story, moment=True, chart="outages")
    story = stand_at_moment(story, view)
    clock, region = Clock(view.clock), choose_region(load_observations(story), load_untimed(story))
    if "site" in story.subjects:
        show_chart(story, "outages", replace(view, region=region))
        if may_write(Action.FETCH):
            show_lookup(story, view, "Look for machine records", ObservationProvider)
        dated, untimed = load_observations(story, view.window, region=region), load_untimed(story, region=region)
        show_observations(story, dated, untimed, clock)
        traffic, other = load_traffic(story), load_other(story)
        if traffic.rows:
            with st.expander("Draw the traffic that the sites published", key="traffic", on_change="rerun") as folder:
                if folder.open:
                    show_chart(story, "traffic", view)
        figures = Sourced((*traffic.rows, *other.rows), (*traffic.sources, *other.sources))
        show_figures(story, figures, clock, "Traffic and other published figures")
    else:
        st.info("This story is not about a site.")
    show_controls(story, load_controls(story), clock)
