"""Fill a story from its sources at a terminal: `python -m data.evidence.refresh us-2016 [--source wayback]`.

Exit codes for a scheduler: 0 done, 3 try again later (the time is printed), 1 failed. Safe to kill at any moment:
what was answered is kept, and the same command goes on from there.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import NoReturn

from tqdm import tqdm

from data.core.errors import DataError, SourceUnavailable
from data.core.model import Window
from data.core.program import utc_now
from data.core.settings import Settings, read_settings
from data.net.client import Desk
from data.net.snapshots import snapshot_folder
from data.sources import registry
from data.sources.google_trends.request_plan import RESOLUTIONS
from data.sources.provider import Errand, Provider, Task, Visit
from data.story.store import find_story
from data.story.story import Story

DONE, FAILED, LATER = 0, 1, 3


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m data.evidence.refresh", description="Fill a story from its sources."
    )
    parser.add_argument("story", help="a story's folder name, like us-2016")
    words = [provider.word for provider in registry.PROVIDERS]
    parser.add_argument("--source", choices=words, help="one source only; all of them if left out")
    parser.add_argument("--resolution", choices=list(RESOLUTIONS), default="8 minutes", help="bins of searches")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Ask every source of the story's lists, or one; 0 done, 3 try later, 1 failed."""
    wanted = _arguments(argv)
    try:
        settings = read_settings(os.environ)
        story = find_story(wanted.story, settings)
        providers = [one for one in registry.PROVIDERS if wanted.source in (None, one.word)]
        with registry.open_session(settings, story) as desk:
            return max((_refresh(one, story, settings, desk, wanted.resolution) for one in providers), key=_worst)
    except (DataError, ValueError, OSError) as refused:
        return _say(str(refused), FAILED)


def _worst(code: int) -> int:
    return (DONE, LATER, FAILED).index(code)


def _refresh(provider: Provider, story: Story, settings: Settings, desk: Desk, bins: str) -> int:
    window = Window(story.window.start - provider.around, story.window.end + provider.around)
    errand = Errand(story, window, utc_now(), bins)
    visit = Visit(desk, settings, snapshot_folder(story, settings), errand.now)
    tasks = tuple(provider.plan(errand))
    if not tasks:
        sys.stdout.write(f"{provider.word}: nothing in this story's lists\n")
    one_bar = bool(tasks) and not any(task.requests for task in tasks)
    bar = tqdm(tasks, desc=provider.word, unit="task", disable=not one_bar)
    return max([_fetch(task, visit) for task in bar], key=_worst, default=DONE)


def _fetch(task: Task, visit: Visit) -> int:
    what = f"{task.what}: " if task.what else ""
    try:
        with tqdm(total=task.requests, desc=task.label, unit="request", disable=not task.requests) as bar:
            records = task.ask(replace(visit, progress=partial(_advance, bar)))
    except SourceUnavailable as trouble:
        again = ""
        if trouble.retry_after:
            moment = utc_now() + timedelta(seconds=trouble.retry_after)
            again = f" Try again at {moment.isoformat(timespec='seconds')}."
        return _say(f"{what}{trouble}{again}", LATER)
    except DataError as refused:
        return _say(f"{what}{refused}", FAILED)
    came = records.came or f"{len(records.rows):,} row{'' if len(records.rows) == 1 else 's'}."
    sys.stdout.write(" ".join([f"{what}{came}", *records.warnings]) + "\n")
    return _say(f"{what}{records.trouble}; the last good answer stands in.", LATER) if records.trouble else DONE


def _advance(bar: tqdm[NoReturn], done: int, count: int, following: str) -> None:
    bar.set_postfix_str(f"{following} ({count} in all)")
    bar.update(done - bar.n)


def _say(sentence: str, code: int) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
