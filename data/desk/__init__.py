"""The desk: who may change a story, every state that it had, and what is published of it."""
