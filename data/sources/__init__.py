"""One module for each outside source: how it is asked or read, and what its answers do not say."""
