"""What was corrected, where every number comes from, and how times, grades and searches are read."""

import streamlit as st

from components.workbench.controls import choose_story, control_bar
from components.workbench.notices import explained_failures
from components.workbench.parts.source_list import (
    show_corrections,
    show_credit,
    show_fetched,
    show_methods,
    show_source_list,
)

with explained_failures():
    story = choose_story()
    st.title("Sources & methods", anchor=False)
    view = control_bar(story, ranges=False)
    show_corrections(story, view)
    show_source_list(story)
    show_fetched(story, view)
    show_methods()
    show_credit(story)
