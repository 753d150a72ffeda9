"""Evidence in: stories, loaders, sources and the methods that read them. Knows no Streamlit and no Plotly."""
