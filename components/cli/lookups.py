"""What is named at a terminal, found: a story, one of a few words, the folder that stories are written to."""

from __future__ import annotations

import os
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

import click

from data.core.errors import DataError
from data.core.settings import Settings, read_settings
from data.story.store import story_store
from data.story.story import Story, UnknownStory


def settings_here() -> Settings:
    """What the environment says; ValueError, which names the variable."""
    return read_settings(os.environ)


def story_named(slug: str, settings: Settings) -> Story:
    """The story of this slug; UnknownStory says which was perhaps meant, StoryInvalid names its first fault."""
    stories = story_store(settings)
    try:
        return stories.read(slug)
    except UnknownStory as unknown:
        raise UnknownStory(f"{unknown}{perhaps(slug, stories.slugs())}") from None


def perhaps(word: str, words: Iterable[str]) -> str:
    """ "; did you mean us-2016?", or nothing where no word is like it."""
    near = get_close_matches(word[:200], list(words), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def one_of(option: str, word: str, words: Iterable[str]) -> str:
    """The word, which is one of these; click.BadParameter lists them and says which was perhaps meant."""
    known = list(words)
    if word not in known:
        said = f"{word[:80]!r} is not one of: {', '.join(known)}{perhaps(word, known)}"
        raise click.BadParameter(said, param_hint=f"'{option}'")
    return word


def root_of(to: Path | None, settings: Settings) -> Path:
    """The folder of stories to write into: `to`, or the newsroom's first; DataError where there is neither."""
    root = to or next(iter(settings.stories), None)
    if root is None:
        raise DataError("there is no folder to write into: name one with --to, or set NIGHTDESK_STORIES to it")
    try:
        return root.expanduser()
    except RuntimeError:
        raise DataError(f"{root} names a home folder that does not exist") from None
