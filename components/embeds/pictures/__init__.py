"""A chart as PNG and PDF: composed by us, drawn without a browser, the same on every machine."""
