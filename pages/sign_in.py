"""Signing in to the desk and out of it."""

import streamlit as st

from components.workbench.desk.signing_in import show_sign_in
from components.workbench.notices import explained_failures

st.title("Sign in", anchor=False)
with explained_failures():
    show_sign_in()
