"""The least that a Streamlit page with a Plotly chart can be: what the Story page is measured against."""

import plotly.graph_objects as go
import streamlit as st

st.plotly_chart(go.Figure(go.Scatter(x=[1, 2, 3], y=[1, 3, 2])))
