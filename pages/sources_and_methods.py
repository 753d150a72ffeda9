"""Where every number comes from, how times and grades are read, and what was corrected."""

import streamlit as st

from components.workbench.controls import choose_story, control_bar
from components.workbench.notices import explained_failures
from components.workbench.parts.source_list import (
    show_conventions,
    show_corrections,
    show_credit,
    show_fetched,
    show_glossary,
    show_source_list,
)

with explained_failures():
    story = choose_story()
    st.title("Sources & methods", anchor=False)
    view = control_bar(story)
    show_conventions()
    show_corrections(story, view)
    show_source_list(story)
    show_fetched(story, view)
    show_credit(story)
    show_glossary()
