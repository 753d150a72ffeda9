"""Feeds of calls on the night itself: one adapter for each outside format."""
