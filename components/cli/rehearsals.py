"""`nightdesk rehearse`: a recorded night, played into a story folder as if it were live."""

from __future__ import annotations

import signal
import time
from datetime import datetime, timedelta
from pathlib import Path

from filelock import Timeout
from tqdm import tqdm

from components.cli.exits import DONE, fail, say
from components.cli.lookups import root_of, settings_here, story_named
from data.core.errors import DataError
from data.core.model import Order, Window
from data.core.program import utc_now
from data.story.rehearse import RehearsalPlan, end, plan_of, play
from data.story.store import story_store


def rehearse(
    slug: str, *, speed: float, to: Path | None, name: str, start: datetime | None, until: datetime | None, order: str,
    keep: bool,
) -> int:  # fmt: skip
    """Play the night until it or the person ends it; DataError, ValueError or OSError where it cannot be."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a stopped service ends as Ctrl-C does
    settings = settings_here()
    here, story = story_store(settings), story_named(slug, settings)
    root = root_of(to, settings)
    stretch = Window(start or story.window.start, until or story.window.end)
    plan = plan_of(story, root, here, name=name, stretch=stretch, order=Order(order), speed=speed)
    try:
        with plan.stories.lock(plan.name):
            return _rehearse(plan, keep=keep)
    except Timeout:
        place = plan.stories.place(plan.name)
        said = f"{place} is being played into by another rehearsal; stop that one, or choose another --name"
        raise DataError(said) from None


def _rehearse(plan: RehearsalPlan, *, keep: bool) -> int:
    place = plan.stories.place(plan.name)
    say(f"Playing {plan.story.slug} into {place}; open the app with ?story={plan.name}")
    plan.stories.remove(plan.name)  # what a rehearsal left that was killed
    try:
        with tqdm(total=plan.stretch.length // timedelta(minutes=1), desc=plan.name, unit="min") as bar:

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
