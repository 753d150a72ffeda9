"""A recorded night, played into a story folder as if it were live.

Every page, picture and embed of that folder says TEST for as long as it is there. Ctrl-C and the end of the night
take it away, or with --keep leave it with a banner that says that the rehearsal is over.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from data.core.errors import DataError
from data.core.model import Order, Window
from data.story.as_of import moments_of
from data.story.folder_store import FolderStore
from data.story.rehearsal import name_of, rehearsed
from data.story.store import StoryStore
from data.story.story import Story
from data.story.story_files import files_of
from data.story.story_toml import Rehearsal
from data.story.tables import SLUG

#: Minutes of the night in one minute. At the fastest a night of 18 hours takes 2 s, less than writing its steps.
SLOWEST, FASTEST = 0.1, 36_000.0
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


def plan_of(
    story: Story, root: Path, here: StoryStore, *, name: str, stretch: Window, order: Order, speed: float
) -> RehearsalPlan:
    """The plan to play a story into a folder of `root`, rehearsal-STORY if `name` is empty; `here` are all stories.

    DataError or ValueError, in one sentence, where it cannot be done.
    """
    if story.about.live:
        raise DataError(f"{story.slug} is in progress itself; rehearse a night that is over")
    name = name or f"rehearsal-{story.slug}"[:64].rstrip("-")
    if not re.fullmatch(SLUG, name):
        raise ValueError(f"--name wants lower-case letters, digits and hyphens, 2 to 64, not {name[:80]!r}")
    if not SLOWEST <= speed <= FASTEST:
        raise ValueError(f"--speed wants a number from {SLOWEST} to {FASTEST:,.0f}, not {speed:g}")
    stories = FolderStore((root,), shipped=())
    for store in (stories, here):
        _refuse_others(store, name)
    return RehearsalPlan(story, stories, name, stretch, order, speed)


def _refuse_others(stories: StoryStore, name: str) -> None:
    """DataError where what has this name, there or among the stories of the server, is anything but a rehearsal."""
    place = stories.place(name)
    if os.path.lexists(place) and not _is_rehearsal(stories, name):
        raise DataError(f"{place} is no rehearsal, so it is left alone; choose another --name")


def _is_rehearsal(stories: StoryStore, name: str) -> bool:
    try:
        return "rehearsal" in tomllib.loads(stories.files(name)["story.toml"].decode())
    except (DataError, OSError, ValueError):
        return False
