"""A recorded night told as it stood at a moment, without what was only written when it was over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from data.core.model import Order
from data.story.as_of import by_then, story_at
from data.story.publication import published_span
from data.story.story import Story
from data.story.story_toml import About, Rehearsal
from data.story.tables import Row

R = TypeVar("R", bound=Row)

_DEK = "A recorded night, played as if live. Nothing here happens now."


def name_of(story: Story) -> str:
    """What a rehearsal of this story calls it."""
    return story.about.short or story.about.kicker


def rehearsed(story: Story, rehearsal: Rehearsal, *, order: Order) -> Story:
    """The story as a newsroom would have had it at the rehearsal's moment, marked as a rehearsal.

    Notes are left out: they were written with hindsight. Of a source that was not out yet only who published it
    and its site remain, because titles and addresses tell outcomes. Lists of what may be fetched are empty.
    """
    cut = story_at(story, rehearsal.moment, order)
    tables: dict[str, Any] = {name: tuple(_without_hindsight(getattr(cut, name), rehearsal.moment)) for name in _NOTED}
    told = replace(cut, about=_about(story, cut, rehearsal), possible=(), **tables)
    held = story.cited(_named_sources(told))
    sources = tuple(by_then(source, rehearsal.moment, story.about.clock) for source in held)
    return replace(told, sources=sources)


_NOTED = ("calls", "poll_closings", "milestones", "observations", "figures", "controls")


def _about(story: Story, cut: Story, rehearsal: Rehearsal) -> About:
    about, name = cut.about, name_of(story)
    told = {
        "title": f"TEST: rehearsal of {name}",
        "kicker": f"TEST · {story.about.kicker}",
        "short": f"TEST, {name}",
        "dek": _DEK,
        "live": True,
        "rehearsal": rehearsal,
        "updated": rehearsal.moment,
        "searches": tuple(search.model_copy(update={"note": ""}) for search in about.searches),
        "services": tuple(one.model_copy(update={"url": "", "statuspage": ""}) for one in about.services),
        "articles": (),
        "phrases": (),
    }
    return about.model_copy(update=told)


def _without_hindsight(rows: Iterable[R], at: datetime) -> Iterator[R]:
    for row in rows:
        told = {"note": ""}
        span = published_span(getattr(row, "published", ""))
        yield row.model_copy(update=told | ({"published": ""} if span and span[1] > at else {}))


def _named_sources(story: Story) -> Iterator[str]:
    rows = (row for name in (*_NOTED, "contests", "interest") for row in getattr(story, name))
    for row in (*rows, *story.about.claims):
        yield from row.source.split()
