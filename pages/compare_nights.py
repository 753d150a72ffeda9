"""Two stories on one clock that counts from the same kind of event on both nights."""

import streamlit as st

from components.workbench.controls import choose_story, control_bar
from components.workbench.notices import explained_failures
from components.workbench.parts.compare import choose_pair, show_comparison, with_pair

with explained_failures():
    story = choose_story()
    st.title("Compare nights", anchor=False)
    view = control_bar(story, lanes=True, linked=with_pair)
    pair = choose_pair(story, view)
    if pair:
        show_comparison(story, pair)
