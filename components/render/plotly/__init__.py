"""A Chart as a Plotly figure."""
