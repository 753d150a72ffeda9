"""From a Chart to its four renderings: Plotly, SVG, table and words."""
