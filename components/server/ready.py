"""`/readyz`: which stories verify, which caches work, and what is running, in which versions."""

from __future__ import annotations

import asyncio
import os
import platform
import re
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from components.cache.memo import Memo
from data.core.program import VERSION, utc_now
from data.core.settings import Settings
from data.net.cache_checks import failing_caches
from data.recorders.status import late_recorders
from data.story.store import story_store

_PACKAGES = ("streamlit", "plotly", "pandas")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")


def versions() -> dict[str, str]:
    """Nightdesk's own version, Python's, and those of the packages that draw."""
    packages = {name: version(name) for name in _PACKAGES}
    return {"nightdesk": VERSION, "python": platform.python_version(), **packages}


def server_parts() -> dict[str, str]:
    """The event loop in force, and the HTTP parser that uvicorn takes up here; to be called on the loop."""
    loop = type(asyncio.get_running_loop()).__module__.partition(".")[0]
    parser = AutoHTTPProtocol.__module__.rpartition(".")[2].removesuffix("_impl")
    return {"loop": loop, "http": parser}


def commit_of(root: Path, environ: Mapping[str, str]) -> str | None:
    """The commit in NIGHTDESK_COMMIT, else the one that is checked out in this folder; None where neither says."""
    if _COMMIT.fullmatch(named := environ.get("NIGHTDESK_COMMIT", "").strip().casefold()):
        return named
    try:
        found = _checked_out(root / ".git")
    except (OSError, ValueError):
        return None
    return found if _COMMIT.fullmatch(found) else None


def _checked_out(git: Path) -> str:
    """What HEAD names, directly or by a branch; a worktree's branches are with its main folder."""
    if git.is_file():
        git = (git.parent / _read(git).removeprefix("gitdir: ")).resolve()
    head = _read(git / "HEAD")
    if not head.startswith("ref: "):
        return head
    name = head.removeprefix("ref: ")
    shared = (git / _read(git / "commondir")).resolve() if (git / "commondir").is_file() else git
    if (branch := shared / name).is_file():
        return _read(branch)
    packed = (line.split() for line in _read(shared / "packed-refs").splitlines())
    return next((line[0] for line in packed if line[1:] == [name]), "")


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8").strip()


#: Seconds for which one examination answers all who ask: it reads folders, and anybody may ask.
_HOLD_SECONDS = 2.0
_NOTHING = "not ready"


def _desk(settings: Settings) -> dict[str, dict[str, object]]:
    from data.desk.database import why_unreachable  # only where there is a desk

    return {"desk": _works(why_unreachable(settings))}


def _works(why: str) -> dict[str, object]:
    return {"works": not why, "why": why}


class Readiness:
    """What `/readyz` says. A story is examined again when one of its files has changed."""

    def __init__(self, settings: Settings, root: Path) -> None:
        self._settings, self._stories = settings, story_store(settings)
        self._commit = commit_of(root, os.environ)
        self._lately = Memo(self._examine, most=1, seconds=_HOLD_SECONDS)
        self._verdict = Memo(self._verdict_of, most=256)
        self._turn = asyncio.Lock()

    async def answer(self, _: Request) -> Response:
        """200 where a story can be served, else 503. What is at fault, story, folder, recorder or cache, is told
        and takes nobody away from what is sound.
        """
        async with self._turn:
            if (found := self._lately.at_hand()) is None:
                found = await run_in_threadpool(self._lately)
        body = {**found, "server": server_parts(), "versions": versions(), "commit": self._commit}
        status = 503 if found["status"] == _NOTHING else 200
        return JSONResponse(body, status, {"Cache-Control": "no-store"})

    def _examine(self) -> dict[str, object]:
        stories = {slug: self._verdict(slug, self._stories.stamp(slug)) for slug in self._stories.slugs()}
        caches = {name: _works(why) for name, why in failing_caches(self._settings)}
        unreadable = self._stories.unreadable()
        verify = [story["verifies"] for story in stories.values()]
        late = late_recorders(self._settings, utc_now())
        desk = _desk(self._settings) if self._settings.has_desk else {}
        parts = [*caches.values(), *desk.values()]
        whole = all(verify) and not unreadable and not late and all(part["works"] for part in parts)
        status = _NOTHING if not any(verify) else "ready" if whole else "ready in part"
        return {"status": status, "stories": stories, "unreadable": unreadable, "late": late, "caches": caches, **desk}

    def _verdict_of(self, slug: str, _stamp: str) -> dict[str, object]:
        faults = self._stories.examine(slug).faults.listed()
        return {"verifies": not faults, "faults": len(faults), "first": str(faults[0]) if faults else ""}
