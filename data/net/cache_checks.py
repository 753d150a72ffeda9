"""Which of the places that answers are kept in can be written now: one named check for each."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from redis.exceptions import RedisError

from data.core.files import try_to_write
from data.core.settings import Settings
from data.net.shared_cache import shared_cache
from data.story.store import BUNDLED

#: Says in a sentence why a cache does not work; empty where it does.
Check = Callable[[Settings], str]
_BUSY_SECONDS = 0.5


def answers(settings: Settings) -> str:
    """The kept answers of sources: whether their file takes a lock to write, as `data/net/answer_cache.py` needs."""
    file = settings.cache / "answers.sqlite"
    if wrong := _unwritable(settings.cache):
        return wrong
    try:
        settings.cache.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(file, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except (OSError, sqlite3.Error) as error:
        return f"{file.name} cannot be written: {error}"
    return ""


def snapshots(settings: Settings) -> str:
    """Where snapshots go: one folder for all, or the folders of stories."""
    if not settings.takes_changes:
        return ""
    folders = (settings.snapshots,) if settings.snapshots else (*settings.stories, BUNDLED)
    return next((wrong for folder in folders if (wrong := _unwritable(folder))), "")


def shared(settings: Settings) -> str:
    """The cache that several processes share, where one is set."""
    found = shared_cache(settings)
    if found is None:
        return ""
    try:
        found.ping()
    except RedisError as error:
        return f"{found.place} does not answer: {error}"
    return ""


#: What `/readyz` names -> its check. A further backend is a line here.
CHECKS: dict[str, Check] = {"answers": answers, "snapshots": snapshots, "shared": shared}


def failing_caches(settings: Settings) -> Iterator[tuple[str, str]]:
    """Each cache with what is wrong with it, empty for nothing. A check that raises is one that fails."""
    for name, check in CHECKS.items():
        try:
            yield name, check(settings)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what this answer is for
            yield name, f"{type(error).__name__}: {error}"


def _unwritable(folder: Path) -> str:
    """Why nothing can be written in this folder, or made where it would stand; empty where it can.

    A few bytes are written and removed again: a disk that is full lets itself be asked anything else.
    """
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if not there.is_dir():
        return f"{there.name} is a file where a folder should be"
    try:
        try_to_write(there)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return f"the disk of the folder {there.name} is full"
        return f"the folder {there.name} cannot be written: {error.strerror}"
    return ""
