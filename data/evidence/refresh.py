"""Fill a story from its sources at a terminal: `python -m data.evidence.refresh us-2016 [--source wayback]`.

Exit codes for a scheduler: 0 done, 3 try again later (the time is printed), 1 failed. Safe to kill at any moment:
what was answered is kept, and the same command goes on from there.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta

from tqdm import tqdm

from data.core.errors import DataError, SourceUnavailable
from data.core.program import utc_now
from data.core.settings import Settings, read_settings
from data.evidence.fetching import RECORD_SOURCES, Task, asked_hosts, tasks_of
from data.net.client import Desk, open_desk
from data.net.snapshots import snapshot_folder
from data.sources.google_trends.request_plan import RESOLUTIONS, Resolution, plan_requests
from data.sources.google_trends.trends_client import open_client
from data.sources.google_trends.trends_draws import draw
from data.sources.google_trends.trends_request import TrendsRequest, Wanted
from data.story.store import find_story
from data.story.story import Story

DONE, FAILED, LATER = 0, 1, 3
SOURCES = ("trends", *RECORD_SOURCES)
#: Daily counts are asked for this long before and after the night, so that it has ordinary days beside it.
_AROUND = timedelta(days=14)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m data.evidence.refresh", description="Fill a story from its sources."
    )
    parser.add_argument("story", help="a story's folder name, like us-2016")
    parser.add_argument("--source", choices=SOURCES, help="one source only; all of them if left out")
    parser.add_argument("--resolution", choices=list(RESOLUTIONS), default="8 minutes", help="bins of searches")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Ask every source of the story's lists, or one; 0 done, 3 try later, 1 failed."""
    wanted = _arguments(argv)
    try:
        settings = read_settings(os.environ)
        story = find_story(wanted.story, settings)
        with open_desk(settings, hosts=asked_hosts(story)) as desk:
            sources = [wanted.source] if wanted.source else list(SOURCES)
            return max((_refresh(story, settings, desk, name, wanted.resolution) for name in sources), key=_worst)
    except (DataError, ValueError, OSError) as refused:
        return _say(str(refused), FAILED)


def _worst(code: int) -> int:
    return (DONE, LATER, FAILED).index(code)


def _refresh(story: Story, settings: Settings, desk: Desk, source: str, resolution: Resolution) -> int:
    if source == "trends":
        codes = [_draw(story, settings, desk, wanted, resolution) for wanted in searches_wanted(story)]
    else:
        around = timedelta(0) if source in ("wayback", "gdelt-tv") else _AROUND
        window = type(story.window)(story.window.start - around, story.window.end + around)
        tasks = tasks_of(story, settings, window, source, now=utc_now())
        codes = [_fetch(task, desk) for task in tqdm(tasks, desc=source, unit="task", disable=not tasks)]
    if not codes:
        sys.stdout.write(f"{source}: nothing in this story's lists\n")
    return max(codes, key=_worst, default=DONE)


def searches_wanted(story: Story) -> Iterator[Wanted]:
    """Every term of the story in its place, and its control terms in each of these places."""
    searches = story.about.searches
    for search in searches:
        yield Wanted((search.term,), search.geo, story.window)
    for geo in dict.fromkeys(search.geo for search in searches):
        for term in story.about.control_terms:
            yield Wanted((term,), geo, story.window)


def _draw(story: Story, settings: Settings, desk: Desk, wanted: Wanted, resolution: Resolution) -> int:
    plan = plan_requests(wanted, resolution, now=utc_now())
    label = f"trends {', '.join(wanted.terms)} {wanted.geo}"
    with tqdm(total=len(plan.requests), desc=label, unit="request") as bar:

        def progress(done: int, count: int, request: TrendsRequest) -> None:
            bar.set_postfix_str(f"{request.time} ({count} in all)")
            bar.update(done - bar.n)

        client = open_client(settings, desk)
        outcome = draw(plan, client, snapshot_folder(story, settings), now=utc_now, progress=progress)
    if outcome.state == "done":
        sys.stdout.write(f"{outcome.sentence}\n")
        return DONE
    if outcome.state != "later":
        return _say(outcome.sentence, FAILED)
    again = f" Try again at {outcome.retry_at.isoformat(timespec='seconds')}." if outcome.retry_at else ""
    return _say(f"{outcome.sentence}{again}", LATER)


def _fetch(task: Task, desk: Desk) -> int:
    try:
        records = task.run(desk)
    except SourceUnavailable as trouble:
        wait = timedelta(seconds=trouble.retry_after or 0)
        again = f" Try again at {(utc_now() + wait).isoformat(timespec='seconds')}." if wait else ""
        return _say(f"{task.what}: {trouble}{again}", LATER)
    except DataError as refused:
        return _say(f"{task.what}: {refused}", FAILED)
    rows = f"{len(records.frame):,} row{'' if len(records.frame) == 1 else 's'}"
    sys.stdout.write(" ".join([f"{task.what}: {rows}.", *records.warnings]) + "\n")
    return _say(f"{task.what}: {records.trouble}; the last good answer stands in.", LATER) if records.trouble else DONE


def _say(sentence: str, code: int) -> int:
    sys.stderr.write(f"{sentence}\n")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
