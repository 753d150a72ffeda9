"""`nightdesk refresh` and `dumps`: a story's lists, asked of their sources or looked up in files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import NoReturn

from tqdm import tqdm

from components.cli.exits import DONE, FAILED, LATER, fail, say
from components.cli.lookups import one_of, settings_here, story_named
from data.core.errors import DataError, SourceUnavailable
from data.core.model import Window
from data.core.program import utc_now
from data.core.settings import Settings
from data.net.client import Desk
from data.net.snapshots import snapshot_folder
from data.sources import registry
from data.sources.google_trends.trends_request import RESOLUTIONS
from data.sources.provider import Errand, Provider, Task, Visit
from data.sources.trends_api import wanted_credentials
from data.sources.wikimedia import import_dumps
from data.story.story import Story


def refresh(slug: str, source: str | None, resolution: str) -> int:
    """Ask every source of the story's lists, or one; the worst exit code: FAILED, else LATER, else DONE."""
    known = {provider.word: provider for provider in registry.PROVIDERS}
    providers = [one for one in known.values() if one.ready]
    if source is not None:
        providers = [known[one_of("--source", source, known)]]
        if not providers[0].ready:
            raise wanted_credentials()
    bins = one_of("--resolution", resolution, RESOLUTIONS)
    settings = settings_here()
    story = story_named(slug, settings)
    with registry.open_session(settings, story) as desk:
        return max((_refresh(provider, story, settings, desk, bins) for provider in providers), key=_worst)


def _worst(code: int) -> int:
    return (DONE, LATER, FAILED).index(code)


def _refresh(provider: Provider, story: Story, settings: Settings, desk: Desk, bins: str) -> int:
    window = Window(story.window.start - provider.around, story.window.end + provider.around)
    errand = Errand(story, window, utc_now(), bins)
    visit = Visit(desk, settings, snapshot_folder(story, settings), errand.now)
    tasks = tuple(provider.plan(errand))
    if not tasks:
        say(f"{provider.word}: nothing in this story's lists")
    one_bar = bool(tasks) and not any(task.requests for task in tasks)
    bar = tqdm(tasks, desc=provider.word, unit="task", disable=None if one_bar else True)
    return max([_fetch(task, visit) for task in bar], key=_worst, default=DONE)


def _fetch(task: Task, visit: Visit) -> int:
    what = f"{task.what}: " if task.what else ""
    try:
        with tqdm(total=task.requests, desc=task.label, unit="request", disable=None if task.requests else True) as bar:
            records = task.ask(replace(visit, progress=partial(_requested, bar)))
    except SourceUnavailable as trouble:
        again = ""
        if trouble.retry_after:
            moment = utc_now() + timedelta(seconds=trouble.retry_after)
            again = f" Try again at {moment.isoformat(timespec='seconds')}."
        return fail(f"{what}{trouble}{again}", LATER)
    except DataError as refused:
        return fail(f"{what}{refused}")
    came = records.came or f"{len(records.rows):,} row{'' if len(records.rows) == 1 else 's'}."
    say(" ".join([f"{what}{came}", *records.warnings]))
    return fail(f"{what}{records.trouble}; the last good answer is used instead.", LATER) if records.trouble else DONE


def _requested(bar: tqdm[NoReturn], done: int, count: int, following: str) -> None:
    bar.set_postfix_str(f"{following} ({count} in all)")
    bar.update(done - bar.n)


def dumps(slug: str, files: Sequence[Path]) -> int:
    """Keep the rows of the story's articles from these files; DataError or OSError for what cannot be used."""
    settings = settings_here()
    story = story_named(slug, settings)
    folder = snapshot_folder(story, settings)
    for project in dict.fromkeys(article.project for article in story.about.articles):
        titles = [article.title for article in story.about.articles if article.project == project]
        with tqdm(total=len(files), desc=project, unit="file", disable=None) as bar:
            records = import_dumps(
                files, titles, project=project, folder=folder, now=utc_now(), progress=partial(_imported, bar)
            )
        say(" ".join([f"{project}: {len(records.rows):,} hours kept.", *records.warnings]))
    return DONE


def _imported(bar: tqdm[NoReturn], done: int, total: int, name: str) -> None:
    bar.total = total
    bar.set_postfix_str(name)
    bar.update(done - bar.n)
