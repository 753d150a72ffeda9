"""A recorded night, played into a story folder as if it were live.

Every page, picture and embed of that folder says TEST for as long as it is there. At the end it is taken away, or left
with a banner that says that the rehearsal is over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.core.model import Order, Window
from data.story.as_of import moments_of
from data.story.folder_store import FolderStore
from data.story.rehearsal import name_of, rehearsed
from data.story.story import Story
from data.story.story_files import files_of
from data.story.story_toml import Rehearsal

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
