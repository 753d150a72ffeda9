"""How a control changes what is looked at, and the moment up to which a page tells its story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

import streamlit as st

from components.cache.cached import STORIES, load_told
from components.cache.stories import settings_here
from components.charts.as_of_notes import ORDERS
from components.clock import Clock
from components.text import markdown
from components.view.view_state import ViewState
from components.workbench.visitor_address import change_view, current_view
from data.core.errors import DataError
from data.core.model import Window
from data.story.story import Story


def stories_here() -> tuple[str, ...]:
    """The slugs that this server offers, the default first: the one that settings name, then by name."""
    settings = settings_here()
    return tuple(sorted(STORIES.slugs(settings), key=lambda slug: (slug != settings.story, slug)))


def titles_here() -> dict[str, str]:
    """What every story here that can be shown is called in the menu, by slug, the default first; none with faults.

    Its kicker, which tells nothing of how the night ended; two of one kicker are told apart by their slugs.
    """
    found = {}
    for slug in stories_here():
        with suppress(DataError):
            found[slug] = story_named(slug).about.kicker
    several = Counter(found.values())
    return {slug: f"{name} ({slug})" if several[name] > 1 else name for slug, name in found.items()}


def story_named(slug: str) -> Story:
    """The checked story of this name; DataError where there is none, or one with faults."""
    return STORIES.look_up(slug, settings_here()).story


#: The draft of which a page is drawn at the desk; of what readers open none.
_DRAFT: ContextVar[Story | None] = ContextVar("draft", default=None)


@contextmanager
def drawing_draft(story: Story) -> Iterator[None]:
    """What is drawn meanwhile is drawn of this draft, whatever the address names."""
    token = _DRAFT.set(story)
    try:
        yield
    finally:
        _DRAFT.reset(token)


def draft_drawn() -> Story | None:
    """The draft of which a page is drawn just now; None where it is of what readers have."""
    return _DRAFT.get()


#: In the session: the ranges that were left, by story, the last one at the end.
_LEFT = "left-ranges"


def change(story: Story, rewrite: Callable[[ViewState], ViewState]) -> None:
    """Rewrite the address from what it says at this moment, so that one control never undoes another."""
    now, _ = current_view(story)
    wanted = rewrite(now)
    if wanted.window != now.window:
        _left(story).append(now.window)
    _write(wanted, story)


def _write(view: ViewState, story: Story) -> None:
    """Readers' addresses leave out the first story of the server; that of the desk, where a draft is, names its own."""
    change_view(view, story, default_story="" if story.draft else stories_here()[0])


def _left(story: Story) -> list[Window]:
    left: list[Window] = st.session_state.setdefault(f"{_LEFT}-{story.slug}", [])
    return left


def can_undo(story: Story) -> bool:
    """Whether the range of this story was changed in this session."""
    return bool(_left(story))


def undo(story: Story) -> None:
    """Go back to the range before the last change of it."""
    if left := _left(story):
        window = left.pop()
        now, _ = current_view(story)
        _write(now.with_window(window), story)


def stand_at_moment(story: Story, view: ViewState) -> Story:
    """The story as the address wants it told, and above all that follows the words for it, if it is not the whole."""
    if not view.at:
        return story
    moment = Clock(view.clock).stamp(view.at)
    with st.container(key="moment", horizontal=True, vertical_alignment="center"):
        said = f"Told up to **{markdown(moment)}**, {ORDERS[view.order]}. Nothing later is on this page."
        st.markdown(said, width="content")
        st.button("Show the whole night", key="show-whole", on_click=lambda: change(story, lambda now: now.whole))
    return load_told(story, view)
