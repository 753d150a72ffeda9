"""The desk: its stories, and the draft of each with its rows, words, revisions and all that was done."""

import streamlit as st

from components.workbench.desk.desk_page import show_story
from components.workbench.desk.place import place_now
from components.workbench.desk.seat import take_seat
from components.workbench.desk.stories_part import show_stories
from components.workbench.notices import explained_failures, show_done

with explained_failures():
    seat, place = take_seat(), place_now()
    if seat is None:
        st.title("The desk", anchor=False)
        st.info("The desk is for people who are signed in.")
    elif place.story:
        show_story(seat, place)
    else:
        st.title("The desk", anchor=False)
        show_done()
        show_stories(seat)
