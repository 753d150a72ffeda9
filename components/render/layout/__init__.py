"""Where things stand in a drawing, for Plotly and SVG alike."""
