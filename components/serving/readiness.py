"""`/readyz`: whether every story verifies, which caches work, and what is running."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from components.serving.build import commit_of, server_parts, versions
from data.cache_checks import failing_caches
from data.settings import Settings
from data.story import check_story, fingerprint, story_folders

#: Seconds for which one examination answers all who ask: it reads folders, and anybody may ask.
_HOLD_SECONDS = 2.0


class Readiness:
    """What `/readyz` says. A story is examined again when one of its files has changed."""

    def __init__(self, settings: Settings, root: Path) -> None:
        self._settings, self._commit = settings, commit_of(root, os.environ)
        self._examined: dict[str, tuple[str, dict[str, object]]] = {}
        self._held: tuple[float, dict[str, object]] = (0.0, {})
        self._turn = asyncio.Lock()

    async def answer(self, _: Request) -> Response:
        """200 where every story verifies, else 503. A cache that fails is told and takes nobody away: the app goes on
        without it.
        """
        async with self._turn:
            until, found = self._held
            if not found or time.monotonic() >= until:
                found = await run_in_threadpool(self._examine)
                self._held = (time.monotonic() + _HOLD_SECONDS, found)
        body = {**found, "server": server_parts(), "versions": versions(), "commit": self._commit}
        status = 200 if found["status"] == "ready" else 503
        return JSONResponse(body, status, {"Cache-Control": "no-store"})

    def _examine(self) -> dict[str, object]:
        stories = {slug: self._story(slug, folder) for slug, folder in story_folders(self._settings).items()}
        caches = {name: {"works": not why, "why": why} for name, why in failing_caches(self._settings)}
        sound = bool(stories) and all(story["verifies"] for story in stories.values())
        return {"status": "ready" if sound else "not ready", "stories": stories, "caches": caches}

    def _story(self, slug: str, folder: Path) -> dict[str, object]:
        stamp = fingerprint(folder)
        held, story = self._examined.get(slug, ("", {}))
        if not story or held != stamp:
            faults = check_story(folder)
            story = {"verifies": not faults, "faults": len(faults), "first": str(faults[0]) if faults else ""}
            self._examined[slug] = (stamp, story)
        return story
