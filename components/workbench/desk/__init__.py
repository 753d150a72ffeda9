"""The desk in the browser: a story's rows as forms, its draft as it will be seen, and who did what."""
