"""A recorded night, played into a story folder as if it were live.

Every page, picture and embed of that folder says TEST for as long as it is there. At the end it is taken away, or left
with a banner that says that the rehearsal is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from data.core.model import Order, Window
from data.story.as_of import moments_of, story_at
from data.story.store import FolderStore, files_of
from data.story.story import Story
from data.story.story_toml import About, Rehearsal
from data.story.tables import Observation
from data.story.time_tokens import published_span

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
    told = replace(
        cut,
        about=_about(story, cut, rehearsal),
        possible=(),
        poll_closings=tuple(row.model_copy(update={"note": ""}) for row in cut.poll_closings),
        observations=tuple(_dated_by(row, rehearsal.moment) for row in cut.observations),
    )
    return replace(told, sources=told.cited(_named_sources(told)))


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


def _dated_by(row: Observation, at: datetime) -> Observation:
    """The row, without the day of its publication where that was still to come."""
    span = published_span(row.published)
    return row.model_copy(update={"published": ""}) if span and span[1] > at else row


#: Tables whose rows name sources.
_CITING = ("calls", "poll_closings", "milestones", "observations", "figures", "controls", "contests", "interest")


def _named_sources(story: Story) -> Iterator[str]:
    rows = (row for name in _CITING for row in getattr(story, name))
    for row in (*rows, *story.about.claims):
        yield from row.source.split()


#: Seconds after which the folder says what time it is in the night, where nothing has happened in it meanwhile.
BEAT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class RehearsalPlan:
    """What is played where and under which name: a night, the stretch of it, how it is ordered, and how fast."""

    story: Story
    stories: FolderStore
    name: str
    stretch: Window
    order: Order
    speed: float


def play(
    plan: RehearsalPlan,
    *,
    now: Callable[[], datetime],
    sleep: Callable[[float], object],
    told: Callable[[datetime], object],
) -> None:
    """Write the story as the night goes on, until its end; `told` hears each moment that has been written.

    Whoever reads meanwhile finds a sound story of one of these moments. What falls due while a step is written goes
    into the next one.
    """
    started, end = now(), plan.stretch.end
    coming = [moment for moment in moments_of(plan.story, plan.order) if plan.stretch.start < moment < end]
    while True:
        # A pause of whole microseconds may end so much of the night too early.
        passed = (now() - started) * plan.speed + timedelta(microseconds=plan.speed)
        at = min(end, (plan.stretch.start + passed).replace(microsecond=0))
        _write(plan, Rehearsal(of=name_of(plan.story), speed=plan.speed, started=started, moment=at))
        told(at)
        if at >= end:
            return
        beat = at + timedelta(seconds=BEAT_SECONDS * plan.speed)
        coming = [moment for moment in coming if moment > at]
        due = started + (min([*coming[:1], beat, end]) - plan.stretch.start) / plan.speed
        sleep(max(0.0, (due - now()).total_seconds()))


def _write(plan: RehearsalPlan, rehearsal: Rehearsal) -> None:
    plan.stories.write(plan.name, files_of(rehearsed(plan.story, rehearsal, order=plan.order)))


def end(plan: RehearsalPlan, *, keep: bool) -> None:
    """Take the folder away, or leave it with a banner that says that the rehearsal is over."""
    if not (keep and plan.name in plan.stories.slugs()):
        plan.stories.remove(plan.name)
    elif last := plan.stories.read(plan.name).about.rehearsal:
        _write(plan, last.model_copy(update={"ended": True}))
