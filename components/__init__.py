"""What pages are made of: controls, charts, and a URL's view of a story."""
