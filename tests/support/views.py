"""Views of a story for tests: what a bare address shows, but for what is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from components.view.view_state import ViewState, default_view
from data.core.model import Window
from data.story.story import Story


def view_of(story: Story, window: Window | None = None, **asked: Any) -> ViewState:
    """The story's default view, of this window where one is given, with these fields."""
    view = default_view(story)
    return replace(view.with_window(window) if window else view, **asked)
