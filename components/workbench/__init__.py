"""The Streamlit side of the app: shell, controls, and charts on pages."""
