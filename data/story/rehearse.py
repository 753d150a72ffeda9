"""Play a recorded night into a story folder as if it were live: `python -m data.story.rehearse us-2016 --speed 60`.

Every page, picture and embed of that folder says TEST for as long as it is there. Ctrl-C and the end of the night
take it away, or with --keep leave it with a banner that says that the rehearsal is over.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from filelock import Timeout
from tqdm import tqdm

from data.core.errors import DataError
from data.core.model import Order, Window, as_utc
from data.core.program import utc_now
from data.core.settings import Settings, read_settings
from data.story.as_of import moments_of
from data.story.folder_store import FolderStore
from data.story.rehearsal import name_of, rehearsed
from data.story.store import StoryStore, story_store
from data.story.story import Story
from data.story.story_files import files_of
from data.story.story_toml import Rehearsal
from data.story.tables import SLUG

DONE, FAILED = 0, 1
#: Minutes of the night in one minute. At the fastest a night of 18 hours takes 2 s, less than writing its steps.
SLOWEST, FASTEST = 0.1, 36_000.0
#: Seconds after which the folder says what time it is in the night, where nothing has happened in it meanwhile.
BEAT_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is played where and under which name: a night, the stretch of it, how it is ordered, and how fast."""

    story: Story
    stories: FolderStore
    name: str
    stretch: Window
    order: Order
    speed: float


def play(
    plan: Plan, *, now: Callable[[], datetime], sleep: Callable[[float], object], told: Callable[[datetime], object]
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


def _write(plan: Plan, rehearsal: Rehearsal) -> None:
    plan.stories.write(plan.name, files_of(rehearsed(plan.story, rehearsal, order=plan.order)))


def end(plan: Plan, *, keep: bool) -> None:
    """Take the folder away, or leave it with a banner that says that the rehearsal is over."""
    if not (keep and plan.name in plan.stories.slugs()):
        plan.stories.remove(plan.name)
    elif last := plan.stories.read(plan.name).about.rehearsal:
        _write(plan, last.model_copy(update={"ended": True}))


def plan_of(asked: argparse.Namespace, settings: Settings) -> Plan:
    """What the command line asks; DataError or ValueError in one sentence where it cannot be done."""
    here = story_store(settings)
    story = here.read(asked.story)
    if story.about.live:
        raise DataError(f"{story.slug} is in progress itself; rehearse a night that is over")
    root = asked.to or next(iter(settings.stories), None)
    if root is None:
        raise DataError("there is no folder to play into: name one with --to, or set NIGHTDESK_STORIES to it")
    name = asked.name or f"rehearsal-{story.slug}"[:64].rstrip("-")
    if not re.fullmatch(SLUG, name):
        raise ValueError(f"--name wants lower-case letters, digits and hyphens, 2 to 64, not {name[:80]!r}")
    if not SLOWEST <= asked.speed <= FASTEST:
        raise ValueError(f"--speed wants a number from {SLOWEST} to {FASTEST:,.0f}, not {asked.speed:g}")
    stories = FolderStore((root.expanduser(),), shipped=())
    for store in (stories, here):
        _refuse_others(store, name)
    stretch = Window(asked.start or story.window.start, asked.until or story.window.end)
    return Plan(story, stories, name, stretch, Order(asked.order), asked.speed)


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


def _moment(text: str) -> datetime:
    try:
        return as_utc(datetime.fromisoformat(text))
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(
            f"wants a time with its zone, like 2016-11-08T19:00:00-05:00, not {text[:60]!r}"
        ) from wrong


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m data.story.rehearse", description="Play a recorded night as if live."
    )
    parser.add_argument("story", help="the recorded night's folder name, like us-2016")
    parser.add_argument("--speed", type=float, default=60.0, help="60, if left out, is a minute of the night a second")
    parser.add_argument("--to", type=Path, help="the folder of stories to play into; the first of NIGHTDESK_STORIES")
    parser.add_argument("--name", default="", help="the name of the story there; rehearsal-STORY if left out")
    parser.add_argument("--from", dest="start", type=_moment, help="the story's own start if left out; with its zone")
    parser.add_argument("--until", type=_moment, help="the story's own end if left out; with its zone")
    parser.add_argument(
        "--order",
        choices=[order.value for order in Order],
        default=Order.KNOWN.value,
        help="known, if left out: calls as they are made, all else once it was published, and of most things only the "
        "day is known, so they come at its end; happened: everything when it happened",
    )
    parser.add_argument(
        "--keep", action="store_true", help="leave the folder when it is over, with a banner that says so"
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Rehearse at a terminal; 0 when the night or the person ended it, 1 with one sentence where it cannot be."""
    asked = _arguments(argv)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a stopped service ends as Ctrl-C does
    try:
        plan = plan_of(asked, read_settings(os.environ))
        with plan.stories.lock(plan.name):
            return _rehearse(plan, keep=asked.keep)
    except Timeout:
        return _fail(
            f"{plan.stories.place(plan.name)} is being played into by another rehearsal; stop that one, "
            "or choose another --name"
        )
    except (DataError, ValueError, OSError) as refused:
        return _fail(str(refused))


def _rehearse(plan: Plan, *, keep: bool) -> int:
    place = plan.stories.place(plan.name)
    sys.stdout.write(f"Playing {plan.story.slug} into {place}; open the app with ?story={plan.name}\n")
    sys.stdout.flush()
    plan.stories.remove(plan.name)  # what a rehearsal left that was killed
    try:
        with tqdm(total=plan.stretch.length // timedelta(minutes=1), desc=plan.name, unit="min") as bar:

            def told(at: datetime) -> None:
                bar.set_postfix_str(f"{at.isoformat(timespec='minutes')} of the night")
                bar.update((at - plan.stretch.start) // timedelta(minutes=1) - bar.n)

            play(plan, now=utc_now, sleep=time.sleep, told=told)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
    finally:
        end(plan, keep=keep)
    left = "stays, and its banner says that it is over" if keep else "is gone"
    sys.stdout.write(f"The rehearsal is over; {place} {left}.\n")
    return DONE


def _fail(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return FAILED


if __name__ == "__main__":
    raise SystemExit(main())
