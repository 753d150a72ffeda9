"""The moment up to which a page tells its story: said in one line, with the way back to the whole."""

from __future__ import annotations

import streamlit as st

from components.cached import load_made
from components.changes import change
from components.charts.clock import Clock
from components.charts.standing import ORDERS
from components.inert import markdown
from components.view import ViewState, told
from data.story import Story


def stand_at_moment(story: Story, view: ViewState) -> Story:
    """The story as the address wants it told, and above all that follows the words for it, if it is not the whole."""
    if not view.at:
        return story
    moment = Clock(view.clock).stamp(view.at)
    with st.container(key="moment", horizontal=True, vertical_alignment="center"):
        said = f"Told up to **{markdown(moment)}**, {ORDERS[view.order]}. Nothing later is on this page."
        st.markdown(said, width="content")
        st.button("Show the whole", key="show-whole", on_click=lambda: change(story, lambda now: now.whole))
    told_story: Story = load_made(told, story, view)
    return told_story
