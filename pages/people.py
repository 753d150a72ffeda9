"""Who is of the desk, in which role."""

import streamlit as st

from components.workbench.desk.people import show_people
from components.workbench.notices import explained_failures, show_done

st.title("People and roles", anchor=False)
with explained_failures():
    show_done()
    show_people()
