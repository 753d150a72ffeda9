"""What a row comes to, beside its form: the sentence that readers will read, and the night around its mark."""

from __future__ import annotations

import streamlit as st

from components.cache.cached import LOADERS
from components.clock import Clock
from components.render.layout.theme import theme_named
from components.render.svg import svg
from components.text import markdown
from components.workbench.appearance import theme_in_force
from components.workbench.desk.place import Place
from components.workbench.desk.told_row import as_far_as_it_holds, night_around, sentence_of
from data.desk.desk import Preview

#: Pixels: as wide as the column beside a form, and as a phone.
_WIDTH = 400


def show_told(preview: Preview, place: Place, name: str, clock: Clock, *, faulty: bool) -> None:
    """The sentence and the mark of the row with this id; why there is none where something is missing still."""
    story = None if faulty else preview.story or as_far_as_it_holds(place.story, preview.examined)
    if story is None or not name:
        st.caption("Its sentence and its mark show here once nothing is missing.")
        return
    sentence = sentence_of(story, place.table, name, clock)
    if not sentence:
        st.caption("It makes no mark on a chart: readers find it in the tables.")
        return
    with st.container(key="told-row"):
        st.markdown(f"**{markdown(sentence)}**")
        if chart := night_around(story, place.table, name, LOADERS):
            theme = theme_named(theme_in_force())
            drawing = svg.draw(chart, clock, width=_WIDTH, theme=theme, brief=True)
            st.image(drawing, alt=f"The night around it: {sentence}", width="stretch")
