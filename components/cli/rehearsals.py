"""`nightdesk rehearse`: a recorded night, played into a story folder as if it were live."""

from __future__ import annotations

import os
import re
import signal
import time
import tomllib
from datetime import datetime, timedelta
from pathlib import Path

from filelock import Timeout
from tqdm import tqdm

from components.cli.exits import DONE, fail, say
from components.cli.live_rehearsal import rehearse_live
from components.cli.lookups import root_of, settings_here, story_named
from data.core.errors import DataError
from data.core.model import Order, Window
from data.core.program import utc_now
from data.core.settings import Settings
from data.story.rehearse import RehearsalPlan, end, play
from data.story.store import FolderStore, StoryStore, story_store
from data.story.story import Story
from data.story.table_rows import SLUG

#: Minutes of the night in one minute. At the fastest a night of 18 hours takes 2 s, less than writing its steps.
_SLOWEST, _FASTEST = 0.1, 36_000.0


def rehearse(
    slug: str, *, speed: float, to: Path | None, name: str, start: datetime | None, until: datetime | None, order: str,
    keep: bool, live: bool = False,
) -> int:  # fmt: skip
    """Play the night until it or the person ends it; DataError, ValueError or OSError where it cannot be."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a stopped service ends as Ctrl-C does
    settings = settings_here()
    here, story = story_store(settings), story_named(slug, settings)
    root = root_of(to, settings)
    stretch = Window(start or story.window.start, until or story.window.end)
    plan = _plan(story, root, here, name=name, stretch=stretch, order=Order(order), speed=speed)
    try:
        with plan.stories.lock(plan.name):
            return _rehearse_live(plan, settings, keep=keep) if live else _rehearse(plan, keep=keep)
    except Timeout:
        place = plan.stories.place(plan.name)
        said = f"{place} is being played into by another rehearsal; stop that one, or choose another --name"
        raise DataError(said) from None


def _rehearse(plan: RehearsalPlan, *, keep: bool) -> int:
    place = plan.stories.place(plan.name)
    say(f"Playing {plan.story.slug} into {place}; open the app with ?story={plan.name}")
    plan.stories.remove(plan.name)  # what a rehearsal left that was killed
    try:
        with tqdm(total=plan.stretch.length // timedelta(minutes=1), desc=plan.name, unit="min", disable=None) as bar:

            def told(at: datetime) -> None:
                bar.set_postfix_str(f"{at.isoformat(timespec='minutes')} of the night")
                bar.update((at - plan.stretch.start) // timedelta(minutes=1) - bar.n)

            play(plan, now=utc_now, sleep=time.sleep, told=told)
    except KeyboardInterrupt:
        fail("Stopped.")
    finally:
        end(plan, keep=keep)
    left = "stays, and its banner says that it is over" if keep else "is gone"
    say(f"The rehearsal is over; {place} {left}.")
    return DONE


def _rehearse_live(plan: RehearsalPlan, settings: Settings, *, keep: bool) -> int:
    say(f"Playing {plan.story.slug} through the recorders into {plan.stories.place(plan.name)}")
    return rehearse_live(plan, settings, keep=keep)


def _plan(
    story: Story, root: Path, here: StoryStore, *, name: str, stretch: Window, order: Order, speed: float
) -> RehearsalPlan:
    """The plan to play a story into a folder of `root`, rehearsal-STORY if `name` is empty; `here` are all stories.

    DataError or ValueError, in one sentence, where it cannot be done.
    """
    if story.about.live:
        raise DataError(f"{story.slug} is still in progress; rehearse a night that is over")
    name = name or f"rehearsal-{story.slug}"[:64].rstrip("-")
    if not re.fullmatch(SLUG, name):
        raise ValueError(f"--name must be lower-case letters, digits and hyphens, 2 to 64, not {name[:80]!r}")
    if not _SLOWEST <= speed <= _FASTEST:
        raise ValueError(f"--speed must be a number from {_SLOWEST} to {_FASTEST:,.0f}, not {speed:g}")
    stories = FolderStore((root,), shipped=())
    for store in (stories, here):
        _refuse_others(store, name)
    return RehearsalPlan(story, stories, name, stretch, order, speed)


def _refuse_others(stories: StoryStore, name: str) -> None:
    """DataError where what has this name, there or among the stories of the server, is anything but a rehearsal."""
    place = stories.place(name)
    if os.path.lexists(place) and not _is_rehearsal(stories, name):
        raise DataError(f"{place} is not a rehearsal and was left alone; choose another --name")


def _is_rehearsal(stories: StoryStore, name: str) -> bool:
    try:
        return "rehearsal" in tomllib.loads(stories.files(name)["story.toml"].decode())
    except (DataError, OSError, ValueError):
        return False
