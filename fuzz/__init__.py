"""Broken input by the hundred thousand; never part of the tests."""
